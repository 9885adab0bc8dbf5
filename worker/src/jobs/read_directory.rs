//! Reads who is in a workspace, page by page. Whoever is not in it to its end is no member any more.

use chrono::{DateTime, Utc};
use shared::jobs::read_directory::{self, Next, Payload};
use shared::queue::Scope;
use shared::slack::methods::users::{List, ListAnswer};
use shared::slack::{CallError, Outcome};
use shared::tables::{directories, people};

use crate::matching;
use crate::sync::refusal;
use crate::{Done, Failure, FencedTx, JobContext};

/// As many as Slack advises (docs.slack.dev/reference/methods/users.list).
const PAGE: u32 = 200;
/// Those who left are noted in steps.
const STEP: i64 = 500;

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let page = read_directory::payload(cx.job.payload()?)
        .map_err(|error| Failure::dead(error.to_string()))?;
    let Some(token) = cx.token(&page.workspace).await? else {
        return cx.done(cx.begin().await?).await;
    };
    let now = cx.services.clock.now();
    let began_at = page.next.as_ref().map_or(now.timestamp_micros(), |next| next.began_at);
    let began_at = DateTime::from_timestamp_micros(began_at).unwrap_or(now);
    // Another worker's clock may be ahead.
    let now = now.max(began_at);
    let list = List { cursor: page.next.as_ref().map(|next| next.cursor.as_str()), limit: PAGE };
    let ListAnswer { members, response_metadata } = match cx.call(&page.team, &token, &list).await {
        Ok(answer) => answer,
        Err(error) => return refused(cx, &page, &error).await,
    };
    let mut tx = cx.begin().await?;
    for member in members.iter().filter(|member| member.is_person()) {
        if member.deleted {
            people::leave(&mut tx, &page.workspace, &member.id, now).await?;
        } else {
            let person = matching::person_of(member, now);
            people::note(&mut tx, &page.workspace, &member.id, &person).await?;
        }
    }
    let cursor = response_metadata.next_cursor;
    if cursor.is_empty() {
        return finish(cx, tx, &page, began_at, now).await;
    }
    cx.enqueue(
        &mut tx,
        vec![read_directory::next(&page, Next { began_at: began_at.timestamp_micros(), cursor })],
    )
    .await?;
    cx.done(tx).await
}

/// The last page was read.
async fn finish(
    cx: &JobContext<'_>,
    mut tx: FencedTx,
    page: &Payload,
    began_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Done, Failure> {
    loop {
        let left = people::unseen_since(&mut tx, &page.workspace, began_at, STEP).await?;
        if left.is_empty() {
            break;
        }
        for user in left {
            people::leave(&mut tx, &page.workspace, &user, now).await?;
        }
        cx.commit(tx).await?;
        tx = cx.begin().await?;
    }
    directories::mark_read(&mut tx, &page.workspace, began_at).await?;
    cx.done(tx).await
}

/// People are known as they were: nothing else has to wait for their directory.
async fn refused(cx: &JobContext<'_>, page: &Payload, error: &CallError) -> Result<Done, Failure> {
    match error.outcome() {
        Outcome::Transient(_) | Outcome::Ambiguous | Outcome::Unknown => {
            let limited = Scope::method(&page.team, error.method());
            return Err(refusal::failure_of_call(cx, error, &page.team, limited));
        }
        _ => {}
    }
    let mut tx = cx.begin().await?;
    if page.next.is_some() && error.code() == Some("invalid_cursor") {
        cx.enqueue(&mut tx, vec![read_directory::job(&page.workspace, &page.team)]).await?;
    } else {
        tracing::warn!(team.id = %page.team, %error, "who is in the workspace cannot be read");
    }
    cx.done(tx).await
}
