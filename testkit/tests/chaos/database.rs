//! A database that misbehaves. Processes stay up and say so, Slack is told to try again rather than told a lie,
//! and the work resumes by itself.

use std::time::Duration;

use shared::db::{Db, Tx};
use shared::sql;
use slack_emulator::SlackEmulator;
use testkit::{ACME, Engine, PATIENCE, Proxy, TestApp, TestDatabase, Town, get, on_each_server};

use crate::ready::until_ready;
use crate::talk::Talk;
use crate::{at, worker};

const CHANNELS: usize = 3;

/// Lets a server's database be reached by a road on which things go wrong.
async fn by_road(database: &mut TestDatabase) -> Proxy {
    let road = Proxy::to(database.server().expect("SQLite has no server")).await;
    database.go_through(&road);
    road
}

on_each_server! {
    async fn connections_that_are_cut_inside_transactions_and_around_commits_lose_and_double_nothing(database: TestDatabase) {
        let mut database = database;
        let road = by_road(&mut database).await;
        let town = Town::build(&database, CHANNELS).await;
        let (ingress, working) = (town.start_ingress().await, worker(&town));
        let mut talk = Talk::in_channels(&town, CHANNELS);
        road.cut_transactions(4, 12);
        for part in 1..=3 {
            talk.goes_on(4);
            // The next ones meet connections that were made since.
            talk.until_acknowledged().await;
            talk.until_there_are(part * 4 * CHANNELS).await;
        }
        assert_eq!(road.cuts_left(), 0);
        talk.ends_well_in_any_order(&database, vec![ingress, working]).await;
    }

    async fn a_server_that_restarts_while_messages_flow_delays_them(database: TestDatabase) {
        let mut database = database;
        let road = by_road(&mut database).await;
        let town = Town::build(&database, CHANNELS).await;
        let (mut ingress, working) = (town.start_ingress().await, worker(&town));
        let mut talk = Talk::in_channels(&town, CHANNELS);
        for restart in 0..3 {
            talk.goes_on(4);
            talk.until_there_are(restart * 4 * CHANNELS + 1).await;
            road.cut_all();
        }
        until_ready(&mut ingress, true).await;
        talk.ends_well_in_any_order(&database, vec![ingress, working]).await;
    }

    async fn after_a_failover_to_a_server_that_only_reads_work_resumes_when_it_writes_again(database: TestDatabase) {
        let mut database = database;
        let road = by_road(&mut database).await;
        let town = Town::build(&database, CHANNELS).await;
        let (mut ingress, working) = (town.start_ingress().await, worker(&town));
        let mut talk = Talk::in_channels(&town, CHANNELS);
        talk.goes_on(2);
        talk.until_there_are(2 * CHANNELS).await;

        road.read_only(true);
        road.cut_all();
        until_ready(&mut ingress, false).await;
        let before = town.slack.delivery_count();
        talk.goes_on(1);
        town.slack.wait_until(|slack| slack.delivery_count() >= before + 2 * CHANNELS, PATIENCE).await.expect("all are refused");
        for delivery in &town.slack.deliveries()[before..] {
            assert_eq!(delivery.status, Some(503), "{delivery:?}");
        }

        // It is promoted. No connection breaks by that: those that are there go on reading only.
        road.read_only(false);
        until_ready(&mut ingress, true).await;
        talk.ends_well_in_any_order(&database, vec![ingress, working]).await;
    }

    async fn a_worker_that_is_given_up_in_a_deadlock_tries_again(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        let ingress = town.start_ingress().await;
        // The first message makes both lanes; the second is routed while another writer is at them.
        let working = town.start_worker_with(&[("SYNCBOT_WORKER_LEASE_SECONDS", "10"), at("route.before_commit=freeze@2")]);
        let mut talk = Talk::in_channels(&town, 1);
        talk.goes_on(1);
        talk.until_there_are(1).await;
        talk.goes_on(1);
        working.frozen().await;

        let db = database.open().await;
        let mut other = dear(&db).await;
        // The worker has the target's lane and will want the source's; the other way round here.
        other.query(sql!("UPDATE lanes SET priority = priority WHERE lane LIKE 'src:%'")).execute_one("lanes", "src").await.expect("not locked yet");
        let deadlock = tokio::spawn(async move {
            other.query(sql!("UPDATE lanes SET priority = priority WHERE lane LIKE 'dst:%'")).execute_one("lanes", "dst").await?;
            other.commit().await
        });
        until_one_waits(&db).await;
        working.signal("CONT");
        // It is not this writer that was given up.
        deadlock.await.expect("no panic").expect("committed");
        db.close().await;
        talk.ends_well(&database, vec![ingress, working]).await;
    }
}

