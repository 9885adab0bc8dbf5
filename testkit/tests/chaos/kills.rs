//! kill -9 at each step on the way of a message.

use std::path::Path;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use shared::clock::Clock;
use shared::db::Db;
use shared::failpoint::STEPS;
use shared::sql;
use slack_emulator::{FileSetup, SlackEmulator};
use testkit::{CEDAR, PATIENCE, Process, TestDatabase, Town, on_each_database};

use crate::grants::{BOSS, ages, asked, hours_left, visited};
use crate::talk::{Talk, stop_all, until_idle};
use crate::{at, worker, worker_with};

const CHANNELS: usize = 3;

/// The ingress dies while Slack talks to it. Nobody works before its successor has taken everything, so the
/// order of the events is that of their times, whatever came late.
async fn ingress_dies(database: TestDatabase, plan: &str) {
    let town = Town::build(&database, CHANNELS).await;
    let mut first = town.start_ingress_with(&[at(plan)]).await;
    let mut talk = Talk::in_channels(&town, CHANNELS);
    talk.goes_on(6);
    first.killed().await;
    let second = town.start_ingress().await;
    talk.goes_on(1);
    talk.until_acknowledged().await;
    let working = worker(&town);
    talk.ends_well(&database, vec![second, working]).await;
}

/// The worker dies while messages flow; another takes over.
async fn worker_dies(database: TestDatabase, plan: &str) {
    let town = Town::build(&database, CHANNELS).await;
    let ingress = town.start_ingress().await;
    let mut first = worker_with(&town, plan);
    let mut talk = Talk::in_channels(&town, CHANNELS);
    talk.goes_on(6);
    first.killed().await;
    let second = worker(&town);
    talk.goes_on(1);
    talk.ends_well(&database, vec![ingress, second]).await;
}

/// The worker dies while copies follow what becomes of their messages; another takes over.
async fn worker_dies_following(database: TestDatabase, plan: &str) {
    let town = Town::build(&database, CHANNELS).await;
    let ingress = town.start_ingress().await;
    let mut first = worker_with(&town, plan);
    let mut talk = Talk::in_channels(&town, CHANNELS);
    let said = talk.once();
    talk.until_there_are(2 * CHANNELS).await;
    for (channel, [kept, gone]) in said.iter().enumerate() {
        town.edits(channel, kept, "better");
        town.deletes(channel, gone);
        town.reacts(channel, kept, "tada");
    }
    first.killed().await;
    let second = worker(&town);
    for channel in 0..CHANNELS {
        let follows = |_: &SlackEmulator| {
            let there = town.messages_in_target(channel);
            let [copy] = there.as_slice() else { return false };
            copy.text == "better" && copy.reactions.iter().map(|one| one.users.len()).eq([1])
        };
        town.slack
            .wait_until(follows, PATIENCE * 2)
            .await
            .unwrap_or_else(|_| panic!("{channel}: {:?}", town.messages_in_target(channel)));
    }
    // What the app itself deletes and reacts comes back as events.
    talk.until_acknowledged().await;
    stop_all(&town, &database, vec![ingress, second]).await;
}

/// The worker dies while it shares files; another takes over.
async fn worker_dies_sharing(database: TestDatabase, plan: &str) {
    let town = Town::build(&database, CHANNELS).await;
    let ingress = town.start_ingress().await;
    let mut first = worker_with(&town, plan);
    for channel in 0..CHANNELS {
        for file in 0..2 {
            let content = format!("what is in file {file} of channel {channel}");
            town.shares(channel, FileSetup::new(&format!("{file}.txt"), "text/plain", content));
        }
    }
    first.killed().await;
    let second = worker(&town);
    let names = |channel| -> Vec<String> {
        let messages = town.messages_in_target(channel).into_iter();
        messages.flat_map(|message| message.files).map(|file| file.name).collect()
    };
    for channel in 0..CHANNELS {
        let there = |_: &SlackEmulator| names(channel) == ["0.txt", "1.txt"];
        let arrived = town.slack.wait_until(there, PATIENCE * 2).await;
        arrived.unwrap_or_else(|_| panic!("{channel}: {:?}", town.messages_in_target(channel)));
    }
    town.slack
        .wait_until(|slack| slack.undelivered() == 0, PATIENCE)
        .await
        .expect("our own shares are told of");
    stop_all(&town, &database, vec![ingress, second]).await;
    for channel in 0..CHANNELS {
        assert_eq!(names(channel), ["0.txt", "1.txt"], "once, and in order");
        assert_eq!(town.messages_in_target(channel).len(), 2);
    }
}

