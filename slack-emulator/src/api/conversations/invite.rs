//! `conversations.invite`: the bot, or a person, brings others into a channel that they are in.
//! <https://docs.slack.dev/reference/methods/conversations.invite>
//!
//! If one of them cannot come, nobody does, unless it is forced; then the answer tells of both.
//! Those whose accounts are deactivated stay out and keep nobody else out.

use serde_json::{Value, json};

use crate::api::call::{Call, Verb};
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::ids::UserId;
use crate::rooms;
use crate::shape::{self, object};
use crate::violation::ViolationKind;
use crate::world::Channel;

/// So many users are invited at once, at most.
const MOST: usize = 1_000;

/// Why somebody cannot be invited.
enum Problem {
    /// Nor is anybody else.
    Fatal(ApiError),
    /// The page does not say which error it is.
    Deactivated,
}

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let users = users(call)?;
    let is_forced = call.flag("force")?;
    let channel = call.channel()?;
    call.need_scope_for(channel, Verb::Invite)?;
    if channel.is_archived {
        return Err(ApiError::plain("is_archived"));
    }
    if !call.is_in(channel) {
        return Err(ApiError::plain("not_in_channel"));
    }
    let (mut welcome, mut errors, mut first) = (Vec::new(), Vec::new(), None);
    let mut keeps_all_out = false;
    for user in users {
        let Some(problem) = problem(call, channel, user) else {
            welcome.push(UserId::from(user));
            continue;
        };
        keeps_all_out |= matches!(problem, Problem::Fatal(_)) && !is_forced;
        let mut error = match problem {
            Problem::Fatal(error) => error,
            Problem::Deactivated => ApiError::plain("cant_invite"),
        };
        // Each counts, though only the first is answered with.
        if let Some(breach) = error.breach.take() {
            call.note(breach.kind, breach.detail);
        }
        errors.push(json!({ "user": user, "ok": false, "error": error.code }));
        first.get_or_insert(error);
    }
    let id = channel.id.clone();
    if keeps_all_out {
        welcome.clear();
    }
    let (team, inviter) = (call.team.clone(), call.user().clone());
    for user in &welcome {
        rooms::enter(call.core, call.state, &team, &id, user, Some(&inviter));
    }
    match first {
        Some(error) if !is_forced || welcome.is_empty() => {
            Err(ApiError { errors: errors.into(), ..error })
        }
        _ => Ok(answer(call, &id, errors)),
    }
}

fn users<'b>(call: &'b Call<'_>) -> Result<Vec<&'b str>, ApiError> {
    let list = call.text("users")?.ok_or_else(|| {
        ApiError::breach("no_user", ViolationKind::MissingArgument, "the argument users is missing")
    })?;
    let users: Vec<_> = list.split(',').map(str::trim).collect();
    if users.len() > MOST {
        call.note(ViolationKind::LimitExceeded, format!("{} users at once", users.len()));
    }
    Ok(users)
}

fn problem(call: &Call<'_>, channel: &Channel, id: &str) -> Option<Problem> {
    let Some(user) = call.workspace().users.get(id) else {
        return Some(Problem::Fatal(call.unknown("user_not_found", id)));
    };
    if user.id == *call.user() {
        Some(Problem::Fatal(ApiError::plain("cant_invite_self")))
    } else if channel.members.contains(&user.id) {
        Some(Problem::Fatal(ApiError::plain("already_in_channel")))
    } else {
        user.deleted.then_some(Problem::Deactivated)
    }
}

fn answer(call: &Call<'_>, id: &str, errors: Vec<Value>) -> Fields {
    let workspace = call.workspace();
    let channel = workspace.channels.get(id).expect("nothing came between");
    let mut fields = object(json!({ "channel": shape::channel(workspace, channel, call.user()) }));
    if !errors.is_empty() {
        fields.insert("errors".to_owned(), Value::Array(errors));
    }
    fields
}
