//! The scopes that SyncBot asks for, in the order of its manifest.
//!
//! Slack refuses an installation with `invalid_scope` when the lists differ from the app's manifest
//! (docs.slack.dev/authentication/installing-with-oauth).

/// Scopes of the bot token.
pub const BOT: [&str; 20] = [
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "channels:manage",
    "chat:write",
    "chat:write.customize",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "users:read",
    "users:read.email",
    "emoji:read",
    "usergroups:read",
];

/// Scopes of the tokens of people who authorise SyncBot to speak for them.
pub const USER: [&str; 13] = [
    "chat:write",
    "channels:history",
    "channels:read",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "users:read",
    "users:read.email",
];
