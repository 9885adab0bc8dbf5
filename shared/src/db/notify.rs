//! PostgreSQL's LISTEN and NOTIFY: a word between processes that something was committed.

use sqlx::postgres::PgListener;

use super::{Db, DbError, Pools};

/// Words from other processes; the connection is remade when it breaks.
#[derive(Debug)]
pub struct Notifications(PgListener);

impl Db {
    /// Listens to `channel`. `None`: this database cannot tell, one has to ask it from time to time.
    pub async fn listen(&self, channel: &'static str) -> Result<Option<Notifications>, DbError> {
        let Pools::Postgres(pool) = &self.pools else { return Ok(None) };
        let listening = async {
            let mut listener = PgListener::connect_with(pool).await?;
            listener.listen(channel).await?;
            Ok(Notifications(listener))
        };
        listening.await.map(Some).map_err(|error| DbError::of(error, "LISTEN"))
    }
}

impl Notifications {
    /// Returns at the next word. After an error the caller should listen anew.
    pub async fn next(&mut self) -> Result<(), DbError> {
        self.0.recv().await.map(drop).map_err(|error| DbError::of(error, "LISTEN"))
    }
}
