//! `apps.*`

pub(super) mod uninstall;
