//! What the page of an attempt says. A reason is followed by what to do; nothing of our own insides, and no secret, is on any of them.

use chrono::{DateTime, TimeDelta, Utc};
use shared::db::DbError;
use shared::install::{CODE_LIFE, Reason};
use shared::slack::features::{self, Feature};
use shared::tables::install_attempts::{Attempt, Status};

/// Usually it takes a second.
const SLOW_AFTER: TimeDelta = TimeDelta::seconds(15);

/// What stands on a page.
#[derive(Debug)]
pub(crate) struct Page {
    /// What a script compares.
    pub(crate) state: &'static str,
    pub(crate) title: String,
    pub(crate) paragraphs: Vec<String>,
    /// A line, and what follows from it one by one.
    pub(crate) list: Option<(String, Vec<String>)>,
    pub(crate) is_waiting: bool,
    pub(crate) way_on: WayOn,
}

/// Where a page leads.
#[derive(Debug)]
pub(crate) enum WayOn {
    Nowhere,
    /// To where an installation begins, by a button with these words.
    Begin(&'static str),
    /// To the page of an attempt.
    Attempt(String),
}

impl WayOn {
    pub(super) fn label(&self) -> Option<&'static str> {
        match self {
            Self::Begin(label) => Some(label),
            Self::Attempt(_) => Some(AGAIN),
            Self::Nowhere => None,
        }
    }

    pub(super) fn attempt(&self) -> Option<&str> {
        match self {
            Self::Attempt(url) => Some(url),
            Self::Nowhere | Self::Begin(_) => None,
        }
    }
}

pub(super) const AGAIN: &str = "Install again";

impl Page {
    pub(super) fn new(state: &'static str, title: impl Into<String>, paragraphs: &[&str]) -> Self {
        Self {
            state,
            title: title.into(),
            paragraphs: paragraphs.iter().map(ToString::to_string).collect(),
            list: None,
            is_waiting: false,
            way_on: WayOn::Nowhere,
        }
    }

    fn waiting(state: &'static str, title: &str, paragraphs: &[&str]) -> Self {
        Self { is_waiting: true, ..Self::new(state, title, paragraphs) }
    }

    pub(super) fn leading_to(self, way_on: WayOn) -> Self {
        Self { way_on, ..self }
    }

    /// How it looks.
    pub(super) fn mood(&self) -> &'static str {
        match self.state {
            "installed" => "good",
            _ if self.is_waiting => "calm",
            _ => "bad",
        }
    }
}

/// How an attempt stands, as its visitor sees it.
#[derive(Debug)]
pub(crate) enum Shown {
    AtSlack,
    Waiting,
    Slow,
    /// As [`Shown::Slow`], and nothing gets too old by it.
    SlowToStore,
    Unreachable,
    Installed {
        workspace: String,
        lacking: Vec<Feature>,
    },
    Failed(Reason),
}

impl Shown {
    pub(crate) fn of(attempt: &Attempt, now: DateTime<Utc>) -> Result<Self, DbError> {
        let (reason, age) = (attempt.reason.as_deref(), now - attempt.updated_at);
        Ok(match attempt.status()? {
            Status::Began => Self::AtSlack,
            // The worker is away, and will say the same when it is back.
            Status::Returned if age > CODE_LIFE => {
                Self::Failed(reason.map_or(Reason::Expired, Reason::stored))
            }
            Status::Returned if reason.is_some() => Self::Unreachable,
            Status::Returned if age > SLOW_AFTER => Self::Slow,
            Status::Exchanging | Status::Exchanged if age > SLOW_AFTER => Self::SlowToStore,
            Status::Returned | Status::Exchanging | Status::Exchanged => Self::Waiting,
            Status::Installed => Self::Installed {
                workspace: attempt.workspace_name.clone().unwrap_or_default(),
                lacking: features::stored(reason.unwrap_or_default()).collect(),
            },
            Status::Failed => Self::Failed(Reason::stored(reason.unwrap_or_default())),
        })
    }

    /// What a script compares.
    pub(crate) fn state(&self) -> &'static str {
        match self {
            Self::AtSlack => "at-slack",
            Self::Waiting => "waiting",
            Self::Slow => "slow",
            Self::SlowToStore => "slow-to-store",
            Self::Unreachable => "unreachable",
            Self::Installed { .. } => "installed",
            Self::Failed(_) => "failed",
        }
    }

    pub(crate) fn page(&self) -> Page {
        let state = self.state();
        match self {
            Self::AtSlack => Page::new(
                state,
                "Slack has not answered yet",
                &["SyncBot waits for what you say on Slack's page. If you closed it, begin again."],
            )
            .leading_to(WayOn::Begin("Begin again")),
            Self::Waiting => Page::waiting(
                state,
                "Installing SyncBot …",
                &[
                    "Slack has sent you back, and SyncBot now fetches what it needs. That takes a few seconds; this page says when it is done.",
                ],
            ),
            Self::Slow => Page::waiting(
                state,
                SLOW,
                &[
                    AWAY,
                    "What you allowed is good for ten minutes. After that, this page asks you to install it again.",
                ],
            ),
            Self::SlowToStore => Page::waiting(state, SLOW, &[AWAY]),
            Self::Unreachable => Page::waiting(
                state,
                "Slack cannot be reached just now …",
                &["SyncBot tries again by itself for ten minutes: leave this page open."],
            ),
            Self::Installed { workspace, lacking } => installed(state, workspace, lacking),
            Self::Failed(reason) => failed(state, *reason),
        }
    }
}

