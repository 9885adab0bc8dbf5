//! Stories: what people do in one workspace, and what they see in another. Each on each database.

mod blocks;
mod bridges;
mod changes;
mod channels;
mod directory;
mod edge;
mod files;
mod gaps;
mod held;
mod late;
mod lifecycle;
mod mapping;
mod messages;
mod outage;
mod paced;
mod pauses;
mod reaction_styles;
mod reactions;
mod reconcile;
mod refused;
mod rewriting;
mod silence;
mod targets;
mod threads;
mod told;
mod voices;
