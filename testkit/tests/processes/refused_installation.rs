//! What ingress logs of somebody who comes back from Slack without a code.

use testkit::{Engine, TestDatabase, Town, Visitor, url_in};

#[tokio::test]
async fn why_slack_refuses_is_logged_and_nothing_else_that_stands_in_an_address() {
    let database = TestDatabase::create(Engine::Sqlite);
    let town = Town::build(&database, 0).await;
    let mut ingress = town.start_ingress().await;
    let mut visitor = Visitor::at(&url_in(&ingress.line_with("listening").await));
    let too_long = "x".repeat(65);
    for error in ["unapproved_scope", "Forged%20words", "%0aforged", too_long.as_str(), ""] {
        let asked = visitor.begins().await;
        let (_, state) = asked.split_once("state=").expect("a state");
        let state = state.split('&').next().expect("one");
        let back = format!("/slack/oauth_redirect?error={error}&state={state}");
        visitor.comes_back(&back).await;
    }
    let (status, output) = ingress.stop().await;
    assert!(status.success(), "{output}");
    let told: Vec<&str> = output.lines().filter(|line| line.contains("without a code")).collect();
    assert_eq!(told.len(), 5, "{output}");
    assert!(told[0].contains(r#""slack.error":"unapproved_scope""#), "{}", told[0]);
    assert!(told[1..].iter().all(|line| !line.contains("slack.error")), "{told:?}");
    assert!(!output.to_ascii_lowercase().contains("forged") && !output.contains(&too_long));
}
