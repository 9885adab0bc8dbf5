//! Messages and replies arrive once, in order, under their authors' names.

use std::time::Duration;

use shared::sql;
use slack_emulator::{Fault, FaultRule, UserPost};
use testkit::{ACME, BIRCH, TestApp, on_each_database};

on_each_database! {
    async fn a_message_appears_in_the_other_workspace_under_its_authors_name(database: TestDatabase) {
        let app = TestApp::start(database).await;
        ACME.says(&app.slack, "hello");
        app.until_both_have(1).await;
        let copies = app.slack.messages(BIRCH.team, BIRCH.channel);
        let copy = &copies[0];
        assert_eq!((copy.text.as_str(), copy.author.as_str()), ("hello", "Ada Lovelace (Acme)"));
        assert!(copy.avatar.as_deref().is_some_and(|avatar| avatar.contains(ACME.person)), "{copy:?}");
        assert_eq!(copy.metadata.as_ref().map(|metadata| metadata["event_type"].clone()), Some("syncbot_copy".into()));

        BIRCH.says(&app.slack, "hello yourself");
        app.until_both_have(2).await;
        assert_eq!(app.slack.messages(ACME.team, ACME.channel)[1].author, "Linus Pauling (Birch)");
        app.finish().await;
    }

    async fn replies_stand_in_the_thread_whichever_side_began_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let root = ACME.says(&app.slack, "who is there?");
        app.until_both_have(1).await;
        let copy = app.slack.messages(BIRCH.team, BIRCH.channel)[0].ts.to_string();
        ACME.replies(&app.slack, &root, "anyone?");
        app.until_both_have(2).await;
        BIRCH.replies(&app.slack, &copy, "I am");
        app.until_both_have(3).await;
        for (side, root) in [(ACME, root), (BIRCH, copy)] {
            let threads: Vec<Option<String>> =
                app.slack.messages(side.team, side.channel).iter().map(|message| message.thread_ts.as_ref().map(ToString::to_string)).collect();
            assert_eq!(threads[1..], [Some(root.clone()), Some(root)], "{}", side.name);
        }
        app.finish().await;
    }

    async fn fifty_rapid_messages_keep_their_order(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::always(Fault::latency_between(Duration::ZERO, Duration::from_millis(15))));
        for number in 0..50 {
            ACME.says(&app.slack, &format!("message {number}"));
        }
        app.until_both_have(50).await;
        let said: Vec<String> = (0..50).map(|number| format!("message {number}")).collect();
        assert_eq!(BIRCH.texts(&app.slack), said);
        app.finish().await;
    }

    async fn one_message_that_comes_as_several_events_is_copied_once(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| {
            switches.duplicate_events = true;
            switches.events_per_message = 3;
        });
        for number in 0..5 {
            ACME.says(&app.slack, &format!("message {number}"));
        }
        app.until_both_have(5).await;
        app.finish().await;
    }

    async fn an_event_that_slack_sends_again_much_later_changes_nothing(database: TestDatabase) {
        let app = TestApp::start(database).await;
        ACME.says(&app.slack, "once");
        app.until_both_have(1).await;
        app.until_idle().await;
        let event = app.slack.deliveries()[0].event_id.to_string();
        assert!(app.slack.redeliver(&event));
        app.slack.wait_until(|slack| slack.deliveries().len() == 2, testkit::PATIENCE).await.expect("sent again");
        app.finish().await;
    }

    async fn slack_that_limits_or_fails_delays_a_message_and_neither_loses_nor_reorders_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(1)).on_method("chat.postMessage"));
        app.slack.add_fault(FaultRule::once(Fault::error("service_unavailable")).on_method("chat.postMessage").after(2));
        app.slack.add_fault(FaultRule::once(Fault::status(503)).on_method("users.info"));
        for number in 0..4 {
            ACME.says(&app.slack, &format!("message {number}"));
        }
        app.until_both_have(4).await;
        app.finish().await;
    }

    async fn names_that_no_database_can_hold_stop_no_message(database: TestDatabase) {
        let app = TestApp::start(database).await;
        for (user, name) in [("U0LONG", "x".repeat(300_000)), ("U0ODD", "A\0da".to_owned()), ("U0VOID", "\0".to_owned())] {
            app.slack.workspace(ACME.team).user(user, &name).let_in(ACME.channel, user);
            app.slack.say(ACME.team, ACME.channel, user, user);
        }
        app.until_both_have(3).await;
        let authors: Vec<String> = app.slack.messages(BIRCH.team, BIRCH.channel).into_iter().map(|message| message.author).collect();
        assert_eq!(authors, [format!("{} (Acme)", "x".repeat(73)), "Ada (Acme)".to_owned(), "Someone (Acme)".to_owned()]);
        app.finish().await;
    }

    async fn what_somebody_says_of_themselves_arrives_and_what_slack_says_of_the_channel_does_not(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.post(ACME.team, ACME.channel, UserPost::new(ACME.person, "waves").me()).expect("said");
        app.until_reads(BIRCH, &["_waves_"]).await;
        app.slack.workspace(ACME.team).user("U0NEW", "Somebody new");
        app.slack.join_channel(ACME.team, ACME.channel, "U0NEW");
        app.slack.rename_channel(ACME.team, ACME.channel, ACME.person, "renamed");
        app.slack.archive_channel(ACME.team, ACME.channel, ACME.person);
        app.slack.unarchive_channel(ACME.team, ACME.channel, ACME.person);
        let pinned = serde_json::json!({"subtype": "pinned_item", "ts": "1999999999.000100", "event_ts": "1999999999.000100", "user": ACME.person, "text": "pinned"});
        app.hears(ACME, &pinned).await;
        app.until_settled().await;
        assert_eq!(BIRCH.texts(&app.slack), ["_waves_"]);
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn what_is_said_is_forgotten_once_it_is_delivered(database: TestDatabase) {
        let app = TestApp::start(database).await;
        ACME.says(&app.slack, "between us");
        app.until_both_have(1).await;
        app.until_idle().await;
        let bodies: Vec<(Option<String>,)> = app.db.read(sql!("SELECT body FROM posts")).fetch_all().await.expect("read");
        let payloads: Vec<(Option<String>,)> = app.db.read(sql!("SELECT payload FROM jobs WHERE kind IN ('route_event', 'deliver_copy')")).fetch_all().await.expect("read");
        assert_eq!((bodies, payloads), (vec![(None,)], vec![(None,), (None,)]));
        app.finish().await;
    }

    async fn tokens_stand_in_the_database_sealed(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let tokens: Vec<(String,)> = app.db.read(sql!("SELECT token FROM installations")).fetch_all().await.expect("read");
        assert_eq!(tokens.len(), 2);
        for (token,) in tokens {
            assert!(token.starts_with("v1.") && !token.contains("xoxb"), "{token}");
        }
        app.finish().await;
    }
}
