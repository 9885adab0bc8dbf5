//! What may be enqueued: one file a kind, with its stable name, lane, priority and payload.
//!
//! Handlers are elsewhere, so that ingress can enqueue without knowing the work. Never change a name
//! or a payload's meaning in one deployment; `docs/JOBS.md` says how.

pub mod channel_event;
pub mod channel_notice;
pub mod daily_digest;
pub mod deliver_copy;
pub mod deliver_files;
pub mod directory_care;
pub mod exchange_code;
pub mod fill_gap;
pub mod fill_thread;
pub mod home_action;
pub mod install_workspace;
pub mod leave_channel;
pub mod member_event;
pub mod note_gap;
pub mod notice;
pub mod publish_home;
pub mod queue_care;
pub mod read_directory;
pub mod refresh_copy;
pub mod refresh_reactions;
pub mod renew_token;
pub mod restore_workspace;
pub mod resume_channel;
pub mod retention_sweep;
pub mod route_event;
pub mod tell_admins;
pub mod token_care;
pub mod workspace_event;

use crate::queue::{Lane, NewJob, Order, Priority};

/// A job of which a schedule makes one in each period: that of the tick that began at `at` (queue time).
fn of_tick(kind: &'static str, at: i64) -> NewJob {
    NewJob {
        lane: Lane::maintenance(),
        order: Order::At(at),
        priority: Priority::Maintenance,
        kind,
        payload: String::new(),
        // The schedule gives it the one of its tick.
        dedup_key: None,
        // One that waits, because there was no time for it so far, does the work of both.
        coalesce_key: Some(kind.to_owned()),
    }
}
