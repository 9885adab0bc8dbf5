//! `auth.*`

pub(super) mod revoke;
pub(super) mod test;
