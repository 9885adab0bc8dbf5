//! Slack is called no faster than it promises to take.

use testkit::{ACME, BIRCH, TestApp, on_each_database};

on_each_database! {
    async fn more_than_a_channel_takes_at_once_arrives_in_order_without_a_refusal(database: TestDatabase) {
        let app = TestApp::start_paced(database).await;
        for number in 0..7 {
            ACME.says(&app.slack, &format!("message {number}"));
        }
        app.until_both_have(7).await;
        let said: Vec<String> = (0..7).map(|number| format!("message {number}")).collect();
        assert_eq!(BIRCH.texts(&app.slack), said);
        assert_eq!(app.slack.over_limit(), []);
        app.finish().await;
    }
}
