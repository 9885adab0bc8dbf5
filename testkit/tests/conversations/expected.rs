//! What was said, and so what every channel is to show.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use slack_emulator::ShownMessage;

/// A message as its author left it.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) side: usize,
    /// The first message of its thread.
    pub(crate) root: Option<usize>,
    pub(crate) text: String,
    pub(crate) has_file: bool,
    pub(crate) is_deleted: bool,
    /// Where it appears: not where it was paused when it was said, nor anywhere if that was so at its own place.
    pub(crate) reaches: [bool; 3],
    /// Where its author sees it.
    pub(crate) ts: String,
    /// Who reacts how.
    pub(crate) reactions: BTreeSet<(usize, &'static str)>,
}

/// What one message begins with, and no other.
pub(crate) fn key(message: usize) -> String {
    format!("m{message} ")
}

/// What the file is called that is shared with a message.
pub(crate) fn file(message: usize) -> String {
    format!("m{message}.txt")
}

/// The message in a channel's list that begins so.
pub(crate) fn find(shown: &[ShownMessage], message: usize) -> Option<&ShownMessage> {
    let key = key(message);
    shown.iter().find(|shown| shown.text.starts_with(&key))
}

/// Checks what one channel shows; `in_order`: Slack handed events over in their order; `in_words`: it shows
/// reactions so.
pub(crate) fn check(
    said: &[Said],
    side: usize,
    shown: &[ShownMessage],
    bot: &str,
    in_order: bool,
    in_words: bool,
) -> anyhow::Result<()> {
    let mut last_of: BTreeMap<usize, usize> = BTreeMap::new();
    let places: Vec<Option<usize>> = (0..said.len())
        .map(|message| {
            let key = key(message);
            shown.iter().position(|shown| shown.text.starts_with(&key))
        })
        .collect();
    for (message, wanted) in said.iter().enumerate() {
        let key = key(message);
        let count = shown.iter().filter(|shown| shown.text.starts_with(&key)).count();
        let is_here = !wanted.is_deleted && wanted.reaches[side];
        let expected = usize::from(is_here);
        ensure!(count == expected, "`{key}` stands there {count} times instead of {expected}");
        let name = file(message);
        let files = shown.iter().flat_map(|shown| &shown.files).filter(|file| file.name == name);
        let (files, expected) = (files.count(), usize::from(wanted.has_file && is_here));
        ensure!(files == expected, "{name} is there {files} times instead of {expected}");
        let Some(place) = places[message] else { continue };
        let first = &shown[place];
        ensure!(whole(shown, first) == wanted.text, "`{key}` reads {:?}", whole(shown, first));
        if let Some(root) = wanted.root
            && !said[root].is_deleted
        {
            let is_in_thread = if said[root].reaches[side] {
                let root = &shown[places[root].context("its root is there")?];
                first.thread_ts.as_ref() == Some(&root.ts)
            } else {
                // One line stands for it.
                first.thread_ts.as_ref().is_some_and(|root| *root != first.ts)
            };
            ensure!(is_in_thread, "`{key}` is in no or another thread");
        }
        let reacted: BTreeSet<&str> = first
            .reactions
            .iter()
            .filter(|reaction| reaction.users.iter().any(|user| user.as_str() == bot))
            .map(|reaction| reaction.name.as_str())
            .collect();
        let others = wanted.reactions.iter().filter(|(from, _)| *from != side);
        let wanted_reactions: BTreeSet<&str> =
            others.filter(|_| !in_words).map(|(_, emoji)| *emoji).collect();
        ensure!(
            reacted == wanted_reactions,
            "`{key}` shows {reacted:?} instead of {wanted_reactions:?}"
        );
        if in_order && wanted.root.is_none() {
            let before = last_of.insert(wanted.side, place);
            ensure!(
                before.is_none_or(|before| before < place),
                "`{key}` stands before what was said earlier"
            );
        }
    }
    let wanted = if in_words { lines(said, side) } else { Vec::new() };
    let mut told: Vec<&str> = shown.iter().filter_map(line).collect();
    told.sort_unstable();
    ensure!(told == wanted, "people are said to react {told:?} instead of {wanted:?}");
    Ok(())
}

/// The emoji of all reactions that one channel is to be told of.
fn lines(said: &[Said], side: usize) -> Vec<&'static str> {
    let here = said.iter().filter(|said| !said.is_deleted && said.reaches[side]);
    let others = here.flat_map(|said| said.reactions.iter().filter(|(from, _)| *from != side));
    let mut emoji: Vec<&str> = others.map(|(_, emoji)| *emoji).collect();
    emoji.sort_unstable();
    emoji
}

/// Of which emoji a message tells.
fn line(shown: &ShownMessage) -> Option<&str> {
    let rest = shown.text.strip_prefix("reacted with :")?;
    Some(rest.split_once(": to <").map_or_else(|| rest.trim_end_matches(':'), |(emoji, _)| emoji))
}

/// All parts of a message. The first carries the key; copies know their message by their mark.
fn whole(shown: &[ShownMessage], first: &ShownMessage) -> String {
    let mark = |shown: &ShownMessage, field: &str| {
        shown.metadata.as_ref().map(|metadata| metadata["event_payload"][field].clone())
    };
    let Some(post) = mark(first, "post") else { return first.text.clone() };
    let mut parts: Vec<&ShownMessage> =
        shown.iter().filter(|shown| mark(shown, "post").as_ref() == Some(&post)).collect();
    parts.sort_by_key(|part| mark(part, "part").and_then(|part| part.as_i64()));
    parts.iter().map(|part| part.text.as_str()).collect()
}
