//! Removes for good what nobody needs any more, in steps of bounded size: workspaces that were uninstalled long ago,
//! messages of which nothing was heard for a year, and whatever else docs/DATA.md gives a time.
//!
//! Each [`Sweep::step`] is one transaction, which whoever runs it fences and commits: the job `retention_sweep`, or
//! `syncbot sweep`. It says where the next one goes on. One that is done twice finds less to do.

mod rehearsal;

use shared::clock::Clock;
use shared::db::{DbError, Tx};
use shared::failpoint;
use shared::ids::WorkspaceId;
use shared::jobs::retention_sweep::Position;
use shared::jobs::tell_admins;
use shared::queue::{NewJob, Queue};
use shared::rng::Rng;
use shared::tables::audit::{self, Actor, Entry};
use shared::tables::forget::{self, AGED, Due, Horizons};
use shared::tables::sync_channels;

pub use rehearsal::{Found, Rehearsal};

use crate::Services;
use crate::sync::notices;

/// Rows of one step: few enough that nobody waits for their locks.
const ROWS: i64 = 500;
/// Messages of one step, each with its copies and what people reacted to it.
const MESSAGES: i64 = 128;
/// Rows that are looked at in one step where few of them are removed.
const LOOK: i64 = 2_000;

const OF_WORKSPACES: &str = "rows of workspaces";
const ENDED_SYNCS: &str = "syncs without a channel";
const OLD_POSTS: &str = "messages of long ago";
const UNDELIVERED: &str = "texts that could not be delivered";

/// What a sweep works with.
#[derive(Debug)]
pub struct Sweep {
    queue: Queue,
    clock: Clock,
    rng: Rng,
    retention_days: u32,
    actor: Actor,
}

/// What one step did.
#[derive(Debug)]
pub struct Step {
    /// Where the next one goes on, once this one is committed.
    pub next: Position,
    /// How many rows it removed.
    pub removed: u64,
    /// Of what, for people.
    pub what: &'static str,
    /// The workspace that is gone with it.
    pub purged: Option<Due>,
    /// Somebody will be told of something: workers have to learn of that.
    pub tells: bool,
}

impl Step {
    fn to(next: Position, what: &'static str, removed: u64) -> Self {
        Self { next, removed, what, purged: None, tells: false }
    }
}

impl Sweep {
    /// A sweep that leaves workspaces `retention_days` to come back; `actor`: who wants it.
    pub fn new(queue: Queue, clock: Clock, rng: Rng, retention_days: u32, actor: Actor) -> Self {
        Self { queue, clock, rng, retention_days, actor }
    }

    /// As [`Sweep::new`], for a worker.
    pub(crate) fn of(services: &Services) -> Self {
        let Services { queue, clock, rng, retention_days, .. } = services.clone();
        Self::new(queue, clock, rng, retention_days, Actor::SyncBot)
    }

    /// What is old is so by the database's clock: one machine with a wrong clock removes nothing too early.
    fn horizons(&self) -> Horizons {
        let now = chrono::DateTime::from_timestamp_millis(self.queue.time().now());
        Horizons::at(now.unwrap_or_default(), self.retention_days)
    }

    /// Does what is next.
    pub async fn step(&self, tx: &mut Tx, at: &Position) -> Result<Step, DbError> {
        failpoint!("sweep.step");
        let horizons = self.horizons();
        match at {
            Position::Workspaces => self.begin(tx, &horizons).await,
            Position::Jobs { workspace, behind } => {
                self.forget_jobs(tx, &horizons, workspace, behind).await
            }
            Position::Rows { workspace } => self.forget_rows(tx, &horizons, workspace).await,
            Position::Syncs => {
                let ended = forget::ended_syncs(tx, MESSAGES).await?;
                let next = if ended.is_empty() { posts_behind("") } else { Position::Syncs };
                let removed = forget::forget_ended_syncs(tx, &ended).await?;
                Ok(Step::to(next, ENDED_SYNCS, removed))
            }
            Position::Posts { behind } => forget_posts(tx, &horizons, behind).await,
            Position::Bodies { behind } => forget_bodies(tx, &horizons, behind).await,
            Position::Aged { name } => forget_aged(tx, &horizons, name).await,
            Position::Through => Ok(Step::to(Position::Through, "", 0)),
        }
    }

    /// The time of a workspace is over: its channels take part in nothing any more, and its partners learn that it
    /// will not come back. From here on it would begin anew.
    async fn begin(&self, tx: &mut Tx, horizons: &Horizons) -> Result<Step, DbError> {
        let Some(due) = forget::due(tx, horizons.workspaces()).await? else {
            return Ok(Step::to(Position::Syncs, OF_WORKSPACES, 0));
        };
        // There are none if an earlier step told them.
        let jobs = self.partners_learn(tx, &due).await?;
        let tells = !jobs.is_empty();
        self.queue.enqueue(tx, jobs).await?;
        forget::end_syncs(tx, &due).await?;
        let next = Position::Jobs { workspace: due.id, behind: String::new() };
        Ok(Step { tells, ..Step::to(next, OF_WORKSPACES, 0) })
    }

