//! One file a table: its row, and the statements that read and write it.
//!
//! Reads return `Option`; writes say how many rows they expect. Every query starts from a tenant.

pub mod admins;
pub mod audit;
pub mod changes;
pub mod channels;
pub mod copies;
pub mod copy_files;
pub mod directories;
pub mod echoes;
pub mod forget;
pub mod gaps;
pub mod install_attempts;
pub mod installations;
pub mod instance_settings;
pub mod lately;
pub mod missed;
pub mod pauses;
pub mod people;
pub mod posts;
pub mod reaction_notices;
pub mod reaction_styles;
pub mod reactions;
pub mod sealed;
pub mod sealing_keys;
pub mod sync_channels;
pub mod syncs;
pub mod troubles;
pub mod undelivered;
pub mod user_mappings;
pub mod user_tokens;
pub mod workspaces;
