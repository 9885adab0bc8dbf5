//! How often Slack lets a method be called (docs.slack.dev/apis/web-api/rate-limits).

use std::time::Duration;

/// The limit that a method's page names, for each workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// 20 a minute.
    Two,
    /// 50 a minute.
    Three,
    /// 100 a minute.
    Four,
    /// About one a second in each channel, with short bursts, and several hundred a minute in all. Slack does
    /// not promise to show what comes faster.
    Posting,
    /// So often that we do not get there.
    Special,
}

/// So many calls within so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// How many.
    pub most: usize,
    /// Within how long, however that is laid.
    pub span: Duration,
}

/// A tenth below what Slack promises: its clock and the way there are not ours.
const fn per_minute(most: usize) -> Bound {
    Bound { most: most - most / 10, span: Duration::from_mins(1) }
}

impl Tier {
    /// For all calls in a workspace.
    pub fn in_workspace(self) -> Option<Bound> {
        match self {
            Self::Two => Some(per_minute(20)),
            Self::Three => Some(per_minute(50)),
            Self::Four => Some(per_minute(100)),
            Self::Posting => Some(per_minute(300)),
            Self::Special => None,
        }
    }

    /// For calls about one channel.
    pub fn in_channel(self) -> Option<Bound> {
        let burst = Bound { most: 5, span: Duration::from_millis(5_500) };
        (self == Self::Posting).then_some(burst)
    }
}
