//! Tells the admins of both workspaces what was given up since yesterday, once.

use std::collections::BTreeMap;

use shared::ids::{TeamId, WorkspaceId};
use shared::jobs::tell_admins;
use shared::tables::undelivered::{self, Undelivered};

use crate::sync::notices::{self, Side};
use crate::{Done, Failure, JobContext};

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let digest = cx.services.queue.time().now();
    let mut tx = cx.begin().await?;
    undelivered::take(&mut tx, digest).await?;
    let all = undelivered::taken(&mut tx, digest).await?;
    let mut by_workspace: BTreeMap<(TeamId, WorkspaceId), Vec<(Side, &Undelivered)>> =
        BTreeMap::new();
    for given_up in &all {
        let source = (given_up.source_team.clone(), given_up.source_id.clone());
        let target = (given_up.target_team.clone(), given_up.target_id.clone());
        by_workspace.entry(source).or_default().push((Side::Source, given_up));
        by_workspace.entry(target).or_default().push((Side::Target, given_up));
    }
    let jobs = by_workspace.into_iter().map(|((team, workspace), given_up)| {
        let (occasion, text) = (format!("digest:{digest}"), notices::digest(&given_up));
        tell_admins::job(&tell_admins::Payload { workspace, team, occasion, text })
    });
    cx.enqueue(&mut tx, jobs.collect()).await?;
    undelivered::forget_taken(&mut tx, digest).await?;
    cx.done(tx).await
}
