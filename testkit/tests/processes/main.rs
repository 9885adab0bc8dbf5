//! The real binaries, as processes: their configuration, their logs, two of everything, and how they stop.

mod audit_command;
mod browser;
mod channel_commands;
mod configuration;
mod crowd;
mod developer;
mod outage;
mod queue_commands;
mod refused_installation;
mod rotate_key;
mod several;
mod sweep;
mod traces;

/// Everything that a process needs in production, with values that a log must never show.
pub(crate) const PRODUCTION: [(&str, &str); 10] = [
    ("DATABASE_URL", "sqlite:///syncbot.sqlite3"),
    ("SLACK_SIGNING_SECRET", "hidden-signing-secret"),
    ("SLACK_CLIENT_ID", "1.2"),
    ("SLACK_CLIENT_SECRET", "hidden-client-secret"),
    ("SLACK_BOT_SCOPES", "chat:write"),
    ("SLACK_USER_SCOPES", "chat:write"),
    ("TOKEN_ENCRYPTION_KEY", "hidden-token-encryption-key"),
    ("TOKEN_ENCRYPTION_KEY_PREVIOUS", "hidden-previous-encryption-key"),
    ("SYNCBOT_PUBLIC_URL", "https://sync.example.org"),
    // Any free port.
    ("PORT", "0"),
];
