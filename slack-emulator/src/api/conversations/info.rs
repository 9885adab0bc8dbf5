//! `conversations.info`: one channel.
//! <https://docs.slack.dev/reference/methods/conversations.info>

use serde_json::json;

use crate::api::call::{Call, Verb};
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::shape::{self, object};

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let with_locale = call.flag("include_locale")?;
    let with_members = call.flag("include_num_members")?;
    let channel = call.channel()?;
    call.need_scope_for(channel, Verb::Read)?;
    let mut shape = shape::channel(call.workspace(), channel, call.user());
    if with_locale {
        shape["locale"] = json!("en-US");
    }
    if with_members {
        shape["num_members"] = json!(channel.members.len());
    }
    Ok(object(json!({ "channel": shape })))
}
