//! The bounds of Block Kit.
//! <https://docs.slack.dev/reference/block-kit/blocks/>

use serde_json::Value;

use crate::api::error::ApiError;
use crate::violation::ViolationKind;

/// Where blocks are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Surface {
    /// In a message.
    Message,
    /// On the app's Home tab. <https://docs.slack.dev/reference/views/home-tab-views/>
    Home,
}

impl Surface {
    /// How many blocks there are at most.
    fn most_blocks(self) -> usize {
        match self {
            Self::Message => 50,
            Self::Home => 100,
        }
    }

    fn shows(self, block_type: &str) -> bool {
        match self {
            Self::Message => TYPES.contains(&block_type),
            Self::Home => {
                block_type == "input"
                    || TYPES.contains(&block_type)
                        && !matches!(block_type, "call" | "file" | "markdown")
            }
        }
    }
}

const BLOCK_ID_CHARS: usize = 255;
const SECTION_TEXT_CHARS: usize = 3_000;
const HEADER_TEXT_CHARS: usize = 150;
const FIELD_CHARS: usize = 2_000;
const MARKDOWN_CHARS: usize = 12_000;
const IMAGE_URL_CHARS: usize = 3_000;
const ALT_TEXT_CHARS: usize = 2_000;
/// How many fields or elements a block has at most.
const MOST_ELEMENTS: usize = 10;

/// Text of a button.
const BUTTON_TEXT_CHARS: usize = 75;
const BUTTON_VALUE_CHARS: usize = 2_000;
const ACTION_ID_CHARS: usize = 255;
/// Of a dialog that asks whether somebody means it.
const CONFIRM_TITLE_CHARS: usize = 100;
const CONFIRM_TEXT_CHARS: usize = 300;
const CONFIRM_BUTTON_CHARS: usize = 30;
/// How many elements a row of actions has at most.
const MOST_ACTIONS: usize = 25;

/// The kinds of blocks that a message may hold.
const TYPES: [&str; 11] = [
    "actions",
    "call",
    "context",
    "divider",
    "file",
    "header",
    "image",
    "markdown",
    "rich_text",
    "section",
    "video",
];

/// Checks blocks. None at all and an empty list are the same.
pub(super) fn check(blocks: Option<Value>, surface: Surface) -> Result<Option<Value>, ApiError> {
    let Some(blocks) = blocks else { return Ok(None) };
    let list = blocks.as_array().ok_or_else(|| unreadable("blocks is no list"))?;
    if list.is_empty() {
        return Ok(None);
    }
    let most = surface.most_blocks();
    if list.len() > most {
        let message = format!("no more than {most} items allowed [json-pointer:/blocks]");
        return Err(ApiError::explained("invalid_blocks", ViolationKind::LimitExceeded, message));
    }
    for (at, block) in list.iter().enumerate() {
        check_one(block, surface).map_err(|(kind, fault)| {
            let message = format!("{fault} [json-pointer:/blocks/{at}]");
            ApiError::explained("invalid_blocks", kind, message)
        })?;
    }
    Ok(Some(blocks))
}

/// Blocks that are not even JSON, or JSON of another kind.
pub(super) fn unreadable(fault: &str) -> ApiError {
    ApiError::breach("invalid_blocks_format", ViolationKind::InvalidBlocks, fault)
}

/// What is wrong with a block, and how bad that is.
type Wrong = (ViolationKind, String);

fn check_one(block: &Value, surface: Surface) -> Result<(), Wrong> {
    let Some(block_type) = block["type"].as_str() else {
        return invalid("missing required field: type");
    };
    if !surface.shows(block_type) {
        return invalid("unsupported type");
    }
    at_most(BLOCK_ID_CHARS, "block_id", &block["block_id"])?;
    match block_type {
        "section" => section(block),
        "header" => {
            let text = &block["text"];
            if text["type"] != "plain_text" {
                return invalid("header needs a text of type plain_text");
            }
            text_object(text, HEADER_TEXT_CHARS)
        }
        "context" => context(block),
        "actions" | "rich_text" if !block["elements"].is_array() => {
            invalid("missing required field: elements")
        }
        "actions" => actions(block),
        "rich_text" => each(block, "elements", rich_text),
        "image" => image(block),
        "markdown" => at_most(MARKDOWN_CHARS, "text", &block["text"]),
        "video" => invalid("the app lacks the scope links.embed:write"),
        _ => Ok(()),
    }
}

