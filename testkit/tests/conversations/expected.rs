//! What every channel is to show, by what was done.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::board::{Shape, Thread, bot, file};
use crate::deed::{Doings, Said};
use crate::script::Manner;

/// What stands in a message's file.
pub(crate) fn content(message: usize) -> String {
    format!("what is in file {message}")
}

/// What one channel is to show, where it shows reactions in words or not.
pub(crate) fn shapes(doings: &Doings, side: usize, in_words: bool) -> BTreeMap<usize, Shape> {
    let said = doings.said.iter().enumerate();
    let here = said.filter(|(_, said)| !said.is_deleted && said.reaches[side]);
    here.map(|(message, said)| (message, shape(doings, message, said, side, in_words))).collect()
}

fn shape(doings: &Doings, message: usize, said: &Said, side: usize, in_words: bool) -> Shape {
    let is_copy = side != said.side();
    // A bot's files are the bot's.
    let is_bots = is_copy && said.manner == Manner::FileAlone;
    let mut face = said.person.face(side);
    let comment = (is_copy && said.has_file()).then(|| format!("_Shared by {}_", face.name));
    if is_bots {
        face = bot();
    }
    let text = match said.manner {
        Manner::Me if is_copy => format!("_{}_", said.text),
        _ => said.text.clone(),
    };
    let digest = || hex::encode(Sha256::digest(content(message)));
    let files = said.has_file().then(|| (file(message), Some(digest())));
    let mut emoji: Vec<String> =
        doings.reactions_for(message, side).map(|(_, emoji)| emoji.to_owned()).collect();
    emoji.sort();
    emoji.dedup();
    let mut told: Vec<(String, String)> = doings
        .reactions_for(message, side)
        .map(|(person, emoji)| (person.face(side).name, emoji.to_owned()))
        .collect();
    told.sort();
    let thread = thread(doings, said, side);
    Shape {
        face,
        voice: said.person.voice(side).filter(|_| !is_bots).map(str::to_owned),
        thread,
        is_broadcast: said.manner == Manner::Broadcast && thread != Thread::Gone,
        text,
        files: files.into_iter().collect(),
        comment,
        reactions: if in_words { Vec::new() } else { emoji },
        told: if in_words { told } else { Vec::new() },
    }
}

fn thread(doings: &Doings, said: &Said, side: usize) -> Thread {
    match said.root {
        None => Thread::Channel,
        Some(root) if doings.said[root].is_deleted => Thread::Gone,
        Some(root) if doings.said[root].reaches[side] => Thread::Of(root),
        Some(_) => Thread::Line,
    }
}
