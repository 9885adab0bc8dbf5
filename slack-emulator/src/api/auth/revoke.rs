//! `auth.revoke`: the app gives a token back.
//! <https://docs.slack.dev/reference/methods/auth.revoke>

use serde_json::json;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::installing;
use crate::shape::object;
use crate::world::Caller;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let is_test = call.flag("test")?;
    if !is_test {
        match &call.caller {
            Caller::Bot => installing::revoke_bot(call.core, call.state, &call.team),
            Caller::Person(user) => {
                installing::revoke_person(call.core, call.state, &call.team, user)
                    .map_err(|_| ApiError::plain("internal_error"))?;
            }
        }
    }
    Ok(object(json!({ "revoked": !is_test })))
}
