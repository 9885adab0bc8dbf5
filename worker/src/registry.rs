//! Every kind of job, and the file that runs it.

use std::time::Duration;

use futures::future::BoxFuture;
use shared::db::{DbError, Tx};
use shared::jobs;

use crate::jobs::{deliver_copy, route_event};
use crate::{Done, Failure, JobContext};

/// Runs one job.
pub type Handler = for<'r> fn(&'r JobContext<'r>) -> BoxFuture<'r, Result<Done, Failure>>;

/// Notes in the job's own table that it is dead, in the transaction that buries it.
pub type OnDeath = for<'r> fn(&'r JobContext<'r>, &'r mut Tx) -> BoxFuture<'r, Result<(), DbError>>;

/// A kind of job: its stable name, its handler, and the longest that one run may take.
#[derive(Debug, Clone, Copy)]
pub struct Registered {
    /// Its stable name.
    pub kind: &'static str,
    /// What runs it.
    pub handler: Handler,
    /// A run that takes longer is given up and tried again.
    pub timeout: Duration,
    /// What else happens when the job dies.
    pub on_death: Option<OnDeath>,
}

const QUICK: Duration = Duration::from_mins(1);

/// Job → handler.
pub fn registry() -> Vec<Registered> {
    vec![
        Registered {
            kind: jobs::route_event::NAME,
            handler: |cx| Box::pin(route_event::run(cx)),
            timeout: QUICK,
            on_death: None,
        },
        Registered {
            kind: jobs::deliver_copy::NAME,
            handler: |cx| Box::pin(deliver_copy::run(cx)),
            timeout: QUICK,
            on_death: Some(|cx, tx| Box::pin(deliver_copy::on_death(cx, tx))),
        },
    ]
}
