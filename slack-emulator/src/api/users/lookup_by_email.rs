//! `users.lookupByEmail`: the user with an e-mail address.
//! <https://docs.slack.dev/reference/methods/users.lookupByEmail>
//!
//! An account that is deactivated is not found: so an earlier state of the page said in as many
//! words (<https://github.com/pablovarela/terraform-provider-slack/issues/251>). That the case of
//! letters does not matter is a guess, for addresses are given in any.

use serde_json::json;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::api::users::shown;
use crate::shape::object;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let wanted = call.required_text("email")?;
    let found = call.workspace().users.values().find(|user| {
        let email = user.email.as_deref();
        !user.deleted && email.is_some_and(|email| email.eq_ignore_ascii_case(wanted))
    });
    // Who has which address, an app cannot know.
    let user = found.ok_or_else(|| ApiError::plain("users_not_found"))?;
    Ok(object(json!({ "user": shown(call, user, false) })))
}
