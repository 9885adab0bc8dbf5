//! Block Kit in messages (docs.slack.dev/reference/block-kit/blocks).
//!
//! What the source workspace shows is cleaned once, when its event comes (`clean`, `attachments`), and said in
//! words beside (`words`). What a copy shows of it is made for its readers (`target`).
//! Why so: docs/decisions/0010-blocks.md.

mod attachments;
mod clean;
mod target;
#[cfg(test)]
mod tests;
mod words;

use serde_json::{Value, json};
use shared::slack::CallError;

pub(crate) use attachments::{attached, shared};
pub(crate) use clean::{kept, left_out};
pub(crate) use target::{for_target, mentions};
pub(crate) use words::in_words;

use super::split;

/// Blocks of a message.
const MOST_BLOCKS: usize = 50;
/// Elements of a context, and fields of a section.
const MOST_ELEMENTS: usize = 10;
/// Characters of a text that becomes a section, of 3,000 that it may have.
const SECTION_CHARS: usize = 2_500;

/// What removes the blocks of a message that is updated, and is no change where there are none.
pub(crate) const NONE: &str = "[]";

/// Blocks as `chat.postMessage` takes them.
pub(crate) fn to_post(blocks: &[Value]) -> Option<String> {
    (!blocks.is_empty()).then(|| json!(blocks).to_string())
}

/// Blocks as `chat.update` takes them.
pub(crate) fn to_update(blocks: &[Value]) -> String {
    json!(blocks).to_string()
}

/// Whether Slack refuses the blocks and may take the text alone.
pub(crate) fn are_refused(error: &CallError) -> bool {
    error.code().is_some_and(|code| {
        code.starts_with("invalid_blocks")
            || matches!(code, "msg_blocks_too_long" | "block_mismatch")
    })
}

/// Whether mrkdwn says everything that the blocks show: they are what somebody typed, without lists.
pub(crate) fn are_typed(blocks: &[Value]) -> bool {
    let is_typed = |element: &Value| {
        element["type"] != "rich_text_list"
            && all(&element["elements"], |inline| inline["style"]["underline"].is_null())
    };
    are_rich_text(blocks) && blocks.iter().all(|block| all(&block["elements"], is_typed))
}

/// Whether all of it is what Slack's own clients make of what people type.
pub(crate) fn are_rich_text(blocks: &[Value]) -> bool {
    blocks.iter().all(|block| block["type"] == "rich_text")
}

fn all(list: &Value, is: impl Fn(&Value) -> bool) -> bool {
    list.as_array().is_none_or(|list| list.iter().all(is))
}

/// A section of mrkdwn. Nothing in it is parsed that the source workspace did not: `@here` is a word.
pub(crate) fn section(mrkdwn: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": mrkdwn, "verbatim": true } })
}

/// A text as sections. Names are longer than the ids that they replace: there is room for them.
pub(crate) fn sections(mrkdwn: &str) -> Vec<Value> {
    let parts = split::cut(mrkdwn, SECTION_CHARS);
    parts.iter().filter(|part| !part.trim().is_empty()).map(|part| section(part)).collect()
}
