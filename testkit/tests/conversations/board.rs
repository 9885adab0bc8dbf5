//! What a channel shows, message by message: whatever differs between two channels that show the same is left
//! out.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use slack_emulator::ShownMessage;

use crate::cast::Face;

/// What one message begins with, and no other.
pub(crate) fn key(message: usize) -> String {
    format!("m{message} ")
}

/// What the file is called that is shared with a message.
pub(crate) fn file(message: usize) -> String {
    format!("m{message}.txt")
}

/// What a channel shows of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) face: Face,
    /// The person who says so of themselves.
    pub(crate) voice: Option<String>,
    pub(crate) thread: Thread,
    pub(crate) is_broadcast: bool,
    pub(crate) text: String,
    /// Names, and what is in them.
    pub(crate) files: Vec<(String, Option<String>)>,
    /// What is said with files that stand by themselves.
    pub(crate) comment: Option<String>,
    /// Emoji of the bot's.
    pub(crate) reactions: Vec<String>,
    /// Emoji that the channel is told of in words, and by whom.
    pub(crate) told: Vec<(String, String)>,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thread {
    Channel,
    /// Below this message.
    Of(usize),
    /// Below a line that stands for the first message.
    Line,
    /// Below what is no longer there.
    Gone,
}

/// The messages of a channel.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// Parts in their order, the text's first.
    parts: BTreeMap<usize, Vec<ShownMessage>>,
    /// Lines that stand for the first message of a thread.
    lines: Vec<ShownMessage>,
    /// Messages that tell of reactions.
    told: Vec<ShownMessage>,
}

impl Board {
    /// Fails where something stands that nobody said, or something stands twice.
    pub(crate) fn read(shown: Vec<ShownMessage>) -> anyhow::Result<Self> {
        let mut board = Self::default();
        let mut posts = BTreeMap::new();
        let mut later = Vec::new();
        for shown in shown {
            if shown.subtype.as_deref() == Some("tombstone") || shown.text == DELETED {
                continue;
            }
            if shown.text.starts_with(TOLD) {
                board.told.push(shown);
            } else if shown.by_app && EARLIER.iter().any(|line| shown.text.starts_with(line)) {
                board.lines.push(shown);
            } else if let Some(message) = number(&shown) {
                posts.extend(mark(&shown, "post").map(|post| (post, message)));
                board.parts.entry(message).or_default().push(shown);
            } else {
                later.push(shown);
            }
        }
        for shown in later {
            let message = mark(&shown, "post").and_then(|post| posts.get(&post));
            let message = message.with_context(|| format!("nobody said {:?}", shown.text))?;
            board.parts.entry(*message).or_default().push(shown);
        }
        for (message, parts) in &mut board.parts {
            let place = |part: &ShownMessage| mark(part, "part").and_then(|part| part.parse().ok());
            let place = |part: &ShownMessage| (part.files.len(), place(part).unwrap_or(0_i64));
            parts.sort_by_key(place);
            let is_twice = parts.windows(2).any(|pair| place(&pair[0]) == place(&pair[1]));
            ensure!(!is_twice, "`{}` stands there twice: {parts:?}", key(*message));
        }
        Ok(board)
    }

    /// Where a message stands, as people see it.
    pub(crate) fn ts(&self, message: usize) -> Option<&str> {
        self.parts.get(&message)?.first().map(|first| first.ts.as_str())
    }

    pub(crate) fn parts(&self, message: usize) -> &[ShownMessage] {
        self.parts.get(&message).map_or(&[], Vec::as_slice)
    }

    /// What it shows of each message.
    pub(crate) fn shapes(&self, bot: &str) -> anyhow::Result<BTreeMap<usize, Shape>> {
        let mut shapes = BTreeMap::new();
        for (&message, parts) in &self.parts {
            shapes.insert(message, self.shape(parts, bot)?);
        }
        for told in &self.told {
            let Some((emoji, about)) = self.about(told)? else { continue };
            let shape = shapes.get_mut(&about).context("what is reacted to is there")?;
            shape.told.push((told.author.clone(), emoji));
        }
        for shape in shapes.values_mut() {
            shape.told.sort();
        }
        Ok(shapes)
    }

