//! Many events: their order, and how often each is sent.

use std::sync::Arc;
use std::time::Duration;

use slack_emulator::{EventOrder, Settings};
use tokio::sync::Semaphore;

use crate::support::{ADA, GENERAL, Reply, TEAM, acme_and_app, acme_and_app_with, attempts};

const RANDOM: &str = "C0RANDOM";

#[tokio::test]
async fn events_of_one_channel_follow_each_other() {
    let (slack, app) = acme_and_app().await;
    let gate = Arc::new(Semaphore::new(0));
    app.will([Reply::Gate(Arc::clone(&gate))]);
    slack.say(TEAM, GENERAL, ADA, "one");
    slack.say(TEAM, GENERAL, ADA, "two");
    app.after(1).await;
    assert_eq!(slack.undelivered(), 2);
    gate.add_permits(1);
    app.after(2).await;
    assert_eq!(app.texts(), ["one", "two"]);
}

#[tokio::test]
async fn a_channel_does_not_wait_for_another() {
    let (slack, app) = acme_and_app().await;
    slack.workspace(TEAM).channel(RANDOM, "random");
    app.will([Reply::Silence]);
    slack.say(TEAM, GENERAL, ADA, "one");
    app.after(1).await;
    slack.say(TEAM, RANDOM, ADA, "two");
    app.after(2).await;
    assert_eq!(app.texts(), ["one", "two"]);
}

#[tokio::test]
async fn an_event_that_failed_once_does_not_hold_up_the_next() {
    let settings = Settings { retry_delays: [Duration::from_mins(1); 3], ..Settings::default() };
    let (slack, app) = acme_and_app_with(settings).await;
    app.will([Reply::Status(500)]);
    slack.say(TEAM, GENERAL, ADA, "one");
    slack.say(TEAM, GENERAL, ADA, "two");
    attempts(&slack, 2).await;
    slack.advance(Duration::from_mins(1));
    attempts(&slack, 3).await;
    assert_eq!(app.texts(), ["one", "two", "one"]);
}

#[tokio::test]
async fn a_thousand_events_arrive_in_order() {
    let (slack, app) = acme_and_app().await;
    let said: Vec<_> = (0..1_000).map(|number| number.to_string()).collect();
    for text in &said {
        slack.say(TEAM, GENERAL, ADA, text);
    }
    app.after(1_000).await;
    assert_eq!(app.texts(), said);
}

#[tokio::test]
async fn concurrent_events_do_not_wait_for_each_other() {
    let (slack, app) = acme_and_app().await;
    slack.switch(|switches| switches.event_order = EventOrder::Concurrent);
    let gate = Arc::new(Semaphore::new(0));
    app.will(vec![Reply::Gate(Arc::clone(&gate)); 3]);
    for text in ["one", "two", "three"] {
        slack.say(TEAM, GENERAL, ADA, text);
    }
    app.after(3).await;
    gate.add_permits(3);
    attempts(&slack, 3).await;
}

#[tokio::test]
async fn of_two_events_the_second_can_be_made_to_come_first() {
    let settings = Settings { reorder_hold: Duration::from_mins(10), ..Settings::default() };
    let (slack, app) = acme_and_app_with(settings).await;
    slack.switch(|switches| switches.event_order = EventOrder::SwappedPairs);
    for text in ["one", "two", "three", "four", "five"] {
        slack.say(TEAM, GENERAL, ADA, text);
    }
    app.after(4).await;
    assert_eq!(app.texts(), ["two", "one", "four", "three"]);
    // Nothing overtakes the last one, so it goes when its time is up.
    slack.advance(Duration::from_mins(10));
    app.after(5).await;
    assert_eq!(app.texts()[4], "five");
}

#[tokio::test]
async fn an_event_held_back_goes_by_itself_in_the_end() {
    let settings = Settings { reorder_hold: Duration::from_millis(20), ..Settings::default() };
    let (slack, app) = acme_and_app_with(settings).await;
    slack.switch(|switches| switches.event_order = EventOrder::SwappedPairs);
    slack.say(TEAM, GENERAL, ADA, "alone");
    app.after(1).await;
}

#[tokio::test]
async fn each_event_can_be_sent_twice() {
    for order in [EventOrder::PerChannel, EventOrder::Concurrent] {
        let (slack, app) = acme_and_app().await;
        slack.switch(|switches| {
            switches.duplicate_events = true;
            switches.event_order = order;
        });
        slack.say(TEAM, GENERAL, ADA, "hello");
        attempts(&slack, 2).await;
        let seen = app.after(2).await;
        assert_eq!(seen[0].event_id(), seen[1].event_id());
        assert!(seen.iter().all(|seen| seen.header("x-slack-retry-num").is_empty()));
        assert_eq!(slack.undelivered(), 0);
    }
}

#[tokio::test]
async fn one_message_can_be_several_events() {
    let (slack, app) = acme_and_app().await;
    slack.switch(|switches| switches.events_per_message = 3);
    let ts = slack.say(TEAM, GENERAL, ADA, "hello");
    let seen = app.after(3).await;
    assert!(seen.iter().all(|seen| seen.json["event"]["ts"] == ts.as_str()));
    assert_ne!(seen[0].event_id(), seen[1].event_id());
    assert_ne!(seen[1].event_id(), seen[2].event_id());
}

#[tokio::test]
async fn events_can_be_lost() {
    let (slack, app) = acme_and_app().await;
    slack.switch(|switches| switches.lose_events = true);
    slack.say(TEAM, GENERAL, ADA, "lost");
    slack.switch(|switches| switches.lose_events = false);
    slack.say(TEAM, GENERAL, ADA, "found");
    app.after(1).await;
    assert_eq!(app.texts(), ["found"]);
}
