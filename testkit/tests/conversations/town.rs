//! Three workspaces, and a SyncBot whose workers crash.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use shared::tables::reaction_styles::ReactionStyle;
use slack_emulator::{
    ChannelSetup, EventOrder, Fault, FaultRule, FileSetup, ShownMessage, SlackEmulator, UserAct,
};
use testkit::{ACME, BIRCH, CEDAR, CrashableWorker, Engine, Side, TestApp, TestDatabase};

use crate::expected::{self, Said, find, key};
use crate::script::{EMOJI, METHODS, Order, Script, Step, Switches, Trouble};

const SIDES: [Side; 3] = [ACME, BIRCH, CEDAR];
/// The one that shows reactions in words, if any does.
const IN_WORDS: usize = 2;
/// Longer than any pause between tries, and than leases of the dead.
const PATIENCE: Duration = Duration::from_mins(1);
/// In two parts.
const LONG: usize = 700;

/// Lasts for many conversations, each in channels of its own.
pub(crate) struct Town {
    app: TestApp,
    worker: Option<CrashableWorker>,
    conversations: usize,
}

impl Town {
    pub(crate) async fn build(engine: Engine) -> Self {
        let app = TestApp::start_without_worker(TestDatabase::create(engine)).await;
        app.slack.add_workspace(CEDAR.team, CEDAR.name).user(CEDAR.person, CEDAR.person_name);
        let worker = Some(app.start_crashable_worker());
        Self { app, worker, conversations: 0 }
    }

    pub(crate) async fn leave(self) {
        drop(self.worker);
        self.app.stop_everything().await;
    }

    pub(crate) async fn hold(&mut self, script: &Script) -> anyhow::Result<()> {
        self.conversations += 1;
        let channel = format!("C0TALK{}", self.conversations);
        let mut places = Vec::new();
        for side in SIDES {
            // Ids of channels differ between workspaces.
            let id = format!("{channel}{}", side.name.to_ascii_uppercase());
            self.app.slack.workspace(side.team).add_channel(ChannelSetup::new(&id, "talk"));
            places.push((side, id));
        }
        self.app.share("talk", &places).await;
        switch(&self.app.slack, &script.switches);
        let channels: Vec<String> = places.into_iter().map(|(_, id)| id).collect();
        if script.switches.in_words {
            let (side, channel) = (SIDES[IN_WORDS], &channels[IN_WORDS]);
            self.app.shows_reactions_in(side.team, channel, ReactionStyle::Attributed).await;
        }
        let mut talk =
            Talk { slack: &self.app.slack, channels, said: Vec::new(), is_paused: [false; 3] };
        for (number, step) in script.steps.iter().enumerate() {
            match step {
                Step::Crash => {
                    // The old one is gone before the new one begins.
                    self.worker = None;
                    self.worker = Some(self.app.start_crashable_worker());
                }
                Step::Pause { side } => {
                    let paused = self.app.pause_channel(SIDES[*side].team, &talk.channels[*side]);
                    paused.await;
                    talk.is_paused[*side] = true;
                }
                Step::Resume { side } => self.resume(&mut talk, *side).await,
                Step::Rest => settle(&self.app).await.context("at a rest")?,
                step => talk.perform(step, number),
            }
        }
        talk.slack.clear_faults();
        for side in 0..SIDES.len() {
            self.resume(&mut talk, side).await;
        }
        settle(&self.app).await.context("in the end")?;
        let dead = self.app.dead_jobs().await;
        ensure!(dead.is_empty(), "dead: {dead:?}");
        talk.check(&script.switches)
    }
}

impl Town {
    /// What is said in a pause is what was said before this returns.
    async fn resume(&self, talk: &mut Talk<'_>, side: usize) {
        if std::mem::take(&mut talk.is_paused[side]) {
            self.app.resume_channel(SIDES[side].team, &talk.channels[side]).await;
        }
    }
}

