//! The Events API: what happens in a channel that the bot is in, and among the people of its
//! workspace, is sent to the app's request URL.
//! <https://docs.slack.dev/apis/events-api/>
//!
//! An event is made and queued under the same lock as what it tells of, so the order of the events
//! is the order of what happened; it is sent in the background, so no answer waits for it.
//!
//! * `message`, `reaction`, `channel`, `person`, `app`: the events themselves; `audience`: whether the app
//!   hears them
//! * `envelope`: what is wrapped around them; `signature`: how that is signed; `post`: how it is sent
//! * `courier`: which event is sent when; `schedule`: what waits for its time
//! * `delivery`: the tasks that carry it out; `verification`: `url_verification`

pub(crate) mod app;
mod audience;
pub(crate) mod channel;
mod courier;
mod delivery;
mod envelope;
mod message;
pub(crate) mod person;
mod post;
mod reaction;
mod schedule;
mod signature;
mod verification;

pub(crate) use audience::{Topic, hears, hears_of_people};
pub use courier::WaitingRetry;
pub(crate) use courier::{Courier, EventState};
pub(crate) use delivery::{emit, interact, keep_schedule, redeliver};
pub(crate) use message::{message_changed, message_deleted, message_posted, reading};
pub use post::RetryReason;
pub(crate) use post::client;
pub(crate) use reaction::{ReactionChange, reaction_event};
pub use verification::RequestUrlError;
pub(crate) use verification::{read_url, verify};