    /// Those who manage the workspaces that share a sync with it.
    async fn partners_learn(&self, tx: &mut Tx, due: &Due) -> Result<Vec<NewJob>, DbError> {
        let partners = sync_channels::partners(tx, &due.id).await?;
        let text = notices::purged(&due.name, self.retention_days);
        let told = partners.into_iter().map(|partner| {
            tell_admins::job(&tell_admins::Payload {
                workspace: partner.id,
                team: partner.team_id,
                occasion: format!("purged:{}:{}", due.team_id, due.deleted_at.timestamp_micros()),
                text: text.clone(),
            })
        });
        Ok(told.collect())
    }

    async fn forget_jobs(
        &self,
        tx: &mut Tx,
        horizons: &Horizons,
        workspace: &WorkspaceId,
        behind: &str,
    ) -> Result<Step, DbError> {
        let Some(due) = forget::is_still_due(tx, workspace, horizons.workspaces()).await? else {
            return Ok(Step::to(Position::Workspaces, OF_WORKSPACES, 0));
        };
        let Some(last) = forget::job_page(tx, behind, LOOK).await? else {
            return Ok(Step::to(Position::Rows { workspace: due.id }, OF_WORKSPACES, 0));
        };
        let removed = forget::forget_jobs(tx, &due.team_id, behind, &last).await?;
        let next = Position::Jobs { workspace: due.id, behind: last.to_string() };
        Ok(Step::to(next, OF_WORKSPACES, removed))
    }

    async fn forget_rows(
        &self,
        tx: &mut Tx,
        horizons: &Horizons,
        workspace: &WorkspaceId,
    ) -> Result<Step, DbError> {
        let Some(due) = forget::is_still_due(tx, workspace, horizons.workspaces()).await? else {
            return Ok(Step::to(Position::Workspaces, OF_WORKSPACES, 0));
        };
        let removed = forget::forget_rows(tx, &due.id, ROWS).await?;
        if removed > 0 {
            return Ok(Step::to(Position::Rows { workspace: due.id }, OF_WORKSPACES, removed));
        }
        let days = horizons.days_since(due.deleted_at);
        let entry = Entry {
            team: Some(&due.team_id),
            actor: self.actor.clone(),
            action: "workspace.purged",
            subject: Some(due.id.to_string()),
            detail: Some(format!("{days} days after it was uninstalled")),
        };
        audit::note(tx, &entry, &self.clock, &self.rng).await?;
        forget::finish(tx, &due.id).await?;
        Ok(Step { purged: Some(due), ..Step::to(Position::Workspaces, OF_WORKSPACES, 1) })
    }
}

async fn forget_posts(tx: &mut Tx, horizons: &Horizons, behind: &str) -> Result<Step, DbError> {
    let Some(page) = forget::page_of_posts(tx, behind, horizons.records(), MESSAGES).await? else {
        return Ok(Step::to(Position::Bodies { behind: String::new() }, OLD_POSTS, 0));
    };
    let idle = forget::idle_posts(tx, &page, horizons).await?;
    let removed = forget::forget_posts(tx, &idle).await?;
    Ok(Step::to(posts_behind(page.last.as_str()), OLD_POSTS, removed))
}

async fn forget_bodies(tx: &mut Tx, horizons: &Horizons, behind: &str) -> Result<Step, DbError> {
    let Some(page) = forget::page_of_posts(tx, behind, horizons.undelivered(), LOOK).await? else {
        let name = AGED[0].name.to_owned();
        return Ok(Step::to(Position::Aged { name }, UNDELIVERED, 0));
    };
    let found = forget::forgettable_bodies(tx, &page, horizons).await?;
    let removed = forget::forget_bodies(tx, &found).await?;
    Ok(Step::to(Position::Bodies { behind: page.last.to_string() }, UNDELIVERED, removed))
}

async fn forget_aged(tx: &mut Tx, horizons: &Horizons, name: &str) -> Result<Step, DbError> {
    let mut rest = AGED.iter().skip_while(|aged| aged.name != name);
    // A release that knows the name no longer has nothing to do there.
    let Some(aged) = rest.next() else { return Ok(Step::to(Position::Through, "", 0)) };
    let removed = aged.forget(tx, horizons, ROWS).await?;
    let next = match rest.next() {
        _ if removed > 0 => Position::Aged { name: name.to_owned() },
        Some(next) => Position::Aged { name: next.name.to_owned() },
        None => Position::Through,
    };
    Ok(Step::to(next, aged.what, removed))
}

fn posts_behind(post: &str) -> Position {
    Position::Posts { behind: post.to_owned() }
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
