//! Those who only look whether there is something.

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
}
