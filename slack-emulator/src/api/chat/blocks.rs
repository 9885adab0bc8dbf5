//! The bounds of Block Kit in messages.
//! <https://docs.slack.dev/reference/block-kit/blocks/>

use serde_json::Value;

use crate::api::error::ApiError;
use crate::violation::ViolationKind;

/// How many blocks a message has at most.
const MOST_BLOCKS: usize = 50;
const BLOCK_ID_CHARS: usize = 255;
const SECTION_TEXT_CHARS: usize = 3_000;
const HEADER_TEXT_CHARS: usize = 150;

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

/// Checks the blocks of a message. None at all and an empty list are the same.
pub(super) fn check(blocks: Option<Value>) -> Result<Option<Value>, ApiError> {
    let Some(blocks) = blocks else { return Ok(None) };
    let list = blocks.as_array().ok_or_else(|| unreadable("blocks is no list"))?;
    if list.is_empty() {
        return Ok(None);
    }
    if list.len() > MOST_BLOCKS {
        let message = format!("no more than {MOST_BLOCKS} items allowed [json-pointer:/blocks]");
        return Err(ApiError::explained("invalid_blocks", ViolationKind::LimitExceeded, message));
    }
    for (at, block) in list.iter().enumerate() {
        check_one(block).map_err(|(kind, fault)| {
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

fn check_one(block: &Value) -> Result<(), (ViolationKind, String)> {
    let invalid = |fault: &str| Err((ViolationKind::InvalidBlocks, fault.to_owned()));
    let too_long = |what: &str, most: usize| {
        Err((
            ViolationKind::LimitExceeded,
            format!("{what} must be less than {} characters", most + 1),
        ))
    };
    let Some(block_type) = block["type"].as_str() else {
        return invalid("missing required field: type");
    };
    if !TYPES.contains(&block_type) {
        return invalid("unsupported type");
    }
    if chars(&block["block_id"]) > BLOCK_ID_CHARS {
        return too_long("block_id", BLOCK_ID_CHARS);
    }
    let text = &block["text"]["text"];
    match block_type {
        "section" if text.is_null() && block["fields"].is_null() => {
            invalid("missing required field: text")
        }
        "section" if chars(text) > SECTION_TEXT_CHARS => too_long("text", SECTION_TEXT_CHARS),
        "header" if !text.is_string() => invalid("missing required field: text"),
        "header" if chars(text) > HEADER_TEXT_CHARS => too_long("text", HEADER_TEXT_CHARS),
        "actions" | "context" | "rich_text" if !block["elements"].is_array() => {
            invalid("missing required field: elements")
        }
        "image" if !block["alt_text"].is_string() => invalid("missing required field: alt_text"),
        _ => Ok(()),
    }
}

fn chars(text: &Value) -> usize {
    text.as_str().map_or(0, |text| text.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn code(blocks: Value) -> Option<String> {
        check(Some(blocks)).err().map(|error| error.code.to_string())
    }

    #[test]
    fn blocks_within_bounds_pass_whole() {
        let section = json!({ "type": "section", "text": { "type": "mrkdwn", "text": "hi" } });
        let blocks = Value::Array(vec![section; 50]);
        assert_eq!(check(Some(blocks.clone())).unwrap(), Some(blocks));
        assert_eq!(check(Some(json!([]))).unwrap(), None);
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
        ] {
            assert_eq!(code(json!([block])).as_deref(), Some("invalid_blocks"), "{block}");
        }
        assert_eq!(code(json!({})).as_deref(), Some("invalid_blocks_format"));
        let divider = json!({ "type": "divider" });
        assert_eq!(code(Value::Array(vec![divider; 51])).as_deref(), Some("invalid_blocks"));
    }
}
