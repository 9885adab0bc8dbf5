//! `chat.postMessage`: the bot says something, or a person through the app.
//! <https://docs.slack.dev/reference/methods/chat.postMessage>

use serde_json::{Value, json};

use super::{check_membership, metadata};
use crate::api::blocks::{self, Surface};
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::ids::{ChannelId, Ts, UserId};
use crate::posting;
use crate::shape::{self, Reading, object};
use crate::switches::LongText;
use crate::time::now_micros;
use crate::violation::ViolationKind;
use crate::world::{
    Author, Channel, Draft, Face, Icon, MESSAGE_CHARS, Origin, TEXT_CHARS, ThreadProblem, Told,
    split_text,
};

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    if let Some(person) = partner(call)? {
        return tell(call, person);
    }
    let channel = writable_channel(call)?;
    let id = channel.id.clone();
    let mut draft = draft(call, channel)?;
    if let Some(first) = first_with_this_id(call, channel, &draft) {
        return answer(call, &id, &first);
    }
    if draft.origin == (Origin::App { is_named: false }) {
        // As Slack's own clients give each message one.
        draft.client_msg_id.get_or_insert_with(|| call.state.chance.client_msg_id());
    }
    let mut pieces = pieces(call, draft)?.into_iter();
    let team = call.team.clone();
    let mut post = |draft| posting::post(call.core, call.state, &team, &id, draft);
    let first = pieces.next().and_then(&mut post);
    pieces.for_each(|draft| {
        post(draft);
    });
    let first = first.ok_or_else(|| ApiError::plain("internal_error"))?;
    answer(call, &id, &first)
}

/// A user instead of a channel, or the conversation with them: what is said is theirs alone.
fn partner(call: &Call<'_>) -> Result<Option<UserId>, ApiError> {
    let id = call.required_text("channel")?;
    let workspace = call.workspace();
    let partner = workspace.users.get(id).or_else(|| workspace.partner(call.user(), id));
    Ok(partner.map(|user| user.id.clone()))
}

fn tell(call: &mut Call<'_>, to: UserId) -> Result<Fields, ApiError> {
    let text = call.required_text("text")?.to_owned();
    let from = call.user().clone();
    let conversation = call.workspace().conversation(&from, &to);
    let ts = Ts::from_micros(now_micros());
    if let Some(workspace) = call.state.world.workspaces.get_mut(&call.team) {
        workspace.opened.insert(conversation.clone());
        workspace.told.push(Told { from, to, text });
    }
    Ok(object(json!({ "channel": conversation, "ts": ts })))
}

fn writable_channel<'b>(call: &'b Call<'_>) -> Result<&'b Channel, ApiError> {
    let channel = call.channel_to_write()?;
    if channel.is_archived {
        return Err(ApiError::plain("is_archived"));
    }
    check_membership(call, channel)?;
    Ok(channel)
}

fn draft(call: &Call<'_>, channel: &Channel) -> Result<Draft, ApiError> {
    for flag in ["unfurl_links", "unfurl_media", "mrkdwn", "link_names"] {
        call.flag(flag)?;
    }
    call.text("parse")?;
    let text = call.text("text")?.filter(|text| !text.trim().is_empty());
    let sent = call.structure("blocks").map_err(|fault| blocks::unreadable(&fault))?;
    let blocks = blocks::check(sent, Surface::Message)?;
    if text.is_none() && blocks.is_none() {
        return Err(ApiError::breach(
            "no_text",
            ViolationKind::MissingArgument,
            "neither text nor blocks",
        ));
    }
    let sent = call.structure("metadata").map_err(|fault| metadata::unreadable(&fault))?;
    let thread_ts = thread(call, channel)?;
    let (author, origin) = authorship(call)?;
    Ok(Draft {
        origin,
        blocks,
        metadata: metadata::check(call, sent)?,
        broadcast: call.flag("reply_broadcast")? && thread_ts.is_some(),
        thread_ts,
        client_msg_id: call.text("client_msg_id")?.map(str::to_owned),
        ..Draft::new(author, text.unwrap_or_default())
    })
}

