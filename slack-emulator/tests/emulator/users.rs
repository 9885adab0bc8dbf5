//! `users.*`, `team.info` and `auth.test`.

use serde_json::{Value, json};
use slack_emulator::User;
use slack_emulator::ViolationKind::{MissingArgument, WrongEncoding};

use crate::support::{ADA, BEN, Caller, TEAM, acme, kinds};

#[tokio::test]
async fn auth_test_tells_whose_token_it_is() {
    let slack = acme().await;
    let answer = Caller::new(&slack, TEAM).call("auth.test", json!({})).await;
    assert_eq!(
        answer,
        json!({
            "ok": true,
            "url": "https://acme.slack.com/",
            "team": "Acme",
            "user": "syncbot",
            "team_id": TEAM,
            "user_id": slack.bot_user_id(TEAM),
            "bot_id": slack.bot_id(TEAM),
            "is_enterprise_install": false,
        })
    );
}

#[tokio::test]
async fn team_info_tells_of_the_workspace() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let answer = caller.form("team.info", &[]).await;
    assert_eq!(answer["team"]["id"], TEAM);
    assert_eq!(answer["team"]["name"], "Acme");
    assert_eq!(answer["team"]["domain"], "acme");
    let other = caller.form("team.info", &[("team", "T0OTHER")]).await;
    assert_eq!(other["error"], "team_not_found");
}

#[tokio::test]
async fn users_info_tells_of_a_user() {
    let slack = acme().await;
    slack.workspace(TEAM).add_user(
        User::new("U0CEM", "Cem Kaya")
            .display_name("cem")
            .handle("ckaya")
            .email("cem@example.com")
            .avatar("https://example.com/cem.png")
            .time_zone("Europe/Istanbul", 10_800)
            .admin(),
    );
    let caller = Caller::new(&slack, TEAM);
    let answer = caller.form("users.info", &[("user", "U0CEM"), ("include_locale", "1")]).await;
    let user = &answer["user"];
    for (pointer, wanted) in [
        ("/id", json!("U0CEM")),
        ("/team_id", json!(TEAM)),
        ("/name", json!("ckaya")),
        ("/real_name", json!("Cem Kaya")),
        ("/profile/display_name", json!("cem")),
        ("/profile/real_name", json!("Cem Kaya")),
        ("/profile/email", json!("cem@example.com")),
        ("/profile/image_72", json!("https://example.com/cem.png")),
        ("/tz", json!("Europe/Istanbul")),
        ("/tz_offset", json!(10_800)),
        ("/is_admin", json!(true)),
        ("/is_bot", json!(false)),
        ("/deleted", json!(false)),
        ("/locale", json!("en-US")),
    ] {
        assert_eq!(user.pointer(pointer), Some(&wanted), "{pointer}");
    }
    slack.workspace(TEAM).without_scope("users:read.email");
    let answer = caller.form("users.info", &[("user", "U0CEM")]).await;
    assert_eq!(answer["user"]["profile"]["email"], Value::Null);

    let bot = slack.bot_user_id(TEAM);
    let answer = caller.form("users.info", &[("user", bot.as_str())]).await;
    assert_eq!(answer["user"]["is_bot"], true);
    assert_eq!(answer["user"]["profile"]["bot_id"], slack.bot_id(TEAM).as_str());
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn names_and_accounts_change() {
    let slack = acme().await;
    slack.workspace(TEAM).change_user(ADA, |ada| {
        ada.display_name = "countess".to_owned();
        ada.deleted = true;
    });
    let caller = Caller::new(&slack, TEAM);
    let user = caller.form("users.info", &[("user", ADA)]).await["user"].take();
    assert_eq!(user["deleted"], true);
    assert_eq!(user["profile"]["display_name"], "countess");
    assert_eq!(user["tz"], Value::Null);
}

#[tokio::test]
async fn the_list_of_users_has_pages() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let ids = |answer: &Value| -> Vec<String> {
        let members = answer["members"].as_array().unwrap();
        members.iter().map(|member| member["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = caller.form("users.list", &[]).await;
    assert_eq!(ids(&all), ["U0ACMEBOT", ADA, BEN, "USLACKBOT"]);
    assert_eq!(all["response_metadata"]["next_cursor"], "");

    let first = caller.form("users.list", &[("limit", "3")]).await;
    assert_eq!(ids(&first), ["U0ACMEBOT", ADA, BEN]);
    let cursor = first["response_metadata"]["next_cursor"].as_str().unwrap();
    let second = caller.form("users.list", &[("limit", "3"), ("cursor", cursor)]).await;
    assert_eq!(ids(&second), ["USLACKBOT"]);
    assert_eq!(second["response_metadata"]["next_cursor"], "");
    let wrong = caller.form("users.list", &[("cursor", "bmV4dF90czox")]).await;
    assert_eq!(wrong["error"], "invalid_cursor");
}

#[tokio::test]
async fn older_methods_overlook_json() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    assert_eq!(caller.call("users.info", json!({ "user": ADA })).await["error"], "user_not_found");
    let all = caller.call("users.list", json!({ "limit": 1 })).await;
    assert_eq!(all["members"].as_array().unwrap().len(), 4);
    assert_eq!(kinds(&slack), [WrongEncoding, MissingArgument, WrongEncoding]);
    assert_eq!(caller.form("users.info", &[("user", "U0NONE")]).await["error"], "user_not_found");
}
