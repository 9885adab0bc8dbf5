//! What is kept of blocks: what shows, by its type and its fields. What needs the app that posted it (buttons,
//! inputs, calls) is left out, and so is what Slack adds (`block_id`) or what nobody knows.

use serde_json::{Map, Value, json};

use super::{MOST_ELEMENTS, section};
use crate::sync::mrkdwn::escaped;

/// Longer addresses are refused.
const URL_MAX_CHARS: usize = 3_000;
/// What is said of a picture that nobody described.
const PICTURE: &str = "image";

/// The blocks of which something shows in another workspace.
pub(crate) fn kept(blocks: &Value) -> Vec<Value> {
    list(blocks).filter_map(block).collect()
}

/// What stands for blocks of which nothing is kept, so that a message of nothing else does not vanish.
pub(crate) fn left_out(blocks: &Value) -> Option<String> {
    let what = list(blocks).find_map(|block| match block["type"].as_str()? {
        "table" => Some("A table"),
        "call" => Some("A call"),
        "file" => Some("A file"),
        "actions" | "input" => Some("Buttons or fields"),
        // They say nothing where nothing is in them.
        "section" | "header" | "context" | "divider" | "image" | "markdown" | "rich_text" => None,
        _ => Some("Something"),
    })?;
    Some(format!("_{what} that only the original shows_"))
}

fn block(block: &Value) -> Option<Value> {
    match block["type"].as_str()? {
        "section" => of_section(block),
        "header" => {
            let text = &block["text"];
            Some(json!({ "type": "header", "text": plain(text["text"].as_str()?, text)? }))
        }
        "context" => {
            let elements = list(&block["elements"]).filter_map(of_context).take(MOST_ELEMENTS);
            some_of("context", &elements.collect::<Vec<_>>())
        }
        "divider" => Some(json!({ "type": "divider" })),
        "image" => Some(image(block)),
        "markdown" => Some(json!({ "type": "markdown", "text": said(&block["text"])? })),
        "rich_text" => {
            let elements = list(&block["elements"]).filter_map(rich);
            some_of("rich_text", &elements.collect::<Vec<_>>())
        }
        "video" => Some(video(block)),
        _ => None,
    }
}

fn of_section(block: &Value) -> Option<Value> {
    let mut kept = json!({ "type": "section" });
    let fields: Vec<_> = list(&block["fields"]).filter_map(text).take(MOST_ELEMENTS).collect();
    let text = text(&block["text"]);
    if text.is_none() && fields.is_empty() {
        return None;
    }
    if let Some(text) = text {
        kept["text"] = text;
    }
    if !fields.is_empty() {
        kept["fields"] = fields.into();
    }
    // The others are to be pressed.
    if let Some(picture) = picture(&block["accessory"]) {
        kept["accessory"] = picture;
    }
    Some(kept)
}

fn of_context(element: &Value) -> Option<Value> {
    if element["type"] == "image" {
        return picture(element).or_else(|| plain(alt_text(element), &Value::Null));
    }
    text(element)
}

/// A picture that everybody can see; what is said of it, of one that only its workspace may see.
fn image(block: &Value) -> Value {
    let Some(mut image) = picture(block) else {
        let text = plain(alt_text(block), &Value::Null);
        return json!({ "type": "section", "text": text });
    };
    let title = &block["title"];
    if let Some(title) = said(&title["text"]).and_then(|text| plain(text, title)) {
        image["title"] = title;
    }
    image
}

fn picture(element: &Value) -> Option<Value> {
    let url = element["image_url"].as_str().filter(|url| is_public(url))?;
    (element["type"] == "image")
        .then(|| json!({ "type": "image", "image_url": url, "alt_text": alt_text(element) }))
}

fn alt_text(image: &Value) -> &str {
    said(&image["alt_text"]).or_else(|| said(&image["title"]["text"])).unwrap_or(PICTURE)
}

/// Whether an address leads somewhere without a token.
pub(super) fn is_public(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.starts_with("files.slack.com") && !rest.contains(char::is_whitespace)
    }) && url.chars().count() <= URL_MAX_CHARS
}

