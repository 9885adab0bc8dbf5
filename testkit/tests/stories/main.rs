//! Stories: what people do in one workspace, and what they see in another. Each on each database.

mod edge;
mod messages;
mod outage;
