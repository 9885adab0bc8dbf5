//! Shows somebody the app's Home tab: where it is installed, what is in step, what does not work here, and what they
//! may let it do in their own name. It is made anew each time, so it may be shown twice.

use serde_json::{Value, json};
use shared::jobs::publish_home;
use shared::queue::Scope;
use shared::slack::features::{self, Feature, Scopes};
use shared::slack::methods::views::Publish;
use shared::tables::sync_channels::{self, Pair};
use shared::tables::workspaces::{self, Workspace};
use shared::tables::{installations, user_tokens};

use crate::sync::{blocks, mrkdwn, refusal};
use crate::{Done, Failure, JobContext};

/// Channels that are listed: with their names, they are far from the 100 blocks that Slack shows.
const MOST_CHANNELS: usize = 200;
/// So much of what others are called, escaped.
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
    let granted = Scopes::granted(installation.scopes(), granted);
    let (own, here): (Vec<Feature>, Vec<Feature>) =
        features::lacking(&cx.services.asked, &granted).partition(Feature::is_personal);
    let invited = match person {
        _ if own.is_empty() => Invited::No,
        Some(_) => Invited::Again,
        None => Invited::Yes,
    };
    let pairs = sync_channels::pairs(db, &workspace.id).await?;
    let token = cx.target_token(&workspace.id, &home.team).await?;
    let install_url = cx.services.public_url.as_ref().and_then(|url| {
        let mut url = url.join("slack/install").ok()?;
        url.query_pairs_mut().append_pair("team", home.team.as_str());
        Some(url.to_string())
    });
    let view = view(&workspace, &pairs, &here, invited, install_url.as_deref()).to_string();
    match cx.call(&home.team, &token, &Publish { user_id: &home.user, view: &view }).await {
        Ok(_) => cx.done(cx.begin().await?).await,
        Err(error) => {
            let limited = Scope::method(&home.team, error.method());
            Err(refusal::failure_of_call(cx, &error, &home.team, limited))
        }
    }
}

/// Whether somebody is invited to let SyncBot post in their own name.
#[derive(Debug, Clone, Copy)]
enum Invited {
    /// They let it do all that it asks for, or it asks for nothing.
    No,
    /// They let it do nothing so far.
    Yes,
    /// They let it do some of it.
    Again,
}

/// What is shown. `install_url`: where the app is installed once more, and each person authorises it.
fn view(
    workspace: &Workspace,
    pairs: &[Pair],
    lacking: &[Feature],
    invited: Invited,
    install_url: Option<&str>,
) -> Value {
    let title = json!({ "type": "plain_text", "text": "SyncBot", "emoji": true });
    let name = mrkdwn::escaped(&workspace.name);
    let mut shown = vec![
        json!({ "type": "header", "text": title }),
        blocks::section(&format!("SyncBot is installed in *{name}*.")),
        json!({ "type": "divider" }),
    ];
    shown.extend(in_step(pairs));
    if !lacking.is_empty() {
        let lines = lacking.iter().map(|feature| format!("• {}", feature.without));
        let lines = lines.collect::<Vec<_>>().join("\n");
        let how = install_url.map_or_else(String::new, |url| {
            format!("\nTo change that, somebody who may add apps here has to <{url}|install SyncBot again> and allow everything that it asks for.")
        });
        shown.push(json!({ "type": "divider" }));
        shown.push(blocks::section(&format!("*What does not work here*\n{lines}{how}")));
    }
    if let Some(invitation) = install_url.and_then(|url| invitation(invited, url)) {
        shown.push(json!({ "type": "divider" }));
        shown.push(blocks::section(&format!("*In your own name*\n{invitation}")));
    }
    json!({ "type": "home", "blocks": shown })
}

fn invitation(invited: Invited, url: &str) -> Option<String> {
    match invited {
        Invited::No => None,
        Invited::Yes => Some(format!(
            "SyncBot can post here in your own name what you say in other workspaces, if you <{url}|authorise it>. You need not."
        )),
        Invited::Again => Some(format!(
            "SyncBot asks for more than you have allowed: <{url}|authorise it again>, so that all that you say in other workspaces can appear here in your own name."
        )),
    }
}

fn in_step(pairs: &[Pair]) -> Vec<Value> {
    if pairs.is_empty() {
        return vec![blocks::section(
            "No channel of this workspace is in step with another one yet.",
        )];
    }
    let lines: Vec<String> =
        pairs.chunk_by(|a, b| a.channel_id == b.channel_id).map(line).collect();
    let mut shown = vec![blocks::section("*Channels in step*")];
    let listed = &lines[..lines.len().min(MOST_CHANNELS)];
    shown.extend(blocks::sections(&listed.join("\n")));
    if lines.len() > MOST_CHANNELS {
        let more = lines.len() - MOST_CHANNELS;
        shown.push(blocks::section(&format!("… and {more} more.")));
    }
    shown
}

/// One channel, and with whom it is in step.
fn line(pairs: &[Pair]) -> String {
    let other = |pair: &Pair| {
        let paused = if pair.is_paused { " (paused)" } else { "" };
        format!("{}{paused}", pair.workspace_name)
    };
    let names = pairs.iter().map(other).collect::<Vec<_>>().join(", ");
    let names = mrkdwn::shortened(&mrkdwn::escaped(&names), NAMES_MAX_CHARS);
    format!("• <#{}> with {names}", pairs[0].channel_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Slack lets a section have.
    const SECTION_MAX_CHARS: usize = 3_000;
    const MOST_BLOCKS: usize = 100;

    #[test]
    fn names_that_are_longer_when_they_are_escaped_leave_sections_that_slack_takes() {
        for name in ["&".repeat(255), "<&> ".repeat(60), "n".to_owned()] {
            let pair = |number: usize| Pair {
                channel_id: format!("C0{number:09}").parse().expect("an id"),
                workspace_name: name.clone(),
                is_paused: true,
            };
            let pairs: Vec<Pair> = (0..=MOST_CHANNELS).map(pair).collect();
            let shown = in_step(&pairs);
            assert!(shown.len() < MOST_BLOCKS, "{}", shown.len());
            let texts: Vec<&str> =
                shown.iter().filter_map(|block| block["text"]["text"].as_str()).collect();
            for text in &texts {
                assert!(text.chars().count() <= SECTION_MAX_CHARS, "{text}");
                let escapes = ["&amp;", "&lt;", "&gt;"];
                let whole: usize = escapes.map(|escape| text.matches(escape).count()).iter().sum();
                assert_eq!(text.matches('&').count(), whole, "{text}");
            }
            assert_eq!(texts.concat().matches("<#C0").count(), MOST_CHANNELS);
        }
    }
}
