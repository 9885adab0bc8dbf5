//! What Slack does not tell of is found in its histories.

use chrono::TimeDelta;
use shared::clock::Clock;
use shared::sql;
use slack_emulator::{Fault, FaultRule, UserPost};
use testkit::{ACME, BIRCH, PATIENCE, Side, TestApp, on_each_database};

const HISTORY: &str = "conversations.history";
const REPLIES: &str = "conversations.replies";

/// A minute that was over a while ago.
struct Minute(i64);

impl Minute {
    fn of_late() -> Self {
        let now = Clock::system().epoch_millis() / 1_000;
        Self(now - now % 60 - 180)
    }

    /// Somebody said this so many seconds into the minute; returns its ts.
    fn said(&self, app: &TestApp, second: i64, post: UserPost) -> String {
        let ts = format!("{:010}.000100", self.0 + second);
        let post = UserPost { ts: Some(ts.as_str().into()), ..post };
        app.slack.post(ACME.team, ACME.channel, post).expect("said");
        ts
    }
}

fn ada(text: &str) -> UserPost {
    UserPost::new(ACME.person, text)
}

fn lose_events(app: &TestApp, lose: bool) {
    app.slack.switch(|switches| switches.lose_events = lose);
}

fn limit_events(app: &TestApp, limit: bool) {
    app.slack.switch(|switches| {
        switches.events_limited_in = limit.then(|| ACME.team.into());
    });
}

/// What stands in the channel itself, and what in its threads.
fn shown(app: &TestApp, side: Side) -> (Vec<String>, Vec<String>) {
    let messages = app.slack.messages(side.team, side.channel).into_iter();
    let (replies, channel): (Vec<_>, Vec<_>) = messages
        .partition(|message| message.thread_ts.as_ref().is_some_and(|root| *root != message.ts));
    let texts = |messages: Vec<slack_emulator::ShownMessage>| {
        messages.into_iter().map(|message| message.text).collect()
    };
    (texts(channel), texts(replies))
}

/// More than Slack gives at once to any app.
fn chatter() -> Vec<String> {
    (0..33).map(|number| format!("lost {number}")).collect()
}

async fn a_minute_is_lost(app: &TestApp) -> (Minute, Vec<String>) {
    app.in_step_for_a_day().await;
    let minute = Minute::of_late();
    let before = minute.said(app, -30, ada("before"));
    app.until_reads(BIRCH, &["before"]).await;
    app.until_settled().await;

    limit_events(app, true);
    let root = minute.said(app, 1, ada("lost root"));
    minute.said(app, 2, ada("answer to before").in_thread(&before));
    minute.said(app, 3, ada("answer to lost").in_thread(&root));
    for (number, text) in (4..).zip(chatter()) {
        minute.said(app, number, ada(&text));
    }
    limit_events(app, false);
    let mut expected = vec!["before".to_owned(), "lost root".to_owned()];
    expected.extend(chatter());
    (minute, expected)
}

