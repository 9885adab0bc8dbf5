//! What the database itself can do: one row a commit, as a plain program writes it.

use std::time::{Duration, Instant};

use anyhow::Result;
use shared::clock::Clock;
use shared::db::{Db, Engine, Patience};
use shared::sql;
use tokio::task::JoinSet;

use crate::place::Place;
use crate::statistics::per_second;

/// Clients at the same time.
pub(crate) const CLIENTS: u64 = 64;

/// Single-row commits a second: each client inserts a row, waits for its commit, inserts the next, over a
/// connection of its own. SQLite has one writer at a time, so there the clients share its connection.
pub(crate) async fn per_second_alone(place: &Place, time: Duration) -> Result<f64> {
    let db = place.queue.db();
    db.write(sql!(
        "CREATE TABLE bench_rows (id BIGINT NOT NULL PRIMARY KEY, payload TEXT NOT NULL)"
    ))
    .execute()
    .await?;
    let payload = place.events.job(place.events.next()).payload;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(match db.engine() {
            Engine::Sqlite => db.clone(),
            Engine::Postgres | Engine::MySql => {
                let config = place.database.config();
                Db::open_existing(config, 1, Patience::default(), &Clock::system()).await?
            }
        });
    }
    let began = Instant::now();
    let mut running = JoinSet::new();
    for (client, db) in (0_i64..).zip(clients) {
        let payload = payload.clone();
        running.spawn(async move {
            let mut rows = 0;
            while began.elapsed() < time {
                db.write(sql!("INSERT INTO bench_rows (id, payload) VALUES ($1, $2)"))
                    .bind((client << 32) + rows)
                    .bind(payload.as_str())
                    .execute()
                    .await?;
                rows += 1;
            }
            if db.engine() != Engine::Sqlite {
                db.close().await;
            }
            Ok::<_, shared::db::DbError>(rows)
        });
    }
    let mut rows = 0;
    while let Some(written) = running.join_next().await {
        rows += written??;
    }
    Ok(per_second(usize::try_from(rows)?, began.elapsed()))
}
