//! Files arrive with their bytes, in their place; those that cannot be had are named, and their author is told.

use serde_json::json;
use slack_emulator::{
    Fault, FaultRule, FileMode, FileSetup, ShownMessage, SlackEmulator, UserPost,
};
use testkit::{ACME, BIRCH, PATIENCE, Side, TestApp, on_each_database};

const COMPLETE: &str = "files.completeUploadExternal";
const BY_ADA: &str = "_Shared by Ada Lovelace (Acme)_";

fn photo() -> FileSetup {
    FileSetup::new("photo.png", "image/png", &b"not really a picture"[..])
}

fn notes() -> FileSetup {
    FileSetup::new("notes.pdf", "application/pdf", &b"not really a document"[..])
}

fn share(app: &TestApp, text: &str, files: impl IntoIterator<Item = FileSetup>) -> String {
    app.slack.share(ACME.team, ACME.channel, ACME.person, text, files).to_string()
}

fn shown(app: &TestApp, side: Side) -> Vec<ShownMessage> {
    app.slack.messages(side.team, side.channel)
}

async fn until_birch_has(app: &TestApp, count: usize) -> Vec<ShownMessage> {
    let there = |slack: &SlackEmulator| slack.message_count(BIRCH.team, BIRCH.channel) >= count;
    app.slack
        .wait_until(there, PATIENCE)
        .await
        .unwrap_or_else(|_| panic!("Birch has {:?}", BIRCH.texts(&app.slack)));
    app.until_idle().await;
    let shown = shown(app, BIRCH);
    assert_eq!(shown.len(), count, "{:?}", BIRCH.texts(&app.slack));
    shown
}

fn names_and_digests(message: &ShownMessage) -> Vec<(String, Option<String>)> {
    message.files.iter().map(|file| (file.name.clone(), file.digest.clone())).collect()
}

