//! Who lends connections: sqlx's pool makes and ends them; those that were used a moment ago are lent again
//! from here, since the pool would first ask each for a sign of life when it comes back. That is a journey
//! to the server for every statement that is not part of a transaction.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::{PoolConnection, PoolConnectionMetadata, PoolOptions};
use sqlx::{Connection, Database, Pool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// A request that waits longer than this for a connection has lost its caller.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that was used within this is taken to be alive.
const WARM_FOR: Duration = Duration::from_secs(1);
/// After this long a connection goes through the pool, which ends those that are too old.
const TRUSTED_FOR: Duration = Duration::from_mins(5);
/// While a server takes no writes, each failure tells so; connections are made anew no more often than this.
const FRESH: Duration = Duration::from_secs(1);

/// The connections of a database. Cheap to clone.
#[derive(Debug)]
pub(super) struct Lender<DB: Database>(Arc<Inner<DB>>);

impl<DB: Database> Clone for Lender<DB> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[derive(Debug)]
struct Inner<DB: Database> {
    pool: Pool<DB>,
    /// One for each connection that may be in use: whoever comes first gets the next.
    places: Arc<Semaphore>,
    /// The one used last at the end.
    warm: Mutex<Vec<Warm<DB>>>,
    suspicion: Suspicion,
}

#[derive(Debug)]
struct Warm<DB: Database> {
    connection: PoolConnection<DB>,
    trusted: Instant,
    used: Instant,
}

/// A connection, and the right to use one.
#[derive(Debug)]
pub(super) struct Loan<DB: Database> {
    pub(super) connection: PoolConnection<DB>,
    /// When the pool handed it out: it was not suspected then.
    trusted: Instant,
    place: OwnedSemaphorePermit,
}

impl<DB: Database> Loan<DB> {
    /// Ends the connection without a word to anybody.
    pub(super) fn abandon(self) {
        drop(self.connection.detach());
    }
}

impl<DB: Database> Lender<DB> {
    pub(super) fn new(
        options: PoolOptions<DB>,
        connect: <DB::Connection as Connection>::Options,
    ) -> Self {
        let suspicion = Suspicion::default();
        let suspected = suspicion.clone();
        let options = options
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .before_acquire(move |_, connection| {
                let is_clear = suspected.clears(&connection);
                Box::pin(async move { Ok(is_clear) })
            })
            // A cut connection shows at its first statement, and every caller knows how to try again.
            .test_before_acquire(false);
        let places = options.get_max_connections() as usize;
        Self(Arc::new(Inner {
            pool: options.connect_lazy_with(connect),
            places: Arc::new(Semaphore::new(places)),
            warm: Mutex::default(),
            suspicion,
        }))
    }

    pub(super) async fn lend(&self) -> sqlx::Result<Loan<DB>> {
        let place = timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.0.places).acquire_owned())
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)?;
        let (connection, trusted) = match self.warmest() {
            Some(warm) => (warm.connection, warm.trusted),
            None => (self.0.pool.acquire().await?, Instant::now()),
        };
        Ok(Loan { connection, trusted, place })
    }

    /// The connection that was used last, if it can be used again without a question.
    fn warmest(&self) -> Option<Warm<DB>> {
        let mut all = self.warm();
        let warmest = all.pop()?;
        if warmest.used.elapsed() < WARM_FOR && !self.is_doubtful(warmest.trusted) {
            return Some(warmest);
        }
        // The others rest longer still: the pool is to see to all of them.
        all.clear();
        None
    }

    fn is_doubtful(&self, trusted: Instant) -> bool {
        trusted.elapsed() >= TRUSTED_FOR || self.0.suspicion.is_raised_since(trusted)
    }

    /// Takes back a connection that owes no answer and has no transaction open; one of a pool that was
    /// closed meanwhile ends.
    pub(super) fn take_back(&self, loan: Loan<DB>) {
        let Loan { connection, trusted, place } = loan;
        let used = Instant::now();
        if !self.0.pool.is_closed() {
            let mut warm = self.warm();
            warm.retain(|warm| used - warm.used < WARM_FOR);
            warm.push(Warm { connection, trusted, used });
        }
        drop(place);
    }

    /// The pool itself, for what lasts long and happens once.
    pub(super) fn pool(&self) -> &Pool<DB> {
        // One of its connections may be all that there is.
        self.warm().clear();
        &self.0.pool
    }

    pub(super) fn suspicion(&self) -> &Suspicion {
        &self.0.suspicion
    }

    pub(super) async fn close(&self) {
        self.warm().clear();
        self.0.pool.close().await;
    }

    fn warm(&self) -> std::sync::MutexGuard<'_, Vec<Warm<DB>>> {
        self.0.warm.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<DB: Database> Drop for Inner<DB> {
    fn drop(&mut self) {
        let warm = self.warm.get_mut().unwrap_or_else(PoisonError::into_inner);
        for warm in warm.drain(..) {
            // The pool would want a runtime, which may have ended.
            drop(warm.connection.detach());
        }
    }
}

/// Connections that were made before this moment are not to be trusted. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Suspicion(Arc<Mutex<Option<Instant>>>);

impl Suspicion {
    pub(super) fn raise(&self) {
        *self.raised() = Some(Instant::now());
    }

    /// As [`Suspicion::raise`], unless it was raised a moment ago; says whether it did.
    pub(super) fn raise_unless_fresh(&self) -> bool {
        let mut raised = self.raised();
        let is_fresh = raised.is_some_and(|raised| raised.elapsed() < FRESH);
        if !is_fresh {
            *raised = Some(Instant::now());
        }
        !is_fresh
    }

    /// Whether a connection may be used.
    fn clears(&self, connection: &PoolConnectionMetadata) -> bool {
        self.raised().is_none_or(|raised| raised.elapsed() > connection.age)
    }

    fn is_raised_since(&self, moment: Instant) -> bool {
        self.raised().is_some_and(|raised| raised >= moment)
    }

    fn raised(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
