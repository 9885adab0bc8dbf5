//! Three workspaces, and a SyncBot between them. A conversation is held there twice.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use shared::clock::LeapingClock;
use shared::tables::reaction_styles::ReactionStyle;
use slack_emulator::{Delivery, EventOrder, SlackEmulator, Switches as SlackSwitches};
use testkit::{Engine, TestApp, TestDatabase};

use crate::board::Shape;
use crate::cast::{self, SIDES};
use crate::crew::Crew;
use crate::deed::{Deed, Doings};
use crate::expected;
use crate::order::{Moment, Rules};
use crate::script::{Order, Script, Switches, Voices};
use crate::stage::Stage;
use crate::talk::Talk;
use crate::time::Time;

/// Known: a reply that is shown in the channel as well is taken for one that is not, where a plain event of it
/// overtakes the one that says so. That Slack sends both is not documented.
const BROADCASTS_COME_TWICE_ONLY_IN_ORDER: bool = true;
/// The one that shows reactions in words, if any does.
const IN_WORDS: usize = 2;

/// Lasts for many conversations, each in channels of its own.
pub(crate) struct Town {
    app: TestApp,
    crew: Crew,
    conversations: usize,
}

/// What each channel shows.
type Shapes = [BTreeMap<usize, Shape>; 3];

impl Town {
    pub(crate) async fn build(engine: Engine) -> Self {
        let clock = LeapingClock::default();
        let app = TestApp::start_leaping(TestDatabase::create(engine), &clock).await;
        cast::enter(&app).await;
        let crew = Crew::new(&app, Time::of(clock));
        Self { app, crew, conversations: 0 }
    }

    pub(crate) async fn leave(self) {
        drop(self.crew);
        self.app.stop_everything().await;
    }

    /// Holds a conversation, and then once more what was really done in it, without any trouble.
    pub(crate) async fn hold(&mut self, script: &Script) -> anyhow::Result<()> {
        self.conversations += 1;
        self.app.slack.clear_records();
        // Slack says once of a minute that it is limited.
        self.crew.time.leap(&self.app, Duration::from_mins(1));
        let (doings, troubled) = self.hold_in_trouble(script).await?;
        let calm = self.hold_calmly(&script.switches, &doings).await;
        let calm = calm.with_context(|| format!("without trouble, {:#?}", doings.deeds))?;
        ensure!(troubled == calm, "without trouble it is {calm:#?} instead of {troubled:#?}");
        ensure!(self.app.slack.violations().is_empty(), "calls broke Slack's rules");
        Ok(())
    }

    async fn hold_in_trouble(&mut self, script: &Script) -> anyhow::Result<(Doings, Shapes)> {
        let Script { switches, steps } = script;
        let name = format!("TALK{}", self.conversations);
        let stage = Stage::open(&self.app, &name, switches.syncs).await;
        prepare(&stage, switches).await;
        trouble(&self.app.slack, switches);
        let mut talk = Talk::on(stage, &mut self.crew, switches);
        for (number, step) in steps.iter().enumerate() {
            talk.take(step, number).await.with_context(|| format!("at {step:?}"))?;
        }
        talk.ends().await.context("in the end")?;
        let Talk { stage, doings, moments, .. } = talk;
        let is_kept = self.app.slack.deliveries().iter().all(Delivery::is_acknowledged);
        let is_kept = is_kept && switches.order == Order::Kept;
        let rules = Rules { is_kept, is_calm: false };
        let shapes = check(stage, switches, &doings, &moments, rules).await;
        let shapes = shapes.with_context(|| format!("{:#?}", doings.deeds))?;
        Ok((doings, shapes))
    }

    async fn hold_calmly(
        &mut self,
        switches: &Switches,
        trouble: &Doings,
    ) -> anyhow::Result<Shapes> {
        let name = format!("CALM{}", self.conversations);
        let mut stage = Stage::open(&self.app, &name, switches.syncs).await;
        prepare(&stage, switches).await;
        self.app.slack.switch(|switches| *switches = SlackSwitches::default());
        let mut doings = Doings::new(switches.syncs);
        let mut moments = Vec::new();
        for deed in &trouble.deeds {
            if let Deed::Say { person, root: Some(message), .. }
            | Deed::React { person, message, .. } = deed
            {
                let is_seen = || stage.seen(person.side, *message).is_some();
                self.crew.works_until(&self.app, is_seen).await?;
                ensure!(is_seen(), "{deed:?} cannot be done");
            }
            ensure!(stage.perform(&doings, deed).await, "{deed:?} was not done");
            if let Deed::Say { person, root, .. } = deed {
                let may_wait = doings.is_foreign(*person, *root);
                moments.push(Moment { may_wait, ..Moment::default() });
            }
            doings.note(deed.clone());
        }
        self.crew.settles(&self.app).await?;
        check(stage, switches, &doings, &moments, Rules { is_kept: true, is_calm: true }).await
    }
}

/// The last channel may show reactions in words.
async fn prepare(stage: &Stage<'_>, switches: &Switches) {
    if switches.in_words {
        let (team, channel) = (SIDES[IN_WORDS].team, stage.channel(IN_WORDS));
        stage.app.shows_reactions_in(team, channel, ReactionStyle::Attributed).await;
    }
}

fn trouble(slack: &SlackEmulator, switches: &Switches) {
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
        slack.broadcast_sends_plain_event_too = switches.noisy_threads
            && (switches.order == Order::Kept || !BROADCASTS_COME_TWICE_ONLY_IN_ORDER);
        slack.person_posts_name_the_app = switches.voices == Voices::NameTheApp;
        slack.events_carry_metadata = switches.voices != Voices::LookTyped;
    });
}

/// Checks what every channel shows in the end, and returns it.
async fn check(
    stage: Stage<'_>,
    switches: &Switches,
    doings: &Doings,
    moments: &[Moment],
    rules: Rules,
) -> anyhow::Result<Shapes> {
    let dead = stage.app.dead_jobs().await;
    ensure!(dead.is_empty(), "dead: {dead:?}");
    let mut shapes = Shapes::default();
    for (side, shapes) in shapes.iter_mut().enumerate() {
        *shapes = stage.shapes(doings, side)?;
        let expected = expected::shapes(doings, side, switches.in_words && side == IN_WORDS);
        for message in 0..doings.said.len() {
            let (shown, wanted) = (shapes.get(&message), expected.get(&message));
            ensure!(
                shown == wanted,
                "m{message}: {shown:#?} instead of {wanted:#?}, {}",
                stage.describe(side)
            );
        }
        let order = rules.check(doings, moments, &stage.board(side)?, side);
        order.with_context(|| stage.describe(side))?;
    }
    stage.close().await;
    Ok(shapes)
}
