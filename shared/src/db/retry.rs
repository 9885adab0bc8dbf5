//! Tries a whole transaction again when another one was in the way.

use std::time::Duration;

use super::error::DbError;
use crate::clock::Clock;
use crate::rng::Rng;

/// Deadlocks are over as soon as one side gives way; more than this many in a row is another problem.
const MOST_TRIES: u32 = 8;

/// Runs `transaction` until it is through, at most eight times, with short random pauses. It must
/// begin anew each time and have no effect but in the database.
pub async fn retry_contention<T, F, Fut>(
    clock: &Clock,
    rng: &Rng,
    mut transaction: F,
) -> Result<T, DbError>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, DbError>>,
{
    let mut pause = Duration::from_millis(2);
    for _ in 1..MOST_TRIES {
        match transaction().await {
            Err(error) if error.is_contention() => {
                tracing::debug!(%error, "a transaction is tried again");
                clock.sleep(rng.jitter(pause, 0.5)).await;
                pause = (pause * 2).min(Duration::from_millis(100));
            }
            outcome => return outcome,
        }
    }
    transaction().await
}
