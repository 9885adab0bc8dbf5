//! The database goes away and comes back: nothing that Slack was promised is lost.

use std::time::Duration;

use slack_emulator::SlackEmulator;
use testkit::{ACME, BIRCH, Outage, PATIENCE, TestApp, on_each_database};

on_each_database! {
    async fn events_that_come_while_the_database_is_away_arrive_once_it_is_back(database: TestDatabase) {
        let mut database = database;
        let mut outage = Outage::prepare(&mut database).await;
        let app = TestApp::start(database).await;
        ACME.says(&app.slack, "before");
        app.until_both_have(1).await;

        outage.begin(app.database()).await;
        let during = ["during, first", "during, second", "during, third"];
        for text in during {
            ACME.says(&app.slack, text);
        }
        // Slack was told to try again, twice, and waits a minute before it does once more.
        let refused = |slack: &SlackEmulator| slack.waiting_retries().len() == during.len();
        app.slack.wait_until(refused, PATIENCE).await.expect("every event is refused");
        assert_eq!(BIRCH.texts(&app.slack), ["before"]);

        outage.end();
        // A connection that was made in the last moment of the outage may still fail, which would cost an event this try.
        while app.db.begin().await.is_err() {}
        app.slack.advance(Duration::from_mins(1));
        app.until_both_have(4).await;
        ACME.says(&app.slack, "after");
        app.until_both_have(5).await;
        app.finish_in_any_order().await;
    }

    async fn a_worker_whose_database_goes_away_goes_on_once_it_is_back(database: TestDatabase) {
        let mut database = database;
        let mut outage = Outage::prepare(&mut database).await;
        let mut app = TestApp::start_without_worker(database).await;
        for number in 0..10 {
            ACME.says(&app.slack, &format!("message {number}"));
        }
        app.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("acknowledged");
        app.start_worker();
        app.slack.wait_until(|slack| slack.message_count(BIRCH.team, BIRCH.channel) >= 2, PATIENCE).await.expect("it works");
        outage.begin(app.database()).await;
        Outage::until_nothing_can_be_written(&app.db).await;
        outage.end();
        app.until_both_have(10).await;
        app.finish().await;
    }
}
