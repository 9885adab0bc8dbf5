//! What people react in one workspace shows in the others for as long as anybody does.

use shared::tables::reactions;
use slack_emulator::{Fault, FaultRule};
use testkit::{ACME, BIRCH, CEDAR, PATIENCE, Side, TestApp, Way, on_each_database};

fn reacts(app: &TestApp, side: Side, user: &str, ts: &str, emoji: &str) {
    app.slack.react(side.team, side.channel, user, ts, emoji);
}

fn unreacts(app: &TestApp, side: Side, user: &str, ts: &str, emoji: &str) {
    app.slack.unreact(side.team, side.channel, user, ts, emoji);
}

/// Emoji below the first message, with how many react so.
fn below(app: &TestApp, side: Side) -> Vec<(String, usize)> {
    let message = &app.slack.messages(side.team, side.channel)[0];
    message.reactions.iter().map(|reaction| (reaction.name.clone(), reaction.users.len())).collect()
}

async fn until(app: &TestApp, side: Side, wanted: &[(&str, usize)]) {
    let wanted: Vec<_> = wanted.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
    let reached = app.slack.wait_until(|_| below(app, side) == wanted, PATIENCE).await;
    assert!(reached.is_ok(), "{}: {:?} instead of {wanted:?}", side.name, below(app, side));
}

async fn said(app: &TestApp) -> (String, String) {
    let ts = ACME.says(&app.slack, "well?");
    app.until_both_have(1).await;
    let copy = app.slack.messages(BIRCH.team, BIRCH.channel)[0].ts.to_string();
    (ts, copy)
}