fn section(block: &Value) -> Result<(), Wrong> {
    if block["text"].is_null() && block["fields"].is_null() {
        return invalid("missing required field: text");
    }
    if !block["text"].is_null() {
        text_object(&block["text"], SECTION_TEXT_CHARS)?;
    }
    if !block["accessory"].is_null() {
        element(&block["accessory"])?;
    }
    if block["fields"].as_array().is_some_and(|fields| fields.len() > MOST_ELEMENTS) {
        return Err((ViolationKind::LimitExceeded, format!("more than {MOST_ELEMENTS} fields")));
    }
    each(block, "fields", |field| text_object(field, FIELD_CHARS))
}

/// <https://docs.slack.dev/reference/block-kit/blocks/actions-block/>
fn actions(block: &Value) -> Result<(), Wrong> {
    let count = block["elements"].as_array().map_or(0, Vec::len);
    if !(1..=MOST_ACTIONS).contains(&count) {
        return Err((ViolationKind::LimitExceeded, format!("{count} elements")));
    }
    each(block, "elements", element)
}

/// <https://docs.slack.dev/reference/block-kit/block-elements/button-element/>,
/// <https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object/>
fn element(element: &Value) -> Result<(), Wrong> {
    if element["type"] != "button" {
        return Ok(());
    }
    text_object(&element["text"], BUTTON_TEXT_CHARS)?;
    at_most(ACTION_ID_CHARS, "action_id", &element["action_id"])?;
    at_most(BUTTON_VALUE_CHARS, "value", &element["value"])?;
    let confirm = &element["confirm"];
    if confirm.is_null() {
        return Ok(());
    }
    text_object(&confirm["title"], CONFIRM_TITLE_CHARS)?;
    text_object(&confirm["text"], CONFIRM_TEXT_CHARS)?;
    text_object(&confirm["confirm"], CONFIRM_BUTTON_CHARS)?;
    text_object(&confirm["deny"], CONFIRM_BUTTON_CHARS)
}

fn context(block: &Value) -> Result<(), Wrong> {
    match block["elements"].as_array() {
        None => invalid("missing required field: elements"),
        Some(elements) if elements.is_empty() => invalid("no elements"),
        Some(elements) if elements.len() > MOST_ELEMENTS => {
            Err((ViolationKind::LimitExceeded, format!("more than {MOST_ELEMENTS} elements")))
        }
        Some(_) => each(block, "elements", |element| match element["type"].as_str() {
            Some("image") => image(element),
            _ => text_object(element, SECTION_TEXT_CHARS),
        }),
    }
}

fn image(image: &Value) -> Result<(), Wrong> {
    if !image["alt_text"].is_string() {
        return invalid("missing required field: alt_text");
    }
    if !image["image_url"].is_string() && !image["slack_file"].is_object() {
        return invalid("missing required field: image_url");
    }
    at_most(IMAGE_URL_CHARS, "image_url", &image["image_url"])?;
    at_most(ALT_TEXT_CHARS, "alt_text", &image["alt_text"])?;
    if image["title"].is_null() { Ok(()) } else { text_object(&image["title"], ALT_TEXT_CHARS) }
}

/// <https://docs.slack.dev/reference/block-kit/composition-objects/text-object/>
fn text_object(text: &Value, most: usize) -> Result<(), Wrong> {
    if !matches!(text["type"].as_str(), Some("mrkdwn" | "plain_text")) {
        return invalid("a text is of type mrkdwn or plain_text");
    }
    match text["text"].as_str() {
        None | Some("") => invalid("must be more than 0 characters"),
        Some(_) => at_most(most, "text", &text["text"]),
    }
}

