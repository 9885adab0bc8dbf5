//! The statements that write many jobs and lanes at once: one text for each number of rows that is a power
//! of two, so that a handful of prepared statements serves every batch.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::sync::OnceLock;

use super::enqueue::GENERATIONS_PER_MILLI;
use super::{NewJob, Priority, Queue};
use crate::db::{DbError, Engine, Statement, Tx};
use crate::ids::JobId;

/// Rows of the largest statement: 2 to this power.
const LARGEST: usize = 7;
/// A statement for each power of two.
type BySize = [OnceLock<Statement>; LARGEST + 1];

/// A job that is ready to be written.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: JobId,
    pub(super) job: NewJob,
    pub(super) order_key: i64,
    pub(super) trace_context: Option<String>,
}

/// `rows` in pieces whose sizes are powers of two, the largest first.
fn pieces<T>(mut rows: &[T]) -> impl Iterator<Item = (usize, &[T])> {
    std::iter::from_fn(move || {
        let power = usize::try_from(rows.len().checked_ilog2()?).ok()?.min(LARGEST);
        let (piece, rest) = rows.split_at(1 << power);
        rows = rest;
        Some((power, piece))
    })
}

/// `($1, $2, NULL), ($3, $4, NULL)`: a list for so many rows; `?` in `row` stands for the next placeholder.
fn values(row: &str, rows: usize) -> String {
    let mut next = 0;
    let mut text = String::new();
    for number in 0..rows {
        if number > 0 {
            text.push_str(", ");
        }
        for c in row.chars() {
            if c == '?' {
                next += 1;
                let _ = write!(text, "${next}");
            } else {
                text.push(c);
            }
        }
    }
    text
}

fn of_size(
    statements: &'static BySize,
    power: usize,
    make: fn(usize) -> Statement,
) -> &'static Statement {
    statements[power].get_or_init(|| make(1 << power))
}

fn insert_jobs(rows: usize) -> Statement {
    let insert = format!(
        "INSERT INTO jobs (id, lane, order_key, kind, payload, dedup_key, coalesce_key, state, attempts, crashes, not_before,
                           failing_since, last_error, trace_context, created_at, finished_at)
         VALUES {}",
        values("(?, ?, ?, ?, ?, ?, ?, 'pending', 0, 0, ?, NULL, NULL, ?, ?, NULL)", rows)
    );
    let common = format!("{insert} ON CONFLICT DO NOTHING RETURNING id");
    // MySQL has no ON CONFLICT, and its IGNORE would hide other errors; this changes nothing.
    let mysql = format!("{insert} ON DUPLICATE KEY UPDATE id = id");
    Statement::new(common.leak()).mysql(mysql.leak())
}

fn select_jobs(rows: usize) -> Statement {
    let list = values("?", rows);
    Statement::new(format!("SELECT id FROM jobs WHERE id IN ({list})").leak())
}

/// Makes lanes due and raises their generations, or makes them. `sleeps_for` of the new row carries the
/// order key of what is enqueued: a lane that sleeps for something earlier sleeps on. In a row that is new
/// it means nothing, since the lane is due.
fn wake_lanes(rows: usize) -> Statement {
    let insert = format!(
        "INSERT INTO lanes (lane, priority, due_at, owner, epoch, generation, sleeps_for) VALUES {}",
        values("(?, ?, ?, NULL, ?, ?, ?)", rows)
    );
    // MySQL assigns from left to right: `due_at` must see the old `sleeps_for`.
    let set = "due_at = CASE WHEN lanes.owner IS NOT NULL THEN lanes.due_at
                             WHEN lanes.due_at IS NULL THEN NEW(due_at)
                             WHEN lanes.sleeps_for <= NEW(sleeps_for) THEN lanes.due_at
                             WHEN lanes.due_at < NEW(due_at) THEN lanes.due_at
                             ELSE NEW(due_at) END,
               sleeps_for = CASE WHEN lanes.sleeps_for <= NEW(sleeps_for) THEN lanes.sleeps_for END,
               generation = lanes.generation + 1";
    let excluded = set
        .replace("NEW(due_at)", "excluded.due_at")
        .replace("NEW(sleeps_for)", "excluded.sleeps_for");
    let common = format!("{insert} ON CONFLICT (lane) DO UPDATE SET {excluded}");
    // MySQL has no ON CONFLICT, and calls the new row's values so.
    let mysql = format!("{insert} ON DUPLICATE KEY UPDATE {}", set.replace("NEW(", "VALUES("));
    Statement::new(common.leak()).mysql(mysql.leak())
}