on_each_database! {
    async fn a_reaction_shows_on_every_other_side_until_it_is_taken_back(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let (ts, copy) = said(&app).await;
        reacts(&app, ACME, ACME.person, &ts, "tada");
        until(&app, BIRCH, &[("tada", 1)]).await;
        reacts(&app, BIRCH, BIRCH.person, &copy, "wave::skin-tone-3");
        until(&app, ACME, &[("tada", 1), ("wave::skin-tone-3", 1)]).await;
        unreacts(&app, ACME, ACME.person, &ts, "tada");
        until(&app, BIRCH, &[("wave::skin-tone-3", 1)]).await;
        unreacts(&app, BIRCH, BIRCH.person, &copy, "wave::skin-tone-3");
        until(&app, ACME, &[]).await;
        app.until_idle().await;
        assert_eq!(app.slack.calls_of("reactions.add").len(), 2, "what the bot shows is no reaction of anybody");
        app.finish().await;
    }

    async fn one_that_is_taken_back_before_slack_said_that_it_is_there_does_not_stay(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let (ts, _) = said(&app).await;
        app.slack.add_fault(FaultRule::once(Fault::AnswerLost).on_method("reactions.add"));
        reacts(&app, ACME, ACME.person, &ts, "tada");
        until(&app, BIRCH, &[("tada", 1)]).await;
        unreacts(&app, ACME, ACME.person, &ts, "tada");
        until(&app, BIRCH, &[]).await;
        app.until_settled().await;
        assert_eq!(app.slack.calls_of("reactions.add").len(), 1);
        app.finish().await;
    }

    async fn it_stays_while_anybody_else_reacts_so(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.workspace(ACME.team).user("U0GRACE", "Grace Hopper").let_in(ACME.channel, "U0GRACE");
        let (ts, copy) = said(&app).await;
        reacts(&app, ACME, ACME.person, &ts, "tada");
        reacts(&app, ACME, "U0GRACE", &ts, "tada");
        until(&app, BIRCH, &[("tada", 1)]).await;
        reacts(&app, BIRCH, BIRCH.person, &copy, "tada");
        until(&app, ACME, &[("tada", 3)]).await;
        unreacts(&app, ACME, ACME.person, &ts, "tada");
        app.until_idle().await;
        until(&app, BIRCH, &[("tada", 2)]).await;
        unreacts(&app, ACME, "U0GRACE", &ts, "tada");
        until(&app, BIRCH, &[("tada", 1)]).await;
        until(&app, ACME, &[("tada", 1)]).await;
        app.finish().await;
    }

    async fn whoever_reacts_where_no_sync_leads_from_keeps_nothing_there(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.admit(CEDAR).await;
        app.sync(&[(BIRCH, Way::Both), (CEDAR, Way::Both)]).await.expect("synced");
        let ts = BIRCH.says(&app.slack, "well?");
        for side in [ACME, CEDAR] {
            app.until_reads(side, &["well?"]).await;
        }
        let copy = app.slack.messages(ACME.team, ACME.channel)[0].ts.to_string();
        reacts(&app, ACME, ACME.person, &copy, "tada");
        until(&app, BIRCH, &[("tada", 1)]).await;
        reacts(&app, BIRCH, BIRCH.person, &ts, "tada");
        until(&app, CEDAR, &[("tada", 1)]).await;
        unreacts(&app, BIRCH, BIRCH.person, &ts, "tada");
        until(&app, CEDAR, &[]).await;
        until(&app, BIRCH, &[("tada", 1)]).await;
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn an_emoji_that_the_other_side_lacks_is_left_out_once_and_for_all(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_emoji(ACME.team, "acme-logo");
        let (ts, _) = said(&app).await;
        reacts(&app, ACME, ACME.person, &ts, "acme-logo");
        app.until_settled().await;
        reacts(&app, ACME, ACME.person, &ts, "tada");
        until(&app, BIRCH, &[("tada", 1)]).await;
        app.until_settled().await;
        let names: Vec<_> = app.slack.calls_of("reactions.add").iter().map(|call| call.arguments["name"].clone()).collect();
        assert_eq!(names, ["acme-logo", "tada"]);
        assert_eq!(reactions::count_refused(&app.db).await.expect("counted"), 1, "`syncbot queue stats` says so");
        unreacts(&app, ACME, ACME.person, &ts, "acme-logo");
        app.until_settled().await;
        assert_eq!(app.slack.calls_of("reactions.remove").len(), 0, "what was never shown is not removed");
        assert_eq!(reactions::count_refused(&app.db).await.expect("counted"), 0);
        app.finish().await;
    }

    async fn one_that_is_taken_back_makes_room_for_another(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.workspace(ACME.team).user("U0GRACE", "Grace Hopper").let_in(ACME.channel, "U0GRACE");
        let (ts, copy) = said(&app).await;
        reacts(&app, ACME, ACME.person, &ts, "tada");
        until(&app, BIRCH, &[("tada", 1)]).await;
        app.slack.add_fault(FaultRule::once(Fault::error("too_many_reactions")).on_method("reactions.add").in_team(BIRCH.team));
        reacts(&app, ACME, "U0GRACE", &ts, "eyes");
        app.until_settled().await;
        assert_eq!(reactions::count_refused(&app.db).await.expect("counted"), 1);
        unreacts(&app, ACME, ACME.person, &ts, "tada");
        until(&app, BIRCH, &[("eyes", 1)]).await;
        app.until_settled().await;
        assert_eq!(reactions::count_refused(&app.db).await.expect("counted"), 0);
        reacts(&app, BIRCH, BIRCH.person, &copy, "wave");
        app.until_settled().await;
        app.finish().await;
    }

    async fn what_is_refused_of_a_message_that_is_gone_is_not_counted(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_emoji(ACME.team, "acme-logo");
        let (ts, _) = said(&app).await;
        reacts(&app, ACME, ACME.person, &ts, "acme-logo");
        app.until_settled().await;
        assert_eq!(reactions::count_refused(&app.db).await.expect("counted"), 1);
        app.slack.delete(ACME.team, ACME.channel, ACME.person, &ts);
        app.until_settled().await;
        assert_eq!(reactions::count_refused(&app.db).await.expect("counted"), 0);
        app.finish().await;
    }

    async fn a_reaction_waits_for_its_message_and_for_slack(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(1)).on_method("chat.postMessage"));
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(1)).on_method("reactions.add"));
        app.slack.add_fault(FaultRule::once(Fault::status_after_effect(503)).on_method("reactions.remove"));
        let ts = ACME.says(&app.slack, "well?");
        reacts(&app, ACME, ACME.person, &ts, "tada");
        app.until_both_have(1).await;
        until(&app, BIRCH, &[("tada", 1)]).await;
        unreacts(&app, ACME, ACME.person, &ts, "tada");
        until(&app, BIRCH, &[]).await;
        app.finish().await;
    }
}
