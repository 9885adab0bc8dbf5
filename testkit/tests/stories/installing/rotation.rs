//! Where the app rotates its tokens, each is renewed in time, once, by whichever worker; and if that fails for good,
//! somebody learns of it while there is time.

use std::time::Duration;

use chrono::TimeDelta;
use shared::clock::Clock;
use shared::jobs::token_care;
use shared::sql;
use slack_emulator::{Fault, FaultRule, Outcome, SlackEmulator, User};

use testkit::{ACME, BIRCH, PATIENCE, Side, TestApp, Visitor, on_each_database};

/// Both workspaces have installed the app in a browser: bots and people have tokens that end in twelve hours.
async fn rotating(mut app: TestApp) -> TestApp {
    app.start_worker();
    for side in [ACME, BIRCH] {
        app.slack.workspace(side.team).add_user(User::new("U0BOSS", "The boss").owner());
        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, side).await;
        visitor.until(&page, "installed").await;
    }
    app.until_settled().await;
    assert_eq!(tokens(&app, 11 * 60).await, 4, "of two bots and two people, all renewable");
    app
}

/// How many tokens can be renewed and are good for so many minutes.
async fn tokens(app: &TestApp, minutes: i64) -> i64 {
    let good: (i64,) = app
        .db
        .read(sql!(
            "SELECT (SELECT COUNT(*) FROM installations WHERE refresh_token IS NOT NULL AND expires_at > $1)
                  + (SELECT COUNT(*) FROM user_tokens WHERE refresh_token IS NOT NULL AND expires_at > $1)"
        ))
        .bind(Clock::system().now() + TimeDelta::minutes(minutes))
        .fetch_one()
        .await
        .expect("counted");
    good.0
}

/// Time passes at Slack, and so many minutes are left for the tokens.
async fn passes(app: &TestApp, hours: u64, left: i64) {
    app.slack.advance(Duration::from_hours(hours));
    let end = Clock::system().now() + TimeDelta::minutes(left);
    for statement in [
        sql!("UPDATE installations SET expires_at = $1"),
        sql!("UPDATE user_tokens SET expires_at = $1"),
    ] {
        app.db.write(statement).bind(end).execute().await.expect("stored");
    }
}

/// The regular job runs.
async fn ticks(app: &TestApp, at: i64) {
    let mut tx = app.db.begin().await.expect("begun");
    app.queue().enqueue(&mut tx, vec![token_care::job(at)]).await.expect("stored");
    tx.commit().await.expect("committed");
    app.queue().wakes().signal();
    app.until_settled().await;
}

/// What Slack answered to renewals.
fn renewals(app: &TestApp) -> Vec<Outcome> {
    let calls = app.slack.calls_of("oauth.v2.access").into_iter();
    calls
        .filter(|call| call.arguments.contains_key("refresh_token"))
        .map(|call| call.outcome)
        .collect()
}

async fn arrives(app: &TestApp, side: Side, text: &str) {
    let there = |slack: &SlackEmulator| side.texts(slack).iter().any(|one| one == text);
    app.slack.wait_until(there, PATIENCE).await.expect("it arrives");
}

on_each_database! {
    async fn tokens_are_renewed_in_time_and_each_once_however_many_workers_there_are(database: TestDatabase) {
        let mut app = rotating(TestApp::start_rotating(database).await).await;
        app.start_worker();
        passes(&app, 10, 119).await;
        for at in 1..=3 {
            ticks(&app, at).await;
        }
        assert_eq!(renewals(&app), vec![Outcome::Ok; 4]);
        assert_eq!(tokens(&app, 11 * 60).await, 4);
        app.slack.advance(Duration::from_hours(2));
        ACME.says(&app.slack, "with the new ones");
        arrives(&app, BIRCH, "with the new ones").await;
        app.until_settled().await;
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn tokens_that_ended_while_nobody_was_there_are_renewed_before_they_are_used(database: TestDatabase) {
        let mut app = rotating(TestApp::start_rotating(database).await).await;
        app.stop_last().await;
        passes(&app, 12, 0).await;
        for number in 0..5 {
            ACME.says(&app.slack, &format!("message {number}"));
        }
        app.start_worker();
        app.start_worker();
        arrives(&app, BIRCH, "message 4").await;
        app.until_settled().await;
        assert!(renewals(&app).iter().all(|outcome| *outcome == Outcome::Ok), "{:?}", renewals(&app));
        let refused = app.slack.calls().into_iter().filter(|call| call.outcome == Outcome::Error { code: "token_expired".to_owned() });
        assert_eq!(refused.count(), 0);
        assert_eq!(app.slack.told(ACME.team, "U0BOSS"), Vec::<String>::new(), "nobody need know");
        app.finish().await;
    }

    async fn an_answer_that_is_lost_is_told_of_while_the_token_works(database: TestDatabase) {
        let app = rotating(TestApp::start_rotating(database).await).await;
        passes(&app, 10, 119).await;
        app.slack.add_fault(FaultRule::once(Fault::AnswerLost).on_method("oauth.v2.access"));
        app.db.write(sql!("UPDATE user_tokens SET refresh_token = NULL")).execute().await.expect("stored");
        ticks(&app, 1).await;
        let refused = Outcome::Error { code: "invalid_refresh_token".to_owned() };
        let mut renewals = renewals(&app);
        renewals.sort_by_key(|outcome| format!("{outcome:?}"));
        assert_eq!(renewals, [Outcome::AnswerLost, refused, Outcome::Ok]);
        assert_eq!(tokens(&app, 0).await, 1, "one of the bots has another");
        let told: Vec<(Side, Vec<String>)> = [ACME, BIRCH].into_iter().map(|side| (side, app.slack.told(side.team, "U0BOSS"))).filter(|(_, told)| !told.is_empty()).collect();
        let [(side, told)] = told.as_slice() else { panic!("one workspace is told: {told:?}") };
        assert!(told.len() == 1 && told[0].contains(&format!("install me again: <{}/slack/install>", app.url)), "{told:?}");
        // Until then everything works.
        ACME.says(&app.slack, "it still goes on");
        arrives(&app, BIRCH, "it still goes on").await;

        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, *side).await;
        visitor.until(&page, "installed").await;
        assert_eq!(tokens(&app, 11 * 60).await, 3, "both bots, and whoever installed it");
        app.finish().await;
    }
}