static INSERT_JOBS: BySize = [const { OnceLock::new() }; LARGEST + 1];
static SELECT_JOBS: BySize = [const { OnceLock::new() }; LARGEST + 1];
static WAKE_LANES: BySize = [const { OnceLock::new() }; LARGEST + 1];

/// Every statement of this file, to be checked against a schema.
pub fn bulk_statements() -> Vec<&'static Statement> {
    (0..=LARGEST)
        .flat_map(|power| {
            [
                of_size(&INSERT_JOBS, power, insert_jobs),
                of_size(&SELECT_JOBS, power, select_jobs),
                of_size(&WAKE_LANES, power, wake_lanes),
            ]
        })
        .collect()
}

/// A lane to be woken: its priority if it is new, and the order key of the first job for it.
pub(super) type Wanted = (Priority, i64);

/// Each lane once, in the order of their names, for the first of its jobs.
pub(super) fn by_lane<'l>(jobs: impl Iterator<Item = (&'l str, Wanted)>) -> Vec<(&'l str, Wanted)> {
    let mut lanes = BTreeMap::new();
    for (lane, wanted) in jobs {
        let first: &mut Wanted = lanes.entry(lane).or_insert(wanted);
        first.1 = first.1.min(wanted.1);
    }
    lanes.into_iter().collect()
}

impl Queue {
    /// Writes jobs whose places are known, and wakes their lanes. Returns the ids of those that are new.
    pub(super) async fn write_rows(
        &self,
        tx: &mut Tx,
        rows: &[Row],
    ) -> Result<HashSet<JobId>, DbError> {
        let now = self.time.now();
        let mut new = Vec::with_capacity(rows.len());
        for (power, piece) in pieces(rows) {
            let mut query = tx.query(of_size(&INSERT_JOBS, power, insert_jobs));
            for row in piece {
                query = query
                    .bind(&row.id)
                    .bind(row.job.lane.as_str())
                    .bind(row.order_key)
                    .bind(row.job.kind)
                    .bind(row.job.payload.as_str())
                    .bind(row.job.dedup_key.as_deref())
                    .bind(row.job.coalesce_key.as_deref())
                    .bind(now)
                    .bind(row.trace_context.as_deref())
                    .bind(now);
            }
            if self.db.engine() == Engine::MySql {
                query.execute().await?;
                let mut query = tx.query(of_size(&SELECT_JOBS, power, select_jobs));
                for row in piece {
                    query = query.bind(&row.id);
                }
                new.extend(query.fetch_all::<(JobId,)>().await?);
            } else {
                new.extend(query.fetch_all::<(JobId,)>().await?);
            }
        }
        let new: HashSet<JobId> = new.into_iter().map(|(id,)| id).collect();
        let written = rows.iter().filter(|row| new.contains(&row.id));
        let lanes =
            by_lane(written.map(|row| (row.job.lane.as_str(), (row.job.priority, row.order_key))));
        self.wake_lanes(tx, &lanes).await?;
        Ok(new)
    }

    /// Makes lanes due, and raises their generations; makes those that are not there. An owned lane keeps
    /// its lease: its owner will see the new generation. One that sleeps for a job wakes only for a job that
    /// sorts before it. `lanes` are in the order of their names.
    pub(super) async fn wake_lanes(
        &self,
        tx: &mut Tx,
        lanes: &[(&str, Wanted)],
    ) -> Result<(), DbError> {
        let now = self.time.now();
        // Epochs and generations never repeat, not even when an idle lane was removed and comes back:
        // they start at the microsecond of its making, and rise far more slowly than time does.
        let start = now * GENERATIONS_PER_MILLI;
        for (power, piece) in pieces(lanes) {
            let mut query = tx.query(of_size(&WAKE_LANES, power, wake_lanes));
            for (lane, (priority, order_key)) in piece {
                query = query
                    .bind(*lane)
                    .bind(*priority as i64)
                    .bind(now)
                    .bind(start)
                    .bind(start)
                    .bind(*order_key);
            }
            query.execute().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_number_their_placeholders() {
        assert_eq!(values("(?, NULL, ?)", 2), "($1, NULL, $2), ($3, NULL, $4)");
    }

    proptest! {
        #[test]
        fn pieces_are_powers_of_two_and_nothing_is_left_out(count in 0..1_000usize) {
            let rows: Vec<usize> = (0..count).collect();
            let mut seen = Vec::new();
            for (power, piece) in pieces(&rows) {
                prop_assert_eq!(piece.len(), 1 << power);
                seen.extend_from_slice(piece);
            }
            prop_assert_eq!(seen, rows);
        }
    }
}
