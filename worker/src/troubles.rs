//! What a person has to put right is told to somebody who can, once for each time that it begins, and once when
//! it is over. Channels: whoever manages their workspace. A workspace: those of the others that share a sync
//! with it, since its own cannot be reached.

use shared::db::{DbError, Tx};
use shared::ids::{ChannelId, TeamId};
use shared::jobs::tell_admins;
use shared::queue::{NewJob, Scope};
use shared::tables::workspaces::{self, Workspace};
use shared::tables::{channels, sync_channels, troubles};

use crate::sync::notices;
use crate::{FencedTx, JobContext};

/// Jobs that tell of the trouble if it begins now; `code`: what Slack said.
pub(crate) async fn met(
    cx: &JobContext<'_>,
    tx: &mut Tx,
    scope: &Scope,
    code: &str,
) -> Result<Vec<NewJob>, DbError> {
    let Some((team, channel)) = scope.place() else { return Ok(Vec::new()) };
    // It is over when something goes through, so whoever only reads or tells begins none.
    if !Scope::of_lane(cx.lane()).contains(scope) {
        return Ok(Vec::new());
    }
    let now = cx.services.queue.time().now();
    if !troubles::meet(tx, scope, now).await? {
        return Ok(Vec::new());
    }
    let occasion = format!("began:{scope}:{now}");
    tell(tx, &team, channel.as_ref(), &occasion, |workspace| match &channel {
        Some(channel) => notices::channel_trouble(channel, code),
        None => notices::workspace_trouble(&workspace.name, code),
    })
    .await
}

/// Something has gone through to where the job's lane leads: whatever trouble there was is over.
pub(crate) async fn over(cx: &JobContext<'_>, tx: &mut FencedTx) -> Result<(), DbError> {
    let now = cx.services.queue.time().now();
    for scope in Scope::of_lane(cx.lane()) {
        if !troubles::end(tx, &scope, now).await? {
            continue;
        }
        let Some((team, channel)) = scope.place() else { continue };
        let occasion = format!("over:{scope}:{now}");
        let jobs = tell(tx, &team, channel.as_ref(), &occasion, |workspace| match &channel {
            Some(channel) => notices::channel_works(channel),
            None => notices::workspace_works(&workspace.name),
        });
        let jobs = jobs.await?;
        cx.enqueue(tx, jobs).await?;
    }
    Ok(())
}

/// One job for each workspace whose admins are to be told of a channel or a workspace that is in a sync.
async fn tell(
    tx: &mut Tx,
    team: &TeamId,
    channel: Option<&ChannelId>,
    occasion: &str,
    text: impl Fn(&Workspace) -> String,
) -> Result<Vec<NewJob>, DbError> {
    let Some(concerned) = workspaces::by_team(tx, team).await? else { return Ok(Vec::new()) };
    let told = match channel {
        Some(channel) if channels::is_in_a_sync(tx, &concerned.id, channel).await? => {
            vec![concerned.clone()]
        }
        Some(_) => Vec::new(),
        None => sync_channels::partners(tx, &concerned.id).await?,
    };
    let job = |told: Workspace| {
        let (workspace, team) = (told.id, told.team_id);
        let (occasion, text) = (occasion.to_owned(), text(&concerned));
        tell_admins::job(&tell_admins::Payload { workspace, team, occasion, text })
    };
    Ok(told.into_iter().map(job).collect())
}
