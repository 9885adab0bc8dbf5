//! Slack's published rate limits.

use std::time::Duration;

use serde_json::json;
use slack_emulator::{Fault, FaultRule, OverLimit, SlackEmulator};

use crate::support::{ADA, Caller, GENERAL, TEAM, acme, client, retry_after};

async fn post(caller: &Caller, channel: &str) -> reqwest::Response {
    let arguments = json!({ "channel": channel, "text": "x" });
    caller.json("chat.postMessage", &arguments).send().await.unwrap()
}

async fn limited() -> SlackEmulator {
    let slack = acme().await;
    slack.switch(|switches| switches.rate_limits = true);
    slack
}

#[tokio::test]
async fn limits_are_off_unless_switched_on() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    for _ in 0..30 {
        assert_eq!(caller.get("emoji.list").await["ok"], true);
    }
    assert_eq!(slack.over_limit(), []);
}

#[tokio::test]
async fn who_posts_too_fast_is_told_when_to_come_back() {
    let slack = limited().await;
    slack.workspace(TEAM).channel("C0RANDOM", "random");
    let caller = Caller::new(&slack, TEAM);
    for _ in 0..5 {
        assert_eq!(post(&caller, GENERAL).await.status(), 200);
    }
    let refused = post(&caller, GENERAL).await;
    assert_eq!(refused.status(), 429);
    let wait: u64 = retry_after(refused.headers()).parse().unwrap();
    assert!((1..=5).contains(&wait), "{wait}");
    // Other channels and other methods go on.
    assert_eq!(post(&caller, "C0RANDOM").await.status(), 200);
    assert_eq!(caller.get(&format!("conversations.info?channel={GENERAL}")).await["ok"], true);
    assert_eq!(post(&caller, GENERAL).await.status(), 429);

    let over: Vec<OverLimit> = slack.over_limit();
    assert_eq!(over.len(), 2);
    assert_eq!(
        (over[0].method.as_str(), over[0].channel.as_deref()),
        ("chat.postMessage", Some(GENERAL))
    );
    assert_eq!((over[0].came_back_early, over[1].came_back_early), (false, true));
    assert_eq!(over[0].retry_after, wait);
    let listed =
        client().get(format!("{}/_emulator/over-limit", slack.url())).send().await.unwrap();
    let listed: serde_json::Value = listed.json().await.unwrap();
    assert_eq!(listed["over_limit"][1]["came_back_early"], true);

    slack.advance(Duration::from_secs(5));
    assert_eq!(post(&caller, GENERAL).await.status(), 200);
    assert_eq!(slack.message_count(TEAM, GENERAL), 6);
    slack.clear_records();
    assert_eq!(slack.over_limit(), []);
}

#[tokio::test]
async fn the_tightest_lane_takes_twenty_a_minute() {
    let slack = limited().await;
    let caller = Caller::new(&slack, TEAM);
    let ts = slack.say(TEAM, GENERAL, ADA, "hello");
    let arguments = json!({ "channel": GENERAL, "timestamp": ts, "name": "tada" });
    let mut statuses = Vec::new();
    for _ in 0..21 {
        let answer = caller.json("reactions.remove", &arguments).send().await.unwrap();
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 20);
    assert_eq!(statuses[20], 429);
    slack.advance(Duration::from_mins(1));
    assert_eq!(caller.call("reactions.remove", arguments).await["error"], "no_reaction");
    assert_eq!(slack.over_limit().len(), 1);
}

#[tokio::test]
async fn short_histories_come_once_a_minute() {
    let slack = limited().await;
    slack.switch(|switches| switches.history_page = Some(15));
    let caller = Caller::new(&slack, TEAM);
    let query = format!("conversations.history?channel={GENERAL}");
    assert_eq!(caller.get(&query).await["ok"], true);
    assert_eq!(caller.get(&query).await["error"], "ratelimited");
    slack.advance(Duration::from_mins(1));
    assert_eq!(caller.get(&query).await["ok"], true);
}

#[tokio::test]
async fn faults_come_first_and_do_not_count() {
    let slack = limited().await;
    let caller = Caller::new(&slack, TEAM);
    slack.add_fault(FaultRule::times(10, Fault::rate_limited(7)));
    for _ in 0..10 {
        assert_eq!(retry_after(post(&caller, GENERAL).await.headers()), "7");
    }
    assert_eq!(post(&caller, GENERAL).await.status(), 200);
    assert_eq!(slack.over_limit(), []);
}
