//! `views.*`

pub(super) mod publish;
