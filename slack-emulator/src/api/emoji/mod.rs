//! `emoji.*`

pub(super) mod list;
