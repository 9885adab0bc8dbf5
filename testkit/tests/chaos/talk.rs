//! What is said in a town, and how it ends: every message stands in the other workspace once, in order, and
//! in its thread.

use std::time::Duration;

use shared::db::Db;
use shared::sql;
use slack_emulator::SlackEmulator;
use testkit::{PATIENCE, Process, TestDatabase, Town};

/// A text, and the text of the first message of its thread.
type Line = (String, Option<String>);

/// Every third message begins a thread; the others are replies.
const THREAD: usize = 3;

/// Ada talks in every channel of Acme.
pub(crate) struct Talk<'t> {
    town: &'t Town,
    channels: Vec<Vec<Line>>,
    /// Text and ts of the first message of each channel's thread.
    roots: Vec<(String, String)>,
}

impl<'t> Talk<'t> {
    pub(crate) fn in_channels(town: &'t Town, channels: usize) -> Self {
        let roots = vec![(String::new(), String::new()); channels];
        Self { town, channels: vec![Vec::new(); channels], roots }
    }

    /// Ada says so many more things in each channel, spread over the channels.
    pub(crate) fn goes_on(&mut self, messages: usize) {
        for _ in 0..messages {
            for (channel, (lines, root)) in
                self.channels.iter_mut().zip(&mut self.roots).enumerate()
            {
                let text = format!("{channel}/{}", lines.len());
                if lines.len() % THREAD == 0 {
                    *root = (text.clone(), self.town.says(channel, &text));
                    lines.push((text, None));
                } else {
                    self.town.replies(channel, &root.1, &text);
                    lines.push((text, Some(root.0.clone())));
                }
            }
        }
    }

    /// Ada says two things in each channel; their ts.
    pub(crate) fn once(&mut self) -> Vec<[String; 2]> {
        let town = self.town;
        let says = |channel| ["good", "bad"].map(|text| town.says(channel, text));
        (0..self.channels.len()).map(says).collect()
    }

    /// Waits until Slack was told of everything that it is on disk. What was refused, Slack sends again after
    /// a minute, which need not be waited for.
    pub(crate) async fn until_acknowledged(&self) {
        let slack = &self.town.slack;
        let settled = |slack: &SlackEmulator| slack.waiting_retries().len() == slack.undelivered();
        while slack.undelivered() > 0 {
            slack.wait_until(settled, PATIENCE).await.expect("each event is taken or refused");
            slack.advance(Duration::from_mins(1));
        }
        let given_up = slack
            .deliveries()
            .into_iter()
            .filter(|delivery| delivery.attempt > 3 && !delivery.is_acknowledged());
        assert_eq!(given_up.count(), 0, "Slack lost patience");
    }

    /// Waits until so many messages stand in Birch.
    pub(crate) async fn until_there_are(&self, messages: usize) {
        let there = |_: &SlackEmulator| self.arrived().iter().sum::<usize>() >= messages;
        // Leases have to end, and calls of workers that died.
        self.town.slack.wait_until(there, PATIENCE * 2).await.unwrap_or_else(|_| {
            panic!("{messages} messages were expected; so far {:?} arrived", self.arrived())
        });
    }

    fn arrived(&self) -> Vec<usize> {
        (0..self.channels.len()).map(|channel| self.town.texts_in_target(channel).len()).collect()
    }

    fn said(&self) -> usize {
        self.channels.iter().map(Vec::len).sum()
    }

    /// Waits until everything has arrived and no job is left, stops the processes, and then looks: each message
    /// once, in its thread, in the order in which it was said. Returns what the processes printed.
    pub(crate) async fn ends_well(
        self,
        database: &TestDatabase,
        running: Vec<Process>,
    ) -> Vec<String> {
        let outputs = self.end(database, running).await;
        for (channel, lines) in self.channels.iter().enumerate() {
            assert_eq!(&self.lines_in_target(channel), lines, "channel {channel}");
        }
        outputs
    }

    /// As [`Talk::ends_well`], where Slack handed events over late: such are appended.
    pub(crate) async fn ends_well_in_any_order(
        mut self,
        database: &TestDatabase,
        running: Vec<Process>,
    ) {
        self.end(database, running).await;
        for channel in 0..self.channels.len() {
            let mut there = self.lines_in_target(channel);
            there.sort();
            self.channels[channel].sort();
            assert_eq!(there, self.channels[channel], "channel {channel}");
        }
    }

    async fn end(&self, database: &TestDatabase, running: Vec<Process>) -> Vec<String> {
        self.until_acknowledged().await;
        self.until_there_are(self.said()).await;
        stop_all(self.town, database, running).await
    }

    fn lines_in_target(&self, channel: usize) -> Vec<Line> {
        let messages = self.town.messages_in_target(channel);
        let root = |ts: &_| messages.iter().find(|message| message.ts == *ts);
        messages
            .iter()
            .map(|message| {
                let root = message.thread_ts.as_ref().filter(|ts| **ts != message.ts).map(root);
                let root = root.map(|root| root.expect("its thread is here").text.clone());
                (message.text.clone(), root)
            })
            .collect()
    }
}

/// Waits until no job is left, and stops the processes; nothing may have died. Returns what they printed.
pub(crate) async fn stop_all(
    town: &Town,
    database: &TestDatabase,
    running: Vec<Process>,
) -> Vec<String> {
    let db = database.open().await;
    until_idle(&db).await;
    let mut outputs = Vec::new();
    for process in running {
        let (status, output) = process.stop().await;
        assert!(status.success(), "{output}");
        outputs.push(output);
    }
    assert_eq!(jobs(&db).await, (0, 0), "open and dead jobs");
    db.close().await;
    assert_eq!(town.slack.violations(), []);
    outputs
}

pub(crate) async fn until_idle(db: &Db) {
    let idle = async {
        while jobs(db).await.0 > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, idle).await.expect("the queue runs empty");
}

/// How many jobs are to be done, and how many are dead.
pub(crate) async fn jobs(db: &Db) -> (i64, i64) {
    db.read(sql!(
        "SELECT COUNT(CASE WHEN state NOT IN ('done', 'dead') THEN 1 END), COUNT(CASE WHEN state = 'dead' THEN 1 END)
         FROM jobs"
    ))
    .fetch_one()
    .await
    .expect("counted")
}
