//! A simulated Slack: any number of workspaces, the Web API, the Events API with signatures and
//! retries, faults on request, and a page to watch and use it in a browser.
//!
//! It serves two ends: tests of an app drive it as a library, and people run it as a server while
//! they work on an app (`cargo run -p slack-emulator -- --help`). It speaks HTTP to the app as
//! Slack does, and it checks what the app sends: each breach of Slack's rules is a [`Violation`],
//! and a test asserts that there are none.
//!
//! What it knows of Slack is read from Slack's own pages, which the modules name. Where those are
//! silent, both answers are there as one of the [`Switches`].
//!
//! ```no_run
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//! use slack_emulator::{Fault, FaultRule, Settings, SlackEmulator};
//!
//! let slack = SlackEmulator::start(Settings::default()).await?;
//! slack.add_workspace("T0ACME", "Acme").user("U0ADA", "Ada Lovelace").channel("C0A", "general");
//! slack.add_workspace("T0BIRCH", "Birch").user("U0BEN", "Ben Ali").channel("C0B", "general");
//!
//! // Start the app with slack.api_url(), slack.signing_secret() and slack.bot_token(…), then:
//! slack.set_request_url("http://127.0.0.1:3000/slack/events").await?;
//! slack.add_fault(FaultRule::once(Fault::rate_limited(1)).on_method("chat.postMessage"));
//! slack.say("T0ACME", "C0A", "U0ADA", "hello");
//! slack.wait_until(|slack| slack.message_count("T0BIRCH", "C0B") == 1, Duration::from_secs(10)).await?;
//! assert_eq!(slack.violations(), []);
//! # Ok(())
//! # }
//! ```
//!
//! Workspaces have the app installed, unless they are added without it. Then people are asked on a
//! page like Slack's, or [`SlackEmulator::allow`] answers for them:
//!
//! ```no_run
//! # use slack_emulator::SlackEmulator;
//! # fn install(slack: &SlackEmulator, where_the_app_sends_people: &str) {
//! slack.add_workspace_without_app("T0CEDAR", "Cedar").user("U0CEM", "Cem Kaya");
//! let back_to_the_app = slack.allow("T0CEDAR", "U0CEM", where_the_app_sends_people);
//! # }
//! ```
//!
//! # Finding the way
//!
//! * `world`: the state and its rules; `shape`: how it is written in JSON
//! * `speech`, `deeds`, `rooms`, `directory`: what people say and do, and what becomes of them; `other_app`: what other apps say; `posting`, `changing`, `reacting`: what
//!   follows from it, whoever did it
//! * `oauth`: the page where people install the app; `installing`: what follows from that, and its end
//! * `api`: the Web API; `api/methods.rs` is the table of methods, each line names one file
//! * `events`: the Events API
//! * `faults`, `limits`, `switches`: what goes wrong, and when
//! * `control`, `page`: what a browser uses
//! * `emulator`: [`SlackEmulator`]

#![warn(missing_docs)]

mod api;
mod chance;
mod changing;
mod clicking;
mod control;
mod core;
mod deeds;
mod directory;
mod emulator;
mod events;
mod faults;
mod guard;
mod home;
mod ids;
mod installing;
mod limits;
mod oauth;
mod other_app;
mod page;
mod posting;
mod previews;
mod reacting;
mod record;
mod rooms;
mod server;
mod settings;
mod shape;
mod sharing;
mod shown;
mod speech;
mod standing;
mod switches;
mod time;
mod violation;
mod world;

pub use clicking::ClickError;
pub use deeds::{ActError, UserAct};
pub use emulator::{SlackEmulator, StartError, TimedOut, WorkspaceHandle};
pub use events::{RequestUrlError, RetryReason, WaitingRetry};
pub use faults::{Fault, FaultId, FaultRule};
pub use ids::{BotId, ChannelId, EventId, FileId, TeamId, Ts, UserId};
pub use limits::OverLimit;
pub use other_app::AppPost;
pub use record::{ApiCall, Delivery, Outcome};
pub use rooms::{ChannelAct, ChannelActError};
pub use settings::{DEFAULT_SCOPES, Settings};
pub use shown::{ShownFile, ShownMessage, ShownReaction};
pub use speech::{SayError, UserPost};
pub use standing::Misplaced;
pub use switches::{EventOrder, LongText, Switches, UninstallOrder};
pub use violation::{Violation, ViolationKind};
pub use world::{ChannelSetup, FileContent, FileMode, FileSetup, User};
