//! Shows somebody the app's Home tab: where it is installed, what is in step, and what does not work here. It is made
//! anew each time, so it may be shown twice.

use serde_json::{Value, json};
use shared::home::Action;
use shared::jobs::publish_home;
use shared::queue::Scope;
use shared::slack::features::{self, Feature};
use shared::slack::methods::views::Publish;
use shared::tables::sync_channels::{self, Pair};
use shared::tables::workspaces::{self, Workspace};
use shared::tables::{installations, user_tokens};

use crate::roles::{self, Role};
use crate::sync::{blocks, mrkdwn, refusal};
use crate::{Done, Failure, JobContext};

/// Channels of a page, each with a button; Slack shows 100 blocks.
const CHANNELS_OF_A_PAGE: usize = 40;
/// So much of what others are called.
const NAMES_MAX_CHARS: usize = 100;

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let home = publish_home::payload(cx.job.payload()?)
        .map_err(|_| Failure::dead(format!("the {} cannot be read", publish_home::NAME)))?;
    let db = &cx.services.db;
    let mut tx = cx.begin().await?;
    let Some(workspace) = workspaces::by_team(&mut tx, &home.team).await? else {
        return cx.done(tx).await;
    };
    drop(tx);
    let Some(installation) = installations::of(db, &workspace.id).await? else {
        return cx.done(cx.begin().await?).await;
    };
    let person = user_tokens::of(db, &workspace.id, &home.user).await?;
    let granted = person.as_ref().map(user_tokens::UserToken::scopes).unwrap_or_default();
    let lacking: Vec<Feature> = features::lacking(installation.scopes(), granted).collect();
    let pairs = sync_channels::pairs(db, &workspace.id).await?;
    let token = cx.target_token(&workspace.id, &home.team).await?;
    let again = cx.services.public_url.as_ref().and_then(|url| {
        let mut url = url.join("slack/install").ok()?;
        url.query_pairs_mut().append_pair("team", home.team.as_str());
        Some(url.to_string())
    });
    let role = roles::of(cx, &home.team, &token, &home.user).await?;
    if role == Role::Stranger {
        return cx.done(cx.begin().await?).await;
    }
    let in_step = in_step(&pairs, role == Role::Manager, home.page);
    let view = view(&workspace, in_step, &lacking, again.as_deref()).to_string();
    match cx.call(&home.team, &token, &Publish { user_id: &home.user, view: &view }).await {
        Ok(_) => cx.done(cx.begin().await?).await,
        Err(error) => {
            let limited = Scope::method(&home.team, error.method());
            Err(refusal::failure_of_call(cx, &error, &home.team, limited))
        }
    }
}

/// What is shown. `again`: where the app is installed once more.
fn view(
    workspace: &Workspace,
    in_step: Vec<Value>,
    lacking: &[Feature],
    again: Option<&str>,
) -> Value {
    let name = mrkdwn::escaped(&workspace.name);
    let mut shown = vec![
        json!({ "type": "header", "text": plain("SyncBot") }),
        blocks::section(&format!("SyncBot is installed in *{name}*.")),
        json!({ "type": "divider" }),
    ];
    shown.extend(in_step);
    if !lacking.is_empty() {
        let lines = lacking.iter().map(|feature| format!("• {}", feature.without));
        let lines = lines.collect::<Vec<_>>().join("\n");
        let how = again.map_or_else(String::new, |url| {
            format!("\n<{url}|Install SyncBot again> and allow everything that it asks for to change that.")
        });
        shown.push(json!({ "type": "divider" }));
        shown.push(blocks::section(&format!("*What does not work here*\n{lines}{how}")));
    }
    json!({ "type": "home", "blocks": shown })
}

/// A page of the channels that are in step; `manages`: with what can be done about them.
fn in_step(pairs: &[Pair], manages: bool, page: usize) -> Vec<Value> {
    if pairs.is_empty() {
        return vec![blocks::section(
            "No channel of this workspace is in step with another one yet.",
        )];
    }
    let channels: Vec<&[Pair]> = pairs.chunk_by(|a, b| a.channel_id == b.channel_id).collect();
    let pages: Vec<&[&[Pair]]> = channels.chunks(CHANNELS_OF_A_PAGE).collect();
    // Some may be in step no longer since the button was shown.
    let page = page.min(pages.len() - 1);
    let mut shown = vec![blocks::section("*Channels in step*")];
    shown.extend(pages[page].iter().map(|channel| one(channel, manages)));
    if pages.len() > 1 {
        shown.push(blocks::section(&format!("Page {} of {}", page + 1, pages.len())));
        let mut turns = Vec::new();
        if page > 0 {
            turns.push(button(&Action::Show(page - 1), "Previous page"));
        }
        if page + 1 < pages.len() {
            turns.push(button(&Action::Show(page + 1), "Next page"));
        }
        shown.push(json!({ "type": "actions", "elements": turns }));
    }
    shown
}

/// One channel, and with whom it is in step.
fn one(pairs: &[Pair], manages: bool) -> Value {
    let channel = &pairs[0].channel_id;
    let other = |pair: &Pair| {
        let paused = if pair.other_is_paused { " (paused there)" } else { "" };
        format!("{}{paused}", pair.workspace_name)
    };
    let names = pairs.iter().map(other).collect::<Vec<_>>().join(", ");
    let names: String = names.chars().take(NAMES_MAX_CHARS).collect();
    let is_paused = pairs.iter().any(|pair| pair.is_paused);
    let paused = if is_paused { " – *paused*" } else { "" };
    let mut shown =
        blocks::section(&format!("• <#{channel}> with {}{paused}", mrkdwn::escaped(&names)));
    if manages && is_paused {
        shown["accessory"] = button(&Action::Resume(channel.clone()), "Resume");
    } else if manages {
        let mut pause = button(&Action::Pause(channel.clone()), "Pause");
        pause["confirm"] = confirm();
        shown["accessory"] = pause;
    }
    shown
}

fn button(action: &Action, label: &str) -> Value {
    json!({
        "type": "button", "text": plain(label), "action_id": action.id(), "value": action.value(),
    })
}

/// What a pause means, before it begins.
fn confirm() -> Value {
    json!({
        "title": plain("Pause this channel?"),
        "text": plain(
            "What is said here from then on reaches nobody elsewhere, and what others say there does not come here, not \
             even afterwards. Edits and reactions of older messages follow when it is resumed.",
        ),
        "confirm": plain("Pause"),
        "deny": plain("Cancel"),
    })
}

fn plain(text: &str) -> Value {
    json!({ "type": "plain_text", "text": text, "emoji": true })
}
