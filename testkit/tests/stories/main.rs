//! Stories: what people do in one workspace, and what they see in another. Each on each database.

mod blocks;
mod changes;
mod edge;
mod held;
mod messages;
mod outage;
mod reactions;
mod reconcile;
mod rewriting;
mod silence;
mod threads;