    fn shape(&self, parts: &[ShownMessage], bot: &str) -> anyhow::Result<Shape> {
        let first = &parts[0];
        let places: Vec<Thread> = parts.iter().map(|part| self.thread(part)).collect();
        ensure!(places.iter().all(|place| *place == places[0]), "parts stand apart: {parts:?}");
        let own = parts.iter().filter(|part| !part.text.starts_with(SHARED_BY));
        let text: String = own.map(|part| part.text.as_str()).collect();
        let comment = parts.iter().find(|part| part.text.starts_with(SHARED_BY));
        let files = parts.iter().flat_map(|part| &part.files);
        let reactions = parts.iter().flat_map(|part| &part.reactions);
        let mut reactions: Vec<String> = reactions
            .filter(|reaction| reaction.users.iter().any(|user| user.as_str() == bot))
            .map(|reaction| reaction.name.clone())
            .collect();
        reactions.sort();
        Ok(Shape {
            face: face(first),
            voice: first.user.as_ref().filter(|_| first.bot_id.is_none()).map(ToString::to_string),
            thread: places[0],
            is_broadcast: first.broadcast,
            text,
            files: files.map(|file| (file.name.clone(), file.digest.clone())).collect(),
            comment: comment.map(|part| part.text.clone()),
            reactions,
            told: Vec::new(),
        })
    }

    fn thread(&self, part: &ShownMessage) -> Thread {
        let Some(root) = part.thread_ts.as_ref().filter(|root| **root != part.ts) else {
            return Thread::Channel;
        };
        if self.lines.iter().any(|line| line.ts == *root) {
            return Thread::Line;
        }
        self.at(root).map_or(Thread::Gone, Thread::Of)
    }

    /// The message that stands there.
    fn at(&self, ts: &str) -> Option<usize> {
        let holds = |parts: &[ShownMessage]| parts.iter().any(|part| part.ts == *ts);
        self.parts.iter().find(|(_, parts)| holds(parts)).map(|(message, _)| *message)
    }

    /// The emoji that a message tells of, and to which message it is. `None`: to one that a line stands for,
    /// which gets it or not, as it comes.
    fn about(&self, told: &ShownMessage) -> anyhow::Result<Option<(String, usize)>> {
        let rest = &told.text[TOLD.len()..];
        let (emoji, link) = rest.split_once(": to <").unwrap_or((rest.trim_end_matches(':'), ""));
        let linked = link.split_once('|').and_then(|(address, _)| address.rsplit_once("/p"));
        let about = match linked {
            Some((_, place)) => {
                let digits = place.split('?').next().unwrap_or(place);
                let holds = |part: &ShownMessage| part.ts.replace('.', "") == digits;
                let linked = self.parts.iter().find(|(_, parts)| parts.iter().any(holds));
                linked.map(|(message, _)| *message)
            }
            None if self.thread(told) == Thread::Line => return Ok(None),
            None => told.thread_ts.as_ref().and_then(|root| self.at(root)),
        };
        let about = about.with_context(|| format!("of what is it told: {told:?}"))?;
        Ok(Some((emoji.to_owned(), about)))
    }
}

const TOLD: &str = "reacted with :";
const EARLIER: [&str; 3] = [
    "_Earlier:_",
    "_A message from before this channel was synced_",
    "_A message that was not shared with this channel_",
];
const DELETED: &str = "_This message was deleted._";
const SHARED_BY: &str = "_Shared by ";

/// The message that says by itself which it is.
fn number(shown: &ShownMessage) -> Option<usize> {
    let digits = |text: &str, end| text.strip_prefix('m')?.split_once(end)?.0.parse().ok();
    let by_file = || shown.files.first().and_then(|file| digits(&file.name, '.'));
    digits(shown.text.trim_start_matches('_'), ' ').or_else(by_file)
}

/// Copies know their message by their mark.
fn mark(shown: &ShownMessage, field: &str) -> Option<String> {
    let payload = &shown.metadata.as_ref()?["event_payload"];
    payload.get(field).map(ToString::to_string)
}

/// The bot under its own name.
pub(crate) fn bot() -> Face {
    Face { name: "SyncBot".to_owned(), picture: String::new() }
}

fn face(shown: &ShownMessage) -> Face {
    if shown.bot_id.is_some() && shown.user.is_some() {
        return bot();
    }
    let picture = shown.avatar.as_deref().and_then(|url| url.split_once("/avatar/"));
    let picture = picture.map_or("", |(_, whose)| whose.trim_end_matches(".svg"));
    Face { name: shown.author.clone(), picture: picture.to_owned() }
}
