//! What people are told who manage a workspace, in words for somebody who has never seen the product.

use shared::ids::{ChannelId, UserId};
use shared::tables::undelivered::Undelivered;

use super::mishap::Mishap;
use super::mrkdwn::escaped;
use super::plain;
use crate::context::NOT_INSTALLED;

/// Lines of a digest; the rest is counted.
const LINES: usize = 15;
/// Of a reason for which there are no better words.
const REASON_MAX_CHARS: usize = 120;
const WAITS: &str = "Messages wait for up to a week and arrive by themselves once it works again.";

/// Nothing can be posted in a channel.
pub(crate) fn channel_trouble(channel: &ChannelId, code: &str) -> String {
    let (what, help) = match code {
        "is_archived" => ("it is archived", "Bring it back, or take it out of its sync."),
        "not_in_channel" => ("I am not a member of it", "Invite me to it with `/invite`."),
        "channel_not_found" => {
            ("I cannot see it", "If it is private, invite me to it with `/invite`.")
        }
        code if code.starts_with("restricted_action") => (
            "this workspace does not let me post there",
            "An owner can allow it in the workspace's settings.",
        ),
        code => {
            return format!(
                "I cannot post in <#{channel}>: Slack says `{}`. {WAITS}",
                escaped(code)
            );
        }
    };
    format!("I cannot post in <#{channel}>: {what}. {help} {WAITS}")
}

/// Something has been posted in it again.
pub(crate) fn channel_works(channel: &ChannelId) -> String {
    format!("I can post in <#{channel}> again. What was waiting for it arrives now.")
}

/// What lets the bot in ends soon, and cannot be renewed; `address`: where an installation begins.
pub(crate) fn install_again(address: Option<&str>) -> String {
    let way = match address {
        Some(address) => format!("Please install me again: <{address}>."),
        None => "Please install me again.".to_owned(),
    };
    format!(
        "An answer of Slack's was lost that I need to stay in this workspace: in two hours at the latest it lets me in no \
         longer. {way} Nothing else changes by that, and until then everything works. {WAITS}"
    )
}

/// Nothing can be posted in another workspace, whose own admins cannot be told.
pub(crate) fn workspace_trouble(name: &str, code: &str) -> String {
    const INSTALL: &str = "Somebody who manages it has to install me there again.";
    let (what, help) = match code {
        NOT_INSTALLED => ("I am no longer installed there".to_owned(), INSTALL),
        "token_revoked" | "account_inactive" | "invalid_auth" | "not_authed" | "token_expired" => {
            ("Slack no longer lets me in there".to_owned(), INSTALL)
        }
        "missing_scope" | "not_allowed_token_type" => {
            ("I lack a permission there".to_owned(), INSTALL)
        }
        "message_limit_exceeded" => (
            "its plan takes no more messages".to_owned(),
            "Somebody who manages it can look at the plan.",
        ),
        code => (
            format!("Slack says `{}`", escaped(code)),
            "Somebody who manages it has to look into that.",
        ),
    };
    format!("I cannot post in the workspace *{}*: {what}. {help} {WAITS}", escaped(name))
}

/// Something has been posted in it again.
pub(crate) fn workspace_works(name: &str) -> String {
    format!(
        "I can post in the workspace *{}* again. What was waiting for it arrives now.",
        escaped(name)
    )
}

/// A workspace that shares channels is gone.
pub(crate) fn uninstalled(name: &str, days: u32) -> String {
    format!(
        "SyncBot was removed from the workspace *{}*. The channels that you share with it are paused; nothing of theirs is \
         deleted. If it is installed there again within {days} days, they go on where they stopped.",
        escaped(name)
    )
}

/// As [`uninstalled`], for everybody in a channel.
pub(crate) fn uninstalled_in_channel(name: &str) -> String {
    format!(
        "SyncBot was removed from *{}*: what is said here no longer reaches them, nor what they say this channel.",
        escaped(name)
    )
}

/// It is back.
pub(crate) fn restored(name: &str) -> String {
    format!(
        "SyncBot is back in the workspace *{}*: the channels that you share with it go on where they stopped.",
        escaped(name)
    )
}

/// As [`restored`], for everybody in a channel.
pub(crate) fn restored_in_channel(name: &str) -> String {
    format!(
        "SyncBot is back in *{}*: what is said from now on arrives on both sides again.",
        escaped(name)
    )
}

/// It will not come back: what it had is removed.
pub(crate) fn purged(name: &str, days: u32) -> String {
    let days = if days == 1 { "a day".to_owned() } else { format!("{days} days") };
    format!(
        "SyncBot was removed from the workspace *{}* more than {days} ago, and what it had here is now deleted for good. Your \
         channels and everything in them stay as they are; those that you shared with it alone are in no sync any more.",
        escaped(name)
    )
}

/// Somebody asked for what others decide.
pub(crate) fn not_allowed(name: &str) -> String {
    format!(
        "Only those who manage the workspace *{}* can change how its channels take part: its owners and admins. Nothing was \
         changed.",
        escaped(name)
    )
}

/// Somebody has paused or resumed the channel in which this is said.
pub(crate) fn switched(user: &UserId, pauses: bool) -> String {
    if pauses {
        format!(
            "<@{user}> paused SyncBot in this channel: what is said here reaches nobody elsewhere, and what others say there \
             does not come here. Edits and reactions of older messages follow when it is resumed."
        )
    } else {
        format!(
            "<@{user}> resumed SyncBot in this channel: what is said from now on arrives on both sides again."
        )
    }
}

/// As [`switched`], in a channel of another workspace. It does not say who.
pub(crate) fn switched_elsewhere(name: &str, pauses: bool) -> String {
    let name = escaped(name);
    if pauses {
        format!(
            "*{name}* paused its channel: what is said here no longer reaches them, nor what they say this channel."
        )
    } else {
        format!(
            "*{name}* resumed its channel: what is said from now on arrives on both sides again."
        )
    }
}

