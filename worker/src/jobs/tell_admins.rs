//! Tells everybody who manages a workspace something. Who they are is asked of Slack once a day at most.

use chrono::TimeDelta;
use shared::jobs::{notice, tell_admins};
use shared::queue::Scope;
use shared::slack::Outcome;
use shared::slack::methods::users::{List, Member};
use shared::tables::admins::{self, Admins};

use crate::sync::refusal;
use crate::{Done, Failure, JobContext};

/// People who manage a workspace change rarely.
const FRESH_FOR: TimeDelta = TimeDelta::days(1);
/// Members of a page, as many as Slack gives, and pages: as many as a minute allows, since whoever has to wait
/// in the middle begins anew.
const PAGE: u32 = 1_000;
const PAGES: usize = 15;

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let payload = tell_admins::payload(cx.job.payload()?);
    let told = payload.map_err(|_| Failure::dead("what is to be told cannot be read"))?;
    let admins = find(cx, &told).await?;
    let mut tx = cx.begin().await?;
    let Some(admins) = admins else {
        tracing::warn!(team.id = %told.team, "nobody is found who manages the workspace");
        return cx.done(tx).await;
    };
    admins::replace(&mut tx, &told.workspace, &admins).await?;
    let notice = |user| {
        let (workspace, team, text) =
            (told.workspace.clone(), told.team.clone(), told.text.clone());
        let occasion = format!("{}:{}:{user}", told.occasion, told.team);
        notice::job(&notice::Notice { workspace, team, user, text }, &occasion)
    };
    cx.enqueue(&mut tx, admins.users.into_iter().map(notice).collect()).await?;
    cx.done(tx).await
}

/// Who manages the workspace; `None`: Slack does not say, and never did.
async fn find(cx: &JobContext<'_>, told: &tell_admins::Payload) -> Result<Option<Admins>, Failure> {
    let known = admins::of(&cx.services.db, &told.workspace).await?;
    let now = cx.services.clock.now();
    if known.as_ref().is_some_and(|known| now - known.seen_at < FRESH_FOR) {
        return Ok(known);
    }
    let Some(token) = cx.token(&told.workspace).await? else { return Ok(None) };
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for _ in 0..PAGES {
        let page = List { cursor: Some(cursor.as_str()).filter(|at| !at.is_empty()), limit: PAGE };
        let page = match cx.call(&told.team, &token, &page).await {
            Ok(page) => page,
            Err(error) => {
                return match error.outcome() {
                    Outcome::Transient(_) | Outcome::Ambiguous => {
                        let limited = Scope::method(&told.team, error.method());
                        Err(refusal::failure_of_call(cx, &error, &told.team, limited))
                    }
                    // Whatever keeps us from asking keeps no message back.
                    _ if known.is_some() => Ok(known),
                    _ => Err(Failure::retry(&error)),
                };
            }
        };
        found.extend(page.members.into_iter().filter(manages));
        cursor = page.response_metadata.next_cursor;
        if cursor.is_empty() {
            break;
        }
    }
    found.sort_by_key(|member| !member.is_owner);
    let users: Vec<_> = found.into_iter().map(|member| member.id).take(admins::MOST).collect();
    Ok((!users.is_empty()).then_some(Admins { users, seen_at: now }))
}

fn manages(member: &Member) -> bool {
    (member.is_admin || member.is_owner) && !member.is_bot && !member.deleted
}
