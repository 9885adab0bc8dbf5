//! `team.info`: the workspace of the token.
//! <https://docs.slack.dev/reference/methods/team.info>

use serde_json::json;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::shape::{self, object};

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    if let Some(team) = call.text("team")?
        && team != call.team.as_str()
    {
        return Err(call.unknown("team_not_found", team));
    }
    Ok(object(json!({ "team": shape::team(call.app(), call.workspace()) })))
}
