//! `users.*`

pub(super) mod info;
pub(super) mod list;
pub(super) mod lookup_by_email;

use serde_json::{Value, json};

use super::call::Call;
use crate::shape;
use crate::world::User;

/// The user object, with the locale if it was asked for.
fn shown(call: &Call<'_>, user: &User, with_locale: bool) -> Value {
    let workspace = call.workspace();
    let scopes = workspace.scopes_of(&call.caller);
    let mut shape = shape::user(call.app(), workspace, user, scopes);
    if with_locale {
        shape["locale"] = json!("en-US");
    }
    shape
}
