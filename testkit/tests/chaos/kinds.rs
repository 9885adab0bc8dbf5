//! kill -9 at each step on the way of each kind of copy: nothing is lost, and nothing stands twice.

use slack_emulator::{FileSetup, ShownMessage, SlackEmulator};
use testkit::{PATIENCE, Process, TestDatabase, Town, on_each_database};

use crate::talk::{Talk, stop_all};
use crate::{SETTLE, at, worker};

const ROUTE: [&str; 2] = ["route.before_commit=kill", "route.committed=kill"];
const DELIVER: [&str; 5] = [
    "deliver.before_sending=kill",
    "deliver.sending_committed=kill",
    "deliver.called=kill",
    "deliver.before_store_commit=kill",
    "deliver.stored=kill",
];
/// The same of the second part of a text.
const DELIVER_SECOND: [&str; 5] = [
    "deliver.before_sending=kill@2",
    "deliver.sending_committed=kill@2",
    "deliver.called=kill@2",
    "deliver.before_store_commit=kill@2",
    "deliver.stored=kill@2",
];
const SHARE: [&str; 5] = [
    "files.carried=kill",
    "files.before_sending=kill",
    "files.sending_committed=kill",
    "files.called=kill",
    "files.accepted=kill",
];
const REFRESH: [&str; 2] = ["refresh.before_call=kill", "refresh.called=kill"];

/// Nobody takes over what a dead worker had before all are dead.
const LEASE: (&str, &str) = ("SYNCBOT_WORKER_LEASE_SECONDS", "8");

/// In each channel of Acme stands one message, which has its copy. Something is done in the first channel, and a
/// worker dies at the first step of it; in the second, and one dies at the second; and so on. Another does the rest.
async fn worker_dies_at_each(
    database: TestDatabase,
    steps: &[&str],
    does: impl Fn(&Town, usize, &str),
    comes_to: impl Fn(&[ShownMessage]) -> bool + Sync,
) {
    let town = Town::build(&database, steps.len()).await;
    let ingress = town.start_ingress().await;
    let calm = worker(&town);
    let roots: Vec<_> = (0..steps.len()).map(|channel| town.says(channel, "root")).collect();
    for channel in 0..steps.len() {
        until(&town, channel, |there| there.len() == 1).await;
    }
    stop(calm).await;
    for (channel, step) in steps.iter().enumerate() {
        does(&town, channel, &roots[channel]);
        town.start_worker_with(&[LEASE, SETTLE, at(step)]).killed().await;
    }
    let calm = worker(&town);
    for channel in 0..steps.len() {
        until(&town, channel, &comes_to).await;
    }
    Talk::in_channels(&town, 0).until_acknowledged().await;
    stop_all(&town, &database, vec![ingress, calm]).await;
    for (channel, step) in steps.iter().enumerate() {
        let there = town.messages_in_target(channel);
        assert!(comes_to(&there), "{step}: {there:?}");
    }
}

async fn until(town: &Town, channel: usize, is_there: impl Fn(&[ShownMessage]) -> bool + Sync) {
    let there = |_: &SlackEmulator| is_there(&town.messages_in_target(channel));
    // A lease has to end, and a call of who died.
    let came = town.slack.wait_until(there, PATIENCE * 2).await;
    came.unwrap_or_else(|_| panic!("{channel}: {:?}", town.messages_in_target(channel)));
}

async fn stop(mut worker: Process) {
    // Before it has begun, it would die of the signal.
    worker.line_with("working").await;
    let (status, output) = worker.stop().await;
    assert!(status.success(), "{output}");
}

/// Whether these are the texts, all but the first in its thread or none.
fn are(there: &[ShownMessage], texts: &[&str], is_thread: bool) -> bool {
    let read = there.iter().map(|message| message.text.as_str()).eq(texts.iter().copied());
    let root = there.first().map(|root| &root.ts);
    let below =
        there.iter().skip(1).all(|message| (message.thread_ts.as_ref() == root) == is_thread);
    read && below
}

/// Three parts.
fn long() -> String {
    let lines: Vec<String> = (0..1_000).map(|line| format!("line {line}")).collect();
    lines.join("\n")
}

on_each_database! {
    async fn a_reply(database: TestDatabase) {
        let replies = |town: &Town, channel: usize, root: &str| town.replies(channel, root, "reply");
        worker_dies_at_each(database, &[&ROUTE[..], &DELIVER].concat(), replies, |there| are(there, &["root", "reply"], true)).await;
    }

    async fn a_text_in_parts(database: TestDatabase) {
        let says = |town: &Town, channel: usize, _: &str| {
            town.says(channel, &long());
        };
        worker_dies_at_each(database, &[&ROUTE[..], &DELIVER_SECOND].concat(), says, |there| {
            let parts: Vec<&str> = there.iter().skip(1).map(|part| part.text.as_str()).collect();
            parts.len() == 3 && parts.concat().replace('\n', "") == long().replace('\n', "")
        }).await;
    }

    async fn files(database: TestDatabase) {
        let shares = |town: &Town, channel: usize, _: &str| {
            town.shares(channel, FileSetup::new("notes.txt", "text/plain", "what is in it"));
        };
        worker_dies_at_each(database, &[&ROUTE[..], &SHARE].concat(), shares, |there| {
            there.len() == 2 && there[1].files.iter().map(|file| file.name.as_str()).eq(["notes.txt"])
        }).await;
    }

    async fn an_edit(database: TestDatabase) {
        let edits = |town: &Town, channel: usize, root: &str| town.edits(channel, root, "better");
        worker_dies_at_each(database, &[ROUTE, REFRESH].concat(), edits, |there| are(there, &["better"], false)).await;
    }

    async fn a_deletion(database: TestDatabase) {
        let deletes = |town: &Town, channel: usize, root: &str| town.deletes(channel, root);
        worker_dies_at_each(database, &[ROUTE, REFRESH].concat(), deletes, <[ShownMessage]>::is_empty).await;
    }

    async fn a_reaction(database: TestDatabase) {
        let reacts = |town: &Town, channel: usize, root: &str| town.reacts(channel, root, "tada");
        worker_dies_at_each(database, &[&ROUTE[..], &["reactions.called=kill"]].concat(), reacts, |there| {
            let [root] = there else { return false };
            root.reactions.iter().map(|reaction| (reaction.name.as_str(), reaction.users.len())).eq([("tada", 1)])
        }).await;
    }
}
