//! PostgreSQL's LISTEN and NOTIFY: a word between processes that something was committed.

use std::time::Duration;

use sqlx::Executor as _;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::time::timeout;

use super::{Db, DbError, Pools};

/// Silence may mean that nothing happens, or that the connection was lost without a word: after so much of
/// it, it is asked.
const SILENCE: Duration = Duration::from_secs(15);
/// For an answer.
const DEADLINE: Duration = Duration::from_secs(5);

/// Words from other processes.
#[derive(Debug)]
pub struct Notifications(PgListener);

impl Db {
    /// Listens to `channel`. `None`: this database cannot tell, one has to ask it from time to time.
    pub async fn listen(&self, channel: &'static str) -> Result<Option<Notifications>, DbError> {
        let Pools::Postgres(lender) = &self.pools else { return Ok(None) };
        // A pool of its own: one that falls silent must not keep a place in the other.
        let options = (*lender.pool().connect_options()).clone();
        let own = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let listening = async {
            let mut listener = PgListener::connect_with(&own.connect_lazy_with(options)).await?;
            listener.listen(channel).await?;
            Ok(Notifications(listener))
        };
        let listening =
            timeout(DEADLINE, listening).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        listening.map(Some).map_err(|error| DbError::of(error, "LISTEN"))
    }
}

impl Notifications {
    /// Returns at the next word. After an error the caller should listen anew.
    pub async fn next(&mut self) -> Result<(), DbError> {
        loop {
            if let Ok(heard) = timeout(SILENCE, self.0.try_recv()).await {
                // `None`: the connection is gone, and words may have been lost with it.
                let heard = heard.and_then(|word| word.ok_or(sqlx::Error::PoolClosed));
                return heard.map(drop).map_err(|error| DbError::of(error, "LISTEN"));
            }
            let sign_of_life = timeout(DEADLINE, self.0.execute("SELECT 1")).await;
            sign_of_life
                .unwrap_or(Err(sqlx::Error::PoolTimedOut))
                .map_err(|error| DbError::of(error, "LISTEN"))?;
        }
    }
}