const SLOW: &str = "Installing SyncBot takes longer than usual …";
const AWAY: &str = "The part of SyncBot that talks to Slack is busy or away. It goes on by itself as soon as it is back: leave this page open.";

fn installed(state: &'static str, workspace: &str, lacking: &[Feature]) -> Page {
    let title = format!("SyncBot is installed in {workspace}");
    let page = Page::new(
        state,
        title,
        &[
            "You can close this page, or install it in the next workspace: choose that one in the upper right corner of Slack's page.",
        ],
    );
    let without = lacking.iter().map(|feature| format!("{}.", feature.without)).collect();
    let head = "Slack was not allowed everything that SyncBot asked for. The rest works, but:";
    let list = (!lacking.is_empty()).then(|| (head.to_owned(), without));
    let label = if lacking.is_empty() { "Install in another workspace" } else { AGAIN };
    Page { list, ..page }.leading_to(WayOn::Begin(label))
}

fn failed(state: &'static str, reason: Reason) -> Page {
    let (title, text) = match reason {
        Reason::Denied => (
            "SyncBot was not installed",
            "It was not allowed on Slack's page. Nothing was changed. If that was a mistake, install it again; if your workspace lets only admins add apps, ask one of them.",
        ),
        Reason::InvalidScope => (
            "Slack does not know what SyncBot asked for",
            "Whoever runs this SyncBot has to compare SLACK_BOT_SCOPES and SLACK_USER_SCOPES with the app's manifest: they have to be equal. Then install it again.",
        ),
        Reason::Expired => (
            "This took too long",
            "What Slack allows is good for ten minutes, and they are over. Nothing was changed: install it again.",
        ),
        Reason::Unknown => (
            "Nobody knows whether Slack's answer arrived",
            "SyncBot was interrupted while it talked to Slack, and asks for nothing twice. Install it again; that does no harm, even if it was installed.",
        ),
        Reason::Unreachable => (
            "Slack could not be reached",
            "SyncBot tried for ten minutes. Nothing was changed: look at status.slack.com, and install it again later.",
        ),
        Reason::Misconfigured => (
            "Slack does not take this SyncBot's credentials",
            "Whoever runs this SyncBot has to compare SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SYNCBOT_PUBLIC_URL with the app's page at api.slack.com/apps. Then install it again.",
        ),
        Reason::NotConfigured => NOT_SET_UP,
        Reason::NoBot => (
            "Slack let no bot in",
            "SyncBot works as a bot, and was given no token for one. Install it again and allow all that it asks for.",
        ),
        Reason::Organisation => (
            "SyncBot is installed in workspaces",
            "It was allowed for a whole organisation. Install it again, and choose one workspace on Slack's page.",
        ),
        Reason::Removed => (
            "SyncBot was removed again",
            "Somebody removed it from the workspace before it was set up. Install it again if it is wanted.",
        ),
        Reason::Refused => (
            "Slack refused the installation",
            "Nothing was changed. Install it again; if Slack refuses once more, whoever runs this SyncBot finds the reason in its log.",
        ),
        Reason::Broken => (
            "SyncBot could not finish the installation",
            "Something went wrong inside SyncBot, and whoever runs it finds in its log what. Install it again; that does no harm, even if it was installed.",
        ),
    };
    Page::new(state, title, &[text]).leading_to(WayOn::Begin(AGAIN))
}

pub(super) const NOT_SET_UP: (&str, &str) = (
    "This SyncBot cannot be installed yet",
    "Whoever runs it has to set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SYNCBOT_PUBLIC_URL: see docs/CONFIG.md.",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_words_of_its_own_that_say_what_to_do() {
        let mut titles: Vec<String> = Reason::ALL
            .into_iter()
            .map(|reason| {
                let page = Shown::Failed(reason).page();
                assert!(matches!(page.way_on, WayOn::Begin(AGAIN)), "{reason:?}");
                page.title
            })
            .collect();
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), Reason::ALL.len());
    }

    #[test]
    fn what_lacks_scopes_is_named_in_words() {
        let lacking = features::stored("file,own").collect();
        let page = Shown::Installed { workspace: "Acme".to_owned(), lacking }.page();
        let (_, items) = page.list.expect("a list");
        assert_eq!(items[0], "files are not copied.");
        assert_eq!(items.len(), 2);
    }
}
