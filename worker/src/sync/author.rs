//! How an author is shown in another workspace: as the person they are there, if that is known; otherwise by
//! their name with the workspace's, and their picture.

use chrono::{DateTime, TimeDelta, Utc};
use shared::ids::{TeamId, UserId, WorkspaceId};
use shared::queue::Scope;
use shared::slack::Outcome;
use shared::slack::methods::users;
use shared::tables::copies::Delivery;
use shared::tables::people::{self, Person};
use shared::tables::posts::Author;
use shared::tables::user_mappings;

use crate::{Failure, JobContext};

/// An author as the target workspace sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) name: String,
    pub(crate) avatar_url: Option<String>,
}

/// Names and pictures change rarely; Slack need not be asked for each message.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(5);

const SOMEONE: &str = "Someone";
/// Longer addresses of pictures are not kept.
const URL_MAX_BYTES: usize = 2_000;
/// Slack cuts longer names.
const NAME_MAX_CHARS: usize = 80;

/// How the author of a message is shown.
pub(crate) async fn shown(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    author: &Author,
) -> Result<Shown, Failure> {
    let (name, avatar_url) = match author {
        Author::Person { user } => {
            if let Some(Person { name, avatar_url, .. }) = local(cx, delivery, user).await? {
                return Ok(Shown { name, avatar_url });
            }
            let person = person(cx, delivery, user).await?;
            (person.name, person.avatar_url)
        }
        Author::Bot { name, avatar_url, .. } => {
            (name.clone().unwrap_or_else(|| "Bot".to_owned()), avatar_url.clone())
        }
        Author::Unknown => (SOMEONE.to_owned(), None),
    };
    Ok(Shown { name: with_workspace(&name, &delivery.source_workspace_name), avatar_url })
}

/// A person of the source workspace as the one they are in the target workspace, if they are somebody there.
async fn local(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    user: &UserId,
) -> Result<Option<Person>, Failure> {
    let (source, target) = (&delivery.source_workspace_id, &delivery.workspace_id);
    match user_mappings::get(&cx.services.db, source, user, target).await? {
        Some(local) => seen(cx, target, &delivery.team_id, &local).await,
        None => Ok(None),
    }
}

/// `Name (Workspace)`; of a long one, the name gives way.
fn with_workspace(name: &str, workspace: &str) -> String {
    let workspace: String = workspace.chars().take(NAME_MAX_CHARS / 2).collect();
    let left = NAME_MAX_CHARS - workspace.chars().count() - " ()".len();
    let name: String = name.chars().take(left).collect();
    format!("{name} ({workspace})")
}

/// A person of the source workspace.
pub(crate) async fn person(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    user: &UserId,
) -> Result<Person, Failure> {
    let (source, team) = (&delivery.source_workspace_id, &delivery.source_team_id);
    let unknown =
        || Person { name: SOMEONE.to_owned(), avatar_url: None, seen_at: cx.services.clock.now() };
    Ok(seen(cx, source, team, user).await?.unwrap_or_else(unknown))
}

/// A person as remembered, or as Slack says now; `None`: nobody can say. Somebody whom Slack cannot name is
/// shown as they were last known: an old name is better than a late message.
async fn seen(
    cx: &JobContext<'_>,
    workspace: &WorkspaceId,
    team: &TeamId,
    user: &UserId,
) -> Result<Option<Person>, Failure> {
    let services = cx.services;
    let known = people::get(&services.db, workspace, user).await?;
    let now = services.clock.now();
    if let Some(person) = &known
        && now - person.seen_at < FRESH_FOR
    {
        return Ok(known);
    }
    let Some(token) = cx.token(workspace).await? else {
        return Ok(known);
    };
    match cx.call(team, &token, &users::Info { user }).await {
        Ok(answer) => {
            let person = of_member(&answer.user, now);
            if let Err(error) = people::upsert(&services.db, workspace, user, &person).await {
                tracing::debug!(%error, "an author's name is not remembered; Slack will be asked again");
            }
            Ok(Some(person))
        }
        Err(error) => match (known, error.outcome()) {
            (Some(person), _) => Ok(Some(person)),
            (None, Outcome::Transient(Some(pause))) => {
                let limited = Scope::method(team, error.method());
                Err(Failure::hold(limited, pause, error.to_string()))
            }
            (None, Outcome::Transient(None) | Outcome::Ambiguous | Outcome::Unknown) => {
                Err(Failure::retry(&error))
            }
            (None, _) => Ok(None),
        },
    }
}

/// What a database and a log can hold of what Slack says.
fn of_member(member: &users::Member, now: DateTime<Utc>) -> Person {
    let name = member.best_name().chars().filter(|c| !c.is_control()).take(NAME_MAX_CHARS);
    let avatar_url = member.profile.image_192.as_ref().filter(|url| {
        url.len() <= URL_MAX_BYTES && url.bytes().all(|byte| byte.is_ascii_graphic())
    });
    let name = Some(name.collect::<String>()).filter(|name| !name.trim().is_empty());
    let name = name.unwrap_or_else(|| SOMEONE.to_owned());
    Person { name, avatar_url: avatar_url.cloned(), seen_at: now }
}

#[cfg(test)]
mod tests {
    use super::with_workspace;

    #[test]
    fn long_names_give_way_to_the_workspace_and_never_break_a_character() {
        assert_eq!(with_workspace("Ada", "Acme"), "Ada (Acme)");
        let shown = with_workspace(&"ä".repeat(200), &"ö".repeat(200));
        assert_eq!(shown.chars().count(), 80);
        assert!(shown.ends_with("ö)"));
    }
}
