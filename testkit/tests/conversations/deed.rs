//! What people really did, and so what is to be seen of it.

use std::collections::BTreeSet;

use crate::cast::Person;
use crate::script::{Manner, Syncs};

/// Something that somebody did, or decided. Messages are known by their number.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    Say { person: Person, root: Option<usize>, manner: Manner, text: String },
    Edit { message: usize, text: String },
    Delete { message: usize },
    React { person: Person, message: usize, emoji: &'static str, adds: bool },
    Pause { side: usize },
    Resume { side: usize },
}

/// A message as its author left it.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) person: Person,
    /// The first message of its thread.
    pub(crate) root: Option<usize>,
    pub(crate) manner: Manner,
    /// What it said at first, and what it says now. Empty: its file speaks for itself.
    pub(crate) first_text: String,
    pub(crate) text: String,
    pub(crate) is_deleted: bool,
    /// Where it appears: not where it was paused when it was said, nor anywhere if that was so at its own place.
    pub(crate) reaches: [bool; 3],
    pub(crate) reactions: BTreeSet<(Person, &'static str)>,
}

/// All that was done so far.
#[derive(Debug)]
pub(crate) struct Doings {
    pub(crate) said: Vec<Said>,
    pub(crate) deeds: Vec<Deed>,
    pub(crate) is_paused: [bool; 3],
    syncs: Syncs,
}

impl Said {
    pub(crate) fn has_file(&self) -> bool {
        matches!(self.manner, Manner::WithFile | Manner::FileAlone)
    }

    pub(crate) fn side(&self) -> usize {
        self.person.side
    }
}

impl Syncs {
    /// The ways between channels: from one to another.
    pub(crate) fn lead(self, from: usize, to: usize) -> bool {
        let is_way = match self {
            Self::One | Self::Twice => true,
            Self::Listens => from != 2,
            Self::Speaks => to != 2,
            Self::Chain => from.abs_diff(to) == 1,
        };
        is_way && from != to
    }
}

impl Doings {
    pub(crate) fn new(syncs: Syncs) -> Self {
        Self { said: Vec::new(), deeds: Vec::new(), is_paused: [false; 3], syncs }
    }

    /// Where it is heard what is said now.
    fn reaches(&self, from: usize) -> [bool; 3] {
        let is_heard =
            |to: usize| !self.is_paused[from] && !self.is_paused[to] && self.syncs.lead(from, to);
        std::array::from_fn(|to| to == from || is_heard(to))
    }

    /// Whether somebody answers a message of another workspace.
    pub(crate) fn is_foreign(&self, person: Person, root: Option<usize>) -> bool {
        root.is_some_and(|root| self.said[root].side() != person.side)
    }

    /// Messages that are there still.
    pub(crate) fn living(&self) -> Vec<usize> {
        (0..self.said.len()).filter(|message| !self.said[*message].is_deleted).collect()
    }

    pub(crate) fn note(&mut self, deed: Deed) {
        match &deed {
            Deed::Say { person, root, manner, text } => {
                let reaches = self.reaches(person.side);
                self.said.push(Said {
                    person: *person,
                    root: *root,
                    manner: *manner,
                    first_text: text.clone(),
                    text: text.clone(),
                    is_deleted: false,
                    reaches,
                    reactions: BTreeSet::new(),
                });
            }
            Deed::Edit { message, text } => self.said[*message].text.clone_from(text),
            Deed::Delete { message } => self.said[*message].is_deleted = true,
            Deed::React { person, message, emoji, adds } => {
                let reactions = &mut self.said[*message].reactions;
                if *adds {
                    reactions.insert((*person, emoji));
                } else {
                    reactions.remove(&(*person, *emoji));
                }
            }
            Deed::Pause { side } => self.is_paused[*side] = true,
            Deed::Resume { side } => self.is_paused[*side] = false,
        }
        self.deeds.push(deed);
    }

    /// What people at other places react to a message, as far as it is to be seen at this one.
    pub(crate) fn reactions_for(
        &self,
        message: usize,
        side: usize,
    ) -> impl Iterator<Item = (Person, &'static str)> {
        let reactions = self.said[message].reactions.iter().copied();
        reactions.filter(move |(person, _)| self.syncs.lead(person.side, side))
    }
}