/// The channels that somebody has to invite the bot to.
pub(crate) fn invite_me_again(channels: &[ChannelId]) -> String {
    let shown = channels.iter().take(LINES).map(|channel| format!("<#{channel}>"));
    let list = shown.collect::<Vec<_>>().join(", ");
    let more = match channels.len().saturating_sub(LINES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "Welcome back. I am no longer a member of {list}{more}, and cannot join by myself. Invite me there with `/invite`: until \
         then they stay paused."
    )
}

/// From where a workspace sees what was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// It was said there.
    Source,
    /// It does not appear there.
    Target,
}

/// What was given up since yesterday, as one workspace sees it: channels of others are not named.
pub(crate) fn digest(given_up: &[(Side, &Undelivered)], mishaps: &[Mishap]) -> String {
    let mut lines = vec!["Since yesterday I had to give up some things:".to_owned()];
    let mishap = |mishap: &Mishap| format!("• {}", mishap.in_words());
    lines.extend(mishaps.iter().take(LINES).map(mishap));
    for (side, given_up) in given_up.iter().take(LINES) {
        let messages = match given_up.messages {
            1 => "1 message".to_owned(),
            many => format!("{many} messages"),
        };
        let way = match side {
            Side::Source => format!(
                "from <#{}> to *{}*",
                given_up.source_channel,
                escaped(&given_up.target_name)
            ),
            Side::Target => format!(
                "from *{}* to <#{}>",
                escaped(&given_up.source_name),
                given_up.target_channel
            ),
        };
        lines.push(format!("• {messages} {way}: {}", in_words(&given_up.reason)));
    }
    let more = given_up.len().saturating_sub(LINES) + mishaps.len().saturating_sub(LINES);
    if more > 0 {
        lines.push(format!("• and {more} more like these"));
    }
    lines.push("Whoever operates me can see them with `syncbot queue dead`, and try again with `syncbot queue retry`.".to_owned());
    lines.join("\n")
}

/// Why something was given up, by what was noted for operators.
fn in_words(reason: &str) -> String {
    let known = [
        ("msg_too_long", "it is too long for Slack"),
        ("invalid_blocks", "Slack does not take how it is laid out"),
        ("cant_update_message", "it cannot be changed there"),
        ("edit_window_closed", "it can no longer be changed there"),
        ("cant_delete_message", "it cannot be deleted there"),
        ("first message of its thread", "the message that it answers could not be copied"),
        (
            "lets SyncBot change it no longer",
            "it stands there in its author's own name, for whom I may not speak any more",
        ),
        ("app's message cannot be read", "I may not read what an app said"),
        ("is not installed", "I am no longer installed there"),
        ("is_archived", "the channel has been archived for a week"),
        ("not_in_channel", "I have not been a member of the channel for a week"),
        ("channel_not_found", "I have not seen the channel for a week"),
    ];
    let words = known.iter().find(|(part, _)| reason.contains(part));
    words.map_or_else(
        || plain::shortened(&escaped(reason), REASON_MAX_CHARS),
        |(_, words)| (*words).to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given_up(messages: i64) -> Undelivered {
        let (id, team) = ("01ARZ3NDEKTSV4RRFFQ69G5FAV", |team: &str| team.parse().expect("an id"));
        Undelivered {
            source_id: id.parse().expect("an id"),
            source_team: team("T0ACME"),
            source_name: "A & C".to_owned(),
            source_channel: "C0SECRET".parse().expect("an id"),
            target_id: id.parse().expect("an id"),
            target_team: team("T0BIRCH"),
            target_name: "Birch".to_owned(),
            target_channel: "C0TOWN".parse().expect("an id"),
            reason: "chat.postMessage: Slack said `msg_too_long`".to_owned(),
            messages,
        }
    }

    #[test]
    fn nobody_learns_of_channels_of_another_workspace() {
        let given_up = given_up(3);
        let source = digest(&[(Side::Source, &given_up)], &[]);
        assert!(
            source.contains("• 3 messages from <#C0SECRET> to *Birch*: it is too long for Slack"),
            "{source}"
        );
        assert!(!source.contains("C0TOWN"), "{source}");
        let target = digest(&[(Side::Target, &given_up)], &[]);
        assert!(target.contains("3 messages from *A &amp; C* to <#C0TOWN>:"), "{target}");
        assert!(!target.contains("C0SECRET"), "{target}");
    }

    #[test]
    fn a_digest_of_very_much_is_short() {
        let given_up = given_up(1);
        let text = digest(&vec![(Side::Target, &given_up); 132], &[]);
        assert_eq!(text.lines().count(), 18);
        assert!(text.contains("• 1 message from") && text.contains("and 117 more"), "{text}");
        assert!(!digest(&vec![(Side::Target, &given_up); 15], &[]).contains("more like"));
        let endless = Undelivered { reason: "<why> not ".repeat(100), ..given_up };
        assert!(digest(&vec![(Side::Source, &endless); 99], &[]).chars().count() < 4_000);
    }

    #[test]
    fn every_trouble_says_what_to_do_and_that_nothing_is_lost() {
        let channel = "C0TOWN".parse().expect("an id");
        for code in [
            "is_archived",
            "not_in_channel",
            "channel_not_found",
            "restricted_action_read_only_channel",
            "new",
        ] {
            let text = channel_trouble(&channel, code);
            assert!(text.contains("<#C0TOWN>") && text.ends_with(WAITS), "{text}");
        }
        assert!(
            workspace_trouble("<B>", "token_revoked")
                .contains("*&lt;B&gt;*: Slack no longer lets me in")
        );
    }
}
