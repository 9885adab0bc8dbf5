//! Files that people share and that the app uploads.

use serde_json::{Value, json};
use slack_emulator::{Fault, FaultRule, FileMode, FileSetup, SlackEmulator, ViolationKind};

use crate::support::{ADA, Caller, GENERAL, PATIENCE, TEAM, acme, acme_and_app, client};

fn photo() -> FileSetup {
    FileSetup::new("photo.png", "image/png", &b"a picture"[..])
}

async fn fetch(url: &str, token: Option<&str>) -> reqwest::Result<(u16, String, Vec<u8>)> {
    let mut request = client().get(url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await?;
    let status = response.status().as_u16();
    let kind = response.headers()["content-type"].to_str().expect("a text").to_owned();
    Ok((status, kind, response.bytes().await?.to_vec()))
}

/// Uploads `bytes`; returns the file's id and the status of the upload.
async fn upload(caller: &Caller, announced: usize, bytes: &'static [u8]) -> (String, u16) {
    let query = format!("files.getUploadURLExternal?filename=a.txt&length={announced}");
    let answer = caller.get(&query).await;
    let url = answer["upload_url"].as_str().expect("an address");
    let sent = client().post(url).body(bytes).send().await.expect("answered");
    (answer["file_id"].as_str().expect("an id").to_owned(), sent.status().as_u16())
}

async fn complete(caller: &Caller, id: &str) -> Value {
    let arguments = json!({ "files": [{ "id": id }], "channel_id": GENERAL, "initial_comment": "here", "username": "Ada" });
    caller.call("files.completeUploadExternal", arguments).await
}

async fn until_shown(slack: &SlackEmulator, count: usize) {
    slack
        .wait_until(|slack| slack.message_count(TEAM, GENERAL) == count, PATIENCE)
        .await
        .expect("it is shown");
}

#[tokio::test]
async fn what_people_share_is_told_and_handed_out_to_the_app_alone() {
    let (slack, app) = acme_and_app().await;
    slack.share(TEAM, GENERAL, ADA, "look", [photo(), photo().mode(FileMode::HiddenByLimit)]);
    let event = &app.after(1).await[0].json["event"];
    assert_eq!((&event["subtype"], &event["text"]), (&json!("file_share"), &json!("look")));
    let file = &event["files"][0];
    assert_eq!(
        (&file["name"], &file["size"], &file["mode"]),
        (&json!("photo.png"), &json!(9), &json!("hosted"))
    );
    assert_eq!(event["files"][1]["mode"], "hidden_by_limit");
    assert!(event["files"][1]["url_private"].is_null());

    let url = file["url_private_download"].as_str().expect("an address");
    let token = slack.bot_token(TEAM);
    let (status, kind, bytes) = fetch(url, Some(&token)).await.expect("answered");
    assert_eq!((status, kind.as_str(), bytes.as_slice()), (200, "image/png", &b"a picture"[..]));
    for token in [None, Some("xoxb-wrong")] {
        let (status, kind, _) = fetch(url, token).await.expect("answered");
        assert_eq!((status, kind.as_str()), (200, "text/html; charset=utf-8"));
    }
    slack.add_fault(FaultRule::once(Fault::Cut).on_method("file download"));
    assert!(fetch(url, Some(&token)).await.is_err(), "it breaks off");
}

#[tokio::test]
async fn a_file_that_is_only_named_is_described_on_request() {
    let (slack, app) = acme_and_app().await;
    slack.share(TEAM, GENERAL, ADA, "", [photo().mode(FileMode::FileAccess)]);
    let file = app.after(1).await[0].json["event"]["files"][0].clone();
    assert_eq!(file["file_access"], "check_file_info");
    let id = file["id"].as_str().expect("an id");
    let caller = Caller::new(&slack, TEAM);
    let described = caller.get(&format!("files.info?file={id}")).await;
    assert_eq!(described["file"]["name"], "photo.png");
    assert_eq!(caller.get("files.info?file=F0NONE").await["error"], "file_not_found");
}

#[tokio::test]
async fn what_the_app_uploads_is_shown_some_time_after_it_is_accepted() {
    let (slack, app) = acme_and_app().await;
    let caller = Caller::new(&slack, TEAM);
    let (id, status) = upload(&caller, 5, b"hello").await;
    assert_eq!(status, 200);
    assert_eq!(complete(&caller, &id).await["ok"], true);
    until_shown(&slack, 1).await;
    let shown = slack.messages(TEAM, GENERAL).remove(0);
    assert_eq!((shown.text.as_str(), shown.author.as_str()), ("here", "SyncBot"));
    assert_eq!((shown.files[0].name.as_str(), shown.files[0].size), ("a.txt", 5));
    let event = &app.after(1).await[0].json["event"];
    assert_eq!((&event["subtype"], &event["files"][0]["id"]), (&json!("file_share"), &json!(id)));
    assert!(event["app_id"].is_string());
    let described = caller.get(&format!("files.info?file={id}")).await;
    assert_eq!(described["file"]["shares"]["public"][GENERAL][0]["ts"], shown.ts.as_str());

    // Again: nothing new, or no such file.
    assert_eq!(complete(&caller, &id).await["ok"], true);
    slack.switch(|switches| switches.shares_may_be_completed_again = false);
    assert_eq!(complete(&caller, &id).await["error"], "file_not_found");
    assert_eq!(slack.message_count(TEAM, GENERAL), 1);
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn an_upload_has_the_length_that_was_announced_and_is_there_before_it_is_shared() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let (id, status) = upload(&caller, 6, b"hello").await;
    assert_eq!(status, 400);
    assert_eq!(complete(&caller, &id).await["error"], "file_not_found");
    slack.add_fault(FaultRule::once(Fault::status(503)).on_method("file upload"));
    assert_eq!(upload(&caller, 5, b"hello").await.1, 503);
    let none = caller.get("files.getUploadURLExternal?filename=a.txt&length=0").await;
    assert_eq!(none["error"], "invalid_arguments");
    let nowhere = json!({ "files": [{ "id": id }], "channel_id": "C0NOWHERE" });
    let answer = caller.call("files.completeUploadExternal", nowhere).await;
    assert_eq!(answer["error"], "channel_not_found");
}

#[tokio::test]
async fn a_file_that_is_deleted_leaves_its_message_or_takes_it_along() {
    let (slack, app) = acme_and_app().await;
    slack.share(TEAM, GENERAL, ADA, "words stay", [photo()]);
    slack.share(TEAM, GENERAL, ADA, "", [photo()]);
    let ids: Vec<String> = slack
        .messages(TEAM, GENERAL)
        .iter()
        .map(|message| message.files[0].id.to_string())
        .collect();
    for id in &ids {
        slack.delete_file(TEAM, id);
    }
    let events = app.after(4).await;
    let changed = &events[2].json["event"];
    assert_eq!(changed["subtype"], "message_changed");
    assert_eq!(changed["message"]["files"][0]["mode"], "tombstone");
    assert_eq!(events[3].json["event"]["subtype"], "message_deleted");
    assert_eq!(slack.message_count(TEAM, GENERAL), 1);
    let caller = Caller::new(&slack, TEAM);
    let again = caller.call("files.delete", json!({ "file": ids[0] })).await;
    assert_eq!(again["error"], "file_deleted");
}

#[tokio::test]
async fn what_is_uploaded_with_a_persons_token_is_shared_by_them() {
    let (slack, app) = acme_and_app().await;
    let bot = Caller::new(&slack, TEAM);
    let ada = Caller::of(&slack, TEAM, ADA, &["files:write", "files:read"]);
    let (id, _) = upload(&ada, 5, b"hello").await;
    assert_eq!(complete(&bot, &id).await["error"], "file_not_found");
    assert_eq!(complete(&ada, &id).await["ok"], true);
    until_shown(&slack, 1).await;
    let shown = slack.messages(TEAM, GENERAL).remove(0);
    assert_eq!((shown.author.as_str(), shown.by_app), ("Ada Lovelace", true));
    let event = &app.after(1).await[0].json["event"];
    assert_eq!((&event["user"], &event["bot_id"]), (&json!(ADA), &json!(slack.bot_id(TEAM))));
    assert_eq!(event["files"][0]["user"], ADA);
    let url = event["files"][0]["url_private"].as_str().expect("an address");
    let (_, _, bytes) = fetch(url, Some(&ada.token)).await.expect("answered");
    assert_eq!(bytes, b"hello");
    slack.revoke_user_token(TEAM, ADA);
    let (_, kind, _) = fetch(url, Some(&ada.token)).await.expect("answered");
    assert_eq!(kind, "text/html; charset=utf-8");
    let kinds = crate::support::kinds(&slack);
    assert_eq!(kinds, [ViolationKind::UnknownId, ViolationKind::BotsOnly]);
}

#[tokio::test]
async fn a_file_is_deleted_by_its_owner() {
    let slack = acme().await;
    let (bot, ada) = (Caller::new(&slack, TEAM), Caller::of(&slack, TEAM, ADA, &["files:write"]));
    slack.share(TEAM, GENERAL, ADA, "look", [photo()]);
    let file = json!({ "file": slack.messages(TEAM, GENERAL)[0].files[0].id });
    assert_eq!(bot.call("files.delete", file.clone()).await["error"], "cant_delete_file");
    assert_eq!(ada.call("files.delete", file).await["ok"], true);
}

#[tokio::test]
async fn a_post_to_a_person_is_told_to_them_alone() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let answer = caller.call("chat.postMessage", json!({ "channel": ADA, "text": "psst" })).await;
    assert_eq!(answer["ok"], true);
    assert_eq!(slack.told(TEAM, ADA), ["psst"]);
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
}
