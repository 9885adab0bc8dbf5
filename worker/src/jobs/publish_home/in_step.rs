//! The channels that are in step, a page at a time, with what can be done about them.

use serde_json::{Value, json};
use shared::home::Action;
use shared::tables::sync_channels::Pair;

use super::plain;
use crate::sync::{blocks, mrkdwn};

/// Channels of a page, each with a button; Slack shows 100 blocks.
const CHANNELS_OF_A_PAGE: usize = 40;
/// So much of what others are called, escaped.
const NAMES_MAX_CHARS: usize = 100;

/// A page of the channels that are in step; `manages`: with what can be done about them.
pub(super) fn page(pairs: &[Pair], manages: bool, page: usize) -> Vec<Value> {
    if pairs.is_empty() {
        return vec![blocks::section(
            "No channel of this workspace is in step with another one yet.",
        )];
    }
    let channels: Vec<&[Pair]> = pairs.chunk_by(|a, b| a.channel_id == b.channel_id).collect();
    let pages: Vec<&[&[Pair]]> = channels.chunks(CHANNELS_OF_A_PAGE).collect();
    // Some may be in step no longer since the button was shown.
    let page = page.min(pages.len() - 1);
    let mut shown = vec![blocks::section("*Channels in step*")];
    shown.extend(pages[page].iter().map(|channel| one(channel, manages)));
    if pages.len() > 1 {
        shown.push(blocks::section(&format!("Page {} of {}", page + 1, pages.len())));
        let mut turns = Vec::new();
        if page > 0 {
            turns.push(button(&Action::Show(page - 1), "Previous page"));
        }
        if page + 1 < pages.len() {
            turns.push(button(&Action::Show(page + 1), "Next page"));
        }
        shown.push(json!({ "type": "actions", "elements": turns }));
    }
    shown
}

/// One channel, and with whom it is in step.
fn one(pairs: &[Pair], manages: bool) -> Value {
    let channel = &pairs[0].channel_id;
    let other = |pair: &Pair| {
        let paused = if pair.other_is_paused { " (paused there)" } else { "" };
        format!("{}{paused}", pair.workspace_name)
    };
    let names = pairs.iter().map(other).collect::<Vec<_>>().join(", ");
    let names = mrkdwn::shortened(&mrkdwn::escaped(&names), NAMES_MAX_CHARS);
    let is_paused = pairs.iter().any(|pair| pair.is_paused);
    let paused = if is_paused { " – *paused*" } else { "" };
    let mut shown = blocks::section(&format!("• <#{channel}> with {names}{paused}"));
    if manages && is_paused {
        shown["accessory"] = button(&Action::Resume(channel.clone()), "Resume");
    } else if manages {
        let mut pause = button(&Action::Pause(channel.clone()), "Pause");
        pause["confirm"] = confirm();
        shown["accessory"] = pause;
    }
    shown
}

fn button(action: &Action, label: &str) -> Value {
    json!({
        "type": "button", "text": plain(label), "action_id": action.id(), "value": action.value(),
    })
}

/// What a pause means, before it begins.
fn confirm() -> Value {
    json!({
        "title": plain("Pause this channel?"),
        "text": plain(
            "What is said here from then on reaches nobody elsewhere, and what others say there does not come here, not \
             even afterwards. Edits and reactions of older messages follow when it is resumed.",
        ),
        "confirm": plain("Pause"),
        "deny": plain("Cancel"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Slack lets a section have.
    const SECTION_MAX_CHARS: usize = 3_000;

    fn pairs(count: usize, name: &str) -> Vec<Pair> {
        let pair = |number: usize| Pair {
            channel_id: format!("C0{number:09}").parse().expect("an id"),
            workspace_name: name.to_owned(),
            is_paused: number.is_multiple_of(2),
            other_is_paused: true,
        };
        (0..count).map(pair).collect()
    }

    fn texts(shown: &[Value]) -> Vec<&str> {
        shown.iter().filter_map(|block| block["text"]["text"].as_str()).collect()
    }

    #[test]
    fn names_that_are_longer_when_they_are_escaped_leave_sections_that_slack_takes() {
        for name in ["&".repeat(255), "<&> ".repeat(60), "n".to_owned()] {
            let shown = page(&pairs(CHANNELS_OF_A_PAGE, &name), true, 0);
            for text in texts(&shown) {
                assert!(text.chars().count() <= SECTION_MAX_CHARS, "{text}");
                let escapes = ["&amp;", "&lt;", "&gt;"];
                let whole: usize = escapes.map(|escape| text.matches(escape).count()).iter().sum();
                assert_eq!(text.matches('&').count(), whole, "{text}");
            }
        }
    }

    #[test]
    fn every_channel_is_on_one_page_and_a_page_that_is_gone_is_the_last() {
        let all = pairs(2 * CHANNELS_OF_A_PAGE + 1, "Acme");
        let listed = |number: usize| {
            let shown = page(&all, true, number);
            texts(&shown).concat().matches("<#C0").count()
        };
        assert_eq!([listed(0), listed(1), listed(2)], [CHANNELS_OF_A_PAGE, CHANNELS_OF_A_PAGE, 1]);
        assert_eq!(page(&all, true, 2), page(&all, true, usize::MAX));
        assert!(page(&all, false, 1).iter().all(|block| block["accessory"].is_null()));
    }
}
