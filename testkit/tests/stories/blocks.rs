//! What messages show besides text: Block Kit, lists, pictures, the attachments of old.

use serde_json::{Value, json};
use slack_emulator::{AppPost, Fault, FaultRule, LongText, ShownMessage, UserPost};
use testkit::{ACME, BIRCH, PATIENCE, TestApp, on_each_database};

const POST: &str = "chat.postMessage";
const UPDATE: &str = "chat.update";

/// Another app posts this in Acme. Returns its copy in Birch, the last that is there.
async fn copy_of_app(app: &TestApp, post: AppPost) -> ShownMessage {
    let before = app.slack.message_count(BIRCH.team, BIRCH.channel);
    app.slack.app_posts(ACME.team, ACME.channel, post);
    last(app, before + 1).await
}

/// Ada says this in Acme. Returns its copy in Birch, the last that is there.
async fn copy_of_person(app: &TestApp, post: UserPost) -> ShownMessage {
    let before = app.slack.message_count(BIRCH.team, BIRCH.channel);
    app.slack.post(ACME.team, ACME.channel, post).expect("said");
    last(app, before + 1).await
}

async fn last(app: &TestApp, count: usize) -> ShownMessage {
    app.until_both_have(count).await;
    app.slack.messages(BIRCH.team, BIRCH.channel).pop().expect("there is one")
}

/// Waits until the only copy in Birch is such a one.
async fn until_copy(app: &TestApp, is: impl Fn(&ShownMessage) -> bool + Sync) -> ShownMessage {
    let copy = || app.slack.messages(BIRCH.team, BIRCH.channel).pop();
    let reached = app.slack.wait_until(|_| copy().is_some_and(|copy| is(&copy)), PATIENCE).await;
    assert!(reached.is_ok(), "{:?}", copy());
    copy().expect("there is one")
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } })
}

fn typed(elements: &Value) -> Value {
    json!([{ "type": "rich_text", "block_id": "Qz1", "elements": elements }])
}

fn image(url: &str, alt: &str) -> Value {
    json!({ "type": "image", "image_url": url, "alt_text": alt })
}

