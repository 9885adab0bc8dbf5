//! Whatever comes as blocks, what goes out is what Slack takes, and names nothing of the source workspace.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{are_typed, attached, for_target, in_words, kept};
use crate::sync::content::Content;
use crate::sync::rewrite::Mentioned;

/// Ids of the source workspace.
const PERSON: &str = "U0SECRET";
const CHANNEL: &str = "C0SECRET";
const GROUP: &str = "S0SECRET";

const KINDS: [&str; 30] = [
    "section",
    "header",
    "context",
    "divider",
    "image",
    "rich_text",
    "markdown",
    "video",
    "actions",
    "input",
    "file",
    "call",
    "table",
    "rich_text_section",
    "rich_text_list",
    "rich_text_quote",
    "rich_text_preformatted",
    "text",
    "link",
    "user",
    "channel",
    "usergroup",
    "broadcast",
    "emoji",
    "color",
    "date",
    "mrkdwn",
    "plain_text",
    "button",
    "nobody_knows",
];
const NAMES: [&str; 21] = [
    "text",
    "text",
    "elements",
    "elements",
    "fields",
    "accessory",
    "alt_text",
    "image_url",
    "title",
    "block_id",
    "style",
    "url",
    "range",
    "name",
    "unicode",
    "timestamp",
    "format",
    "pretext",
    "fallback",
    "indent",
    "blocks",
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z<>@#!|&;`* \n]{0,20}".prop_map(Value::from),
        Just(json!(format!(
            "a <@{PERSON}> <#{CHANNEL}|plans> <!subteam^{GROUP}> <!here> <!group>"
        ))),
        Just(json!("<!group>")),
        Just(json!(format!("word <@{PERSON}> &amp; ").repeat(400))),
        Just(json!("https://pictures.example/1.png")),
        Just(json!("https://files.slack.com/1.png")),
        Just(json!("bullet")),
    ]
}

fn anything() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(KINDS.as_slice());
    leaf().prop_recursive(6, 120, 6, move |inner| {
        let fields = prop::collection::vec((prop::sample::select(NAMES.as_slice()), inner.clone()), 0..7);
        prop_oneof![
            1 => prop::collection::vec(inner, 0..5).prop_map(Value::from),
            4 => (kind.clone(), fields).prop_map(|(kind, fields)| {
                let mut object: Map<_, _> = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                object.insert("type".to_owned(), kind.into());
                for (name, id) in [("user_id", PERSON), ("channel_id", CHANNEL), ("usergroup_id", GROUP)] {
                    object.insert(name.to_owned(), id.into());
                }
                object.into()
            }),
        ]
    })
}

/// Blocks as they may come: mostly such with a text that is one.
fn blocks() -> impl Strategy<Value = Value> {
    let text = prop_oneof![Just("mrkdwn"), Just("plain_text")];
    let told = (prop::sample::select(KINDS.as_slice()), text, leaf(), anything()).prop_map(|(kind, text, words, elements)| {
        let object = json!({ "type": text, "text": words, "block_id": "b" });
        json!({ "type": kind, "block_id": "b", "text": object, "fields": [object, object], "elements": [object, elements],
            "alt_text": words, "title": object, "image_url": "https://pictures.example/1.png" })
    });
    let markdown = leaf().prop_map(|words| json!({ "type": "markdown", "text": words }));
    prop::collection::vec(prop_oneof![3 => told, 1 => markdown, 3 => anything()], 0..60)
        .prop_map(Value::from)
}

/// All objects within.
fn objects(value: &Value) -> Vec<&Value> {
    let inner: Vec<&Value> = match value {
        Value::Array(list) => list.iter().collect(),
        Value::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    };
    value
        .is_object()
        .then_some(value)
        .into_iter()
        .chain(inner.into_iter().flat_map(objects))
        .collect()
}

fn chars(text: &Value) -> usize {
    text.as_str().map_or(0, |text| text.chars().count())
}

proptest! {
    #[test]
    fn what_goes_out_is_within_the_bounds_and_names_nobody(blocks in blocks(), attachments in anything(), is_of_app: bool) {
        let content = Content { subtype: None, text: None, blocks: &blocks, attachments: &json!([attachments]), is_of_app, files: Vec::new() };
        let Some(body) = content.into_body() else { return Ok(()) };
        let mentioned = Mentioned::default();
        let shown = for_target(&mentioned, &body.blocks);
        prop_assert!(shown.len() <= 50);
        let mut markdown = 0;
        for block in &shown {
            let most = if block["type"] == "header" { 150 } else { 3_000 };
            prop_assert!(chars(&block["text"]["text"]) <= most);
            if block["type"] == "markdown" {
                markdown += chars(&block["text"]);
            }
            for field in block["fields"].as_array().into_iter().flatten() {
                prop_assert!(chars(&field["text"]) <= 2_000);
            }
        }
        prop_assert!(markdown <= 12_000);
        for object in objects(&json!(shown)) {
            prop_assert!(object.get("block_id").is_none(), "{object}");
            let kind = object["type"].as_str().unwrap_or_default();
            prop_assert!(!matches!(kind, "user" | "channel" | "usergroup" | "broadcast" | "button" | "nobody_knows"), "{object}");
            if matches!(kind, "mrkdwn" | "plain_text") {
                prop_assert!((1..=3_000).contains(&chars(&object["text"])), "{object}");
            }
            if matches!(kind, "mrkdwn" | "plain_text" | "markdown") {
                names_nobody(&object["text"])?;
            }
            if kind == "image" {
                prop_assert_ne!(&object["image_url"], "https://files.slack.com/1.png");
                prop_assert!((1..=2_000).contains(&chars(&object["alt_text"])), "{object}");
                names_nobody(&object["alt_text"])?;
            }
        }
        names_nobody(&json!(mentioned.whole(&body.text)))?;
        prop_assert!(!body.text.trim().is_empty());
    }

    #[test]
    fn what_is_kept_is_kept_again(blocks in blocks()) {
        let once = kept(&blocks);
        prop_assert_eq!(kept(&json!(once)), once);
    }
}

