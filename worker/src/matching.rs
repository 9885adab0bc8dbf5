//! Who somebody of one workspace is in another: whom somebody named, or else whoever has their e-mail address
//! there. Names decide nothing: anybody may take anybody's (docs/decisions/0013-people-are-known-by-address.md).
//!
//! What was found is kept for a while, and forgotten as soon as one of the two addresses changes.

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::UserId;
use shared::slack::methods::users::{LookupByEmail, Member};
use shared::tables::copies::Delivery;
use shared::tables::directories;
use shared::tables::people::{self, Person};
use shared::tables::user_mappings::{self, Known, UserMapping};

use crate::sync::author;
use crate::{Failure, JobContext};

/// Who was found is looked for again after this.
const FOUND_FOR: TimeDelta = TimeDelta::days(30);
/// Who was looked for in vain, after this.
const NOBODY_FOR: TimeDelta = TimeDelta::days(90);
/// A directory that was read within this time has everybody: those who came since were told of.
const COMPLETE_FOR: TimeDelta = TimeDelta::days(2);

const SOMEONE: &str = "Someone";
/// Longer addresses of pictures are not kept.
const URL_MAX_BYTES: usize = 2_000;
/// Slack cuts longer names.
pub(crate) const NAME_MAX_CHARS: usize = 80;

/// Who may be asked for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// What is known of the other workspace, and Slack if that is not everybody.
    Slack,
    /// What is known of the other workspace. A text may name many people.
    Directory,
}

/// What a search found.
enum Found {
    Person(UserId),
    Nobody,
    /// Somebody may be there.
    Unknown,
}

/// Who a person of the source workspace is in the target workspace; `None`: nobody that is known.
pub(crate) async fn elsewhere(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    user: &UserId,
    ask: Ask,
) -> Result<Option<UserId>, Failure> {
    let (source, target) = (&delivery.source_workspace_id, &delivery.workspace_id);
    let known = user_mappings::get(&cx.services.db, source, user, target).await?;
    let now = cx.services.clock.now();
    if let Some(known) = &known
        && (known.is_manual || now - known.updated_at < lasts(known))
    {
        return Ok(known.target_user_id.clone());
    }
    let stale = known.and_then(|known| known.target_user_id);
    let found = match author::seen(cx, source, &delivery.source_team_id, user).await {
        Ok(Some(Person { email: Some(email), left_at: None, .. })) => {
            by_email(cx, delivery, &email, ask).await?
        }
        Ok(Some(_)) => Found::Nobody,
        Ok(None) => Found::Unknown,
        // Who they were is better than a late message.
        Err(_) if stale.is_some() => Found::Unknown,
        Err(failure) => return Err(failure),
    };
    let target_user_id = match found {
        Found::Person(local) => Some(local),
        Found::Nobody => None,
        Found::Unknown => return Ok(stale),
    };
    let mapping = UserMapping {
        workspace_id: source.clone(),
        user_id: user.clone(),
        target_workspace_id: target.clone(),
        target_user_id,
        is_manual: false,
    };
    let mut tx = cx.services.db.begin().await?;
    user_mappings::set(&mut tx, &mapping, now).await?;
    tx.commit().await?;
    Ok(mapping.target_user_id)
}

fn lasts(known: &Known) -> TimeDelta {
    if known.target_user_id.is_some() { FOUND_FOR } else { NOBODY_FOR }
}

/// Whoever has the address in the target workspace.
async fn by_email(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    email: &str,
    ask: Ask,
) -> Result<Found, Failure> {
    let (db, workspace) = (&cx.services.db, &delivery.workspace_id);
    match people::with_email(db, workspace, email).await?.as_slice() {
        [] => {}
        [one] => return Ok(Found::Person(one.clone())),
        _ => return Ok(Found::Nobody),
    }
    let now = cx.services.clock.now();
    let read_at = directories::read_at(db, workspace).await?;
    if read_at.is_some_and(|read_at| now - read_at < COMPLETE_FOR) {
        return Ok(Found::Nobody);
    }
    let token = if ask == Ask::Slack { cx.token(workspace).await? } else { None };
    let Some(token) = token else { return Ok(Found::Unknown) };
    match cx.call(&delivery.team_id, &token, &LookupByEmail { email }).await {
        Ok(answer) if answer.user.is_person() && !answer.user.deleted => {
            let mut tx = db.begin().await?;
            people::note(&mut tx, workspace, &answer.user.id, &person_of(&answer.user, now))
                .await?;
            tx.commit().await?;
            Ok(Found::Person(answer.user.id))
        }
        Ok(_) => Ok(Found::Nobody),
        Err(error) if matches!(error.code(), Some("users_not_found" | "missing_scope")) => {
            Ok(Found::Nobody)
        }
        // Somebody under their own name is better than a late message.
        Err(_) => Ok(Found::Unknown),
    }
}

/// What a database and a log can hold of what Slack says of a member.
pub(crate) fn person_of(member: &Member, now: DateTime<Utc>) -> Person {
    let name = member.best_name().chars().filter(|c| !c.is_control()).take(NAME_MAX_CHARS);
    let avatar_url = member.profile.image_192.as_ref().filter(|url| {
        url.len() <= URL_MAX_BYTES && url.bytes().all(|byte| byte.is_ascii_graphic())
    });
    let name = Some(name.collect::<String>()).filter(|name| !name.trim().is_empty());
    Person {
        name: name.unwrap_or_else(|| SOMEONE.to_owned()),
        avatar_url: avatar_url.cloned(),
        email: member.confirmed_email(),
        left_at: member.deleted.then_some(now),
        seen_at: now,
    }
}

/// Somebody of whom nothing is known.
pub(crate) fn someone(now: DateTime<Utc>) -> Person {
    let name = SOMEONE.to_owned();
    Person { name, avatar_url: None, email: None, left_at: None, seen_at: now }
}