on_each_database! {
    async fn an_app_of_whose_message_slack_tells_nothing_is_read(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.app_events_show_nothing = true);
        let root = ACME.says(&app.slack, "who is it?");
        let shown = json!([{ "type": "section", "text": { "type": "mrkdwn", "text": "It is *Monday*." } }]);
        let reply = AppPost::new("Rota", "Monday").with_blocks(shown).in_thread(&root);
        app.slack.app_posts(ACME.team, ACME.channel, reply);
        app.slack.app_posts(ACME.team, ACME.channel, AppPost::new("Rota", "as text alone"));
        let buttons = json!([{ "type": "actions", "elements": [{ "type": "button", "action_id": "y", "text": { "type": "plain_text", "text": "Leave" } }] }]);
        app.slack.app_posts(ACME.team, ACME.channel, AppPost::new("Rota", "").with_blocks(buttons));
        app.until_settled().await;
        let copies = app.slack.messages(BIRCH.team, BIRCH.channel);
        let texts: Vec<&str> = copies.iter().map(|copy| copy.text.as_str()).collect();
        assert_eq!(texts, ["who is it?", "It is *Monday*.", "as text alone", "_Buttons or fields that only the original shows_"]);
        assert_eq!(copies[1].thread_ts.as_ref(), Some(&copies[0].ts));
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn a_message_of_nothing_that_can_be_copied_has_a_line_in_its_place(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let table = json!([{ "type": "table", "rows": [[{ "type": "raw_text", "text": "a cell" }]] }]);
        let root = app.slack.app_posts(ACME.team, ACME.channel, AppPost::new("Rota", "").with_blocks(table.clone()));
        app.until_reads(BIRCH, &["_A table that only the original shows_"]).await;
        ACME.replies(&app.slack, &root, "and what does it say?");
        app.until_both_have(2).await;
        let copies = app.slack.messages(BIRCH.team, BIRCH.channel);
        assert_eq!(copies[1].thread_ts.as_ref(), Some(&copies[0].ts));
        let attached = json!({ "id": 1, "blocks": table, "fallback": "[no preview available]" });
        app.slack.app_posts(ACME.team, ACME.channel, AppPost::new("Rota", "below").attach(attached));
        app.until_both_have(3).await;
        assert!(app.slack.messages(BIRCH.team, BIRCH.channel)[2].text.ends_with("_A table that only the original shows_"));
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn blocks_of_an_app_arrive_without_what_only_it_can_answer(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let post = AppPost::new("Rota", "Rota").with_blocks(json!([
            { "type": "header", "block_id": "a", "text": { "type": "plain_text", "text": "On call", "emoji": true } },
            { "type": "section", "block_id": "b", "text": { "type": "mrkdwn", "text": "<@U0ADA> in <#C0GENERAL|general>, <!here>", "verbatim": false },
              "accessory": { "type": "button", "action_id": "x", "text": { "type": "plain_text", "text": "Swap" } } },
            { "type": "divider", "block_id": "c" },
            { "type": "actions", "block_id": "d", "elements": [{ "type": "button", "action_id": "y", "text": { "type": "plain_text", "text": "Leave" } }] },
            { "type": "context", "block_id": "e", "elements": [{ "type": "mrkdwn", "text": "until *Monday*" }] },
            { "type": "image", "block_id": "f", "image_url": "https://rota.example/week.png", "alt_text": "the week", "image_width": 10, "fallback": "week" },
        ]));
        let copy = copy_of_app(&app, post).await;
        assert_eq!(copy.author, "Rota (Acme)");
        assert_eq!(copy.blocks, Some(json!([
            { "type": "header", "text": { "type": "plain_text", "text": "On call", "emoji": true } },
            section("`Ada Lovelace (Acme)` in <#C0TOWN>, `@here`"),
            { "type": "divider" },
            { "type": "context", "elements": [{ "type": "mrkdwn", "text": "until *Monday*", "verbatim": true }] },
            image("https://rota.example/week.png", "the week"),
        ])));
        assert_eq!(copy.text, "On call\n`Ada Lovelace (Acme)` in <#C0TOWN>, `@here`\nuntil *Monday*\n<https://rota.example/week.png|the week>");
        app.until_idle().await;
        app.stop_everything().await;
    }

    async fn a_list_keeps_its_form_and_calls_nobody(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.workspace(ACME.team).channel("C0NEWS", "news");
        app.slack.workspace(ACME.team).add_channel(slack_emulator::ChannelSetup::new("C0PLANS", "takeover").private());
        let bold = json!({ "bold": true });
        let list = |elements: Value| typed(&json!([
            { "type": "rich_text_section", "elements": [{ "type": "text", "text": "Today:", "style": bold }] },
            { "type": "rich_text_list", "style": "ordered", "indent": 0, "border": 0, "elements": [
                { "type": "rich_text_section", "elements": elements },
                { "type": "rich_text_section", "elements": [{ "type": "emoji", "name": "tada", "unicode": "1f389" }] },
            ]},
        ]));
        let said = list(json!([
            { "type": "user", "user_id": "U0ADA", "style": bold }, { "type": "text", "text": " & " },
            { "type": "channel", "channel_id": "C0GENERAL" }, { "type": "channel", "channel_id": "C0NEWS" },
            { "type": "channel", "channel_id": "C0PLANS" }, { "type": "broadcast", "range": "channel" },
            { "type": "usergroup", "usergroup_id": "S0STAFF" },
            { "type": "link", "url": "https://acme.slack.com/archives/C0NEWS/p1700000000000100" },
            { "type": "link", "url": "https://example.org", "text": "this" },
        ]));
        let post = UserPost::new(ACME.person, "Today:\n1. <@U0ADA>").with_blocks(said);
        let copy = copy_of_person(&app, post).await;
        let label = |words: &str| json!({ "type": "text", "text": words, "style": { "code": true } });
        let mut shown = list(json!([
            { "type": "text", "text": "Ada Lovelace (Acme)", "style": { "bold": true, "code": true } }, { "type": "text", "text": " & " },
            { "type": "channel", "channel_id": "C0TOWN" }, label("#news (Acme)"),
            label("a channel (Acme)"), label("@channel"), label("@group (Acme)"),
            { "type": "link", "url": "https://acme.slack.com/archives/C0NEWS/p1700000000000100", "text": "message in #news (Acme)" },
            { "type": "link", "url": "https://example.org", "text": "this" },
        ]));
        shown[0].as_object_mut().expect("a block").remove("block_id");
        assert_eq!(copy.blocks, Some(shown));
        assert!(copy.text.starts_with("*Today:*\n1. *`Ada Lovelace (Acme)`* &amp; <#C0TOWN>"), "{}", copy.text);
        assert!(copy.text.ends_with("\n2. 🎉"), "{}", copy.text);
        app.until_idle().await;
        app.stop_everything().await;
    }

    async fn what_somebody_types_is_text_and_comes_in_parts_if_it_is_long(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.long_text = LongText::Refuse);
        let copy = copy_of_person(&app, UserPost::new(ACME.person, "*so* <https://example.org|it> `is`")).await;
        assert_eq!((copy.blocks, copy.text.as_str()), (None, "*so* <https://example.org|it> `is`"));

        let words = (0..800).map(|number| format!("word{number}")).collect::<Vec<_>>().join(" ");
        let list = typed(&json!([{ "type": "rich_text_list", "style": "bullet", "elements": [
            { "type": "rich_text_section", "elements": [{ "type": "text", "text": words }] }] }]));
        let said = UserPost::new(ACME.person, &format!("• {words}")).with_blocks(list);
        app.slack.post(ACME.team, ACME.channel, said).expect("said");
        app.slack.wait_until(|slack| slack.message_count(BIRCH.team, BIRCH.channel) == 4, PATIENCE).await.expect("three parts");
        let copies = app.slack.messages(BIRCH.team, BIRCH.channel);
        assert!(copies.iter().all(|copy| copy.blocks.is_none()));
        assert_eq!(BIRCH.texts(&app.slack)[1..].concat(), format!("• {words}"));
        app.until_idle().await;
        app.stop_everything().await;
    }

    async fn blocks_without_a_text_arrive_and_long_ones_are_one_message(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.long_text = LongText::Refuse);
        let long = "word ".repeat(590);
        let sections: Vec<_> = (0..4).map(|_| section(long.trim())).collect();
        let copy = copy_of_app(&app, AppPost::new("Report", "").with_blocks(json!(sections))).await;
        assert_eq!(copy.blocks, Some(json!(sections)));
        assert!(copy.text.starts_with("word word") && copy.text.ends_with('…'), "{}", copy.text.len());

        // Names are longer than ids: a text that was within the bound is so afterwards.
        let mentions = section(&"<@U0ADA> ".repeat(300));
        let copy = copy_of_app(&app, AppPost::new("Report", "").with_blocks(json!([mentions]))).await;
        let shown = copy.blocks.expect("blocks")[0]["text"]["text"].as_str().expect("a text").to_owned();
        assert!(shown.ends_with("`Ada Lovelace (Acme)`…") && shown.chars().count() <= 3_000, "{shown}");
        app.until_idle().await;
        app.stop_everything().await;
    }

    async fn a_picture_from_a_picker_arrives_and_stays_when_its_words_are_edited(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let picture = json!({ "fallback": "a cat", "title": "Cat", "image_url": "https://gif.example/cat.gif", "footer": "Posted using GIF" });
        let said = UserPost::new(ACME.person, "look:").attach(picture);
        let ts = app.slack.post(ACME.team, ACME.channel, said).expect("said").to_string();
        let copy = last(&app, 1).await;
        let expected = |words: &str| json!([
            section(words), section("*Cat*"), image("https://gif.example/cat.gif", "a cat"),
            { "type": "context", "elements": [{ "type": "mrkdwn", "text": "Posted using GIF", "verbatim": true }] },
        ]);
        assert_eq!(copy.blocks, Some(expected("look:")));
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &ts, "look at it:");
        until_copy(&app, |copy| copy.blocks == Some(expected("look at it:"))).await;

        let block = image("https://gif.example/dog.gif", "a dog");
        let copy = copy_of_person(&app, UserPost::new(ACME.person, "").with_blocks(json!([block]))).await;
        assert_eq!((copy.blocks, copy.text.as_str()), (Some(json!([block])), "<https://gif.example/dog.gif|a dog>"));
        app.until_idle().await;
        app.stop_everything().await;
    }

    async fn attachments_of_old_arrive_and_previews_do_not(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let attachment = json!({ "color": "#f00", "pretext": "Build 7", "title": "failed", "title_link": "https://ci.example/7", "text": "by <@U0ADA>",
            "fields": [{ "title": "Branch", "value": "main", "short": true }], "fallback": "Build 7 failed" });
        let preview = json!({ "from_url": "https://ci.example", "title": "CI", "text": "a page", "image_url": "https://ci.example/logo.png" });
        let copy = copy_of_app(&app, AppPost::new("Builds", "").attach(attachment).attach(preview.clone())).await;
        assert_eq!(copy.blocks, Some(json!([
            section("Build 7\n*<https://ci.example/7|failed>*\nby `Ada Lovelace (Acme)`"),
            { "type": "section", "fields": [{ "type": "mrkdwn", "text": "*Branch*\nmain", "verbatim": true }] },
        ])));
        assert!(copy.text.contains("Build 7") && copy.text.ends_with("*Branch*\nmain"), "{}", copy.text);
        let copy = copy_of_app(&app, AppPost::new("Builds", "").attach(json!({ "fallback": "Build 8 is well", "color": "#0f0" }))).await;
        assert_eq!(copy.text, "Build 8 is well");
        let copy = copy_of_person(&app, UserPost::new(ACME.person, "see <https://ci.example>").attach(preview)).await;
        assert_eq!((copy.blocks, copy.text.as_str()), (None, "see <https://ci.example>"));

        let url = format!("https://acme.slack.com/archives/{}/p1700000000000100", ACME.channel);
        let shared = json!({ "is_share": true, "is_msg_unfurl": true, "from_url": url, "text": "what was said there" });
        let copy = copy_of_person(&app, UserPost::new(ACME.person, "").attach(shared)).await;
        assert_eq!((copy.blocks, copy.text), (None, format!("<{url}|a message (Acme)>")));
        app.until_idle().await;
        app.stop_everything().await;
    }

    async fn edits_change_blocks_add_them_and_take_them_away(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let poll = |text: &str| AppPost::new("Poll", text);
        let (open, closed) = (json!([section("open")]), json!([section("closed"), { "type": "divider" }]));
        let ts = app.slack.app_posts(ACME.team, ACME.channel, poll("vote").with_blocks(open)).to_string();
        app.until_both_have(1).await;
        app.until_idle().await;
        // New ids of blocks, and previews, are nothing new.
        let same = json!([{ "type": "section", "block_id": "new", "text": { "type": "mrkdwn", "text": "open" } }]);
        app.slack.app_updates(ACME.team, ACME.channel, &ts, poll("vote").with_blocks(same));
        app.slack.unfurl(ACME.team, ACME.channel, &ts);
        app.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("all events came");
        app.until_idle().await;
        assert_eq!(app.slack.calls_of(UPDATE).len(), 0);

        app.slack.app_updates(ACME.team, ACME.channel, &ts, poll("vote").with_blocks(closed.clone()));
        until_copy(&app, |copy| copy.blocks == Some(closed.clone())).await;
        app.slack.app_updates(ACME.team, ACME.channel, &ts, poll("nothing came of it"));
        let copy = until_copy(&app, |copy| copy.blocks.is_none()).await;
        assert_eq!(copy.text, "nothing came of it");
        app.slack.app_updates(ACME.team, ACME.channel, &ts, poll("").with_blocks(closed.clone()));
        until_copy(&app, |copy| copy.blocks == Some(closed.clone())).await;

        // What is rich text remains so in Slack: the text goes alone.
        let list = typed(&json!([{ "type": "rich_text_list", "style": "bullet", "elements": [
            { "type": "rich_text_section", "elements": [{ "type": "text", "text": "one" }] }] }]));
        let ts = app.slack.app_posts(ACME.team, ACME.channel, poll("").with_blocks(list)).to_string();
        assert_eq!(last(&app, 2).await.text, "• one");
        app.slack.app_updates(ACME.team, ACME.channel, &ts, poll("closed now").with_blocks(closed));
        until_copy(&app, |copy| copy.text == "closed now" && copy.blocks.is_none()).await;
        app.until_idle().await;
        assert_eq!(app.slack.violations().len(), 1, "the mismatch is known by the refusal alone");
    }

    async fn blocks_that_slack_refuses_leave_the_text(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let report = |words: &str| AppPost::new("Report", words).with_blocks(json!([section(words), { "type": "divider" }]));
        app.slack.add_fault(FaultRule::once(Fault::error("invalid_blocks")).on_method(POST));
        let ts = app.slack.app_posts(ACME.team, ACME.channel, report("ready")).to_string();
        let copy = last(&app, 1).await;
        assert_eq!((copy.blocks, copy.text.as_str()), (None, "ready"));
        assert_eq!(app.slack.calls_of(POST).len(), 2);

        app.slack.add_fault(FaultRule::once(Fault::error("msg_blocks_too_long")).on_method(UPDATE));
        app.slack.app_updates(ACME.team, ACME.channel, &ts, report("ready at last"));
        let copy = until_copy(&app, |copy| copy.text == "ready at last").await;
        assert_eq!((copy.blocks, app.slack.calls_of(UPDATE).len()), (None, 2));
        app.until_idle().await;

        // Once, not for ever.
        app.slack.add_fault(FaultRule::times(2, Fault::error("invalid_blocks")).on_method(POST));
        app.slack.app_posts(ACME.team, ACME.channel, report("lost"));
        app.slack.wait_until(|slack| slack.calls_of(POST).len() == 4, PATIENCE).await.expect("tried without blocks");
        app.until_idle().await;
        assert_eq!(app.slack.calls_of(POST).len(), 4);
        assert_eq!(BIRCH.texts(&app.slack), ["ready at last"]);
        app.stop_everything().await;
    }
}
