//! The page's files, and who may ask for anything at all.

use slack_emulator::{Settings, SlackEmulator};

use crate::support::{ADA, GENERAL, TEAM, acme, acme_with, client, header};

async fn fetch(slack: &SlackEmulator, path: &str) -> reqwest::Response {
    client().get(format!("{}{path}", slack.url())).send().await.unwrap()
}

#[tokio::test]
async fn the_page_comes_with_a_strict_policy() {
    let slack = acme().await;
    let response = fetch(&slack, "/").await;
    assert_eq!(response.status(), 200);
    let policy = header(response.headers(), "content-security-policy");
    assert!(policy.starts_with("default-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(header(response.headers(), "x-content-type-options"), "nosniff");
    let html = response.text().await.unwrap();
    assert!(html.starts_with("<!doctype html>"));
    assert!(!html.contains("style=") && !html.contains("onclick"));
}

/// Everything that the page's files name is there, and nothing of it is elsewhere.
#[tokio::test]
async fn the_pages_files_find_each_other() {
    let slack = acme().await;
    let mut todo = vec!["/".to_owned()];
    let mut done = Vec::new();
    while let Some(path) = todo.pop() {
        if done.contains(&path) {
            continue;
        }
        let response = fetch(&slack, &path).await;
        assert_eq!(response.status(), 200, "{path}");
        let text = response.text().await.unwrap();
        for word in text.split(['"', '\'', '`']) {
            if let Some(file) = word.strip_prefix("./") {
                todo.push(format!("/page/{file}"));
            } else if word.starts_with("/page/") {
                todo.push(word.to_owned());
            }
        }
        done.push(path);
    }
    assert!(done.len() >= 5, "{done:?}");
}

/// The browser is never asked to read text as markup.
#[tokio::test]
async fn nothing_on_the_page_is_inserted_as_markup() {
    let slack = acme().await;
    for file in [
        "app",
        "body",
        "composer",
        "dom",
        "installation",
        "line",
        "message",
        "mrkdwn",
        "notes",
        "window",
    ] {
        let script = fetch(&slack, &format!("/page/{file}.js")).await.text().await.unwrap();
        for dangerous in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "DOMParser"]
        {
            assert!(!script.contains(dangerous), "{file}: {dangerous}");
        }
    }
}

#[tokio::test]
async fn pictures_are_drawn_from_initials() {
    let slack = acme().await;
    slack.workspace(TEAM).user("U0EVIL", "<script>alert(1)</script> &\"'");
    let response = fetch(&slack, &format!("/_emulator/avatar/{TEAM}/{ADA}.svg")).await;
    assert_eq!(header(response.headers(), "content-type"), "image/svg+xml; charset=utf-8");
    assert_eq!(header(response.headers(), "content-security-policy"), "default-src 'none'");
    assert!(response.text().await.unwrap().contains(">AL</text>"));
    let evil = fetch(&slack, &format!("/_emulator/avatar/{TEAM}/U0EVIL.svg")).await;
    assert!(!evil.text().await.unwrap().contains("script"));
    let team = fetch(&slack, &format!("/_emulator/avatar/{TEAM}.svg")).await;
    assert!(team.text().await.unwrap().contains(">A</text>"));
    assert_eq!(fetch(&slack, "/_emulator/avatar/T0ACME/U0NONE.svg").await.status(), 404);
}

#[tokio::test]
async fn hostile_text_travels_as_json_and_is_not_changed() {
    let slack = acme().await;
    let text = "<img src=x onerror=alert(1)> \"</script>";
    slack.say(TEAM, GENERAL, ADA, text);
    let response = fetch(&slack, "/_emulator/state").await;
    assert_eq!(header(response.headers(), "content-type"), "application/json");
    let state: serde_json::Value = response.json().await.unwrap();
    assert_eq!(state["workspaces"][0]["channels"][0]["messages"][0]["text"], text);
}

#[tokio::test]
async fn foreign_pages_and_names_are_refused() {
    let slack = acme().await;
    let port = slack.address().port();
    let ask = async |path: &str, name: &str, value: &str| {
        let request = client().post(format!("{}{path}", slack.url())).header(name, value);
        let body =
            format!(r#"{{"team":"{TEAM}","channel":"{GENERAL}","user":"{ADA}","text":"x"}}"#);
        let request = request.header("content-type", "application/json").body(body);
        request.send().await.unwrap().status().as_u16()
    };
    for path in ["/_emulator/say", "/api/auth.test"] {
        assert_eq!(ask(path, "origin", "https://evil.example").await, 403);
        assert_eq!(ask(path, "origin", "null").await, 403);
        assert_eq!(ask(path, "host", "evil.example").await, 403);
        assert_eq!(ask(path, "host", &format!("evil.example:{port}")).await, 403);
    }
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
    assert_eq!(ask("/_emulator/say", "origin", &format!("http://localhost:{port}")).await, 200);
    assert_eq!(ask("/_emulator/say", "host", &format!("localhost:{port}")).await, 200);
}

#[tokio::test]
async fn another_name_can_be_allowed() {
    let settings = Settings { allowed_hosts: vec!["slack".to_owned()], ..Settings::default() };
    let slack = acme_with(settings).await;
    let request = client().get(slack.url()).header("host", "slack:8700");
    assert_eq!(request.send().await.unwrap().status(), 200);
}
