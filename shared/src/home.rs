//! What people press on the app's Home tab. Ingress reads it, and the worker that shows the tab writes it.

use serde::{Deserialize, Serialize};

use crate::ids::ChannelId;

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// What is said in a channel of the workspace from now on goes nowhere.
    Pause(ChannelId),
    /// It goes on.
    Resume(ChannelId),
    /// Shows a page of the tab as it is now; the first is 0.
    Show(usize),
}

const PAUSE: &str = "channel_pause";
const RESUME: &str = "channel_resume";
const SHOW: &str = "home_show";

impl Action {
    /// What a button with this `action_id` and `value` does; `None`: nothing that this version knows.
    pub fn of(action_id: &str, value: &str) -> Option<Self> {
        match action_id {
            PAUSE => value.parse().ok().map(Self::Pause),
            RESUME => value.parse().ok().map(Self::Resume),
            // Slack wants the ids of a row to differ.
            _ if action_id.starts_with(SHOW) => value.parse().ok().map(Self::Show),
            _ => None,
        }
    }

    /// The `action_id` of its button.
    pub fn id(&self) -> String {
        match self {
            Self::Pause(_) => PAUSE.to_owned(),
            Self::Resume(_) => RESUME.to_owned(),
            Self::Show(page) => format!("{SHOW}_{page}"),
        }
    }

    /// The `value` of its button.
    pub fn value(&self) -> String {
        match self {
            Self::Pause(channel) | Self::Resume(channel) => channel.to_string(),
            Self::Show(page) => page.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_does_what_it_was_made_for() {
        let channel: ChannelId = "C1".parse().expect("an id");
        for action in [Action::Pause(channel.clone()), Action::Resume(channel), Action::Show(3)] {
            assert_eq!(Action::of(&action.id(), &action.value()), Some(action));
        }
        for (id, value) in
            [("channel_pause", "no channel"), ("home_show_1", "-1"), ("of_a_later_version", "")]
        {
            assert_eq!(Action::of(id, value), None, "{id} {value}");
        }
    }
}
