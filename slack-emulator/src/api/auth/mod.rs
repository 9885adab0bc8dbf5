//! `auth.*`

pub(super) mod test;
