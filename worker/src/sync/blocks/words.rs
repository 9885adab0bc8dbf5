//! Blocks in words: Slack's mrkdwn, for notifications, and for where blocks cannot be shown.

use serde_json::Value;

use super::clean::{link, list, said};
use crate::sync::mrkdwn::escaped;

/// What the blocks say, a line each at least. They are [`kept`](super::kept) ones.
pub(crate) fn in_words(blocks: &[Value]) -> String {
    let lines: Vec<_> = blocks.iter().map(block).filter(|line| !line.trim().is_empty()).collect();
    lines.join("\n")
}

fn block(block: &Value) -> String {
    match block["type"].as_str() {
        Some("section") => {
            let texts = [&block["text"]].into_iter().chain(list(&block["fields"]));
            let texts = texts.map(text).chain([picture(&block["accessory"])]);
            joined(texts, "\n")
        }
        Some("header") => text(&block["text"]),
        Some("context") => joined(list(&block["elements"]).map(context), " "),
        Some("image") => picture(block),
        Some("markdown") => block["text"].as_str().unwrap_or_default().to_owned(),
        Some("rich_text") => joined(list(&block["elements"]).map(rich), "\n"),
        _ => String::new(),
    }
}

fn joined(texts: impl Iterator<Item = String>, by: &str) -> String {
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(by)
}

fn context(element: &Value) -> String {
    if element["type"] == "image" { picture(element) } else { text(element) }
}

fn text(text: &Value) -> String {
    let words = text["text"].as_str().unwrap_or_default();
    if text["type"] == "mrkdwn" { words.to_owned() } else { escaped(words) }
}

fn picture(image: &Value) -> String {
    let Some(url) = image["image_url"].as_str() else { return String::new() };
    let words = said(&image["title"]["text"]).or_else(|| said(&image["alt_text"]));
    link(url, &escaped(words.unwrap_or("image")))
}

fn rich(element: &Value) -> String {
    let inner = || list(&element["elements"]).map(inline).collect::<String>();
    match element["type"].as_str() {
        Some("rich_text_list") => items(element),
        Some("rich_text_quote") => format!("> {}", inner().replace('\n', "\n> ")),
        Some("rich_text_preformatted") => {
            let plain = list(&element["elements"]).map(unstyled).collect::<String>();
            format!("```{plain}```")
        }
        _ => inner(),
    }
}

fn items(element: &Value) -> String {
    let indent = usize::try_from(element["indent"].as_u64().unwrap_or(0)).unwrap_or(0).min(8);
    let offset = element["offset"].as_u64().unwrap_or(0);
    let is_ordered = element["style"] == "ordered";
    let items = list(&element["elements"]).zip(1_u64..).map(|(item, number)| {
        let number = number.saturating_add(offset);
        let bullet = if is_ordered { format!("{number}.") } else { "•".to_owned() };
        format!("{}{bullet} {}", "    ".repeat(indent), rich(item))
    });
    items.collect::<Vec<_>>().join("\n")
}

fn inline(element: &Value) -> String {
    let mut words = unstyled(element);
    let style = &element["style"];
    for (name, mark) in [("code", "`"), ("strike", "~"), ("italic", "_"), ("bold", "*")] {
        if style[name] == true {
            words = marked(&words, mark);
        }
    }
    words
}

/// Marks stand at words, not at the spaces around them.
fn marked(words: &str, mark: &str) -> String {
    let inner = words.trim();
    if inner.is_empty() {
        return words.to_owned();
    }
    words.replacen(inner, &format!("{mark}{inner}{mark}"), 1)
}

fn unstyled(element: &Value) -> String {
    let field = |name: &str| element[name].as_str().unwrap_or_default();
    match field("type") {
        "user" => format!("<@{}>", field("user_id")),
        "channel" => format!("<#{}>", field("channel_id")),
        "usergroup" => format!("<!subteam^{}>", field("usergroup_id")),
        "broadcast" => format!("<!{}>", field("range")),
        "link" => match said(&element["text"]) {
            Some(words) => link(field("url"), &escaped(words)),
            None if field("url").contains(['<', '>', '|']) => escaped(field("url")),
            None => format!("<{}>", field("url")),
        },
        "emoji" => emoji(element),
        "color" => escaped(field("value")),
        "date" => escaped(said(&element["fallback"]).unwrap_or_default()),
        _ => escaped(field("text")),
    }
}

/// The emoji itself, if Slack says which; its name, of one of the workspace's own.
fn emoji(element: &Value) -> String {
    let codes = element["unicode"].as_str().unwrap_or_default().split('-');
    let known: Option<String> =
        codes.map(|code| u32::from_str_radix(code, 16).ok().and_then(char::from_u32)).collect();
    known.filter(|known| !known.is_empty()).unwrap_or_else(|| {
        let name = escaped(element["name"].as_str().unwrap_or_default());
        let tone = element["skin_tone"].as_u64();
        let tone = tone.map(|tone| format!(":skin-tone-{tone}:")).unwrap_or_default();
        format!(":{name}:{tone}")
    })
}
