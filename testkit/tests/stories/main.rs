//! Stories: what people do in one workspace, and what they see in another. Each on each database.

mod edge;
mod held;
mod messages;
mod outage;
mod reconcile;
mod silence;
mod threads;
