//! `views.publish`: what somebody sees on the app's Home tab.
//! <https://docs.slack.dev/reference/methods/views.publish>

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::api::blocks::{self, Surface};
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::shape::object;
use crate::violation::ViolationKind;

/// Larger views are refused with `view_too_large`.
const MOST_BYTES: usize = 250_000;
/// <https://docs.slack.dev/reference/views/home-tab-views/>
const METADATA_CHARS: usize = 3_000;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let user = call.required_text("user_id")?;
    let sent = call.structure("view").map_err(|fault| unreadable(&fault))?;
    let view = sent.ok_or_else(|| ApiError::missing("view"))?;
    let before = call.text("hash")?.map(str::to_owned);
    let Some(user) = call.workspace().users.get(user).map(|user| user.id.clone()) else {
        return Err(call.unknown("user_not_found", user));
    };
    check(&view)?;
    let hash = hash(&view);
    let id = format!("V{}", user.trim_start_matches('U'));
    let team = call.team.clone();
    let workspace = call.state.world.workspaces.get_mut(&team);
    let homes = &mut workspace.ok_or_else(|| ApiError::plain("internal_error"))?.homes;
    let is_stale = before
        .is_some_and(|before| homes.get(&user).is_some_and(|shown| self::hash(shown) != before));
    if is_stale {
        return Err(ApiError::plain("hash_conflict"));
    }
    homes.insert(user, view.clone());
    let mut shown = view;
    shown["id"] = json!(id);
    shown["hash"] = json!(hash);
    Ok(object(json!({ "view": shown })))
}

fn hash(view: &Value) -> String {
    hex::encode(&Sha256::digest(view.to_string())[..8])
}

fn check(view: &Value) -> Result<(), ApiError> {
    if view["type"] != "home" {
        return Err(unreadable("only a view of type home is published"));
    }
    if view.to_string().len() > MOST_BYTES {
        return Err(ApiError::breach(
            "view_too_large",
            ViolationKind::LimitExceeded,
            format!("more than {MOST_BYTES} bytes"),
        ));
    }
    let metadata = view["private_metadata"].as_str().unwrap_or_default();
    if metadata.chars().count() > METADATA_CHARS {
        return Err(unreadable("private_metadata is too long"));
    }
    if !view["blocks"].is_array() {
        return Err(unreadable("missing required field: blocks"));
    }
    blocks::check(Some(view["blocks"].clone()), Surface::Home).map(drop)
}

fn unreadable(fault: &str) -> ApiError {
    ApiError::breach("invalid_arguments", ViolationKind::InvalidBlocks, fault)
}
