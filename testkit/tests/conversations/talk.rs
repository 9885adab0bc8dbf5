//! A conversation in trouble: chance decides what people are about to do, and what befalls them.

use std::time::Duration;

use slack_emulator::{Fault, FaultRule};

use crate::board::key;
use crate::cast::{Person, SIDES};
use crate::crew::Crew;
use crate::deed::{Deed, Doings};
use crate::order::Moment;
use crate::script::{EMOJI, Manner, Order, Step, Switches, Trouble};
use crate::stage::Stage;

/// Known: an edit back to an earlier text that overtakes the edit between is taken for no change.
const EDITS_GO_BACK_ONLY_IN_ORDER: bool = true;
/// Known: files that were shared in a thread are not copied once its root is removed.
const ROOTS_OF_FILES_STAY: bool = true;
/// Known: while Slack does not tell of it, no history is read for answers that are edited later than the
/// minute in which they were said, or are deleted.
const LOST_ANSWERS_STAY_AS_THEY_ARE: bool = true;
/// A job at whose head so many workers died is dead: fewer do.
const MOST_DEATHS: usize = 4;
/// In two parts.
const LONG: usize = 700;

pub(crate) struct Talk<'a> {
    pub(crate) stage: Stage<'a>,
    pub(crate) crew: &'a mut Crew,
    pub(crate) doings: Doings,
    /// When each message was said.
    pub(crate) moments: Vec<Moment>,
    order: Order,
    /// Whose events Slack does not send.
    limited: Option<usize>,
    era: usize,
    deaths: usize,
    /// So many messages have their copies.
    settled: usize,
}

impl<'a> Talk<'a> {
    pub(crate) fn on(stage: Stage<'a>, crew: &'a mut Crew, switches: &Switches) -> Self {
        Self {
            stage,
            crew,
            doings: Doings::new(switches.syncs),
            moments: Vec::new(),
            order: switches.order,
            limited: None,
            era: 0,
            deaths: 0,
            settled: 0,
        }
    }

    pub(crate) async fn take(&mut self, step: &Step, number: usize) -> anyhow::Result<()> {
        match step {
            Step::Fault { side, method, trouble, after, times } => {
                let rule =
                    FaultRule::times(*times, fault(*trouble)).on_method(method).after(*after);
                let rule = match side {
                    Some(side) => rule.in_team(SIDES[*side].team),
                    None => rule,
                };
                self.stage.app.slack.add_fault(rule);
            }
            Step::Limit { side } => self.limit(Some(*side)),
            Step::Unlimit => self.limit(None),
            Step::Crash { after } => {
                for after in after {
                    if self.worker_dies(*after).await? {
                        self.crew.comes(self.stage.app);
                    }
                }
            }
            Step::Away => _ = self.worker_dies(0).await?,
            Step::Back => self.back().await?,
            Step::Rest => self.rest().await?,
            step => {
                self.wait_for(step).await?;
                if let Some(deed) = self.deed(step, number) {
                    self.perform(deed).await;
                }
            }
        }
        Ok(())
    }

    /// All trouble is over, and everybody is heard again.
    pub(crate) async fn ends(&mut self) -> anyhow::Result<()> {
        self.stage.app.slack.clear_faults();
        self.limit(None);
        for side in 0..SIDES.len() {
            if self.doings.is_paused[side] {
                self.perform(Deed::Resume { side }).await;
            }
        }
        self.rest().await
    }

    async fn perform(&mut self, deed: Deed) {
        if !self.stage.perform(&self.doings, &deed).await {
            return;
        }
        if let Deed::Say { person, root, .. } = &deed {
            let is_new = root.is_some_and(|root| root >= self.settled);
            self.moments.push(Moment {
                era: self.era,
                // Each has a death of its own.
                absence: self.crew.is_away().then_some(self.deaths),
                is_lost: self.limited == Some(person.side),
                may_wait: is_new && self.doings.is_foreign(*person, *root),
            });
        }
        self.doings.note(deed);
    }
}

/// What befalls whom.
impl Talk<'_> {
    fn limit(&mut self, side: Option<usize>) {
        self.limited = side;
        self.stage.app.slack.switch(|switches| {
            switches.events_limited_in = side.map(|side| SIDES[side].team.into());
        });
    }

    /// `false`: there is none, or enough have died.
    async fn worker_dies(&mut self, after: usize) -> anyhow::Result<bool> {
        let dies = self.deaths < MOST_DEATHS && !self.crew.is_away();
        if dies {
            self.deaths += 1;
            self.crew.dies(self.stage.app, after).await?;
        }
        Ok(dies)
    }

    async fn back(&mut self) -> anyhow::Result<()> {
        if self.crew.is_away() {
            self.crew.time.until_told(self.stage.app).await?;
            self.era += 1;
            self.crew.comes(self.stage.app);
        }
        Ok(())
    }

    async fn rest(&mut self) -> anyhow::Result<()> {
        self.back().await?;
        self.crew.settles(self.stage.app).await?;
        self.era += 1;
        self.settled = self.doings.said.len();
        Ok(())
    }
}

