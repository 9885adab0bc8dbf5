//! `users.*`

pub(super) mod info;
pub(super) mod list;

use serde_json::{Value, json};

use super::call::Call;
use crate::shape;
use crate::world::User;

/// The user object, with the locale if it was asked for.
fn shown(call: &Call<'_>, user: &User, with_locale: bool) -> Value {
    let mut shape = shape::user(call.app(), call.workspace(), user);
    if with_locale {
        shape["locale"] = json!("en-US");
    }
    shape
}
