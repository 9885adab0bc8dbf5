//! Jobs that died without a copy that could tell of it: something that people said or did was not understood, or
//! could not be carried out. Those who manage the workspace learn of it once.

use std::collections::BTreeMap;

use shared::ids::{ChannelId, TeamId};
use shared::jobs;
use shared::queue::Died;

/// Something that went wrong in a workspace, however often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mishap {
    pub(crate) team: TeamId,
    channel: Option<ChannelId>,
    what: What,
    times: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Event,
    Reaction,
    Missed,
    Resume,
}

impl What {
    /// Of jobs that are not listed here either copies tell, or nobody misses anything.
    fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            jobs::route_event::NAME | jobs::channel_event::NAME => Self::Event,
            jobs::refresh_reactions::NAME => Self::Reaction,
            jobs::fill_gap::NAME | jobs::fill_thread::NAME | jobs::note_gap::NAME => Self::Missed,
            jobs::resume_channel::NAME => Self::Resume,
            _ => return None,
        })
    }
}

impl Mishap {
    /// By workspace, channel and kind.
    pub(crate) fn of(died: &[Died]) -> Vec<Self> {
        let mut times: BTreeMap<(TeamId, Option<ChannelId>, What), i64> = BTreeMap::new();
        for died in died {
            // Lanes are named by what they are about: `src:<team>:<channel>`, `fx:<team>:<channel>:…`.
            let mut names = died.lane.split(':').skip(1);
            let team = names.next().and_then(|team| team.parse().ok());
            let channel = names.next().and_then(|channel| channel.parse().ok());
            if let (Some(team), Some(what)) = (team, What::of(&died.kind)) {
                *times.entry((team, channel, what)).or_default() += died.jobs;
            }
        }
        let mishap = |((team, channel, what), times)| Self { team, channel, what, times };
        times.into_iter().map(mishap).collect()
    }

    /// For those who manage the workspace.
    pub(crate) fn in_words(&self) -> String {
        let channel = self
            .channel
            .as_ref()
            .map_or_else(|| "a channel".to_owned(), |channel| format!("<#{channel}>"));
        let times = |one: &str, many: &str| match self.times {
            1 => format!("1 {one}"),
            times => format!("{times} {many}"),
        };
        match self.what {
            What::Event => {
                format!(
                    "{} in {channel} that I do not understand",
                    times("message or change", "messages or changes")
                )
            }
            What::Reaction => {
                format!(
                    "reactions to {} in {channel}, which do not show",
                    times("message", "messages")
                )
            }
            What::Missed => {
                format!("what Slack did not tell me of {channel}, and does not let me read either")
            }
            What::Resume => {
                "what became of messages while a channel was paused, which does not show".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_is_said_by_channel_and_only_where_nothing_else_says_it() {
        let died = |kind: &str, lane: &str, jobs| Died {
            kind: kind.to_owned(),
            lane: lane.to_owned(),
            jobs,
        };
        let mishaps = Mishap::of(&[
            died("route_event", "src:T0ACME:C0GENERAL", 2),
            died("channel_event", "src:T0ACME:C0GENERAL", 1),
            died("refresh_reactions", "fx:T0ACME:C0GENERAL:01ARZ", 1),
            died("refresh_reactions", "fx:T0ACME:C0GENERAL:01ARY", 3),
            died("note_gap", "team:T0BIRCH", 1),
            died("deliver_copy", "dst:T0ACME:C0GENERAL", 9),
            died("queue_care", "maintenance", 1),
        ]);
        let words: Vec<_> = mishaps.iter().map(|one| (one.team.as_str(), one.in_words())).collect();
        assert_eq!(
            words,
            [
                (
                    "T0ACME",
                    "3 messages or changes in <#C0GENERAL> that I do not understand".to_owned()
                ),
                ("T0ACME", "reactions to 4 messages in <#C0GENERAL>, which do not show".to_owned()),
                (
                    "T0BIRCH",
                    "what Slack did not tell me of a channel, and does not let me read either"
                        .to_owned()
                ),
            ]
        );
    }
}
