//! A channel that shows reactions in words, or not at all.

use std::time::Duration;

use shared::tables::reaction_styles::ReactionStyle;
use slack_emulator::{Fault, FaultRule};
use testkit::{ACME, BIRCH, CEDAR, PATIENCE, Side, TestApp, Way, on_each_database};

/// What stands in a channel: each message with its author, and the text of the message whose thread it is in.
fn threads(app: &TestApp, side: Side) -> Vec<(String, String, Option<String>)> {
    let messages = app.slack.messages(side.team, side.channel);
    let shown = messages.iter().map(|message| {
        let root = messages
            .iter()
            .find(|root| Some(&root.ts) == message.thread_ts.as_ref() && root.ts != message.ts);
        (message.author.clone(), message.text.clone(), root.map(|root| root.text.clone()))
    });
    shown.collect()
}

async fn until(app: &TestApp, side: Side, wanted: &[(&str, &str, Option<&str>)]) {
    let wanted: Vec<_> = wanted
        .iter()
        .map(|(author, text, root)| {
            ((*author).to_owned(), (*text).to_owned(), root.map(str::to_owned))
        })
        .collect();
    let reached = app.slack.wait_until(|_| threads(app, side) == wanted, PATIENCE).await;
    assert!(reached.is_ok(), "{}: {:?} instead of {wanted:?}", side.name, threads(app, side));
}

fn reacts(app: &TestApp, side: Side, ts: &str, emoji: &str) {
    app.slack.react(side.team, side.channel, side.person, ts, emoji);
}

fn unreacts(app: &TestApp, side: Side, ts: &str, emoji: &str) {
    app.slack.unreact(side.team, side.channel, side.person, ts, emoji);
}

const ADA: &str = "Ada Lovelace (Acme)";

/// Acme says something, and Birch, which shows reactions in words, has it; returns it at both places.
async fn said(app: &TestApp) -> (String, String) {
    app.shows_reactions(BIRCH, ReactionStyle::Attributed).await;
    let ts = ACME.says(&app.slack, "well?");
    app.until_both_have(1).await;
    (ts, app.slack.messages(BIRCH.team, BIRCH.channel)[0].ts.to_string())
}

const WELL: (&str, &str, Option<&str>) = (ADA, "well?", None);

