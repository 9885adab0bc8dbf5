//! Those who only look whether there is something, and more who begin than any instance has.

use chrono::TimeDelta;
use shared::clock::Clock;
use shared::sql;
use testkit::{TestApp, Visitor, on_each_database};

async fn attempts(app: &TestApp) -> i64 {
    let count = app.db.read(sql!("SELECT COUNT(*) FROM install_attempts"));
    count.fetch_one::<(i64,)>().await.expect("counted").0
}

on_each_database! {
    async fn whoever_only_looks_whether_there_is_something_leaves_nothing_behind(database: TestDatabase) {
        let app = TestApp::start_without_worker(database).await;
        let mut visitor = Visitor::at(&app.url);
        let seen = visitor.probes("/slack/install").await;
        assert!(seen.status == 200 && seen.headers["cache-control"] == "no-store", "{}", seen.status);
        assert!(visitor.set_cookies.is_empty() && seen.location.is_empty(), "{seen:?}");
        assert_eq!(attempts(&app).await, 0);

        let asked = visitor.begins().await;
        let back = app.slack.deny(&asked);
        assert_eq!(visitor.probes(back.as_str()).await.status, 200);
        visitor.comes_back(back.as_str()).await;
        assert_eq!(attempts(&app).await, 1);
        app.stop_everything().await;
    }

    async fn more_than_ten_a_second_are_asked_to_come_again_in_a_minute(database: TestDatabase) {
        let app = TestApp::start_without_worker(database).await;
        let mut tx = app.db.begin().await.expect("begun");
        let stored = sql!(
            "INSERT INTO install_attempts (id, cookie, state, status, created_at, updated_at) VALUES ($1, 'x', $1, 'began', $2, $2)"
        );
        for number in 0..599 {
            let query = tx.query(stored).bind(format!("01M8{number:022}")).bind(Clock::system().now());
            query.execute_one("install_attempts", number).await.expect("stored");
        }
        tx.commit().await.expect("committed");
        let mut visitor = Visitor::at(&app.url);
        visitor.begins().await;
        let seen = visitor.open("/slack/install").await;
        assert!(seen.status == 503 && seen.text.contains("Too many"), "{}: {}", seen.status, seen.text);
        assert_eq!(seen.headers["retry-after"], "60");
        assert_eq!((attempts(&app).await, visitor.set_cookies.len()), (600, 1));

        let then = Clock::system().now() - TimeDelta::seconds(61);
        app.db.write(sql!("UPDATE install_attempts SET created_at = $1")).bind(then).execute().await.expect("stored");
        visitor.begins().await;
        app.stop_everything().await;
    }
}