fn names_nobody(text: &Value) -> Result<(), TestCaseError> {
    let text = text.as_str().unwrap_or_default();
    let ids =
        [("<@", PERSON), ("<#", CHANNEL), ("<!subteam^", GROUP), ("<!", "here"), ("<!", "group")];
    for (mark, id) in ids {
        prop_assert!(!text.contains(&format!("{mark}{id}")), "{text}");
    }
    Ok(())
}

fn rich(elements: &Value) -> Value {
    json!([{ "type": "rich_text", "block_id": "b", "elements": elements }])
}

#[test]
fn rich_text_in_words_looks_like_it() {
    let line = |text: &str| json!([{ "type": "text", "text": text }]);
    let item = |text: &str| json!({ "type": "rich_text_section", "elements": line(text) });
    let blocks = kept(&rich(&json!([
        { "type": "rich_text_section", "elements": [
            { "type": "text", "text": "a < b ", "style": { "bold": true, "italic": true } },
            { "type": "emoji", "name": "+1", "unicode": "1f44d-1f3fd", "skin_tone": 4 },
            { "type": "emoji", "name": "party", "skin_tone": 2 },
            { "type": "link", "url": "https://a.example", "text": "x|y" },
        ]},
        { "type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [item("one"), item("two")] },
        { "type": "rich_text_list", "style": "ordered", "offset": 2, "elements": [item("three")] },
        { "type": "rich_text_quote", "elements": line("said\nso") },
        { "type": "rich_text_preformatted", "elements": line("let x;") },
    ])));
    let words = "*_a &lt; b_* 👍🏽:party::skin-tone-2:<https://a.example|x¦y>\n    • one\n    • two\n3. three\n> said\n> so\n```let x;```";
    assert_eq!(in_words(&blocks), words);
    assert!(!are_typed(&blocks));
}

#[test]
fn what_is_typed_without_a_list_is_told_by_its_text() {
    let section = |text: &str| {
        rich(
            &json!([{ "type": "rich_text_section", "elements": [{ "type": "text", "text": text }] }]),
        )
    };
    let told = |text: &str, blocks: &Value, is_of_app| {
        let content = Content {
            subtype: None,
            text: Some(text),
            blocks,
            attachments: &Value::Null,
            is_of_app,
            files: Vec::new(),
        };
        let body = content.into_body().expect("it says something");
        (body.text, body.blocks.len())
    };
    assert_eq!(told("*hi*, there", &section("hi, there"), false), ("*hi*, there".to_owned(), 0));
    assert_eq!(told("hi", &section("whatever a client sends"), false), ("hi".to_owned(), 0));
    // An app may say one thing in its text and show another.
    assert_eq!(told("*hi*, there", &section("hi, there"), true), ("*hi*, there".to_owned(), 0));
    assert_eq!(told("new", &section("a new\nreport"), true), ("a new\nreport".to_owned(), 1));
    let header = json!([{ "type": "header", "text": { "type": "plain_text", "text": "hi" } }]);
    assert_eq!(told("a longer text", &header, false), ("a longer text".to_owned(), 1));
    assert_eq!(
        told("a text", &json!([{ "type": "actions", "elements": [] }]), true),
        ("a text".to_owned(), 0)
    );
}

#[test]
fn what_only_its_workspace_can_show_is_said() {
    let video = json!([{ "type": "video", "title": { "type": "plain_text", "text": "How <to>" }, "title_url": "https://v.example/1",
        "video_url": "https://v.example/embed/1", "thumbnail_url": "https://v.example/1.png", "alt_text": "a video" }]);
    let text = "<https://v.example/1|How &lt;to&gt;>";
    let picture =
        json!({ "type": "image", "image_url": "https://v.example/1.png", "alt_text": "How <to>" });
    let mut section = super::section(text);
    section["accessory"] = picture;
    assert_eq!(kept(&video), [section]);
    let private = json!([{ "type": "image", "slack_file": { "id": "F1" }, "alt_text": "a plan" }]);
    assert_eq!(in_words(&kept(&private)), "a plan");
    let preview = json!([{ "from_url": "https://a.example", "text": "a page" }]);
    assert_eq!(attached(&preview), Vec::<Value>::new());
}
