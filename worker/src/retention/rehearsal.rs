//! What a sweep would do, without doing it.

use shared::db::DbError;
use shared::tables::forget::{self, AGED, Due};

use super::{LOOK, Sweep, count};

/// Workspaces that are named.
const MOST_NAMED: i64 = 1_000;

/// What there is to remove.
#[derive(Debug)]
pub struct Rehearsal {
    /// Workspaces whose time is over, and how many messages were said there.
    pub workspaces: Vec<(Due, i64)>,
    /// Everything else.
    pub found: Vec<Found>,
}

/// Rows of one sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// What they are, for people.
    pub what: &'static str,
    /// How many.
    pub rows: u64,
}

impl Sweep {
    /// Counts what there is to remove, in steps as bounded as those that would remove it. What goes with a workspace is
    /// not counted again; what nobody needs only once it is gone is not counted at all.
    pub async fn rehearse(&self) -> Result<Rehearsal, DbError> {
        let (db, horizons) = (self.queue.db(), self.horizons());
        let mut workspaces = Vec::new();
        for due in forget::list_due(db, horizons.workspaces(), MOST_NAMED).await? {
            let posts = forget::count_posts(db, &due.id).await?;
            workspaces.push((due, posts));
        }
        let syncs = forget::count_ended_syncs(db, horizons.workspaces()).await?;
        let (mut posts, mut bodies, mut behind) = (0, 0, String::new());
        loop {
            let mut tx = db.begin().await?;
            let page = forget::page_of_posts(&mut tx, &behind, horizons.records(), LOOK).await?;
            let Some(page) = page else { break };
            let idle = forget::idle_posts(&mut tx, &page, &horizons).await?;
            let found = forget::forgettable_bodies(&mut tx, &page, &horizons).await?;
            tx.rollback().await?;
            posts += count(idle.len());
            // What a message says that is forgotten goes with it.
            bodies += count(found.iter().filter(|post| idle.binary_search(post).is_err()).count());
            behind = page.last.to_string();
        }
        loop {
            let mut tx = db.begin().await?;
            let page =
                forget::page_of_posts(&mut tx, &behind, horizons.undelivered(), LOOK).await?;
            let Some(page) = page else { break };
            bodies += count(forget::forgettable_bodies(&mut tx, &page, &horizons).await?.len());
            tx.rollback().await?;
            behind = page.last.to_string();
        }
        let mut found = vec![
            Found { what: super::ENDED_SYNCS, rows: u64::try_from(syncs).unwrap_or_default() },
            Found { what: super::OLD_POSTS, rows: posts },
            Found { what: super::UNDELIVERED, rows: bodies },
        ];
        for aged in &AGED {
            let mut tx = db.begin().await?;
            let rows = u64::try_from(aged.count(&mut tx, &horizons).await?).unwrap_or_default();
            tx.rollback().await?;
            found.push(Found { what: aged.what, rows });
        }
        Ok(Rehearsal { workspaces, found })
    }
}
