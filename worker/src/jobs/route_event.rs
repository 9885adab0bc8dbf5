//! Routes one event: finds who gets it, and writes post, copies and their jobs in one transaction.
//! Database only; the network belongs to the jobs that it makes.

use shared::ids::{CopyId, PostId};
use shared::jobs::deliver_copy;
use shared::queue::NewJob;
use shared::slack::events::{Envelope, MessageEvent};
use shared::tables::posts::{self, NewPost};
use shared::tables::workspaces::{self, Workspace};
use shared::tables::{copies, sync_channels};

use crate::context::FencedTx;
use crate::sync::action::{Create, SyncAction};
use crate::{Done, Failure, JobContext};

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let envelope: Envelope<MessageEvent> = serde_json::from_str(cx.job.payload()?)
        .map_err(|error| Failure::dead(format!("the event cannot be read: {error}")))?;
    let mut tx = cx.begin().await?;
    match SyncAction::from(envelope.event) {
        SyncAction::Ignore(reason) => tracing::debug!(reason, "event ignored"),
        SyncAction::Create(create) => {
            if let Some(workspace) = workspaces::by_team(&mut tx, &envelope.team_id).await? {
                route(cx, &mut tx, &workspace, create).await?;
            }
        }
    }
    cx.done(tx).await
}

async fn route(
    cx: &JobContext<'_>,
    tx: &mut FencedTx,
    workspace: &Workspace,
    create: Create,
) -> Result<(), Failure> {
    let services = cx.services;
    let targets = sync_channels::targets(tx, &workspace.id, &create.channel).await?;
    if targets.is_empty() {
        return Ok(());
    }
    // Known already: another event of the same message, or a copy that we made ourselves. No second hop.
    if posts::at_place(tx, &workspace.id, &create.channel, &create.ts).await?.is_some() {
        tracing::debug!("the message is known already");
        return Ok(());
    }
    let root_post_id = match &create.root_ts {
        None => None,
        Some(ts) => match posts::at_place(tx, &workspace.id, &create.channel, ts).await? {
            // What looks like a root in this channel may itself be the copy of a reply's root.
            Some((post, root)) => Some(root.unwrap_or(post)),
            None => return Err(Failure::dead("it replies to a message that is not synced")),
        },
    };
    let now = services.clock.now();
    let post = NewPost {
        id: PostId::generate(&services.clock, &services.rng),
        workspace_id: workspace.id.clone(),
        channel_id: create.channel,
        ts: create.ts,
        root_post_id,
        author: create.author,
        body: create.body,
    };
    if !posts::insert_new(tx, &post, now).await? {
        return Ok(());
    }
    let mut jobs: Vec<NewJob> = Vec::with_capacity(targets.len());
    for target in &targets {
        let copy = CopyId::generate(&services.clock, &services.rng);
        copies::insert(tx, &copy, &post.id, target, now).await?;
        jobs.push(deliver_copy::job(&copy, target));
    }
    tracing::debug!(post.id = %post.id, copies = jobs.len(), "message routed");
    cx.enqueue(tx, jobs).await?;
    Ok(())
}
