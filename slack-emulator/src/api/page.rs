//! Pages of a longer list, by cursor.
//! <https://docs.slack.dev/apis/web-api/pagination>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::call::Call;
use super::error::ApiError;
use crate::violation::ViolationKind;

/// How many items a page has at most: what is asked for, within the method's bound.
pub(super) fn limit(call: &Call<'_>, default: usize, most: usize) -> Result<usize, ApiError> {
    let Some(asked) = call.number("limit")? else { return Ok(default) };
    let asked = usize::try_from(asked).ok().filter(|asked| *asked > 0).ok_or_else(|| {
        let detail = format!("a limit of {asked}");
        ApiError::breach("invalid_limit", ViolationKind::LimitExceeded, detail)
    })?;
    if asked > most {
        call.note(ViolationKind::LimitExceeded, format!("a limit of {asked}, at most {most}"));
    }
    Ok(asked.min(most))
}

/// What the cursor names: the text after its kind.
pub(super) fn cursor(call: &Call<'_>, kind: &str) -> Result<Option<String>, ApiError> {
    let Some(text) = call.text("cursor")? else { return Ok(None) };
    let decoded = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let named = decoded.as_deref().and_then(|text| text.strip_prefix(kind)?.strip_prefix(':'));
    named.map(|named| Some(named.to_owned())).ok_or_else(|| {
        let detail = format!("the cursor {text} is none that was given out here");
        ApiError::breach("invalid_cursor", ViolationKind::Unreadable, detail)
    })
}

/// The cursor that names the next item.
pub(super) fn next_cursor(kind: &str, next: &str) -> String {
    STANDARD.encode(format!("{kind}:{next}"))
}
