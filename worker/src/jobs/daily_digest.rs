//! Tells the admins of both workspaces what was given up since yesterday, once.

use std::collections::BTreeMap;

use shared::db::{DbError, Tx};
use shared::ids::{TeamId, WorkspaceId};
use shared::jobs::tell_admins;
use shared::queue::died_between;
use shared::tables::undelivered::{self, Undelivered};
use shared::tables::{instance_settings, workspaces};

use crate::sync::mishap::Mishap;
use crate::sync::notices::{self, Side};
use crate::{Done, Failure, JobContext};

/// Until when jobs that died were told of (queue time).
const TOLD_UNTIL: &str = "digest.told_until";
/// Before the first digest.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// What one workspace is told.
#[derive(Default)]
struct Told<'d> {
    given_up: Vec<(Side, &'d Undelivered)>,
    mishaps: Vec<Mishap>,
}

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let digest = cx.services.queue.time().now();
    let mut tx = cx.begin().await?;
    undelivered::take(&mut tx, digest).await?;
    let all = undelivered::taken(&mut tx, digest).await?;
    let mut by_workspace: BTreeMap<(TeamId, WorkspaceId), Told<'_>> = BTreeMap::new();
    for given_up in &all {
        let source = (given_up.source_team.clone(), given_up.source_id.clone());
        let target = (given_up.target_team.clone(), given_up.target_id.clone());
        by_workspace.entry(source).or_default().given_up.push((Side::Source, given_up));
        by_workspace.entry(target).or_default().given_up.push((Side::Target, given_up));
    }
    for mishap in mishaps(&mut tx, digest).await? {
        if let Some(workspace) = workspaces::by_team(&mut tx, &mishap.team).await? {
            let told = by_workspace.entry((mishap.team.clone(), workspace.id)).or_default();
            told.mishaps.push(mishap);
        }
    }
    let jobs = by_workspace.into_iter().map(|((team, workspace), told)| {
        let text = notices::digest(&told.given_up, &told.mishaps);
        let occasion = format!("digest:{digest}");
        tell_admins::job(&tell_admins::Payload { workspace, team, occasion, text })
    });
    cx.enqueue(&mut tx, jobs.collect()).await?;
    undelivered::forget_taken(&mut tx, digest).await?;
    cx.done(tx).await
}

/// What went wrong since the last digest, besides copies.
async fn mishaps(tx: &mut Tx, until: i64) -> Result<Vec<Mishap>, DbError> {
    let told = instance_settings::get(tx, TOLD_UNTIL).await?;
    let after = told.and_then(|told| told.parse().ok()).unwrap_or(until - DAY);
    instance_settings::put(tx, TOLD_UNTIL, &until.to_string()).await?;
    let died = died_between(tx, after, until).await?;
    Ok(Mishap::of(&died))
}