on_each_database! {
    async fn files_with_a_caption_follow_it_with_all_their_bytes(database: TestDatabase) {
        let app = TestApp::start(database).await;
        share(&app, "look", [photo(), notes()]);
        let copies = until_birch_has(&app, 2).await;
        assert_eq!((copies[0].text.as_str(), copies[0].author.as_str()), ("look", "Ada Lovelace (Acme)"));
        assert_eq!(copies[1].text, BY_ADA);
        assert_eq!(names_and_digests(&copies[1]), names_and_digests(&shown(&app, ACME)[0]));
        // Our own share came back as an event, and went no further.
        assert_eq!(shown(&app, ACME).len(), 1);
        app.stop_everything().await;
    }

    async fn files_that_somebody_shares_once_more_are_a_message_of_theirs(database: TestDatabase) {
        let app = TestApp::start(database).await;
        share(&app, "", [photo()]);
        let copies = until_birch_has(&app, 1).await;
        let file = &copies[0].files[0];
        let event = json!({
            "subtype": "file_share", "ts": "1999999999.000100", "event_ts": "1999999999.000100", "user": BIRCH.person,
            "text": "this one, again", "files": [{"id": file.id, "mode": "file_access", "file_access": "check_file_info"}],
        });
        app.hears(BIRCH, &event).await;
        app.slack.wait_until(|slack| slack.message_count(ACME.team, ACME.channel) == 3, PATIENCE).await.expect("it is copied");
        app.until_settled().await;
        let back = shown(&app, ACME);
        assert_eq!(back[1].text, "this one, again");
        assert_eq!(names_and_digests(&back[2]), names_and_digests(&back[0]));
        app.stop_everything().await;
    }

    async fn files_in_a_thread_whose_root_somebody_removed_are_shared_all_the_same(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let root = ACME.says(&app.slack, "root");
        let copies = until_birch_has(&app, 1).await;
        app.slack.switch(|switches| switches.lose_events = true);
        app.slack.workspace(BIRCH.team).change_user(BIRCH.person, |linus| linus.is_admin = true);
        app.slack.delete(BIRCH.team, BIRCH.channel, BIRCH.person, &copies[0].ts);
        app.slack.switch(|switches| switches.lose_events = false);
        let reply = UserPost { files: vec![photo()], ..UserPost::new(ACME.person, "") };
        app.slack.post(ACME.team, ACME.channel, reply.in_thread(&root)).expect("said");
        let copies = until_birch_has(&app, 1).await;
        assert_eq!((copies[0].files.len(), copies[0].thread_ts.clone()), (1, None));
        app.stop_everything().await;
    }

    async fn words_that_are_added_to_files_that_were_lost_appear(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let ts = share(&app, "", [photo().mode(FileMode::HiddenByLimit)]);
        let copies = until_birch_has(&app, 1).await;
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &ts, "a word");
        let text = format!("a word\n{}", copies[0].text);
        app.until_reads(BIRCH, &[&text]).await;
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn a_file_without_a_word_keeps_its_place_and_carries_a_thread(database: TestDatabase) {
        let app = TestApp::start(database).await;
        ACME.says(&app.slack, "before");
        let root = share(&app, "", [photo()]);
        ACME.says(&app.slack, "after");
        ACME.replies(&app.slack, &root, "nice one");
        app.slack.post(ACME.team, ACME.channel, UserPost::new(ACME.person, "another").in_thread(&root).with_file(notes())).expect("said");
        let copies = until_birch_has(&app, 6).await;
        let texts: Vec<&str> = copies.iter().map(|copy| copy.text.as_str()).collect();
        assert_eq!(texts, ["before", BY_ADA, "after", "nice one", "another", BY_ADA]);
        for reply in [3, 4, 5] {
            assert_eq!(copies[reply].thread_ts.as_ref(), Some(&copies[1].ts), "{texts:?}");
        }
        assert_eq!((copies[1].files.len(), copies[5].files.len()), (1, 1));
        app.stop_everything().await;
    }

    async fn what_cannot_be_had_is_named_and_its_author_is_told(database: TestDatabase) {
        let app = TestApp::start(database).await;
        share(&app, "four", [photo().mode(FileMode::HiddenByLimit), notes(), photo().mode(FileMode::Tombstone), notes().mode(FileMode::External)]);
        let copies = until_birch_has(&app, 2).await;
        assert_eq!(copies[1].files.len(), 1);
        for why in ["its workspace's plan hides it", "it was deleted", "`notes.pdf` could not be copied: it is kept outside Slack"] {
            assert!(copies[1].text.contains(why), "{}", copies[1].text);
        }
        assert_eq!(app.slack.told(ACME.team, ACME.person).len(), 3);

        share(&app, "", [photo().mode(FileMode::HiddenByLimit)]);
        let copies = until_birch_has(&app, 3).await;
        assert!(copies[2].text.contains("could not be copied: its workspace's plan hides it"), "{}", copies[2].text);
        assert_eq!((copies[2].author.as_str(), copies[2].files.len()), ("Ada Lovelace (Acme)", 0));
        app.stop_everything().await;
    }

    async fn a_file_that_the_event_only_names_is_asked_for(database: TestDatabase) {
        let app = TestApp::start(database).await;
        share(&app, "", [photo().mode(FileMode::FileAccess)]);
        let copies = until_birch_has(&app, 1).await;
        assert_eq!(copies[0].files[0].size, 20);
        app.stop_everything().await;
    }

    async fn a_workspace_without_room_gets_the_words_and_the_author_a_reason(database: TestDatabase) {
        let app = TestApp::start(database).await;
        for method in ["files.getUploadURLExternal", COMPLETE] {
            app.slack.add_fault(FaultRule::once(Fault::error("storage_limit_reached")).on_method(method).in_team(BIRCH.team));
        }
        share(&app, "first", [photo()]);
        share(&app, "second", [photo()]);
        let copies = until_birch_has(&app, 4).await;
        for lost in [1, 3] {
            assert!(copies[lost].text.contains("no room left for files"), "{}", copies[lost].text);
        }
        let told = app.slack.told(ACME.team, ACME.person);
        assert!(told.len() == 2 && told.iter().all(|told| told.contains("`photo.png`") && told.contains("no room left")), "{told:?}");
        app.stop_everything().await;
    }

    async fn a_source_that_does_not_hand_files_over_is_named_as_the_reason(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.workspace(ACME.team).without_scope("files:read");
        share(&app, "see", [photo()]);
        let copies = until_birch_has(&app, 2).await;
        assert!(copies[1].text.contains("SyncBot may not read files in its workspace"), "{}", copies[1].text);
        app.stop_everything().await;
    }

    async fn a_message_that_is_deleted_takes_its_files_along(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let ts = share(&app, "oops", [photo()]);
        let copies = until_birch_has(&app, 2).await;
        app.slack.delete(ACME.team, ACME.channel, ACME.person, &ts);
        app.slack.wait_until(|slack| slack.message_count(BIRCH.team, BIRCH.channel) == 0, PATIENCE).await.expect("both are removed");
        app.until_idle().await;
        let deleted = app.slack.calls_of("files.delete");
        assert_eq!(deleted[0].arguments["file"], copies[1].files[0].id.as_str());
        app.stop_everything().await;
    }

    async fn a_caption_that_comes_later_or_goes_is_followed_and_files_that_go_are_not(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let silent = share(&app, "", [photo()]);
        let loud = share(&app, "words", [notes()]);
        until_birch_has(&app, 3).await;
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &silent, "a caption");
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &loud, "other words");
        let file = shown(&app, ACME)[1].files[0].id.to_string();
        app.slack.delete_file(ACME.team, &file);
        let wanted = [format!("{BY_ADA}\na caption"), "other words".to_owned(), BY_ADA.to_owned()];
        app.slack.wait_until(|slack| BIRCH.texts(slack) == wanted, PATIENCE).await.unwrap_or_else(|_| panic!("{:?}", BIRCH.texts(&app.slack)));
        app.until_idle().await;
        assert_eq!(shown(&app, BIRCH)[2].files.len(), 1);
        app.stop_everything().await;
    }

    async fn transfers_that_break_are_made_again_and_files_are_shared_once(database: TestDatabase) {
        let app = TestApp::start(database).await;
        for (method, fault) in [
            ("file download", Fault::Cut),
            ("file upload", Fault::status(503)),
            ("file upload", Fault::AnswerLost),
            (COMPLETE, Fault::AnswerLost),
            ("files.info", Fault::status(503)),
        ] {
            app.slack.add_fault(FaultRule::once(fault).on_method(method));
            share(&app, "", [photo()]);
            // Each is over before the next goes wrong.
            let there = |slack: &SlackEmulator| shown_files(slack) == slack.message_count(ACME.team, ACME.channel);
            app.slack.wait_until(there, PATIENCE).await.unwrap_or_else(|_| panic!("{method}: {:?}", BIRCH.texts(&app.slack)));
            app.until_idle().await;
        }
        until_birch_has(&app, 5).await;
        app.stop_everything().await;
    }

    async fn a_large_file_lets_what_is_said_after_it_go_first(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::latency(std::time::Duration::from_secs(1))).on_method("file download"));
        share(&app, "here it comes", [FileSetup::of_size("film.mov", 26 << 20)]);
        ACME.says(&app.slack, "meanwhile");
        let copies = until_birch_has(&app, 3).await;
        let texts: Vec<&str> = copies.iter().map(|copy| copy.text.as_str()).collect();
        assert_eq!(texts, ["here it comes", "meanwhile", BY_ADA]);
        assert_eq!(copies[2].files[0].size, 26 << 20);
        app.stop_everything().await;
    }

    async fn files_are_found_where_slack_shows_them_without_telling(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.share_delay_ms = 500);
        let root = share(&app, "", [photo()]);
        app.slack.wait_until(|slack| !slack.calls_of(COMPLETE).is_empty(), PATIENCE).await.expect("accepted");
        app.slack.switch(|switches| switches.lose_events = true);
        until_birch_has(&app, 1).await;
        app.slack.switch(|switches| switches.lose_events = false);
        ACME.replies(&app.slack, &root, "found");
        let copies = until_birch_has(&app, 2).await;
        assert_eq!(copies[1].thread_ts.as_ref(), Some(&copies[0].ts));
        app.stop_everything().await;
    }

    async fn files_that_slack_accepts_and_never_shows_are_carried_again(database: TestDatabase) {
        let app = TestApp::start_without_worker(database).await;
        // It waits a tenth as long.
        let worker = app.start_crashable_worker();
        app.slack.switch(|switches| switches.shares_to_lose = 1);
        let ts = share(&app, "", [photo()]);
        until_birch_has(&app, 1).await;
        app.slack.delete(ACME.team, ACME.channel, ACME.person, &ts);
        app.until_settled().await;
        assert_eq!(BIRCH.texts(&app.slack), [""; 0], "it is known which of the files are shown");
        assert_eq!(app.slack.calls_of("files.getUploadURLExternal").len(), 2);
        drop(worker);
        app.stop_everything().await;
    }

    async fn slack_may_take_its_time_to_show_what_it_accepted(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.share_delay_ms = 1_500);
        share(&app, "", [photo()]);
        ACME.says(&app.slack, "after");
        let copies = until_birch_has(&app, 2).await;
        assert_eq!(copies[1].text, "after");
        assert_eq!(app.slack.calls_of(COMPLETE).len(), 1);
        app.stop_everything().await;
    }
}

fn shown_files(slack: &SlackEmulator) -> usize {
    slack.messages(BIRCH.team, BIRCH.channel).iter().map(|message| message.files.len()).sum()
}
