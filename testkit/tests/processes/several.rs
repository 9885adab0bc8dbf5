//! Two of everything on one database.

use std::time::Duration;

use slack_emulator::{Fault, FaultRule, SlackEmulator};
use testkit::{PATIENCE, Process, TestDatabase, Town, on_each_database};

const CHANNELS: usize = 12;
const MESSAGES: usize = 20;

/// Says `MESSAGES` things in each channel, spread over the channels.
fn everyone_talks(town: &Town) {
    for number in 0..MESSAGES {
        for channel in 0..CHANNELS {
            town.says(channel, &format!("{channel}/{number}"));
        }
    }
}

/// Everything arrived once and in the order in which it was said.
fn assert_complete_and_in_order(town: &Town) {
    for channel in 0..CHANNELS {
        let wanted: Vec<String> =
            (0..MESSAGES).map(|number| format!("{channel}/{number}")).collect();
        assert_eq!(town.texts_in_target(channel), wanted);
    }
}

async fn until_everything_arrived(town: &Town) {
    let arrived = |_: &SlackEmulator| {
        (0..CHANNELS).all(|channel| town.texts_in_target(channel).len() >= MESSAGES)
    };
    // Many calls on a busy machine.
    town.slack.wait_until(arrived, PATIENCE * 3).await.unwrap_or_else(|_| {
        let missing: Vec<usize> =
            (0..CHANNELS).map(|channel| town.texts_in_target(channel).len()).collect();
        panic!("not everything arrived: {missing:?}")
    });
}

on_each_database! {
    async fn two_workers_of_sixteen_lanes_keep_the_order_of_each_channel(database: TestDatabase) {
        let town = Town::build(&database, CHANNELS).await;
        town.slack.switch(|switches| switches.duplicate_events = true);
        town.slack.add_fault(FaultRule::always(Fault::latency_between(Duration::ZERO, Duration::from_millis(20))));
        let _ingress = [town.start_ingress().await, town.start_ingress().await];
        let workers = [town.start_worker(), town.start_worker()];
        everyone_talks(&town);
        until_everything_arrived(&town).await;
        for worker in workers {
            let (status, output) = worker.stop().await;
            assert!(status.success(), "{output}");
        }
        assert_complete_and_in_order(&town);
        assert_eq!(town.slack.violations(), []);
    }

    async fn a_worker_that_is_told_to_stop_finishes_what_it_began_and_another_goes_on(database: TestDatabase) {
        let town = Town::build(&database, CHANNELS).await;
        town.slack.add_fault(FaultRule::always(Fault::latency(Duration::from_millis(30))));
        let _ingress = town.start_ingress().await;
        let first = town.start_worker();
        everyone_talks(&town);
        let begun = |slack: &SlackEmulator| slack.calls_of("chat.postMessage").len() >= 20;
        town.slack.wait_until(begun, PATIENCE).await.expect("the first one works");
        let (status, output) = first.stop().await;
        assert!(status.success(), "{output}");
        let _second = town.start_worker();
        until_everything_arrived(&town).await;
        assert_complete_and_in_order(&town);
    }

    async fn logs_are_json_and_show_no_text_no_name_and_no_secret(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        let ingress = town.start_ingress().await;
        let worker = town.start_worker();
        town.says(0, "a text that nobody may log");
        town.slack.wait_until(|_| !town.texts_in_target(0).is_empty(), PATIENCE).await.expect("it arrives");
        for process in [ingress, worker] {
            let (status, output) = process.stop().await;
            assert!(status.success(), "{output}");
            assert!(output.lines().count() > 2, "{output}");
            for line in output.lines() {
                let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
                assert!(line["timestamp"].is_string() && line["level"].is_string() && line["message"].is_string(), "{line}");
            }
            for hidden in ["nobody may log", "hidden", "xoxb", "v0=", "Ada Lovelace"] {
                assert!(!output.contains(hidden), "`{hidden}` is logged: {output}");
            }
        }
    }
}

#[tokio::test]
async fn both_halves_in_one_process_serve_and_stop() {
    let database = TestDatabase::create(testkit::Engine::Sqlite);
    let town = Town::build(&database, 1).await;
    let mut both = Process::start("syncbot", &["run"], town.variables());
    town.listen_at(&both.line_with("listening").await).await;
    town.says(0, "through one process");
    town.slack
        .wait_until(|_| !town.texts_in_target(0).is_empty(), PATIENCE)
        .await
        .expect("it arrives");
    let (status, output) = both.stop().await;
    assert!(status.success(), "{output}");
}