/// Everything that was said was handed over, and nothing is left to do.
async fn settle(app: &TestApp) -> anyhow::Result<()> {
    loop {
        let told = app.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await;
        told.map_err(|late| anyhow::anyhow!("{late:?}"))?;
        let idle = tokio::time::timeout(PATIENCE, app.until_idle_however_long()).await;
        idle.context("jobs are left")?;
        if app.slack.undelivered() == 0 && app.open_jobs().await == 0 {
            return Ok(());
        }
    }
}

fn switch(slack: &SlackEmulator, switches: &Switches) {
    slack.switch(|slack| {
        slack.duplicate_events = switches.duplicate_events;
        slack.events_per_message = if switches.several_events { 2 } else { 1 };
        slack.event_order = match switches.order {
            Order::Kept => EventOrder::PerChannel,
            Order::Concurrent => EventOrder::Concurrent,
            Order::Swapped => EventOrder::SwappedPairs,
        };
        slack.deleted_roots_resend_replies = switches.noisy_threads;
        slack.replies_change_their_root = switches.noisy_threads;
    });
}

/// One conversation.
struct Talk<'t> {
    slack: &'t SlackEmulator,
    channels: Vec<String>,
    said: Vec<Said>,
    is_paused: [bool; 3],
}

impl Talk<'_> {
    fn shown(&self, side: usize) -> Vec<ShownMessage> {
        self.slack.messages(SIDES[side].team, &self.channels[side])
    }

    /// A message that is there still, by any number.
    fn pick(&self, number: usize) -> Option<usize> {
        let living: Vec<usize> =
            (0..self.said.len()).filter(|message| !self.said[*message].is_deleted).collect();
        living.get(number % living.len().max(1)).copied()
    }

    /// What somebody on `side` sees of a message, if it has come there.
    fn seen(&self, side: usize, message: usize) -> Option<String> {
        find(&self.shown(side), message).map(|shown| shown.ts.to_string())
    }

    fn perform(&mut self, step: &Step, number: usize) {
        match *step {
            Step::Say { side, is_long } => self.say(side, None, is_long),
            Step::Share { side } => self.share(side),
            Step::Reply { side, to } => {
                let Some(to) = self.pick(to) else { return };
                let root = self.said[to].root.unwrap_or(to);
                if self.said[root].is_deleted {
                    return;
                }
                let Some(ts) = self.seen(side, root) else { return };
                self.say(side, Some((root, ts)), false);
            }
            Step::Edit { message } => {
                let Some(message) = self.pick(message) else { return };
                let said = &mut self.said[message];
                said.text = format!("{}edited at {number}", key(message));
                let (side, channel) = (SIDES[said.side], &self.channels[said.side]);
                self.slack.edit(side.team, channel, side.person, &said.ts, &said.text);
            }
            Step::Delete { message } => {
                let Some(message) = self.pick(message) else { return };
                let said = &mut self.said[message];
                said.is_deleted = true;
                let (side, channel) = (SIDES[said.side], &self.channels[said.side]);
                self.slack.delete(side.team, channel, side.person, &said.ts);
            }
            Step::React { side, message, emoji } => {
                let Some(message) = self.pick(message) else { return };
                self.react(side, message, EMOJI[emoji], true);
            }
            Step::Unreact { reaction } => {
                let messages = self.said.iter().enumerate().filter(|(_, said)| !said.is_deleted);
                let of = |(message, said): (usize, &Said)| {
                    let reactions = said.reactions.iter();
                    reactions.map(|(side, emoji)| (message, *side, *emoji)).collect::<Vec<_>>()
                };
                let all: Vec<_> = messages.flat_map(of).collect();
                let Some((message, side, emoji)) = all.get(reaction % all.len().max(1)) else {
                    return;
                };
                self.react(*side, *message, emoji, false);
            }
            Step::Fault { side, method, trouble } => {
                let fault = match trouble {
                    Trouble::Limited => Fault::rate_limited(1),
                    Trouble::Refused => Fault::status(503),
                    Trouble::AnswerLost => Fault::status_after_effect(503),
                    Trouble::ErrorBefore => Fault::error("internal_error"),
                    Trouble::ErrorAfter => Fault::error_after_effect("fatal_error"),
                    Trouble::Slow => Fault::late_answer(Duration::from_millis(300)),
                };
                let rule =
                    FaultRule::once(fault).on_method(METHODS[method]).in_team(SIDES[side].team);
                self.slack.add_fault(rule);
            }
            Step::Pause { .. } | Step::Resume { .. } | Step::Crash | Step::Rest => {}
        }
    }

    fn say(&mut self, side: usize, root: Option<(usize, String)>, is_long: bool) {
        let message = self.said.len();
        let words = if is_long { "words ".repeat(LONG) } else { "hello".to_owned() };
        let text = format!("{}{}", key(message), words.trim());
        let (place, channel) = (SIDES[side], &self.channels[side]);
        let ts = match &root {
            None => self.slack.say(place.team, channel, place.person, &text),
            Some((_, ts)) => self.slack.reply(place.team, channel, place.person, ts, &text),
        };
        self.said.push(Said {
            side,
            root: root.map(|(root, _)| root),
            text,
            has_file: false,
            is_deleted: false,
            reaches: self.reaches(side),
            ts: ts.to_string(),
            reactions: BTreeSet::new(),
        });
    }

    /// Where it is heard what is said now.
    fn reaches(&self, from: usize) -> [bool; 3] {
        std::array::from_fn(|side| side == from || !self.is_paused[from] && !self.is_paused[side])
    }

    fn share(&mut self, side: usize) {
        let message = self.said.len();
        let text = format!("{}look", key(message));
        let (place, channel) = (SIDES[side], &self.channels[side]);
        let file = FileSetup::new(&expected::file(message), "text/plain", text.clone());
        let ts = self.slack.share(place.team, channel, place.person, &text, [file]);
        self.said.push(Said {
            side,
            root: None,
            text,
            has_file: true,
            is_deleted: false,
            reaches: self.reaches(side),
            ts: ts.to_string(),
            reactions: BTreeSet::new(),
        });
    }

    fn react(&mut self, side: usize, message: usize, emoji: &'static str, adds: bool) {
        let reaction = (side, emoji);
        if self.said[message].reactions.contains(&reaction) == adds {
            return;
        }
        let Some(ts) = self.seen(side, message) else { return };
        let (place, channel) = (SIDES[side], &self.channels[side]);
        let (ts, emoji) = (ts.into(), emoji.to_owned());
        let act = if adds { UserAct::React { ts, emoji } } else { UserAct::Unreact { ts, emoji } };
        // A copy may be removed at this very moment.
        if self.slack.act(place.team, channel, place.person, act).is_ok() {
            let reactions = &mut self.said[message].reactions;
            if adds {
                reactions.insert(reaction)
            } else {
                reactions.remove(&reaction)
            };
        }
    }

    fn check(&self, switches: &Switches) -> anyhow::Result<()> {
        let in_order = switches.order == Order::Kept;
        for (number, side) in SIDES.iter().enumerate() {
            let shown = self.shown(number);
            let bot = self.slack.bot_user_id(side.team);
            let in_words = switches.in_words && number == IN_WORDS;
            let describe = || {
                let lines = shown.iter().map(|shown| {
                    let text: String = shown.text.chars().take(60).collect();
                    format!("  {} {:?} {text}", shown.ts, shown.thread_ts)
                });
                format!("in {}:\n{}", side.name, lines.collect::<Vec<_>>().join("\n"))
            };
            expected::check(&self.said, number, &shown, bot.as_str(), in_order, in_words)
                .with_context(describe)?;
        }
        ensure!(self.slack.violations().is_empty(), "calls broke Slack's rules");
        Ok(())
    }
}
