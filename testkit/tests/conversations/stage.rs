//! The three channels of one conversation: what people do there, and what they see.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use slack_emulator::{ChannelSetup, FileSetup, UserAct, UserPost};
use testkit::{TestApp, Way};

use crate::board::{Board, Shape, Thread, file};
use crate::cast::SIDES;
use crate::deed::{Deed, Doings};
use crate::expected;
use crate::script::{Manner, Syncs};

/// Channels that are in step.
pub(crate) struct Stage<'a> {
    pub(crate) app: &'a TestApp,
    channels: [String; 3],
    /// Where the author of each message sees it.
    said_at: Vec<String>,
}

impl<'a> Stage<'a> {
    pub(crate) async fn open(app: &'a TestApp, name: &str, syncs: Syncs) -> Self {
        // Ids of channels differ between workspaces.
        let id = |side: usize| format!("C0{name}{}", SIDES[side].name.to_ascii_uppercase());
        let channels: [String; 3] = std::array::from_fn(id);
        for (side, channel) in SIDES.iter().zip(&channels) {
            app.slack.workspace(side.team).add_channel(ChannelSetup::new(channel, "talk"));
        }
        for members in members(syncs) {
            let members: Vec<_> = members
                .iter()
                .map(|(side, way)| (SIDES[*side], channels[*side].as_str(), *way))
                .collect();
            app.sync_channels(&members).await.expect("they take part");
        }
        Self { app, channels, said_at: Vec::new() }
    }

    /// Nobody says anything here any more.
    pub(crate) async fn close(self) {
        for channel in &self.channels {
            self.app.leave_syncs(channel).await;
        }
    }

    pub(crate) fn channel(&self, side: usize) -> &str {
        &self.channels[side]
    }

    pub(crate) fn board(&self, side: usize) -> anyhow::Result<Board> {
        let shown = self.app.slack.messages(SIDES[side].team, &self.channels[side]);
        Board::read(shown).with_context(|| self.describe(side))
    }

    /// Where people of one side see a message, if it has come there.
    pub(crate) fn seen(&self, side: usize, message: usize) -> Option<String> {
        let board = self.board(side).ok()?;
        board.ts(message).map(str::to_owned)
    }

    /// Does it; `false`: what it is done to has just gone.
    pub(crate) async fn perform(&mut self, doings: &Doings, deed: &Deed) -> bool {
        let slack = &self.app.slack;
        let mine = |message: usize| {
            let person = doings.said[message].person;
            (
                SIDES[person.side].team,
                &self.channels[person.side],
                person.id(),
                &self.said_at[message],
            )
        };
        match deed {
            Deed::Say { person, root, manner, text } => {
                let mut post = UserPost::new(person.id(), text);
                if let Some(root) = root {
                    let Some(ts) = self.seen(person.side, *root) else { return false };
                    post = post.in_thread(&ts);
                }
                match manner {
                    Manner::Broadcast => post = post.broadcast(),
                    Manner::Me => post = post.me(),
                    Manner::WithFile | Manner::FileAlone => {
                        let message = doings.said.len();
                        let (name, content) = (file(message), expected::content(message));
                        post = post.with_file(FileSetup::new(&name, "text/plain", content));
                    }
                    Manner::Plain | Manner::Long => {}
                }
                let said = slack.post(SIDES[person.side].team, &self.channels[person.side], post);
                let Ok(ts) = said else { return false };
                self.said_at.push(ts.to_string());
            }
            Deed::Edit { message, text } => {
                let (team, channel, person, ts) = mine(*message);
                slack.edit(team, channel, person, ts, text);
            }
            Deed::Delete { message } => {
                let (team, channel, person, ts) = mine(*message);
                slack.delete(team, channel, person, ts);
            }
            Deed::React { person, message, emoji, adds } => {
                let Some(ts) = self.seen(person.side, *message) else { return false };
                let (ts, emoji) = (ts.into(), (*emoji).to_owned());
                let act = if *adds {
                    UserAct::React { ts, emoji }
                } else {
                    UserAct::Unreact { ts, emoji }
                };
                let channel = &self.channels[person.side];
                return slack.act(SIDES[person.side].team, channel, person.id(), act).is_ok();
            }
            Deed::Pause { side } => {
                self.app.pause_channel(SIDES[*side].team, &self.channels[*side]).await;
            }
            Deed::Resume { side } => {
                self.app.resume_channel(SIDES[*side].team, &self.channels[*side]).await;
            }
        }
        true
    }

    /// What a channel shows, but for what is a matter of time: where answers to a message stand that is gone.
    pub(crate) fn shapes(
        &self,
        doings: &Doings,
        side: usize,
    ) -> anyhow::Result<BTreeMap<usize, Shape>> {
        let board = self.board(side)?;
        let bot = self.app.slack.bot_user_id(SIDES[side].team);
        let mut shapes = board.shapes(bot.as_str()).with_context(|| self.describe(side))?;
        let mut lines = BTreeMap::new();
        for (&message, shape) in &mut shapes {
            let said = doings.said.get(message).context("somebody said it")?;
            let Some(root) = said.root else { continue };
            if doings.said[root].is_deleted {
                (shape.thread, shape.is_broadcast) = (Thread::Gone, false);
            } else if shape.thread == Thread::Line {
                let line = board.parts(message)[0].thread_ts.clone();
                let known = lines.insert(root, line.clone());
                ensure!(known.is_none_or(|known| known == line), "several lines stand for {root}");
            }
        }
        Ok(shapes)
    }

    /// What stands in a channel, for whoever reads why the test failed.
    pub(crate) fn describe(&self, side: usize) -> String {
        let shown = self.app.slack.messages(SIDES[side].team, &self.channels[side]);
        let lines = shown.iter().map(|shown| {
            let text: String = shown.text.chars().take(60).collect();
            let thread = shown.thread_ts.as_deref().unwrap_or("                 ");
            format!("  {} {thread} {}: {text}", shown.ts, shown.author)
        });
        format!("in {}:\n{}", SIDES[side].name, lines.collect::<Vec<_>>().join("\n"))
    }
}

/// Who takes part in each sync, and which way.
fn members(syncs: Syncs) -> Vec<Vec<(usize, Way)>> {
    let both = |sides: &[usize]| sides.iter().map(|side| (*side, Way::Both)).collect::<Vec<_>>();
    let with = |way| vec![[both(&[0, 1]), vec![(2, way)]].concat()];
    match syncs {
        Syncs::One => vec![both(&[0, 1, 2])],
        Syncs::Listens => with(Way::In),
        Syncs::Speaks => with(Way::Out),
        Syncs::Chain => vec![both(&[0, 1]), both(&[1, 2])],
        Syncs::Twice => vec![both(&[0, 1, 2]), both(&[0, 1])],
    }
}