on_each_database! {
    async fn a_reaction_is_a_line_in_the_thread_until_it_is_taken_back(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let (ts, copy) = said(&app).await;
        reacts(&app, ACME, &ts, "tada");
        reacts(&app, ACME, &ts, "wave::skin-tone-3");
        let tada = (ADA, "reacted with :tada:", Some("well?"));
        let wave = (ADA, "reacted with :wave::skin-tone-3:", Some("well?"));
        until(&app, BIRCH, &[WELL, tada, wave]).await;
        unreacts(&app, ACME, &ts, "tada");
        until(&app, BIRCH, &[WELL, wave]).await;
        reacts(&app, ACME, &ts, "tada");
        until(&app, BIRCH, &[WELL, wave, tada]).await;
        app.until_settled().await;
        assert_eq!(app.slack.calls_of("reactions.add").len(), 0);
        assert_eq!(threads(&app, ACME).len(), 1, "nothing is said where somebody reacted");

        // The other way it is an emoji as ever, and what a line gets is nobody's business elsewhere.
        reacts(&app, BIRCH, &copy, "eyes");
        let line = app.slack.messages(BIRCH.team, BIRCH.channel)[1].ts.to_string();
        reacts(&app, BIRCH, &line, "eyes");
        app.until_settled().await;
        let names: Vec<_> = app.slack.calls_of("reactions.add").iter().map(|call| call.arguments["name"].clone()).collect();
        assert_eq!(names, ["eyes"]);
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn a_line_about_a_reply_says_which_and_goes_with_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let (ts, _) = said(&app).await;
        let reply = ACME.replies(&app.slack, &ts, "this");
        app.until_both_have(2).await;
        reacts(&app, ACME, &reply, "tada");
        app.until_settled().await;
        let shown = threads(&app, BIRCH);
        let copy = &app.slack.messages(BIRCH.team, BIRCH.channel)[1].ts.to_string();
        let (author, text, root) = &shown[2];
        assert_eq!((author.as_str(), root.as_deref()), (ADA, Some("well?")));
        let place = format!("{}/p{}", BIRCH.channel, copy.replace('.', ""));
        assert!(text.starts_with("reacted with :tada: to <https://") && text.contains(&place), "{text}");
        assert!(text.ends_with("|this message>"), "{text}");
        app.slack.delete(ACME.team, ACME.channel, ACME.person, &reply);
        until(&app, BIRCH, &[WELL]).await;
        app.finish().await;
    }

    async fn a_line_goes_though_slack_did_not_say_that_its_message_has_gone(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let (ts, _) = said(&app).await;
        reacts(&app, ACME, &ts, "tada");
        until(&app, BIRCH, &[WELL, (ADA, "reacted with :tada:", Some("well?"))]).await;
        app.until_settled().await;
        // Its event says that the copy is gone before anybody asks again.
        app.slack.add_fault(FaultRule::once(Fault::AnswerLost).on_method("chat.delete"));
        app.slack.delete(ACME.team, ACME.channel, ACME.person, &ts);
        until(&app, BIRCH, &[]).await;
        app.finish().await;
    }

    async fn no_line_is_made_for_what_is_deleted_meanwhile(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let (ts, _) = said(&app).await;
        let reply = ACME.replies(&app.slack, &ts, "this");
        app.until_both_have(2).await;
        // While Slack is asked where the reply stands, it goes.
        let late = Fault::late_answer(Duration::from_secs(2));
        app.slack.add_fault(FaultRule::once(late).on_method("chat.getPermalink"));
        reacts(&app, ACME, &reply, "tada");
        app.slack.wait_until(|slack| slack.faults().is_empty(), PATIENCE).await.expect("Slack is asked");
        app.slack.delete(ACME.team, ACME.channel, ACME.person, &reply);
        until(&app, BIRCH, &[WELL]).await;
        app.until_settled().await;
        until(&app, BIRCH, &[WELL]).await;
        app.finish().await;
    }

    async fn the_lines_of_several_workspaces_stand_beside_each_other(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.admit(CEDAR).await;
        app.sync(&[(ACME, Way::Both), (BIRCH, Way::Both), (CEDAR, Way::Both)]).await.expect("synced");
        app.shows_reactions(CEDAR, ReactionStyle::Attributed).await;
        let (ts, copy) = said(&app).await;
        app.until_settled().await;
        reacts(&app, ACME, &ts, "tada");
        app.until_settled().await;
        reacts(&app, BIRCH, &copy, "tada");
        app.until_settled().await;
        let of_acme = (ADA, "reacted with :tada:", Some("well?"));
        let of_birch = ("Linus Pauling (Birch)", "reacted with :tada:", Some("well?"));
        until(&app, BIRCH, &[WELL, of_acme]).await;
        until(&app, CEDAR, &[WELL, of_acme, of_birch]).await;
        unreacts(&app, ACME, &ts, "tada");
        until(&app, BIRCH, &[WELL]).await;
        until(&app, CEDAR, &[WELL, of_birch]).await;
        app.stop_everything().await;
    }

    async fn a_channel_that_shows_none_shows_none(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let ts = ACME.says(&app.slack, "well?");
        app.until_both_have(1).await;
        reacts(&app, ACME, &ts, "eyes");
        app.until_settled().await;
        app.shows_reactions(BIRCH, ReactionStyle::Off).await;
        reacts(&app, ACME, &ts, "tada");
        app.until_settled().await;
        let names = || -> Vec<String> {
            app.slack.messages(BIRCH.team, BIRCH.channel)[0].reactions.iter().map(|reaction| reaction.name.clone()).collect()
        };
        assert_eq!(names(), ["eyes"], "what it showed before stays");
        unreacts(&app, ACME, &ts, "eyes");
        app.until_settled().await;
        assert_eq!(names(), [""; 0], "until it is taken back");
        app.finish().await;
    }

    async fn what_is_shown_as_emoji_is_not_told_again_in_words(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let ts = ACME.says(&app.slack, "well?");
        app.until_both_have(1).await;
        reacts(&app, ACME, &ts, "eyes");
        app.until_settled().await;
        app.shows_reactions(BIRCH, ReactionStyle::Attributed).await;
        reacts(&app, ACME, &ts, "tada");
        until(&app, BIRCH, &[WELL, (ADA, "reacted with :tada:", Some("well?"))]).await;
        app.stop_everything().await;
    }

    async fn lines_of_a_pause_come_when_it_is_over(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let (ts, _) = said(&app).await;
        reacts(&app, ACME, &ts, "tada");
        let tada = (ADA, "reacted with :tada:", Some("well?"));
        until(&app, BIRCH, &[WELL, tada]).await;
        assert!(app.pause(BIRCH).await);
        unreacts(&app, ACME, &ts, "tada");
        reacts(&app, ACME, &ts, "eyes");
        app.until_settled().await;
        until(&app, BIRCH, &[WELL, tada]).await;
        assert!(app.resume(BIRCH).await);
        until(&app, BIRCH, &[WELL, (ADA, "reacted with :eyes:", Some("well?"))]).await;
        app.stop_everything().await;
    }

    async fn a_line_whose_answer_is_lost_stands_there_once(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let (ts, _) = said(&app).await;
        app.slack.add_fault(FaultRule::once(Fault::status_after_effect(503)).on_method("chat.postMessage"));
        reacts(&app, ACME, &ts, "tada");
        app.until_settled().await;
        until(&app, BIRCH, &[WELL, (ADA, "reacted with :tada:", Some("well?"))]).await;
        unreacts(&app, ACME, &ts, "tada");
        until(&app, BIRCH, &[WELL]).await;
        app.finish().await;
    }
}
