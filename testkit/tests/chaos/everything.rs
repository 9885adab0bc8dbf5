//! Forty messages are acknowledged, and then everything goes: by kill -9, by SIGTERM, or the database alone.

use std::time::Duration;

use slack_emulator::{Fault, FaultRule};
use testkit::{Outage, PATIENCE, Process, Town, on_each_database};
use tokio::time::Instant;

use crate::ready::until_ready;
use crate::talk::Talk;
use crate::worker;

const CHANNELS: usize = 8;
const MESSAGES: usize = 5;

/// Forty messages are acknowledged, and the first of them are on their way.
async fn forty_are_acknowledged(town: &Town) -> (Talk<'_>, Process, Process) {
    town.slack.add_fault(
        FaultRule::always(Fault::latency(Duration::from_secs(1))).on_method("chat.postMessage"),
    );
    let (ingress, working) = (town.start_ingress().await, worker(town));
    let mut talk = Talk::in_channels(town, CHANNELS);
    talk.goes_on(MESSAGES);
    talk.until_acknowledged().await;
    talk.until_there_are(1).await;
    (talk, ingress, working)
}

on_each_database! {
    async fn forty_acknowledged_messages_survive_kill_9_of_ingress_and_worker(database: TestDatabase) {
        let town = Town::build(&database, CHANNELS).await;
        let (talk, mut ingress, mut working) = forty_are_acknowledged(&town).await;
        ingress.signal("KILL");
        working.signal("KILL");
        ingress.killed().await;
        working.killed().await;
        town.slack.clear_faults();
        let running = vec![town.start_ingress().await, worker(&town)];
        talk.ends_well(&database, running).await;
    }

    async fn forty_acknowledged_messages_survive_a_restart(database: TestDatabase) {
        let town = Town::build(&database, CHANNELS).await;
        let (talk, ingress, working) = forty_are_acknowledged(&town).await;
        for process in [ingress, working] {
            let (status, output) = process.stop().await;
            assert!(status.success(), "{output}");
        }
        town.slack.clear_faults();
        let running = vec![town.start_ingress().await, worker(&town)];
        talk.ends_well(&database, running).await;
    }

    async fn events_that_come_while_the_database_is_away_for_ten_seconds_arrive_once(database: TestDatabase) {
        // Longer than anything in SyncBot waits for a connection or a lock.
        const AWAY: Duration = Duration::from_secs(10);
        let mut database = database;
        let mut outage = Outage::prepare(&mut database).await;
        let town = Town::build(&database, CHANNELS).await;
        let (mut ingress, working) = (town.start_ingress().await, worker(&town));
        let mut talk = Talk::in_channels(&town, CHANNELS);
        talk.goes_on(1);
        talk.until_there_are(CHANNELS).await;

        let comes_back = Instant::now() + AWAY;
        outage.begin(&database).await;
        until_ready(&mut ingress, false).await;
        let before = town.slack.delivery_count();
        talk.goes_on(MESSAGES - 1);
        let refused = CHANNELS * (MESSAGES - 1);
        // Each of them twice: Slack tries again at once, and then after a minute.
        town.slack.wait_until(|slack| slack.delivery_count() >= before + 2 * refused, PATIENCE).await.expect("all are refused");
        for delivery in &town.slack.deliveries()[before..] {
            assert_eq!(delivery.status, Some(503), "{delivery:?}");
        }
        tokio::time::sleep_until(comes_back).await;

        outage.end();
        until_ready(&mut ingress, true).await;
        talk.ends_well_in_any_order(&database, vec![ingress, working]).await;
    }
}
