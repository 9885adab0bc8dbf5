//! `team.*`

pub(super) mod info;
