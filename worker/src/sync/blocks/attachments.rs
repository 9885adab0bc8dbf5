//! What came before Block Kit: attachments, with fields and pictures
//! (docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments). Pickers of pictures and many
//! an app still send them.

use serde_json::{Value, json};

use super::clean::{is_public, link, list, said};
use super::{MOST_ELEMENTS, kept, left_out, section};

/// What previews have, and what somebody attached has not.
const OF_PREVIEWS: [&str; 6] = [
    "from_url",
    "original_url",
    "app_unfurl_url",
    "is_app_unfurl",
    "is_msg_unfurl",
    "service_name",
];

/// What was attached to a message, as blocks. Previews of links belong to the original.
pub(crate) fn attached(attachments: &Value) -> Vec<Value> {
    let own = list(attachments)
        .filter(|attachment| OF_PREVIEWS.iter().all(|field| attachment[field].is_null()));
    own.flat_map(blocks).collect()
}

/// The addresses of the messages that somebody shared with this one.
pub(crate) fn shared(attachments: &Value) -> impl Iterator<Item = &str> {
    list(attachments)
        .filter(|attachment| attachment["is_share"] == true)
        .filter_map(|attachment| said(&attachment["from_url"]))
        .filter(|url| !url.contains(['<', '>', '|']))
}

fn blocks(attachment: &Value) -> Vec<Value> {
    let own = kept(&attachment["blocks"]);
    if !own.is_empty() {
        return own;
    }
    let mut blocks = Vec::new();
    let texts = [
        said(&attachment["pretext"]).map(str::to_owned),
        said(&attachment["author_name"]).map(str::to_owned),
        title(attachment),
        said(&attachment["text"]).map(str::to_owned),
    ];
    let texts: Vec<_> = texts.into_iter().flatten().collect();
    if !texts.is_empty() {
        blocks.extend(super::sections(&texts.join("\n")));
    }
    let fields: Vec<_> = list(&attachment["fields"]).filter_map(field).collect();
    for fields in fields.chunks(MOST_ELEMENTS) {
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    blocks.extend(picture(attachment));
    if let Some(footer) = said(&attachment["footer"]) {
        blocks.push(json!({ "type": "context", "elements": [mrkdwn(footer)] }));
    }
    if blocks.is_empty() {
        // Of blocks Slack says in `fallback` that there is no preview.
        let instead = left_out(&attachment["blocks"]);
        let instead = instead.as_deref().or_else(|| said(&attachment["fallback"]));
        blocks.extend(instead.map(section));
    }
    blocks
}

fn title(attachment: &Value) -> Option<String> {
    let title = said(&attachment["title"])?;
    let url = said(&attachment["title_link"]);
    Some(format!("*{}*", url.map_or_else(|| title.to_owned(), |url| link(url, title))))
}

fn field(field: &Value) -> Option<Value> {
    let title = said(&field["title"]).map(|title| format!("*{title}*"));
    let both = [title, said(&field["value"]).map(str::to_owned)];
    let both: Vec<_> = both.into_iter().flatten().collect();
    (!both.is_empty()).then(|| mrkdwn(&both.join("\n")))
}

fn picture(attachment: &Value) -> Option<Value> {
    let urls = [&attachment["image_url"], &attachment["thumb_url"]];
    let url = urls.into_iter().filter_map(Value::as_str).find(|url| is_public(url))?;
    let alt = said(&attachment["fallback"]).or_else(|| said(&attachment["title"]));
    Some(json!({ "type": "image", "image_url": url, "alt_text": alt.unwrap_or("image") }))
}

fn mrkdwn(text: &str) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}