/// A transaction that the server does not give up in a deadlock.
async fn dear(db: &Db) -> Tx {
    let mut tx = db.begin().await.expect("begun");
    // PostgreSQL gives up whoever looks first.
    tx.query(sql!("SET LOCAL deadlock_timeout = '1min'", mysql: "DO 0"))
        .execute()
        .await
        .expect("set");
    // InnoDB gives up whoever has changed less.
    for number in 0..100 {
        tx.query(sql!("INSERT INTO instance_settings (name, value) VALUES ($1, 'x')"))
            .bind(format!("test.{number}"))
            .execute_one("instance_settings", number)
            .await
            .expect("inserted");
    }
    tx
}

/// Waits until a transaction waits for another one.
async fn until_one_waits(db: &Db) {
    let waits = async {
        loop {
            let waiting = db.read(sql!(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
                mysql: "SELECT COUNT(*) FROM information_schema.INNODB_TRX JOIN information_schema.PROCESSLIST
                        ON PROCESSLIST.ID = INNODB_TRX.trx_mysql_thread_id
                        WHERE trx_state = 'LOCK WAIT' AND PROCESSLIST.DB = DATABASE()"
            ));
            if waiting.fetch_one::<(i64,)>().await.expect("counted").0 > 0 {
                return;
            }
            // InnoDB shows what it showed before to whoever looks again within a tenth of a second.
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waits).await.expect("it waits");
}

mod a_transaction_that_the_server_ended_because_it_stood_still_may_be_tried_again {
    use super::*;

    #[tokio::test]
    async fn postgres() {
        let database = TestDatabase::create(Engine::Postgres);
        let db = database.open().await;
        let mut tx = db.begin().await.expect("begun");
        let impatient = sql!("SET LOCAL idle_in_transaction_session_timeout = '1ms'");
        tx.query(impatient).execute().await.expect("set");
        let ended = async {
            loop {
                tokio::time::sleep(Duration::from_millis(20)).await;
                if let Err(error) = tx.query(sql!("SELECT 1")).execute().await {
                    return error;
                }
            }
        };
        let error = tokio::time::timeout(PATIENCE, ended).await.expect("the server ends it");
        assert!(error.is_unavailable(), "{error:?}");
        drop(tx);
        db.close().await;
    }
}

/// A SQLite file that may not grow is a disk that is full, to the byte.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_finds_the_disk_full_is_refused_and_nothing_stays_stuck() {
    let app = TestApp::start(TestDatabase::create(Engine::Sqlite)).await;
    // Less than it has already means: no more than that.
    app.db.write(sql!("PRAGMA max_page_count = 1")).execute().await.expect("set");
    let is_refused = |slack: &SlackEmulator| {
        slack.deliveries().iter().any(|delivery| delivery.status == Some(503))
    };
    let long = "a long text. ".repeat(220);
    let mut texts = 0;
    while !is_refused(&app.slack) {
        texts += 1;
        assert!(texts < 100, "it never is full");
        ACME.says(&app.slack, &format!("{texts}: {long}"));
        let seen = |slack: &SlackEmulator| slack.delivery_count() >= texts || is_refused(slack);
        app.slack.wait_until(seen, PATIENCE).await.expect("each event is taken or refused");
    }
    // There is room again, and Slack goes on trying.
    app.db.write(sql!("PRAGMA max_page_count = 1073741823")).execute().await.expect("set");
    while app.slack.undelivered() > 0 {
        let settled = |slack: &SlackEmulator| slack.waiting_retries().len() == slack.undelivered();
        app.slack.wait_until(settled, PATIENCE).await.expect("each event is taken or refused");
        app.slack.advance(Duration::from_mins(1));
    }
    app.until_both_have(texts).await;
    assert_eq!(get(&format!("{}/ready", app.url)).await.0, 200);
    app.finish_in_any_order().await;
}
