//! The two workspaces of most stories, and what they share.

use slack_emulator::SlackEmulator;

/// One workspace: a person, and the channel that is kept in step with the other's.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Side {
    pub team: &'static str,
    pub name: &'static str,
    pub channel: &'static str,
    pub person: &'static str,
    pub person_name: &'static str,
}

/// Ada's workspace.
pub const ACME: Side = Side {
    team: "T0ACME",
    name: "Acme",
    channel: "C0GENERAL",
    person: "U0ADA",
    person_name: "Ada Lovelace",
};
/// Linus's workspace.
pub const BIRCH: Side = Side {
    team: "T0BIRCH",
    name: "Birch",
    channel: "C0TOWN",
    person: "U0LINUS",
    person_name: "Linus Pauling",
};

/// Grace's workspace, where a third is needed.
pub const CEDAR: Side = Side {
    team: "T0CEDAR",
    name: "Cedar",
    channel: "C0GROVE",
    person: "U0GRACE",
    person_name: "Grace Hopper",
};

/// Puts both on a simulated Slack.
pub(crate) fn enter(slack: &SlackEmulator) {
    for side in [ACME, BIRCH] {
        side.enter(slack);
    }
}

impl Side {
    /// Puts it on a simulated Slack.
    pub(crate) fn enter(&self, slack: &SlackEmulator) {
        slack
            .add_workspace(self.team, self.name)
            .user(self.person, self.person_name)
            .channel(self.channel, "general");
    }

    /// What the person says in the shared channel; returns its ts.
    pub fn says(&self, slack: &SlackEmulator, text: &str) -> String {
        slack.say(self.team, self.channel, self.person, text).to_string()
    }

    /// What the person answers in a thread; returns its ts.
    pub fn replies(&self, slack: &SlackEmulator, root: &str, text: &str) -> String {
        slack.reply(self.team, self.channel, self.person, root, text).to_string()
    }

    /// Texts of the shared channel, the oldest first.
    pub fn texts(&self, slack: &SlackEmulator) -> Vec<String> {
        slack.messages(self.team, self.channel).into_iter().map(|message| message.text).collect()
    }
}
