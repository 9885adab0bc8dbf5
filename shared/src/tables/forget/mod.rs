//! What is removed for good, in bounded steps: everything that a workspace had, and what is older than anybody
//! needs it (docs/DATA.md says how long what is kept).
//!
//! Each function is one step in the caller's transaction. Children go before what they refer to, and a message
//! goes with everything that hangs on it, so a crash between two steps leaves nothing that makes no sense.

mod aged;
mod bodies;
mod bounded;
mod records;
mod workspace;

pub use aged::{AGED, Aged, Horizons};
pub use bodies::{forget as forget_bodies, forgettable as forgettable_bodies};
pub use records::{Page, forget as forget_posts, idle as idle_posts, page as page_of_posts};
pub use workspace::{
    Due, count_ended_syncs, count_posts, due, end_syncs, ended_syncs, finish, forget_ended_syncs,
    forget_jobs, forget_rows, is_still_due, job_page, list_due,
};

use crate::db::{ListStatement, Statement};

/// Every statement of this folder that is made for a list or a table, to be checked against a schema.
pub fn made_statements() -> Vec<&'static Statement> {
    let lists = records::LISTS.into_iter().chain(bodies::LISTS).chain(workspace::LISTS);
    let bounded = AGED.iter().map(|aged| &aged.bounded).chain(&workspace::ROWS);
    lists
        .flat_map(ListStatement::all)
        .chain(bounded.flat_map(bounded::Bounded::statements))
        .collect()
}
