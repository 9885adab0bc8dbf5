//! Stories: what people do in one workspace, and what they see in another. Each on each database.

mod changes;
mod edge;
mod held;
mod mapping;
mod messages;
mod outage;
mod pauses;
mod reactions;
mod reconcile;
mod rewriting;
mod silence;
mod targets;
mod threads;
