//! `users.info`: one user. <https://docs.slack.dev/reference/methods/users.info>

use serde_json::json;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::api::users::shown;
use crate::shape::object;
use crate::violation::ViolationKind;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let with_locale = call.flag("include_locale")?;
    // Without the argument the answer is the same as for a user who does not exist.
    let id = call.text("user")?.ok_or_else(|| {
        let detail = "the argument user is missing";
        ApiError::breach("user_not_found", ViolationKind::MissingArgument, detail)
    })?;
    let user = call.workspace().users.get(id);
    let user = user.ok_or_else(|| call.unknown("user_not_found", id))?;
    Ok(object(json!({ "user": shown(call, user, with_locale) })))
}
