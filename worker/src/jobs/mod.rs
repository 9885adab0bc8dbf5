//! One file a kind of job.

pub(crate) mod deliver_copy;
pub(crate) mod queue_care;
pub(crate) mod refresh_copy;
pub(crate) mod refresh_reactions;
pub(crate) mod resume_channel;
pub(crate) mod route_event;