/// A player needs `links.embed:write` and the video's domain in the app's manifest, so a link stands for it.
fn video(block: &Value) -> Value {
    let title = said(&block["title"]["text"]).or_else(|| said(&block["alt_text"]));
    let alt = title.unwrap_or("video");
    let title = escaped(alt);
    let url = said(&block["title_url"]).or_else(|| said(&block["video_url"]));
    let mut text = url.map_or_else(|| title.clone(), |url| link(url, &title));
    if let Some(description) = said(&block["description"]["text"]) {
        text = format!("{text}\n{}", escaped(description));
    }
    let mut kept = section(&text);
    if let Some(url) = block["thumbnail_url"].as_str().filter(|url| is_public(url)) {
        kept["accessory"] = json!({ "type": "image", "image_url": url, "alt_text": alt });
    }
    kept
}

/// A link in mrkdwn, whatever its words are.
pub(super) fn link(url: &str, words: &str) -> String {
    let breaks = |c: char| matches!(c, '<' | '>' | '|');
    if url.contains(breaks) {
        return words.to_owned();
    }
    let words: String = words.chars().map(|c| if breaks(c) { '¦' } else { c }).collect();
    format!("<{url}|{}>", words.replace('\n', " "))
}

fn rich(element: &Value) -> Option<Value> {
    let mut kept = match element["type"].as_str()? {
        "rich_text_section" => Map::new(),
        "rich_text_list" => fields(element, &["style", "indent", "offset", "border"]),
        "rich_text_quote" => fields(element, &["border"]),
        "rich_text_preformatted" => fields(element, &["border", "language"]),
        _ => return None,
    };
    let is_list = element["type"] == "rich_text_list";
    let inner: Vec<_> = if is_list {
        list(&element["elements"])
            .filter(|inner| inner["type"] != "rich_text_list")
            .filter_map(rich)
            .collect()
    } else {
        list(&element["elements"]).filter_map(inline).collect()
    };
    if is_list && !matches!(element["style"].as_str(), Some("bullet" | "ordered")) {
        kept.insert("style".to_owned(), "bullet".into());
    }
    if inner.is_empty() {
        return None;
    }
    kept.insert("type".to_owned(), element["type"].clone());
    kept.insert("elements".to_owned(), inner.into());
    Some(kept.into())
}

fn inline(element: &Value) -> Option<Value> {
    let (needed, more): (&str, &[&str]) = match element["type"].as_str()? {
        "text" => ("text", &[]),
        "link" => ("url", &["text"]),
        "user" => ("user_id", &[]),
        "channel" => ("channel_id", &[]),
        "usergroup" => ("usergroup_id", &[]),
        "broadcast" => ("range", &[]),
        "emoji" => ("name", &["unicode", "skin_tone"]),
        "color" => ("value", &[]),
        "date" if element["timestamp"].is_i64() => ("format", &["timestamp", "url", "fallback"]),
        _ => {
            let words = [&element["text"], &element["fallback"]].into_iter().find_map(said)?;
            return Some(json!({ "type": "text", "text": words }));
        }
    };
    element[needed].as_str().filter(|value| !value.is_empty())?;
    let mut kept = fields(element, more);
    for field in ["type", needed] {
        kept.insert(field.to_owned(), element[field].clone());
    }
    let style = &element["style"];
    let styles = ["bold", "italic", "strike", "code", "underline"].into_iter();
    let style: Map<_, _> = styles
        .filter(|name| style[name] == true)
        .map(|name| (name.to_owned(), true.into()))
        .collect();
    if !style.is_empty() {
        kept.insert("style".to_owned(), style.into());
    }
    Some(kept.into())
}

/// A text object.
fn text(text: &Value) -> Option<Value> {
    let words = said(&text["text"])?;
    match text["type"].as_str()? {
        "mrkdwn" => Some(json!({ "type": "mrkdwn", "text": words, "verbatim": true })),
        "plain_text" => plain(words, text),
        _ => None,
    }
}

fn plain(words: &str, text: &Value) -> Option<Value> {
    let emoji = text["emoji"].as_bool().unwrap_or(true);
    let is_said = !words.trim().is_empty();
    is_said.then(|| json!({ "type": "plain_text", "text": words, "emoji": emoji }))
}

/// The fields that hold text, a number or a truth.
fn fields(of: &Value, names: &[&str]) -> Map<String, Value> {
    let plain = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let found = names.iter().filter(|name| plain(&of[**name]));
    found.map(|name| ((*name).to_owned(), of[*name].clone())).collect()
}

/// Words, if there are any.
pub(super) fn said(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.trim().is_empty())
}

pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn some_of(kind: &str, elements: &[Value]) -> Option<Value> {
    (!elements.is_empty()).then(|| json!({ "type": kind, "elements": elements }))
}