/// The worker dies while it brings what became of messages in a pause; another takes over.
async fn worker_dies_resuming(database: TestDatabase, plan: &str) {
    let town = Town::build(&database, 1).await;
    let ingress = town.start_ingress().await;
    let mut first = worker_with(&town, plan);
    let said: Vec<String> = (0..3).map(|number| town.says(0, &format!("0/{number}"))).collect();
    town.slack.wait_until(|_| town.texts_in_target(0).len() == 3, PATIENCE).await.expect("copied");
    operator(&town, "pause").await;
    town.edits(0, &said[0], "better");
    town.deletes(0, &said[1]);
    town.reacts(0, &said[2], "tada");
    town.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("told");
    // What comes after the pause is not its matter.
    let db = database.open().await;
    until_idle(&db).await;
    db.close().await;
    operator(&town, "resume").await;
    first.killed().await;
    let second = worker(&town);
    let follows = |_: &SlackEmulator| {
        let there = town.messages_in_target(0);
        let [edited, reacted] = there.as_slice() else { return false };
        edited.text == "better" && reacted.reactions.len() == 1
    };
    let followed = town.slack.wait_until(follows, PATIENCE * 2).await;
    followed.unwrap_or_else(|_| panic!("{:?}", town.messages_in_target(0)));
    town.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("told");
    stop_all(&town, &database, vec![ingress, second]).await;
}

/// The operator's process dies while it seals secrets anew; run again, it goes on.
async fn operator_dies_rotating(database: TestDatabase, plan: &str) {
    let town = Town::build(&database, 1).await;
    let keys = [
        ("TOKEN_ENCRYPTION_KEY", "the new passphrase"),
        ("TOKEN_ENCRYPTION_KEY_PREVIOUS", "hidden token encryption key"),
    ];
    let mut variables = town.variables();
    variables.retain(|(name, _)| *name != "TOKEN_ENCRYPTION_KEY");
    variables.extend(keys);
    let dying = [variables.clone(), vec![at(plan)]].concat();
    let mut first = Process::start("syncbot", &["rotate-key"], dying);
    first.killed().await;
    let ingress = town.start_ingress().await;
    let worker = Process::start("syncbot-worker", &[], variables.clone());
    town.says(0, "in the middle of it");
    town.slack.wait_until(|_| town.texts_in_target(0).len() == 1, PATIENCE).await.expect("copied");
    let mut second = Process::start("syncbot", &["rotate-key"], variables);
    assert!(second.ended().await.success(), "{}", second.output());
    let output = second.output();
    assert!(output.contains("1 value sealed anew. The old passphrase is out of use"), "{output}");
    stop_all(&town, &database, vec![ingress, worker]).await;
}

