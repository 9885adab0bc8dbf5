//! `oauth.*`

pub(super) mod v2_access;