fn rich_text(element: &Value) -> Result<(), Wrong> {
    match element["type"].as_str() {
        Some("rich_text_list") => {
            if !matches!(element["style"].as_str(), Some("bullet" | "ordered")) {
                return invalid("a list is bullet or ordered");
            }
            each(element, "elements", rich_text)
        }
        Some("rich_text_section" | "rich_text_quote" | "rich_text_preformatted") => {
            each(element, "elements", inline)
        }
        _ => invalid("unsupported type of rich text"),
    }
}

fn inline(element: &Value) -> Result<(), Wrong> {
    let needed = match element["type"].as_str() {
        Some("text") => "text",
        Some("user") => "user_id",
        Some("channel") => "channel_id",
        Some("usergroup") => "usergroup_id",
        Some("broadcast") => "range",
        Some("emoji") => "name",
        Some("link") => "url",
        Some("color") => "value",
        Some("date") => return Ok(()),
        _ => return invalid("unsupported element of rich text"),
    };
    match element[needed].as_str() {
        None | Some("") => invalid(&format!("missing required field: {needed}")),
        Some(_) => Ok(()),
    }
}

fn each(of: &Value, list: &str, check: impl Fn(&Value) -> Result<(), Wrong>) -> Result<(), Wrong> {
    of[list].as_array().into_iter().flatten().try_for_each(check)
}

fn invalid(fault: &str) -> Result<(), Wrong> {
    Err((ViolationKind::InvalidBlocks, fault.to_owned()))
}

fn at_most(most: usize, what: &str, text: &Value) -> Result<(), Wrong> {
    if chars(text) > most {
        let fault = format!("{what} must be less than {} characters", most + 1);
        return Err((ViolationKind::LimitExceeded, fault));
    }
    Ok(())
}

fn chars(text: &Value) -> usize {
    text.as_str().map_or(0, |text| text.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn code(blocks: Value) -> Option<String> {
        check(Some(blocks), Surface::Message).err().map(|error| error.code.to_string())
    }

    #[test]
    fn blocks_within_bounds_pass_whole() {
        let section = json!({ "type": "section", "text": { "type": "mrkdwn", "text": "hi" } });
        let blocks = Value::Array(vec![section; 50]);
        assert_eq!(check(Some(blocks.clone()), Surface::Message).unwrap(), Some(blocks));
        assert_eq!(check(Some(json!([])), Surface::Message).unwrap(), None);
    }

    #[test]
    fn what_breaks_a_rule_is_refused() {
        let long = "x".repeat(3_001);
        for block in [
            json!("text"),
            json!({ "text": "no type" }),
            json!({ "type": "input" }),
            json!({ "type": "section" }),
            json!({ "type": "section", "text": { "type": "mrkdwn", "text": long } }),
            json!({ "type": "header" }),
            json!({ "type": "divider", "block_id": long }),
            json!({ "type": "context" }),
            json!({ "type": "image", "image_url": "https://example.com/a.png" }),
            json!({ "type": "image", "alt_text": "a picture" }),
            json!({ "type": "header", "text": { "type": "mrkdwn", "text": "hi" } }),
            json!({ "type": "section", "text": { "type": "mrkdwn", "text": "" } }),
            json!({ "type": "section", "fields": vec![json!({ "type": "mrkdwn", "text": "x" }); 11] }),
            json!({ "type": "context", "elements": [{ "type": "button" }] }),
            json!({ "type": "video", "video_url": "https://example.com/a.mp4" }),
            json!({ "type": "rich_text", "elements": [{ "type": "section" }] }),
            json!({ "type": "rich_text", "elements": [{ "type": "rich_text_list", "elements": [] }] }),
            json!({ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": [{ "type": "user" }] }] }),
        ] {
            assert_eq!(code(json!([block])).as_deref(), Some("invalid_blocks"), "{block}");
        }
        assert_eq!(code(json!({})).as_deref(), Some("invalid_blocks_format"));
        let divider = json!({ "type": "divider" });
        assert_eq!(code(Value::Array(vec![divider; 51])).as_deref(), Some("invalid_blocks"));
    }
}
