//! `conversations.*`

pub(super) mod history;
pub(super) mod info;
pub(super) mod join;
pub(super) mod leave;
pub(super) mod replies;

mod range;
