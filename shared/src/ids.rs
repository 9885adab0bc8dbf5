//! Every identifier is a type: a `String` never travels between modules as an id.
//!
//! Slack's ids are text that Slack gave us ([`TeamId`] …); ours are ULIDs that we make
//! ([`PostId`] …). Both can only be built from text that has the right shape.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::rng::Rng;

/// Text that is no id of the kind that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}")]
pub struct InvalidId {
    kind: &'static str,
}

/// Slack's ids hold upper-case letters and digits; the longest in use has 21 characters.
const SLACK_ID_MAX: usize = 32;

fn is_slack_id(text: &str) -> bool {
    (2..=SLACK_ID_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn is_ulid(text: &str) -> bool {
    ulid::Ulid::from_string(text).is_ok()
}

/// Letters, digits and `.`, as in Slack's event ids and our own.
fn is_event_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $valid:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type)]
        #[serde(try_from = "String", into = "String")]
        #[sqlx(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text as it travels in JSON and SQL.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                if $valid(text) { Ok(Self(text.to_owned())) } else { Err(InvalidId { kind: $kind }) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                if $valid(&text) { Ok(Self(text)) } else { Err(InvalidId { kind: $kind }) }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! own_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        id!($(#[$doc])* $name, $kind, is_ulid);

        impl $name {
            /// A new id: a ULID, so that ids made later sort later, to the millisecond.
            pub fn generate(clock: &Clock, rng: &Rng) -> Self {
                let millis = u64::try_from(clock.epoch_millis()).unwrap_or_default();
                Self(ulid::Ulid::from_parts(millis, rng.bits()).to_string())
            }

            /// Sorts before every id that is made from this time on, and behind those that were made before.
            pub fn first_at(at: DateTime<Utc>) -> Self {
                let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
                Self(ulid::Ulid::from_parts(millis, 0).to_string())
            }
        }
    };
}

id!(
    /// A Slack workspace (`T…`) or organisation (`E…`).
    TeamId, "workspace id", is_slack_id
);
id!(
    /// A Slack channel: public (`C…`), older private (`G…`) or direct (`D…`).
    ChannelId, "channel id", is_slack_id
);
id!(
    /// A person or bot user of one workspace (`U…`, `W…`).
    UserId, "user id", is_slack_id
);
id!(
    /// A bot as the author of a message (`B…`).
    BotId, "bot id", is_slack_id
);
id!(
    /// A Slack app (`A…`).
    AppId, "app id", is_slack_id
);
id!(
    /// A file of one workspace (`F…`).
    FileId, "file id", is_slack_id
);
id!(
    /// One event of Slack's Events API (`Ev…`), the same on each retry.
    EventId, "event id", is_event_id
);

own_id!(
    /// A workspace as this instance knows it.
    WorkspaceId, "workspace row id"
);
own_id!(
    /// Somebody installs the app: one attempt.
    InstallAttemptId, "install attempt id"
);
own_id!(
    /// An entry of the audit log.
    AuditId, "audit entry id"
);
own_id!(
    /// One logical channel that several workspaces share.
    SyncId, "sync id"
);
own_id!(
    /// One workspace's channel in a sync.
    SyncChannelId, "sync channel id"
);
own_id!(
    /// One logical message.
    PostId, "post id"
);
own_id!(
    /// One copy of a message in one target channel.
    CopyId, "copy id"
);
own_id!(
    /// One unit of work in the queue.
    JobId, "job id"
);

/// A message's id in its channel: Slack's time stamp, kept as the text it came as.
///
/// Unique per channel only ("unique (per-channel) timestamp", docs.slack.dev/reference/events/message);
/// a float would lose its last digits.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(try_from = "String", into = "String")]
#[sqlx(transparent)]
pub struct SlackTs(String);

impl SlackTs {
    /// The text as Slack wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The time stamp of this time (microseconds since 1970), as Slack writes it.
    pub fn at(micros: i64) -> Self {
        let micros = micros.clamp(0, 999_999_999_999_999_999);
        Self(format!("{:010}.{:06}", micros / 1_000_000, micros % 1_000_000))
    }

    /// One that no message of Slack's has, for a message that exists only in its copies. It is in the order of
    /// time like any other, but longer: Slack's seconds have ten digits.
    pub fn of_our_own(micros: i64) -> Self {
        Self(format!("{:012}.{:06}", micros / 1_000_000, micros % 1_000_000))
    }

    /// Microseconds since 1970: exact, and in the order of time.
    pub fn micros(&self) -> i64 {
        micros(&self.0).expect("checked when it was made")
    }
}

/// Digits, a point, one to six digits.
fn micros(text: &str) -> Option<i64> {
    let (seconds, fraction) = text.split_once('.')?;
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(seconds, 12) || !digits(fraction, 6) {
        return None;
    }
    let seconds: i64 = seconds.parse().ok()?;
    let fraction: i64 = format!("{fraction:0<6}").parse().ok()?;
    Some(seconds * 1_000_000 + fraction)
}

impl FromStr for SlackTs {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for SlackTs {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        if micros(&text).is_some() {
            Ok(Self(text))
        } else {
            Err(InvalidId { kind: "message time stamp" })
        }
    }
}

impl From<SlackTs> for String {
    fn from(ts: SlackTs) -> String {
        ts.0
    }
}

impl fmt::Display for SlackTs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SlackTs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_refuse_what_slack_never_sends() {
        for bad in ["", "T", "t0acme", "T0 ACME", "T0ACME\n", "Ü0ACME", &"T".repeat(33)] {
            assert!(bad.parse::<TeamId>().is_err(), "{bad:?}");
        }
        assert_eq!("T0ACME".parse::<TeamId>().expect("valid").as_str(), "T0ACME");
        assert!(serde_json::from_str::<ChannelId>("\"c-1\"").is_err());
    }

    #[test]
    fn time_stamps_keep_their_text_and_order_exactly() {
        let ts: SlackTs = "1700000000.000100".parse().expect("valid");
        assert_eq!((ts.as_str(), ts.micros()), ("1700000000.000100", 1_700_000_000_000_100));
        let own = SlackTs::of_our_own(ts.micros());
        assert_eq!(SlackTs::at(ts.micros()), ts);
        assert_eq!((own.as_str(), own.micros()), ("001700000000.000100", ts.micros()));
        assert_eq!("1.5".parse::<SlackTs>().expect("valid").micros(), 1_500_000);
        for bad in
            ["", "1700000000", "1700000000.", ".5", "1e9.0", "-1.0", "1.0000001", "9999999999999.0"]
        {
            assert!(bad.parse::<SlackTs>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn own_ids_made_later_sort_later() {
        let manual = crate::clock::ManualClock::at(DateTime::UNIX_EPOCH);
        let (clock, rng) = (manual.clock(), crate::rng::Rng::seeded(1));
        let first = PostId::generate(&clock, &rng);
        assert!(PostId::first_at(clock.now()) < first);
        manual.advance(std::time::Duration::from_millis(1));
        assert!(first < PostId::first_at(clock.now()));
        assert!(first < PostId::generate(&clock, &rng));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parsers(text in ".*") {
            let _ = text.parse::<TeamId>();
            let _ = text.parse::<EventId>();
            if let Ok(ts) = text.parse::<SlackTs>() {
                prop_assert!(ts.micros() >= 0);
                prop_assert_eq!(ts.as_str(), text);
            }
        }
    }
}