on_each_database! {
    async fn what_was_said_in_a_minute_that_slack_did_not_tell_of_arrives_once_and_in_order(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let (minute, expected) = a_minute_is_lost(&app).await;
        app.until_settled().await;
        let (channel, mut replies) = shown(&app, BIRCH);
        replies.sort();
        assert_eq!((channel, replies), (expected.clone(), vec!["answer to before".to_owned(), "answer to lost".to_owned()]));

        // It comes all the same, and the same minute is told of once more.
        app.hears_late(ACME, &format!("{:010}.000100", minute.0 + 4), "lost 0").await;
        assert!(app.backfill(ACME, TimeDelta::hours(1)).await);
        app.until_settled().await;
        assert_eq!(shown(&app, BIRCH).0, expected);
        app.finish_in_any_order().await;
    }

    async fn it_arrives_where_slack_gives_fifteen_messages_at_a_time_and_then_none_for_a_while(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.history_page = Some(15));
        for (method, answered) in [(HISTORY, 1), (REPLIES, 1)] {
            app.slack.add_fault(FaultRule::once(Fault::rate_limited(1)).on_method(method).after(answered));
        }
        let (_, expected) = a_minute_is_lost(&app).await;
        app.until_settled().await;
        assert_eq!(shown(&app, BIRCH).0, expected);
        assert_eq!(app.slack.calls_of(HISTORY).len(), 4, "three pages and a refusal: it goes on where it was");
        app.finish_in_any_order().await;
    }

    async fn a_thread_of_many_pages_is_read_through_however_often_slack_says_not_now(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.history_page = Some(5));
        let root = ACME.says(&app.slack, "root");
        app.until_both_have(1).await;
        lose_events(&app, true);
        for number in 0..13 {
            ACME.replies(&app.slack, &root, &format!("lost {number}"));
        }
        lose_events(&app, false);
        for answered in [1, 2] {
            app.slack.add_fault(FaultRule::once(Fault::rate_limited(1)).on_method(REPLIES).after(answered));
        }
        assert!(app.backfill(ACME, TimeDelta::hours(1)).await);
        app.until_both_have(14).await;
        app.finish_in_any_order().await;
    }

    async fn a_worker_that_dies_between_two_pages_is_replaced_by_one_that_goes_on(database: TestDatabase) {
        let mut app = TestApp::start_without_worker(database).await;
        let worker = app.start_crashable_worker();
        app.slack.switch(|switches| switches.history_page = Some(3));
        let (_, expected) = a_minute_is_lost(&app).await;
        app.slack.wait_until(|slack| slack.calls_of(HISTORY).len() >= 3, PATIENCE).await.expect("some pages are read");
        drop(worker);
        app.start_worker();
        app.until_settled().await;
        assert_eq!(shown(&app, BIRCH).0, expected);
        app.finish_in_any_order().await;
    }

    async fn edits_and_deletions_that_nobody_told_of_are_found(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let edited = ACME.says(&app.slack, "helo");
        let deleted = ACME.says(&app.slack, "on second thought");
        let answered = ACME.says(&app.slack, "any ideas?");
        ACME.says(&app.slack, "as it was");
        app.until_both_have(4).await;
        ACME.replies(&app.slack, &answered, "no");
        app.until_both_have(5).await;
        app.until_settled().await;
        lose_events(&app, true);
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &edited, "hello");
        for gone in [&deleted, &answered] {
            app.slack.delete(ACME.team, ACME.channel, ACME.person, gone);
        }
        lose_events(&app, false);
        assert!(app.backfill(ACME, TimeDelta::hours(1)).await);
        app.slack
            .wait_until(|slack| {
                let texts = BIRCH.texts(slack);
                texts.iter().any(|text| text == "hello")
                    && !texts.iter().any(|text| text == "on second thought" || text == "any ideas?")
            }, PATIENCE)
            .await
            .expect("both follow");
        app.until_settled().await;
        let (channel, replies) = shown(&app, BIRCH);
        assert!(channel.contains(&"as it was".to_owned()) && replies == ["no"], "{channel:?} {replies:?}");
        app.stop_everything().await;
    }

    async fn reactions_that_nobody_told_of_are_found_wherever_they_were_given(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let ts = ACME.says(&app.slack, "cake?");
        app.until_both_have(1).await;
        app.slack.react(ACME.team, ACME.channel, ACME.person, &ts, "eyes");
        app.until_settled().await;
        let copy = app.slack.messages(BIRCH.team, BIRCH.channel)[0].ts.to_string();
        lose_events(&app, true);
        app.slack.unreact(ACME.team, ACME.channel, ACME.person, &ts, "eyes");
        app.slack.react(ACME.team, ACME.channel, ACME.person, &ts, "tada");
        app.slack.react(BIRCH.team, BIRCH.channel, BIRCH.person, &copy, "wave");
        let new = ACME.says(&app.slack, "and pie?");
        app.slack.react(ACME.team, ACME.channel, ACME.person, &new, "heart");
        lose_events(&app, false);
        for side in [ACME, BIRCH] {
            assert!(app.backfill(side, TimeDelta::hours(1)).await);
        }
        app.until_both_have(2).await;
        app.until_settled().await;
        let shown = |side: Side, bot: &str| -> Vec<Vec<String>> {
            let of_bot = |message: slack_emulator::ShownMessage| {
                let reactions = message.reactions.into_iter();
                reactions.filter(|reaction| reaction.users.iter().any(|user| **user == *bot)).map(|reaction| reaction.name).collect()
            };
            app.slack.messages(side.team, side.channel).into_iter().map(of_bot).collect()
        };
        let (acmes, birchs) = (app.slack.bot_user_id(ACME.team), app.slack.bot_user_id(BIRCH.team));
        assert_eq!(shown(BIRCH, &birchs), [["tada"], ["heart"]]);
        assert_eq!(shown(ACME, &acmes), [vec!["wave".to_owned()], vec![]]);
        app.stop_everything().await;
    }

    async fn what_was_told_of_is_routed_before_it_is_looked_for(database: TestDatabase) {
        let app = TestApp::start_without_worker(database).await;
        let gone = ACME.says(&app.slack, "on second thought");
        ACME.says(&app.slack, "as it was");
        app.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("told");
        lose_events(&app, true);
        app.slack.delete(ACME.team, ACME.channel, ACME.person, &gone);
        lose_events(&app, false);
        // As if a worker had died that held the lane.
        let held = sql!("UPDATE lanes SET due_at = due_at + 3000 WHERE lane LIKE 'src:%'");
        app.db.write(held).execute().await.expect("stored");
        assert!(app.backfill(ACME, TimeDelta::hours(1)).await);
        app.work_and_finish().await;
    }

    async fn what_was_said_during_a_pause_is_not_brought_by_reading_it_again(database: TestDatabase) {
        let app = TestApp::start(database).await;
        lose_events(&app, true);
        ACME.says(&app.slack, "for all");
        assert!(app.pause(ACME).await);
        ACME.says(&app.slack, "among us");
        assert!(app.resume(ACME).await);
        lose_events(&app, false);
        assert!(app.backfill(ACME, TimeDelta::hours(1)).await);
        app.until_settled().await;
        assert_eq!(BIRCH.texts(&app.slack), ["for all"]);
        app.stop_everything().await;
    }

    async fn copies_are_not_copied_when_their_channel_is_read_again(database: TestDatabase) {
        let app = TestApp::start(database).await;
        ACME.says(&app.slack, "from Acme");
        app.until_both_have(1).await;
        app.until_settled().await;
        assert!(app.backfill(BIRCH, TimeDelta::hours(1)).await);
        app.until_settled().await;
        app.finish().await;
    }
}
