//! `conversations.*`

pub(super) mod history;
pub(super) mod info;
pub(super) mod invite;
pub(super) mod join;
pub(super) mod leave;
pub(super) mod members;
pub(super) mod open;
pub(super) mod replies;

mod range;