/// What people do.
impl Talk<'_> {
    /// A message that is there still, by any number.
    fn pick(&self, number: usize) -> Option<usize> {
        let living = self.doings.living();
        living.get(number % living.len().max(1)).copied()
    }

    /// The first message of its thread.
    fn root(&self, number: usize) -> Option<usize> {
        let message = self.pick(number)?;
        Some(self.doings.said[message].root.unwrap_or(message))
    }

    /// Who wants to answer or react to something may wait until they see it.
    async fn wait_for(&mut self, step: &Step) -> anyhow::Result<()> {
        let (side, message) = match *step {
            Step::Reply { side, to, waits: true, .. } => (side, self.root(to)),
            Step::React { side, message, waits: true, .. } => (side, self.pick(message)),
            _ => return Ok(()),
        };
        let Some(message) = message.filter(|message| self.doings.said[*message].reaches[side])
        else {
            return Ok(());
        };
        let is_seen = || self.stage.seen(side, message).is_some();
        self.crew.works_until(self.stage.app, is_seen).await
    }

    fn deed(&self, step: &Step, number: usize) -> Option<Deed> {
        match *step {
            Step::Say { side, is_ida, manner } => {
                // What is said in the channel is shown in the channel.
                let manner = if manner == Manner::Broadcast { Manner::Plain } else { manner };
                Some(self.says(Person { side, is_ida }, None, manner))
            }
            Step::Reply { side, is_ida, to, manner, .. } => {
                let root = self.root(to)?;
                let is_there =
                    !self.doings.said[root].is_deleted && self.stage.seen(side, root).is_some();
                is_there.then(|| self.says(Person { side, is_ida }, Some(root), manner))
            }
            Step::Edit { message, goes_back } => {
                let message = self.pick(message)?;
                let said = &self.doings.said[message];
                let goes_back =
                    goes_back && (self.order == Order::Kept || !EDITS_GO_BACK_ONLY_IN_ORDER);
                let text = if goes_back && said.manner != Manner::Long {
                    said.first_text.clone()
                } else {
                    format!("{}edited at {number}", key(message))
                };
                let may = said.manner != Manner::FileAlone && text != said.text;
                (may && self.is_told(message)).then_some(Deed::Edit { message, text })
            }
            Step::Delete { message } => {
                let message = self.pick(message)?;
                let is_of_file = |root: usize| {
                    let said = &self.doings.said;
                    said.iter().any(|said| said.root == Some(root) && said.has_file())
                };
                let may = !ROOTS_OF_FILES_STAY || !is_of_file(message);
                (may && self.is_told(message)).then_some(Deed::Delete { message })
            }
            Step::React { side, is_ida, message, emoji, .. } => {
                let (message, person) = (self.pick(message)?, Person { side, is_ida });
                let emoji = EMOJI[emoji];
                let is_new = !self.doings.said[message].reactions.contains(&(person, emoji));
                let may = is_new && self.limited != Some(side);
                may.then_some(Deed::React { person, message, emoji, adds: true })
            }
            Step::Unreact { reaction } => {
                let of = |message: usize| {
                    let reactions = self.doings.said[message].reactions.iter();
                    reactions.map(move |(person, emoji)| (message, *person, *emoji))
                };
                let all: Vec<_> = self.doings.living().into_iter().flat_map(of).collect();
                let (message, person, emoji) = *all.get(reaction % all.len().max(1))?;
                let may = self.limited != Some(person.side);
                may.then_some(Deed::React { person, message, emoji, adds: false })
            }
            Step::Pause { side } => (!self.doings.is_paused[side]).then_some(Deed::Pause { side }),
            Step::Resume { side } => self.doings.is_paused[side].then_some(Deed::Resume { side }),
            _ => None,
        }
    }

    /// Whether Slack tells of what becomes of a message, or its histories do.
    fn is_told(&self, message: usize) -> bool {
        let said = &self.doings.said[message];
        self.limited != Some(said.side()) || said.root.is_none() || !LOST_ANSWERS_STAY_AS_THEY_ARE
    }

    fn says(&self, person: Person, root: Option<usize>, manner: Manner) -> Deed {
        let key = key(self.doings.said.len());
        let text = match manner {
            Manner::Long => format!("{key}{}", "words ".repeat(LONG).trim()),
            Manner::FileAlone => String::new(),
            _ => format!("{key}hello"),
        };
        Deed::Say { person, root, manner, text }
    }
}

fn fault(trouble: Trouble) -> Fault {
    match trouble {
        Trouble::Limited => Fault::rate_limited(1),
        Trouble::LongLimited => Fault::rate_limited(30),
        Trouble::Refused => Fault::status(503),
        Trouble::Cut => Fault::Cut,
        Trouble::AnswerLost => Fault::AnswerLost,
        Trouble::ErrorBefore => Fault::error("internal_error"),
        Trouble::ErrorAfter => Fault::error_after_effect("fatal_error"),
        Trouble::StatusAfter => Fault::status_after_effect(503),
        Trouble::Slow => Fault::late_answer(Duration::from_millis(100)),
    }
}
