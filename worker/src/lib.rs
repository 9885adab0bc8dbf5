//! SyncBot's workers: they lease lanes of jobs and run them, one job of a lane at a time.
//!
//! Start at [`registry()`]: job → handler, one file each. Handlers get a [`JobContext`], whose
//! transactions are fenced: whoever lost the lane cannot write. They may run twice, late, or beside
//! themselves, and say of each failure what is to be done ([`Failure`]).

mod context;
mod failure;
pub mod install;
mod jobs;
mod lifecycle;
mod matching;
mod pace;
mod registry;
mod replay;
pub mod retention;
mod roles;
mod runtime;
mod services;
mod sync;
mod troubles;

pub use context::{Done, FencedTx, JobContext};
pub use failure::Failure;
pub use registry::{Handler, OnDeath, OnReplay, Registered, Schedule, registry};
pub use replay::replay;
pub use runtime::{Feeders, Settings, run};
pub use services::Services;
