//! Shows somebody the app's Home tab: where it is installed, what is in step, what does not work here, and what they
//! may let it do in their own name. It is made anew each time, so it may be shown twice.

mod in_step;

use serde_json::{Value, json};
use shared::jobs::publish_home;
use shared::queue::Scope;
use shared::slack::features::{self, Feature, Scopes};
use shared::slack::methods::views::Publish;
use shared::tables::sync_channels;
use shared::tables::workspaces::{self, Workspace};
use shared::tables::{installations, user_tokens};

use crate::roles::{self, Role};
use crate::sync::{blocks, mrkdwn, refusal};
use crate::{Done, Failure, JobContext};

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
    let role = roles::of(cx, &home.team, &token, &home.user).await?;
    if role == Role::Stranger {
        return cx.done(cx.begin().await?).await;
    }
    let in_step = in_step::page(&pairs, role == Role::Manager, home.page);
    let view = view(&workspace, in_step, &here, invited, install_url.as_deref()).to_string();
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
    in_step: Vec<Value>,
    lacking: &[Feature],
    invited: Invited,
    install_url: Option<&str>,
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

fn plain(text: &str) -> Value {
    json!({ "type": "plain_text", "text": text, "emoji": true })
}
