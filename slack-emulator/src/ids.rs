//! Every identifier is a type, built from the text that Slack would use.
//!
//! The emulator is told its ids by whoever sets the stage, so any text is taken as it comes.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text as it travels in JSON.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }
    };
}

id!(
    /// A workspace (`T…`).
    TeamId
);
id!(
    /// A user of one workspace (`U…`).
    UserId
);
id!(
    /// A channel of one workspace (`C…`).
    ChannelId
);
id!(
    /// A bot as the author of a message (`B…`).
    BotId
);
id!(
    /// One event of the Events API (`Ev…`), the same on each retry.
    EventId
);
id!(
    /// A message's time stamp, which is its id within its channel: text, never a number.
    Ts
);
id!(
    /// A file: `F0…`.
    FileId
);

const MICROS_PER_SECOND: u64 = 1_000_000;

impl Ts {
    /// The time stamp of that many microseconds since 1970, in the one form that Slack writes:
    /// ten digits, a dot, six digits. In that form the order of the text is the order in time.
    pub(crate) fn from_micros(micros: u64) -> Self {
        Self(format!("{:010}.{:06}", micros / MICROS_PER_SECOND, micros % MICROS_PER_SECOND))
    }

    /// The microseconds since 1970, or `None` if the text is not in the form that Slack writes.
    pub(crate) fn micros(&self) -> Option<u64> {
        let (seconds, fraction) = self.0.split_once('.')?;
        (seconds.len() == 10 && fraction.len() == 6).then_some(())?;
        Some(digits(seconds)? * MICROS_PER_SECOND + digits(fraction)?)
    }

    /// Reads the end of a time range, which Slack takes in looser forms than an id:
    /// `0`, `1700000000`, `1700000000.5`.
    pub(crate) fn bound(text: &str) -> Option<u64> {
        let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
        (seconds.len() <= 12 && fraction.len() <= 6).then_some(())?;
        Some(digits(seconds)? * MICROS_PER_SECOND + digits(&format!("{fraction:0<6}"))?)
    }
}

fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stamps_are_written_and_read_in_slacks_form_alone() {
        let ts = Ts::from_micros(1_700_000_000_000_100);
        assert_eq!(ts, "1700000000.000100");
        assert_eq!(ts.micros(), Some(1_700_000_000_000_100));
        for other in ["1700000000.0001", "1700000000", "17e8.000100", "-700000000.000100", ""] {
            assert_eq!(Ts::from(other).micros(), None, "{other}");
        }
    }

    #[test]
    fn bounds_are_read_in_looser_forms() {
        assert_eq!(Ts::bound("0"), Some(0));
        assert_eq!(Ts::bound("1700000000"), Some(1_700_000_000_000_000));
        assert_eq!(Ts::bound("1700000000.5"), Some(1_700_000_000_500_000));
        assert_eq!(Ts::bound("yesterday"), None);
    }
}
