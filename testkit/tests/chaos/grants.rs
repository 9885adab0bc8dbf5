//! What Slack gives only once is on its way to the database: the tokens for a code, a renewed token.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::Clock;
use shared::jobs::renew_token;
use shared::queue::Queue;
use shared::rng::Rng;
use shared::sql;
use shared::tables::workspaces;
use slack_emulator::User;
use testkit::{
    CEDAR, PATIENCE, Process, Proxy, TestDatabase, Town, Visitor, on_each_server, url_in,
};

use crate::at;
use crate::talk::stop_all;

/// Who manages Cedar.
pub(crate) const BOSS: &str = "U0BOSS";

/// A third workspace can install the app, by an ingress that runs.
pub(crate) async fn visited(town: &Town) -> (Process, Visitor) {
    let cedar = town.slack.add_workspace_without_app(CEDAR.team, CEDAR.name);
    cedar.user(CEDAR.person, CEDAR.person_name).add_user(User::new(BOSS, "The boss").owner());
    let mut ingress = town.start_ingress().await;
    let visitor = Visitor::at(&url_in(&ingress.line_with("listening").await));
    (ingress, visitor)
}

/// How often Slack was asked for tokens.
pub(crate) fn asked(town: &Town) -> usize {
    town.slack.calls_of("oauth.v2.access").len()
}

/// The token of Cedar's bot ends soon, and is to be renewed.
pub(crate) async fn ages(database: &TestDatabase) {
    let (db, clock) = (database.open().await, Clock::system());
    let soon = clock.now() + TimeDelta::hours(1);
    db.write(sql!("UPDATE installations SET expires_at = $1 WHERE refresh_token IS NOT NULL"))
        .bind(soon)
        .execute_one("installations", "of Cedar")
        .await
        .expect("stored");
    let queue = Queue::new(db.clone(), clock, Rng::system());
    let mut tx = db.begin().await.expect("begun");
    let team = CEDAR.team.parse().expect("an id");
    let cedar = workspaces::by_team(&mut tx, &team).await.expect("read").expect("installed");
    queue.enqueue(&mut tx, vec![renew_token::job(&cedar.id, None)]).await.expect("stored");
    tx.commit().await.expect("committed");
    db.close().await;
}

/// For how many hours the token of Cedar's bot is good.
pub(crate) async fn hours_left(database: &TestDatabase) -> i64 {
    let db = database.open().await;
    let end = db.read(sql!("SELECT expires_at FROM installations WHERE expires_at IS NOT NULL"));
    let (end,): (DateTime<Utc>,) = end.fetch_one().await.expect("one of them ends");
    db.close().await;
    (end - Clock::system().now()).num_hours()
}

/// A worker that stops to be called on at this step. Lanes of which it does not learn that it has them are free soon.
fn halting(town: &Town, plan: &str) -> Process {
    town.start_worker_with(&[("SYNCBOT_WORKER_LEASE_SECONDS", "5"), at(plan)])
}

/// It goes on while its database is away, which comes back when it has tried more than once.
async fn goes_on_without_database(road: &Proxy, halted: &mut Process) {
    road.close();
    halted.signal("CONT");
    halted.line_with("the database still cannot be used").await;
    road.reopen();
}

on_each_server! {
    async fn tokens_that_were_given_are_stored_once_the_database_answers(database: TestDatabase) {
        let mut database = database;
        let road = Proxy::to(database.server().expect("SQLite has no server")).await;
        database.go_through(&road);
        let town = Town::build_rotating(&database, 1).await;
        let (ingress, mut visitor) = visited(&town).await;

        let mut exchanging = halting(&town, "install.called=freeze");
        let page = visitor.installs(&town.slack, CEDAR).await;
        exchanging.frozen().await;
        goes_on_without_database(&road, &mut exchanging).await;
        visitor.until(&page, "installed").await;
        assert_eq!(asked(&town), 1);
        assert!(exchanging.stop().await.0.success());

        let mut renewing = halting(&town, "renew.called=freeze");
        ages(&database).await;
        renewing.frozen().await;
        goes_on_without_database(&road, &mut renewing).await;
        let began = Instant::now();
        while hours_left(&database).await < 11 {
            assert!(began.elapsed() < PATIENCE, "{}", renewing.output());
        }
        assert_eq!(asked(&town), 2);
        stop_all(&town, &database, vec![ingress, renewing]).await;
    }
}
