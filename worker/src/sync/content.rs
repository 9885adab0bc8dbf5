//! What is kept of what a message shows: its text, and blocks where text does not say it all
//! (docs/decisions/0010-blocks.md).

use serde_json::Value;
use shared::slack::file::File;
use shared::tables::posts::Body;

use super::{blocks, split};

/// What Slack tells of a message.
#[derive(Debug)]
pub(crate) struct Content<'e> {
    pub(crate) subtype: Option<&'e str>,
    pub(crate) text: Option<&'e str>,
    pub(crate) blocks: &'e Value,
    pub(crate) attachments: &'e Value,
    /// An app wrote it: its text may say less than its blocks.
    pub(crate) is_of_app: bool,
    pub(crate) files: Vec<File>,
}

impl Content<'_> {
    /// What is to be shown elsewhere; `None`: nothing.
    pub(crate) fn into_body(self) -> Option<Body> {
        let mut text = self.text.unwrap_or_default().to_owned();
        let is_broadcast = matches!(self.subtype, Some("thread_broadcast" | "reply_broadcast"));
        // `/me` is shown as Slack shows it.
        if self.subtype == Some("me_message") {
            return (!text.trim().is_empty()).then(|| Body::said(format!("_{text}_")));
        }
        let mut shown = blocks::kept(self.blocks);
        if self.is_told(&text, &shown) {
            shown.clear();
        }
        for url in blocks::shared(self.attachments) {
            let line = format!("<{url}>");
            shown.extend((!shown.is_empty()).then(|| blocks::section(&line)));
            text = if text.trim().is_empty() { line } else { format!("{text}\n{line}") };
        }
        let attached = blocks::attached(self.attachments);
        if !attached.is_empty() {
            if shown.is_empty() {
                shown = blocks::sections(&text);
            }
            shown.extend(attached);
        }
        if !shown.is_empty() {
            text = better(text, blocks::in_words(&shown));
        }
        let files = self.files;
        if text.trim().is_empty() && files.is_empty() {
            text = blocks::left_out(self.blocks).unwrap_or_default();
        }
        let is_there = !text.trim().is_empty() || !files.is_empty();
        is_there.then_some(Body { is_broadcast, files, blocks: shown, ..Body::said(text) })
    }

    /// Whether the text says what the blocks show. A text of a person that is too long for one message comes
    /// in parts, which blocks cannot.
    fn is_told(&self, text: &str, shown: &[Value]) -> bool {
        if text.trim().is_empty() {
            return false;
        }
        if self.is_of_app {
            return blocks::are_typed(shown) && letters(&blocks::in_words(shown)) == letters(text);
        }
        blocks::are_typed(shown) || blocks::are_rich_text(shown) && split::parts(text).len() > 1
    }
}

/// Of two texts, the one with lines, or else the longer.
fn better(text: String, of_blocks: String) -> String {
    let has_lines = |text: &str| text.trim().contains('\n');
    let is_better = has_lines(&of_blocks) && !has_lines(&text)
        || of_blocks.chars().count() > text.chars().count();
    if is_better { of_blocks } else { text }
}

/// What is left of a text without its marks.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
