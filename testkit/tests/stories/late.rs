//! What Slack tells late, out of order, in the name of somebody else, or again.

use chrono::TimeDelta;
use serde_json::{Value, json};
use shared::clock::Clock;
use slack_emulator::UserPost;
use testkit::{ACME, BIRCH, CEDAR, PATIENCE, SignedRequest, TestApp, on_each_database};

/// So many seconds ago, as Slack writes it.
fn ago(seconds: i64) -> String {
    let then = Clock::system().now() - TimeDelta::seconds(seconds);
    format!("{}.000100", then.timestamp())
}

fn said(ts: &str, text: &str) -> Value {
    json!({"ts": ts, "event_ts": ts, "user": ACME.person, "text": text})
}

fn edited(ts: &str, at: &str, text: &str) -> Value {
    let message = json!({"ts": ts, "user": ACME.person, "text": text, "edited": {"user": ACME.person, "ts": at}});
    json!({"subtype": "message_changed", "ts": at, "event_ts": at, "message": message})
}

fn deleted(ts: &str, at: &str) -> Value {
    json!({"subtype": "message_deleted", "ts": at, "event_ts": at, "deleted_ts": ts})
}

on_each_database! {
    async fn an_edit_that_was_undone_before_it_is_heard_of_shows_nothing(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let ts = ACME.says(&app.slack, "A");
        app.until_both_have(1).await;
        app.until_settled().await;
        let (first, second) = (ago(-1), ago(-2));
        app.hears(ACME, &edited(&ts, &second, "A")).await;
        app.until_settled().await;
        app.hears(ACME, &edited(&ts, &first, "B")).await;
        app.until_settled().await;
        assert_eq!(BIRCH.texts(&app.slack), ["A"]);
        // A later one counts.
        app.hears(ACME, &edited(&ts, &ago(-3), "C")).await;
        app.until_reads(BIRCH, &["C"]).await;
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn what_was_deleted_before_slack_tells_of_it_hours_later_does_not_appear(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.in_step_for_a_day().await;
        let (gone, kept) = (ago(7_200), ago(7_100));
        // Slack goes on trying for a day where an operator wants that.
        app.hears(ACME, &deleted(&gone, &ago(3_600))).await;
        app.hears(ACME, &edited(&kept, &ago(3_500), "as it is now")).await;
        app.hears(ACME, &said(&gone, "taken back")).await;
        app.hears(ACME, &said(&kept, "as it was")).await;
        app.until_reads(BIRCH, &["as it is now"]).await;
        app.until_settled().await;
        assert_eq!(BIRCH.texts(&app.slack), ["as it is now"]);
        app.stop_everything().await;
    }

    async fn an_edit_of_a_root_that_is_known_by_its_reply_alone_is_not_undone_by_what_it_said(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.in_step_for_a_day().await;
        let root = ago(1_500);
        app.slack.switch(|switches| switches.lose_events = true);
        app.slack.post(ACME.team, ACME.channel, UserPost::new(ACME.person, "then").at(&root)).expect("said");
        app.slack.switch(|switches| switches.lose_events = false);
        let mut reply = said(&ago(1_400), "an answer");
        reply["thread_ts"] = json!(root);
        app.hears(ACME, &reply).await;
        app.slack.wait_until(|slack| BIRCH.texts(slack).len() == 2, PATIENCE).await.expect("below one line about it");
        app.until_settled().await;
        app.hears(ACME, &edited(&root, &ago(1_300), "now")).await;
        app.hears(ACME, &said(&root, "then")).await;
        app.until_reads(BIRCH, &["now", "an answer"]).await;
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn a_reply_to_the_channel_as_well_is_one_however_often_slack_tells_of_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.broadcast_sends_plain_event_too = true);
        let root = ACME.says(&app.slack, "root");
        app.slack.post(ACME.team, ACME.channel, UserPost::new(ACME.person, "for all").in_thread(&root).broadcast()).expect("said");
        app.until_both_have(2).await;
        app.until_settled().await;
        let copies = app.slack.messages(BIRCH.team, BIRCH.channel);
        assert_eq!(copies.len(), 2);
        assert!(copies[1].broadcast && copies[1].thread_ts.as_ref() == Some(&copies[0].ts));
        app.stop_everything().await;
    }

    async fn a_channel_that_workspaces_share_in_slack_is_heard_in_whosever_name_slack_tells_of_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.admit(CEDAR).await;
        let in_cedars_name = json!({
            "team_id": CEDAR.team, "is_ext_shared_channel": true, "context_team_id": CEDAR.team,
            "authorizations": [{"team_id": ACME.team, "user_id": "U0ACMEBOT", "is_bot": true}],
        });
        let in_acmes_name = json!({"is_ext_shared_channel": true, "authorizations": [{"team_id": ACME.team}]});
        for (seconds, text, envelope) in [(30, "first", in_cedars_name.clone()), (20, "second", in_acmes_name), (10, "third", in_cedars_name)] {
            app.hears_for(ACME, &said(&ago(seconds), text), envelope).await;
        }
        app.until_reads(BIRCH, &["first", "second", "third"]).await;
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn an_event_that_slack_sends_again_counts_with_the_signature_of_the_first_time(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.in_step_for_a_day().await;
        let ts = ago(3_700);
        let event = json!({"type": "message", "channel": ACME.channel, "ts": ts, "event_ts": ts, "user": ACME.person, "text": "at last"});
        let body = json!({"type": "event_callback", "team_id": ACME.team, "api_app_id": "A0OTHER", "event_id": "Ev0OLD", "event": event});
        let then = Clock::system().now().timestamp() - 3_700;
        let request = SignedRequest::at(then, app.events_url(), &body.to_string(), app.slack.signing_secret());
        assert_eq!(request.clone().send().await.0, 401, "it is none that is sent again");
        for number in [3, 4] {
            let again = SignedRequest { retry_num: Some(number), ..request.clone() };
            assert_eq!(again.send().await.0, 200);
        }
        app.until_reads(BIRCH, &["at last"]).await;
        app.until_settled().await;
        assert_eq!(BIRCH.texts(&app.slack).len(), 1);
        app.stop_everything().await;
    }

    async fn messages_of_two_channels_with_the_same_ts_are_two(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.workspace(ACME.team).channel("C0OTHER", "other");
        app.slack.workspace(BIRCH.team).channel("C0OTHERB", "other");
        let other = testkit::Side { channel: "C0OTHER", ..ACME };
        let others = testkit::Side { channel: "C0OTHERB", ..BIRCH };
        app.sync(&[(other, testkit::Way::Both), (others, testkit::Way::Both)]).await.expect("synced");
        let ts = ago(5);
        app.hears(ACME, &said(&ts, "here")).await;
        app.hears_for(other, &said(&ts, "there"), json!({"event_id": "Ev0THERE"})).await;
        app.until_reads(BIRCH, &["here"]).await;
        app.until_reads(others, &["there"]).await;
        app.hears_for(other, &edited(&ts, &ago(4), "there, edited"), json!({"event_id": "Ev0EDIT"})).await;
        app.until_reads(others, &["there, edited"]).await;
        app.hears_for(ACME, &deleted(&ts, &ago(3)), json!({"event_id": "Ev0GONE"})).await;
        app.until_reads(BIRCH, &[]).await;
        app.until_settled().await;
        assert_eq!(others.texts(&app.slack), ["there, edited"]);
        app.stop_everything().await;
    }
}
