//! Channels are archived and brought back, get another id, are deleted, and our bot is invited to some.

use std::time::Duration;

use serde_json::json;
use shared::tables::sync_channels;
use slack_emulator::{ChannelSetup, Fault, FaultRule};
use testkit::{ACME, BIRCH, PATIENCE, TestApp, on_each_database};

const POST: &str = "chat.postMessage";

on_each_database! {
    async fn what_is_said_while_the_other_channel_is_archived_arrives_when_it_is_brought_back(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.archive_channel(BIRCH.team, BIRCH.channel, BIRCH.person);
        ACME.says(&app.slack, "is anybody there?");
        app.slack.wait_until(|slack| !slack.calls_of(POST).is_empty(), PATIENCE).await.expect("it is tried");
        app.until_lanes_rest().await;
        app.slack.unarchive_channel(BIRCH.team, BIRCH.channel, BIRCH.person);
        let arrived = |_: &_| BIRCH.texts(&app.slack).iter().any(|text| text == "is anybody there?");
        // Long before the hold would have ended by itself.
        app.slack.wait_until(arrived, PATIENCE).await.expect("it arrives");
        app.stop_everything().await;
    }

    async fn a_channel_goes_on_under_another_id(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let root = ACME.says(&app.slack, "before");
        app.until_both_have(1).await;
        app.slack.change_channel_id(BIRCH.team, BIRCH.channel, "C0MOVED");
        app.until_idle().await;
        ACME.replies(&app.slack, &root, "after");
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &root, "before, edited");
        let texts = || -> Vec<String> {
            app.slack.messages(BIRCH.team, "C0MOVED").into_iter().map(|message| message.text).collect()
        };
        app.slack.wait_until(|_| texts() == ["before, edited", "after"], PATIENCE).await.expect("both follow");
        let copies = app.slack.messages(BIRCH.team, "C0MOVED");
        assert_eq!(copies[1].thread_ts.as_ref(), Some(&copies[0].ts));
        app.slack.say(BIRCH.team, "C0MOVED", BIRCH.person, "and back");
        app.slack.wait_until(|_| ACME.texts(&app.slack).iter().any(|text| text == "and back"), PATIENCE).await.expect("it is copied");
        app.stop_everything().await;
    }

    async fn what_slack_tells_late_under_a_channels_old_id_is_not_lost(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let ts = BIRCH.says(&app.slack, "before");
        app.until_both_have(1).await;
        app.slack.change_channel_id(BIRCH.team, BIRCH.channel, "C0MOVED");
        app.until_settled().await;
        app.hears_late(BIRCH, "1999999999.000100", "late").await;
        app.until_reads(ACME, &["before", "late"]).await;
        let gone = json!({"subtype": "message_deleted", "ts": "1999999999.000200", "event_ts": "1999999999.000200", "deleted_ts": ts});
        app.hears(BIRCH, &gone).await;
        app.until_reads(ACME, &["late"]).await;
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn a_sync_is_called_as_its_first_channel_is(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.rename_channel(BIRCH.team, BIRCH.channel, BIRCH.person, "not-the-first");
        app.until_settled().await;
        app.slack.rename_channel(ACME.team, ACME.channel, ACME.person, "plans");
        app.until_settled().await;
        let listed = sync_channels::list(&app.db).await.expect("read");
        assert_eq!(listed.iter().map(|channel| channel.title.as_str()).collect::<Vec<_>>(), ["plans"; 2]);
        ACME.says(&app.slack, "it goes on");
        let goes_on = |_: &_| BIRCH.texts(&app.slack).last().is_some_and(|last| last == "it goes on");
        app.slack.wait_until(goes_on, PATIENCE).await.expect("it is copied");
        app.stop_everything().await;
    }

    async fn what_is_on_its_way_to_a_channel_that_is_deleted_ends_with_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(2)).on_method(POST));
        ACME.says(&app.slack, "to nobody");
        app.slack.wait_until(|slack| !slack.calls_of(POST).is_empty(), PATIENCE).await.expect("tried");
        app.slack.delete_channel(BIRCH.team, BIRCH.channel);
        app.until_settled().await;
        assert_eq!((app.slack.calls_of(POST).len(), app.dead_jobs().await), (1, vec![]));
        app.stop_everything().await;
    }

    async fn what_was_said_before_a_channel_got_another_id_is_routed_before_what_is_said_after(database: TestDatabase) {
        let app = TestApp::start_without_worker(database).await;
        BIRCH.says(&app.slack, "before");
        app.slack.change_channel_id(BIRCH.team, BIRCH.channel, "C0MOVED");
        app.slack.say(BIRCH.team, "C0MOVED", BIRCH.person, "after");
        app.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("told");
        let mut app = app;
        app.start_worker();
        app.slack.wait_until(|slack| ACME.texts(slack).len() == 2, PATIENCE).await.expect("both arrive");
        assert_eq!(ACME.texts(&app.slack), ["before", "after"]);
        app.stop_everything().await;
    }

    async fn a_channel_that_is_deleted_gets_nothing_more_and_holds_nobody_up(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.delete_channel(BIRCH.team, BIRCH.channel);
        app.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("told");
        app.until_idle().await;
        ACME.says(&app.slack, "to nobody");
        app.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("told");
        app.until_idle().await;
        assert!(app.slack.calls_of(POST).is_empty());
        app.stop_everything().await;
    }

    async fn our_bot_says_goodbye_where_it_is_not_needed_and_stays_where_it_is(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let bot = app.slack.bot_user_id(ACME.team);
        app.slack.workspace(ACME.team).add_channel(ChannelSetup::new("C0ELSE", "elsewhere").without_bot());
        app.slack.invite(ACME.team, "C0ELSE", ACME.person, &bot);
        let said = |slack: &slack_emulator::SlackEmulator| -> Vec<String> {
            slack.messages(ACME.team, "C0ELSE").into_iter().map(|message| message.text).collect()
        };
        let left = format!("<@{bot}> has left the channel");
        app.slack.wait_until(|slack| said(slack).last() == Some(&left), PATIENCE).await.expect("it leaves");
        let texts = said(&app.slack);
        assert_eq!(texts.len(), 3, "{texts:?}");
        assert!(texts[1].contains("not in sync"), "{texts:?}");
        app.until_idle().await;
        tokio::time::timeout(Duration::from_secs(5), app.finish()).await.expect("nothing is left to do");
    }
}
