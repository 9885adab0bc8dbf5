//! `auth.test`: whose token is this? <https://docs.slack.dev/reference/methods/auth.test>

use serde_json::json;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::shape::object;

#[expect(clippy::unnecessary_wraps, reason = "all methods look alike to the table")]
pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let workspace = call.workspace();
    let user = call.user();
    let mut fields = object(json!({
        "url": format!("https://{}.slack.com/", workspace.domain()),
        "team": workspace.name,
        "user": workspace.users.get(user).map(|user| &user.name),
        "team_id": workspace.id,
        "user_id": user,
        "is_enterprise_install": false,
    }));
    if call.person().is_none() {
        fields.insert("bot_id".to_owned(), json!(workspace.installation.bot_id));
    }
    Ok(fields)
}
