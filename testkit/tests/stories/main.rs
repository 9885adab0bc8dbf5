//! Stories: what people do in one workspace, and what they see in another. Each on each database.

mod blocks;
mod bridges;
mod changes;
mod channels;
mod edge;
mod files;
mod gaps;
mod held;
mod mapping;
mod messages;
mod outage;
mod paced;
mod pauses;
mod reaction_styles;
mod reactions;
mod reconcile;
mod rewriting;
mod silence;
mod targets;
mod threads;
mod told;
