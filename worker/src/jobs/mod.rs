//! One file a kind of job.

pub(crate) mod channel_event;
pub(crate) mod channel_notice;
pub(crate) mod daily_digest;
pub(crate) mod deliver_copy;
pub(crate) mod deliver_files;
pub(crate) mod directory_care;
pub(crate) mod exchange_code;
pub(crate) mod fill_gap;
pub(crate) mod fill_thread;
pub(crate) mod install_workspace;
pub(crate) mod leave_channel;
pub(crate) mod member_event;
pub(crate) mod note_gap;
pub(crate) mod notice;
pub(crate) mod queue_care;
pub(crate) mod read_directory;
pub(crate) mod refresh_copy;
pub(crate) mod refresh_reactions;
pub(crate) mod renew_token;
pub(crate) mod restore_workspace;
pub(crate) mod resume_channel;
pub(crate) mod retention_sweep;
pub(crate) mod route_event;
pub(crate) mod tell_admins;
pub(crate) mod token_care;
pub(crate) mod workspace_event;
