//! `auth.test`: whose token is this? <https://docs.slack.dev/reference/methods/auth.test>

use serde_json::json;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::shape::object;

#[expect(clippy::unnecessary_wraps, reason = "all methods look alike to the table")]
pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let workspace = call.workspace();
    let bot = &workspace.installation;
    Ok(object(json!({
        "url": format!("https://{}.slack.com/", workspace.domain()),
        "team": workspace.name,
        "user": call.app().name.to_lowercase(),
        "team_id": workspace.id,
        "user_id": bot.bot_user,
        "bot_id": bot.bot_id,
        "is_enterprise_install": false,
    })))
}