/// The thread that the message goes to: it is named by its root.
pub(in crate::api) fn thread(call: &Call<'_>, channel: &Channel) -> Result<Option<Ts>, ApiError> {
    let Some(ts) = call.text("thread_ts")? else { return Ok(None) };
    match channel.thread_root(ts) {
        Ok(root) => Ok(Some(root.ts.clone())),
        // Somebody was quicker.
        Err(ThreadProblem::NoSuchMessage) if channel.had(ts) => {
            Err(ApiError::plain("thread_not_found"))
        }
        Err(ThreadProblem::NoSuchMessage) => Err(ApiError::breach(
            "thread_not_found",
            ViolationKind::UnknownId,
            format!("there is no message {ts} in {}", channel.id),
        )),
        Err(ThreadProblem::IsReply | ThreadProblem::IsNotice) => Err(ApiError::breach(
            "cannot_reply_to_message",
            ViolationKind::ReplyToReply,
            format!("{ts} in {} cannot be a thread's root", channel.id),
        )),
    }
}

/// Who says it, and how it will look to have come.
/// <https://docs.slack.dev/reference/methods/chat.postMessage#authorship>
pub(in crate::api) fn authorship(call: &Call<'_>) -> Result<(Author, Origin), ApiError> {
    let face = face(call)?;
    let is_named = call.state.switches.person_posts_name_the_app;
    Ok(call.person().map_or((Author::Bot(face), Origin::Client), |person| {
        (Author::User(person.clone()), Origin::App { is_named })
    }))
}

/// The name and picture that the bot chose. Without the scope, which only bots can have, they are
/// overlooked, with no error; an emoji comes before a picture.
/// <https://docs.slack.dev/reference/scopes/chat.write.customize>
fn face(call: &Call<'_>) -> Result<Option<Face>, ApiError> {
    let username = call.text("username")?.map(str::to_owned);
    let emoji = call.text("icon_emoji")?.map(|emoji| Icon::Emoji(emoji.to_owned()));
    let url = call.text("icon_url")?.map(|url| Icon::Url(url.to_owned()));
    let icon = emoji.or(url);
    let chosen = username.is_some() || icon.is_some();
    if chosen && call.person().is_some() {
        let detail = "a name or picture with a person's token: it is overlooked";
        call.note(ViolationKind::BotsOnly, detail);
        return Ok(None);
    }
    let may = call.has_scope("chat:write.customize");
    Ok((chosen && may).then_some(Face { username, icon }))
}

fn first_with_this_id(call: &Call<'_>, channel: &Channel, draft: &Draft) -> Option<Ts> {
    if !call.state.switches.client_msg_id_deduplicates {
        return None;
    }
    let id = draft.client_msg_id.as_ref()?;
    Some(channel.by_client_msg_id(id)?.ts.clone())
}

/// The messages that a draft becomes. With blocks the text is but a fallback and stays whole.
fn pieces(call: &Call<'_>, draft: Draft) -> Result<Vec<Draft>, ApiError> {
    let chars = draft.text.chars().count();
    if chars <= MESSAGE_CHARS {
        return Ok(vec![draft]);
    }
    let detail = format!("a text of {chars} characters, best at most {MESSAGE_CHARS}");
    if call.state.switches.long_text == LongText::Refuse {
        return Err(ApiError::breach("msg_too_long", ViolationKind::LimitExceeded, detail));
    }
    call.note(ViolationKind::LimitExceeded, detail);
    if draft.blocks.is_some() {
        let text = draft.text.chars().take(TEXT_CHARS).collect();
        return Ok(vec![Draft { text, ..draft }]);
    }
    // That what was attached stays with the first piece is a guess.
    let mut drafts: Vec<_> = split_text(&draft.text)
        .into_iter()
        .map(|piece| Draft {
            text: piece.to_owned(),
            metadata: None,
            client_msg_id: None,
            ..draft.clone()
        })
        .collect();
    if let Some(first) = drafts.first_mut() {
        first.metadata = draft.metadata;
        first.client_msg_id = draft.client_msg_id;
    }
    Ok(drafts)
}

fn answer(call: &Call<'_>, id: &ChannelId, ts: &Ts) -> Result<Fields, ApiError> {
    let workspace = call.workspace();
    let posted = workspace.channels.get(id).and_then(|channel| {
        let message = channel.message(ts)?;
        Some(shape::message(call.app(), workspace, channel, message, Reading::Full))
    });
    let message = posted.ok_or_else(|| ApiError::plain("internal_error"))?;
    Ok(object(json!({ "channel": id, "ts": ts, "message": Value::Object(message) })))
}
