//! `apps.uninstall`: the app leaves a workspace, with all its tokens.
//! <https://docs.slack.dev/reference/methods/apps.uninstall>

use crate::api::call::Call;
use crate::api::client_call::check_credentials;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::installing;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let (id, secret) = (call.text("client_id")?, call.text("client_secret")?);
    check_credentials(&call.core.settings, id, secret)?;
    installing::uninstall(call.core, call.state, &call.team)
        .map_err(|_| ApiError::plain("internal_error"))?;
    Ok(Fields::new())
}
