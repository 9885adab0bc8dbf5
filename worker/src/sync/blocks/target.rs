//! Blocks as the target workspace is to see them: what they mention is what its people know, and they are no
//! more and no longer than Slack takes.

use serde_json::{Map, Value, json};

use super::{MOST_BLOCKS, section};
use crate::sync::mrkdwn::{Piece, pieces, shortened, unescaped};
use crate::sync::plain;
use crate::sync::rewrite::Mentioned;

const TEXT_CHARS: usize = 3_000;
const HEADER_CHARS: usize = 150;
const FIELD_CHARS: usize = 2_000;
const ALT_TEXT_CHARS: usize = 2_000;
/// Of all markdown blocks of a message together.
const MARKDOWN_CHARS: usize = 12_000;

/// Everything that the blocks mention.
pub(crate) fn mentions(blocks: &[Value]) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    for block in blocks {
        find(block, &mut found);
    }
    found
}

fn find<'b>(value: &'b Value, found: &mut Vec<Piece<'b>>) {
    match value {
        Value::Array(list) => {
            for value in list {
                find(value, found);
            }
        }
        Value::Object(fields) => {
            found.extend(mention(value));
            for value in fields.values() {
                find(value, found);
            }
        }
        Value::String(text) => {
            found.extend(pieces(text).filter(|piece| !matches!(piece, Piece::Words(_))));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What an element of rich text mentions.
fn mention(element: &Value) -> Option<Piece<'_>> {
    let field = |name: &str| element[name].as_str();
    match field("type")? {
        "user" => Some(Piece::Person { id: field("user_id")? }),
        "channel" => Some(Piece::Channel { id: field("channel_id")?, label: None }),
        "usergroup" => Some(Piece::Group { label: None }),
        "broadcast" => Some(Piece::Broadcast { to: field("range")? }),
        // What is to be said of a link that needs no other words is nothing.
        "link" => Some(Piece::Link { whole: "", url: field("url")?, label: field("text") }),
        _ => None,
    }
}

/// The blocks of a copy. They are [`kept`](super::kept) ones.
pub(crate) fn for_target(mentioned: &Mentioned<'_>, blocks: &[Value]) -> Vec<Value> {
    let mut markdown_left = MARKDOWN_CHARS;
    let mut shown = Vec::with_capacity(blocks.len().min(MOST_BLOCKS));
    for block in blocks {
        if shown.len() + 1 == MOST_BLOCKS && blocks.len() > MOST_BLOCKS {
            shown.push(section("…"));
            break;
        }
        let mut block = told(mentioned, block);
        if block["type"] == "markdown"
            && let Some(text) = block["text"].as_str()
        {
            if markdown_left == 0 {
                continue;
            }
            let text = shortened(&something(mentioned.whole(text)), markdown_left);
            markdown_left = markdown_left.saturating_sub(text.chars().count());
            block["text"] = text.into();
        }
        fit(&mut block);
        shown.push(block);
    }
    shown
}

fn told(mentioned: &Mentioned<'_>, value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(|value| told(mentioned, value)).collect(),
        Value::Object(fields) => {
            if let Some(piece) = mention(value) {
                return element(mentioned, value, piece);
            }
            let kind = value["type"].as_str().unwrap_or_default();
            let field = |(name, value): (&String, &Value)| {
                let told = match (kind, name.as_str(), value) {
                    ("mrkdwn", "text", Value::String(text)) => {
                        something(mentioned.whole(text)).into()
                    }
                    ("plain_text", "text", Value::String(text))
                    | ("image", "alt_text", Value::String(text)) => {
                        plain_words(mentioned, text).into()
                    }
                    _ => told(mentioned, value),
                };
                (name.clone(), told)
            };
            Value::Object(fields.iter().map(field).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// What mrkdwn says of a mention, as an element of rich text: a label that calls nobody is set in code.
fn element(mentioned: &Mentioned<'_>, element: &Value, piece: Piece<'_>) -> Value {
    let said = mentioned.said(piece);
    if said.is_empty() {
        return element.clone();
    }
    let mut parts = pieces(&said);
    let mut is_label = false;
    let mut told = match (parts.next(), parts.next()) {
        (Some(Piece::Person { id }), None) => json!({ "type": "user", "user_id": id }),
        (Some(Piece::Channel { id, .. }), None) => json!({ "type": "channel", "channel_id": id }),
        (Some(Piece::Link { url, label, .. }), None) => {
            json!({ "type": "link", "url": url, "text": unescaped(label.unwrap_or(url)) })
        }
        _ => {
            is_label = true;
            json!({ "type": "text", "text": unescaped(said.trim_matches('`')) })
        }
    };
    if let Some(style) = element.get("style") {
        told["style"] = style.clone();
    }
    if is_label {
        told["style"]["code"] = true.into();
    }
    told
}

/// Slack refuses a text of nothing, which is what some mentions become.
fn something(text: String) -> String {
    if text.trim().is_empty() { "…".to_owned() } else { text }
}

/// Where nothing links and nothing is set in code.
fn plain_words(mentioned: &Mentioned<'_>, text: &str) -> String {
    let words = |piece| match piece {
        Piece::Words(words) => words.to_owned(),
        Piece::Link { whole, .. } => whole.to_owned(),
        piece => {
            let said = mentioned.said(piece);
            // A mention of the target workspace would be letters here.
            let is_mention = said.starts_with('<');
            if is_mention {
                plain::seen(piece).into_owned()
            } else {
                unescaped(said.trim_matches('`'))
            }
        }
    };
    something(pieces(text).map(words).collect())
}

/// Shortens what is longer than Slack takes.
fn fit(block: &mut Value) {
    let most = if block["type"] == "header" { HEADER_CHARS } else { TEXT_CHARS };
    for (pointer, most) in [
        ("/text/text", most),
        ("/title/text", ALT_TEXT_CHARS),
        ("/alt_text", ALT_TEXT_CHARS),
        ("/accessory/alt_text", ALT_TEXT_CHARS),
    ] {
        shorten(block, pointer, most);
    }
    for (list, most) in [("fields", FIELD_CHARS), ("elements", TEXT_CHARS)] {
        for object in block.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            shorten(object, "/alt_text", ALT_TEXT_CHARS);
            shorten(object, "/text", most);
        }
    }
}

fn shorten(of: &mut Value, pointer: &str, most: usize) {
    if let Some(Value::String(text)) = of.pointer_mut(pointer)
        && text.chars().count() > most
    {
        *text = shortened(text, most);
    }
}
