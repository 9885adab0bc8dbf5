//! `chat.update`: the bot, or a person, changes what they posted.
//! <https://docs.slack.dev/reference/methods/chat.update>
//!
//! It has no name and no picture to choose. What is left out stays as it was, but for the blocks:
//! a text without blocks removes them.

use serde_json::{Value, json};

use super::metadata;
use super::own::own_message;
use crate::api::blocks::{self, Surface};
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::changing;
use crate::shape::{self, Reading, object};
use crate::violation::ViolationKind;
use crate::world::{Author, Draft, MESSAGE_CHARS, Message, Metadata};

/// What a message is to be, beside what it was.
struct Update {
    draft: Draft,
    attachments: Vec<Value>,
    /// Whether it will be marked as edited, which messages updated with blocks are not.
    is_marked: bool,
}

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let channel = call.channel()?;
    if channel.is_archived {
        return Err(ApiError::plain("is_archived"));
    }
    let message = own_message(call, channel, "cant_update_message")?;
    let update = update(call, message)?;
    let (id, ts, team) = (channel.id.clone(), message.ts.clone(), call.team.clone());
    // Seen so; the page does not say who it is that edited.
    let bot_id = &call.workspace().installation.bot_id;
    let editor = call.person().map_or_else(|| bot_id.to_string(), ToString::to_string);
    let seconds = call.state.switches.edited_in_whole_seconds;
    changing::change(call.core, call.state, &team, &id, &ts, |message, at| {
        message.draft = update.draft;
        message.attachments = update.attachments;
        if update.is_marked {
            message.edited = Some(changing::edited(editor, at, seconds));
        }
    });

    let workspace = call.workspace();
    let channel = workspace.channels.get(&id).expect("nothing came between");
    let message = channel.message(&ts).expect("nothing came between");
    let shape = shape::message(call.app(), workspace, channel, message, Reading::Full);
    let text = &message.draft.text;
    Ok(object(json!({ "channel": id, "ts": ts, "text": text, "message": Value::Object(shape) })))
}

fn update(call: &Call<'_>, message: &Message) -> Result<Update, ApiError> {
    call.flag("link_names")?;
    call.text("parse")?;
    let mut draft = message.draft.clone();
    let mut attachments = message.attachments.clone();

    let text = text(call)?;
    let sent = call.structure("blocks").map_err(|fault| blocks::unreadable(&fault))?;
    let names_blocks = sent.is_some();
    let blocks = blocks::check(sent, Surface::Message)?;
    let sent = call.structure("attachments").map_err(|fault| no_list(&fault))?;
    if let Some(sent) = sent {
        attachments = sent.as_array().cloned().ok_or_else(|| no_list("attachments is no list"))?;
    } else if text.is_none() && !names_blocks {
        let detail = "neither text nor blocks nor attachments";
        return Err(ApiError::breach("no_text", ViolationKind::MissingArgument, detail));
    }
    if blocks.is_some() && has_rich_text(draft.blocks.as_ref()) && !has_rich_text(blocks.as_ref()) {
        let detail = "rich text cannot become other blocks";
        return Err(ApiError::breach("block_mismatch", ViolationKind::InvalidBlocks, detail));
    }
    let is_marked = blocks.is_none();
    if names_blocks || text.is_some() {
        draft.blocks = blocks;
    }
    if let Some(text) = text {
        text.clone_into(&mut draft.text);
    }
    draft.metadata = new_metadata(call, draft.metadata)?;
    draft.broadcast |= call.flag("reply_broadcast")? && draft.thread_ts.is_some();
    let is_bots = matches!(draft.author, Author::Bot(_));
    if is_bots && !call.state.switches.update_keeps_chosen_name {
        draft.author = Author::Bot(None);
    }
    Ok(Update { draft, attachments, is_marked })
}

/// Unlike a message that is posted, one that is updated has to be one message.
fn text<'b>(call: &'b Call<'_>) -> Result<Option<&'b str>, ApiError> {
    let text = call.text("text")?.filter(|text| !text.trim().is_empty());
    let chars = text.map_or(0, |text| text.chars().count());
    if chars > MESSAGE_CHARS {
        let detail = format!("a text of {chars} characters, at most {MESSAGE_CHARS}");
        return Err(ApiError::breach("msg_too_long", ViolationKind::LimitExceeded, detail));
    }
    Ok(text)
}

fn no_list(fault: &str) -> ApiError {
    ApiError::breach("invalid_attachments", ViolationKind::Unreadable, fault)
}

fn has_rich_text(blocks: Option<&Value>) -> bool {
    let blocks = blocks.and_then(Value::as_array);
    blocks.is_some_and(|blocks| blocks.iter().any(|block| block["type"] == "rich_text"))
}

/// Metadata stays unless other is named; an empty object removes it.
fn new_metadata(call: &Call<'_>, before: Option<Metadata>) -> Result<Option<Metadata>, ApiError> {
    match call.structure("metadata").map_err(|fault| metadata::unreadable(&fault))? {
        None => Ok(before),
        Some(Value::Object(fields)) if fields.is_empty() => Ok(None),
        sent => metadata::check(call, sent),
    }
}
