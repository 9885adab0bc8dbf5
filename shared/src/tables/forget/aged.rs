//! How long what is kept, and the tables of which only the age counts.

use chrono::{DateTime, TimeDelta, Utc};

use super::bounded::Bounded;
use crate::db::{DbError, Query, Tx};
use crate::ids::CopyId;
use crate::tables::install_attempts;

/// Slack deletes what is said in a workspace without a plan after a year
/// (slack.com/help/articles/27204752526611): nobody changes an older message.
const RECORDS: TimeDelta = TimeDelta::days(365);
/// A copy dies within eight days, and its job can be replayed for thirty: what was to be said is needed no longer
/// than that.
const UNDELIVERED: TimeDelta = TimeDelta::days(45);

/// The ends of what is kept, at one time on the database's clock.
#[derive(Debug, Clone)]
pub struct Horizons {
    now: DateTime<Utc>,
    retention: TimeDelta,
}

impl Horizons {
    /// As of `now`, where workspaces can come back for so many days.
    pub fn at(now: DateTime<Utc>, retention_days: u32) -> Self {
        Self { now, retention: TimeDelta::days(i64::from(retention_days)) }
    }

    /// Whole days since then.
    pub fn days_since(&self, then: DateTime<Utc>) -> i64 {
        (self.now - then).num_days()
    }

    /// Workspaces that were uninstalled until then are removed.
    pub fn workspaces(&self) -> DateTime<Utc> {
        self.now - self.retention
    }

    /// Messages of which nothing was heard since then are forgotten.
    pub fn records(&self) -> DateTime<Utc> {
        self.now - RECORDS
    }

    /// What could not be delivered is forgotten if it was said before that, and changed last before that.
    pub fn undelivered(&self) -> DateTime<Utc> {
        self.now - UNDELIVERED
    }
}

/// How a table tells the age of a row.
#[derive(Debug, Clone, Copy)]
enum Tells {
    Time,
    Micros,
    Millis,
    /// By its id, which begins with when it was made.
    CopyId,
}

/// Rows of a table that are removed once they are old.
#[derive(Debug)]
pub struct Aged {
    /// What they are, for people.
    pub what: &'static str,
    /// What they are, for a sweep: the table, unless it has several sorts.
    pub name: &'static str,
    pub(super) bounded: Bounded,
    tells: Tells,
    kept_for: TimeDelta,
}

/// All of them. A name must not change while a sweep may be at it: it stands in the payload of its job.
pub static AGED: [Aged; 7] = [
    Aged {
        what: "pauses that ended",
        name: "pauses",
        bounded: Bounded::owned(
            "pauses",
            "until_micros < $1",
            "(SELECT workspace_id FROM sync_channels WHERE sync_channels.id = pauses.sync_channel_id)",
        ),
        tells: Tells::Micros,
        // As long as a message that was said in one may be read again.
        kept_for: RECORDS,
    },
    Aged {
        what: "gaps that were read again",
        name: "gaps",
        bounded: Bounded::owned("gaps", "finished_at < $1", "workspace_id"),
        tells: Tells::Time,
        kept_for: TimeDelta::days(30),
    },
    Aged {
        what: "former ids of channels",
        name: "channel_moves",
        bounded: Bounded::owned("channel_moves", "moved_at < $1", "workspace_id"),
        tells: Tells::Time,
        kept_for: RECORDS,
    },
    Aged {
        what: "installations by browser",
        name: "install_attempts",
        bounded: Bounded::new("install_attempts", "created_at < $1 AND status <> 'began'"),
        tells: Tells::Time,
        kept_for: install_attempts::KEPT_FOR,
    },
    Aged {
        what: "installations that only began",
        name: "install_attempts_began",
        bounded: Bounded::new("install_attempts", "created_at < $1 AND status = 'began'"),
        tells: Tells::Time,
        kept_for: install_attempts::BEGAN_KEPT_FOR,
    },
    Aged {
        what: "copies that were waited for in somebody's name",
        name: "echoes",
        bounded: Bounded::owned("echoes", "copy_id < $1", "workspace_id"),
        tells: Tells::CopyId,
        kept_for: UNDELIVERED,
    },
    Aged {
        what: "troubles that nobody meets any more",
        name: "troubles",
        bounded: Bounded::new("troubles", "seen_at < $1"),
        tells: Tells::Millis,
        // What is held for them ends after a week.
        kept_for: TimeDelta::days(14),
    },
];

impl Aged {
    /// Removes `most` of those that are old enough.
    pub async fn forget(
        &'static self,
        tx: &mut Tx,
        horizons: &Horizons,
        most: i64,
    ) -> Result<u64, DbError> {
        self.bind(tx.query(self.bounded.delete()), horizons).bind(most).execute().await
    }

    /// How many are old enough, and do not go with a workspace whose time is over.
    pub async fn count(&'static self, tx: &mut Tx, horizons: &Horizons) -> Result<i64, DbError> {
        let mut count = self.bind(tx.query(self.bounded.count()), horizons);
        if self.bounded.owner.is_some() {
            count = count.bind(horizons.workspaces());
        }
        let (count,) = count.fetch_one().await?;
        Ok(count)
    }

    /// Binds the end of what is kept.
    fn bind<'q>(&self, query: Query<'q>, horizons: &Horizons) -> Query<'q> {
        let before = horizons.now - self.kept_for;
        match self.tells {
            Tells::Time => query.bind(before),
            Tells::Micros => query.bind(before.timestamp_micros()),
            Tells::Millis => query.bind(before.timestamp_millis()),
            Tells::CopyId => query.bind(CopyId::first_at(before)),
        }
    }
}