/// The worker dies while it removes what a workspace had that will not come back; another takes over.
async fn worker_dies_sweeping(database: TestDatabase, plan: &str) {
    let town = Town::build(&database, 1).await;
    let db = database.open().await;
    let long_ago = Clock::system().now() - TimeDelta::days(31);
    db.write(sql!("UPDATE workspaces SET deleted_at = $1 WHERE team_id = 'T0BIRCH'"))
        .bind(long_ago)
        .execute_one("workspaces", "T0BIRCH")
        .await
        .expect("stored");
    let mut first = worker_with(&town, plan);
    first.killed().await;
    let (left, told): (i64, i64) = counts_of_a_sweep(&db).await;
    assert_eq!((left, told), (1, 1), "it was in the middle of it");
    let second = worker(&town);
    let began = Instant::now();
    while counts_of_a_sweep(&db).await.0 > 0 {
        assert!(began.elapsed() < PATIENCE, "{}", second.output());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(counts_of_a_sweep(&db).await, (0, 1), "its partners are told once");
    assert!(second.stop().await.0.success());
}

/// How many workspaces are to go, and how many jobs there are or were that tell of it.
async fn counts_of_a_sweep(db: &Db) -> (i64, i64) {
    let counts = db.read(sql!(
        "SELECT (SELECT COUNT(*) FROM workspaces WHERE deleted_at IS NOT NULL),
                (SELECT COUNT(*) FROM jobs WHERE kind = 'tell_admins' AND dedup_key LIKE '%purged:T0BIRCH%')"
    ));
    counts.fetch_one().await.expect("counted")
}

/// The worker dies while it exchanges somebody's code; another takes over, and exchanges it no second time.
async fn worker_dies_installing(database: TestDatabase, plan: &str) {
    let town = Town::build(&database, 1).await;
    let (ingress, mut visitor) = visited(&town).await;
    let mut first = worker_with(&town, plan);
    let page = visitor.installs(&town.slack, CEDAR).await;
    first.killed().await;
    let before = asked(&town);
    let second = worker(&town);
    let seen = visitor.until(&page, "failed").await;
    assert!(seen.text.contains("Nobody knows whether"), "{}", seen.text);
    assert_eq!(asked(&town), before);
    let page = visitor.installs(&town.slack, CEDAR).await;
    visitor.until(&page, "installed").await;
    stop_all(&town, &database, vec![ingress, second]).await;
}

/// The worker dies while it renews a token; whoever takes over cannot know the new one. The old one still works, and
/// a person installs the app again.
async fn worker_dies_renewing(database: TestDatabase, plan: &str) {
    let town = Town::build_rotating(&database, 1).await;
    let (ingress, mut visitor) = visited(&town).await;
    let mut first = worker_with(&town, plan);
    let page = visitor.installs(&town.slack, CEDAR).await;
    visitor.until(&page, "installed").await;
    ages(&database).await;
    first.killed().await;
    let second = worker(&town);
    let told = |slack: &SlackEmulator| {
        let told = slack.told(CEDAR.team, BOSS);
        told.iter().any(|text| text.contains("install me again"))
    };
    town.slack.wait_until(told, PATIENCE).await.expect("somebody learns of it");
    let page = visitor.installs(&town.slack, CEDAR).await;
    visitor.until(&page, "installed").await;
    assert!(hours_left(&database).await >= 11);
    stop_all(&town, &database, vec![ingress, second]).await;
}

/// What an operator does to the channel of Birch.
async fn operator(town: &Town, does: &str) {
    let arguments = ["channel", does, "T0BIRCH", "C0BIRCH0"];
    let mut process = Process::start("syncbot", &arguments, town.variables());
    assert!(process.ended().await.success(), "{}", process.output());
}

on_each_database! {
    async fn the_parts_of_a_long_text_stand_once_and_in_order(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        let ingress = town.start_ingress().await;
        let mut first = worker_with(&town, "deliver.called=kill@2");
        let lines: Vec<String> = (0..1_000).map(|line| format!("line {line}")).collect();
        town.says(0, &lines.join("\n"));
        town.says(0, "after");
        first.killed().await;
        let second = worker(&town);
        let there = |_: &SlackEmulator| town.texts_in_target(0).last().is_some_and(|text| text == "after");
        town.slack.wait_until(there, PATIENCE * 2).await.expect("it goes on");
        stop_all(&town, &database, vec![ingress, second]).await;
        let texts = town.texts_in_target(0);
        assert_eq!(texts.len(), 4, "three parts, and what was said after them");
        assert_eq!(texts.concat().replace('\n', ""), lines.concat() + "after");
    }
}

/// One story for each step, and the list of the steps that have one.
macro_rules! dying_at {
    ($($who:ident $name:ident $step:literal @ $time:literal)+) => {
        const COVERED: &[&str] = &[$($step),+];

        on_each_database! { $(
            async fn $name(database: TestDatabase) {
                $who(database, concat!($step, "=kill@", $time)).await;
            }
        )+ }
    };
}

dying_at! {
    ingress_dies before_an_event_is_committed "ingress.before_commit" @ 5
    ingress_dies after_an_event_is_committed_and_before_slack_is_told "ingress.committed" @ 5
    worker_dies with_lanes_claimed_and_nothing_run "queue.claimed" @ 2
    worker_dies before_a_route_is_committed "route.before_commit" @ 5
    worker_dies after_a_route_is_committed "route.committed" @ 5
    worker_dies before_a_copy_is_marked_as_sending "deliver.before_sending" @ 5
    worker_dies after_a_copy_is_marked_as_sending_and_before_the_call "deliver.sending_committed" @ 5
    worker_dies after_the_call_and_before_its_answer_is_stored "deliver.called" @ 5
    worker_dies before_the_answer_is_committed "deliver.before_store_commit" @ 5
    worker_dies after_a_copy_is_stored "deliver.stored" @ 5
    worker_dies before_a_lane_is_released "lane.before_release" @ 2
    worker_dies_sharing after_a_file_is_carried "files.carried" @ 2
    worker_dies_sharing before_files_are_marked_as_sending "files.before_sending" @ 2
    worker_dies_sharing after_files_are_marked_as_sending_and_before_the_call "files.sending_committed" @ 2
    worker_dies_sharing after_files_are_shared_and_before_that_is_stored "files.called" @ 2
    worker_dies_sharing after_slack_accepted_files_and_before_it_shows_them "files.accepted" @ 2
    worker_dies_following before_a_copy_is_changed "refresh.before_call" @ 2
    worker_dies_following after_a_copy_is_changed_and_before_that_is_stored "refresh.called" @ 3
    worker_dies_resuming between_two_steps_of_a_resume "resume.step" @ 1
    worker_dies_following after_a_reaction_is_shown_and_before_that_is_stored "reactions.called" @ 2
    worker_dies_sweeping between_two_steps_of_a_sweep "sweep.step" @ 3
    worker_dies_installing before_slack_is_asked_for_tokens "install.before_call" @ 1
    worker_dies_installing after_slack_gave_tokens_and_before_they_are_stored "install.called" @ 1
    worker_dies_renewing after_slack_gave_another_token_and_before_it_is_stored "renew.called" @ 1
    operator_dies_rotating after_a_value_is_sealed_anew "rotation.resealed" @ 1
}

/// A step that nobody tests, or a story about a step that is gone, is found here.
#[test]
fn every_failpoint_of_the_sources_has_its_story() {
    let sorted = |steps: Vec<String>| {
        let mut steps = steps;
        steps.sort();
        steps
    };
    let owned = |steps: &[&str]| sorted(steps.iter().map(ToString::to_string).collect());
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a crate of a workspace");
    let sources = ["shared", "ingress", "worker"].map(|name| workspace.join(name).join("src"));
    let written = sorted(sources.iter().flat_map(|folder| steps_in(folder)).collect());
    assert_eq!(written, owned(&STEPS), "in the sources, each once");
    assert_eq!(owned(COVERED), owned(&STEPS), "in the stories");
}

fn steps_in(path: &Path) -> Vec<String> {
    if path.is_dir() {
        let entries = std::fs::read_dir(path).expect("a folder of sources");
        return entries.flat_map(|entry| steps_in(&entry.expect("readable").path())).collect();
    }
    let source = std::fs::read_to_string(path).unwrap_or_default();
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.filter_map(|line| Some(line.split_once("failpoint!(\"")?.1.split_once('"')?.0.to_owned()))
        .collect()
}
