//! Where a person allows the app, or denies it.

use reqwest::Response;
use reqwest::header::HeaderMap;
use serde_json::json;
use slack_emulator::{Settings, SlackEmulator};
use url::Url;

use crate::support::installer::{REDIRECT, access, address, argument, browser, usual};
use crate::support::{ADA, BEN, TEAM, acme_with, header};

async fn acme() -> SlackEmulator {
    let slack = SlackEmulator::start(Settings::default()).await.unwrap();
    slack
        .add_workspace_without_app(TEAM, "Acme & <Sons>")
        .user(ADA, "Ada Lovelace")
        .user(BEN, "Ben Ali")
        .channel("C0GENERAL", "general");
    slack.add_workspace_without_app("T0BIRCH", "Birch").user("U0CEM", "Cem Kaya");
    slack
}

/// A page, which is no error of HTTP.
async fn open(address: &str) -> (HeaderMap, String) {
    let response = browser().get(address).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let headers = response.headers().clone();
    (headers, response.text().await.unwrap())
}

/// Fills the form in and presses a button, as a browser does.
async fn press(slack: &SlackEmulator, html: &str, more: &[(&str, &str)]) -> Response {
    let mut form: Vec<(String, String)> = html
        .split("<input type=\"hidden\" name=\"")
        .skip(1)
        .map(|rest| {
            let (name, rest) = rest.split_once("\" value=\"").unwrap();
            let value = rest.split_once('"').unwrap().0.replace("&amp;", "&");
            (name.to_owned(), value)
        })
        .collect();
    form.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let request = browser().post(slack.authorize_url()).header("origin", slack.url());
    request.form(&form).send().await.unwrap()
}

fn sent_to(response: &Response) -> Url {
    assert_eq!(response.status(), 302);
    Url::parse(header(response.headers(), "location")).unwrap()
}

#[tokio::test]
async fn a_person_is_asked_and_sent_back_with_a_code() {
    let slack = acme().await;
    let arguments = [
        ("scope", "chat:write,users:read"),
        ("user_scope", "chat:write"),
        ("state", "a&b"),
        ("redirect_uri", "http://127.0.0.1:3000/slack/callback?x=1"),
        ("team", "T0BIRCH"),
    ];
    let (headers, html) = open(&address(&slack, &arguments)).await;
    let policy = header(&headers, "content-security-policy");
    assert!(policy.contains("form-action 'self' http://127.0.0.1:3000;"), "{policy}");
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
    for part in [
        "SyncBot asks for access",
        "<optgroup label=\"Acme &amp; &lt;Sons&gt;\">",
        "<option value=\"T0ACME/U0ADA\">Ada Lovelace, Acme &amp; &lt;Sons&gt;</option>",
        "<option value=\"T0BIRCH/U0CEM\" selected>Cem Kaya, Birch</option>",
        "<li>users:read</li>",
        "in your name",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!html.contains("USLACKBOT") && !html.contains("<script"));

    let person = [("person", "T0ACME/U0ADA"), ("decision", "allow")];
    let target = sent_to(&press(&slack, &html, &person).await);
    assert_eq!(argument(&target, "state").as_deref(), Some("a&b"));
    assert_eq!(argument(&target, "x").as_deref(), Some("1"));
    let code = argument(&target, "code").unwrap();
    let redirect_uri = "http://127.0.0.1:3000/slack/callback?x=1";
    let answer = access(&slack, &[("code", &code), ("redirect_uri", redirect_uri)]).await;
    assert_eq!((&answer["team"]["id"], &answer["authed_user"]["id"]), (&json!(TEAM), &json!(ADA)));
}

#[tokio::test]
async fn a_person_who_denies_it_is_sent_back_without_one() {
    let slack = acme().await;
    let address = usual(&slack, "chat:write", "");
    let (_, html) = open(&address).await;
    let target = sent_to(&press(&slack, &html, &[("decision", "deny")]).await);
    assert_eq!(target.as_str(), format!("{REDIRECT}?error=access_denied&state=s"));
    assert_eq!(slack.deny(&address), target);
    assert!(!slack.is_installed(TEAM));
}

#[tokio::test]
async fn what_makes_no_sense_is_answered_with_a_page_that_says_so() {
    let slack = acme().await;
    let good = [("client_id", "x"), ("scope", "chat:write"), ("redirect_uri", REDIRECT)];
    let asked = |arguments: &[(&str, &str)]| address(&slack, arguments);
    let unknown_client = format!(
        "{}?{}",
        slack.authorize_url(),
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(good).finish()
    );
    for (address, code) in [
        (unknown_client, "invalid_client_id"),
        (slack.authorize_url(), "invalid_client_id"),
        (asked(&[("scope", "chat:write")]), "bad_redirect_uri"),
        (
            asked(&[("scope", "chat:write"), ("redirect_uri", "http://evil.example/<b>")]),
            "bad_redirect_uri",
        ),
        (asked(&[("redirect_uri", REDIRECT)]), "no_scopes"),
        (usual(&slack, "chat:write,chat:shout", ""), "invalid_scope"),
        (usual(&slack, "search:read", ""), "invalid_scope"),
        (usual(&slack, "", "channels:join"), "invalid_scope"),
    ] {
        let (_, html) = open(&address).await;
        assert!(html.contains("Something's gone wrong"), "{address}");
        assert!(
            html.contains(&format!("<code data-testid=\"oauth-error\">{code}</code>")),
            "{html}"
        );
        assert!(!html.contains("<form") && !html.contains("<b>"), "{html}");
    }
}

#[tokio::test]
async fn a_form_needs_a_person_and_a_decision() {
    let slack = acme().await;
    let (_, html) = open(&usual(&slack, "chat:write", "")).await;
    for more in [
        &[("decision", "allow")][..],
        &[("person", "T0ACME/U0ADA")],
        &[("person", "T0ACME/U0ADA"), ("decision", "perhaps")],
        &[("person", "T0ACME/U0NONE"), ("decision", "allow")],
        &[("person", "T0NONE/U0ADA"), ("decision", "allow")],
    ] {
        assert_eq!(press(&slack, &html, more).await.status(), 400, "{more:?}");
    }
    let foreign = browser().post(slack.authorize_url()).header("origin", "https://evil.example");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn people_are_sent_back_only_where_the_app_said() {
    let settings = Settings {
        redirect_urls: vec!["http://127.0.0.1:3000/slack".to_owned()],
        ..Settings::default()
    };
    let slack = acme_with(settings).await;
    let (_, html) = open(&usual(&slack, "chat:write", "")).await;
    assert!(html.contains("oauth-allow"), "{html}");
    let elsewhere = [("scope", "chat:write"), ("redirect_uri", "http://127.0.0.1:3001/slack")];
    let (_, html) = open(&address(&slack, &elsewhere)).await;
    assert!(html.contains("redirect_uri did not match any configured URIs."), "{html}");
    // Without an address there is the first of those that are known.
    let target = slack.allow(TEAM, ADA, &address(&slack, &[("scope", "chat:write")]));
    assert!(target.as_str().starts_with("http://127.0.0.1:3000/slack?code="));
    let code = argument(&target, "code").unwrap();
    assert_eq!(access(&slack, &[("code", &code)]).await["ok"], true);
}
