//! How an author is shown in another workspace: as the person they are there, if that is known; otherwise by
//! their name with the workspace's, and their picture.

use chrono::TimeDelta;
use shared::ids::{TeamId, UserId, WorkspaceId};
use shared::queue::Scope;
use shared::slack::Outcome;
use shared::slack::methods::users;
use shared::tables::copies::Delivery;
use shared::tables::people::{self, Person};
use shared::tables::posts::Author;

use crate::matching::{self, Ask, NAME_MAX_CHARS};
use crate::{Failure, JobContext};

/// An author as the target workspace sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) name: String,
    pub(crate) avatar_url: Option<String>,
    /// Who they are there.
    pub(crate) local: Option<UserId>,
}

/// Names and pictures change rarely; Slack need not be asked for each message.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(5);

/// How the author of a message is shown.
pub(crate) async fn shown(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    author: &Author,
) -> Result<Shown, Failure> {
    let (name, avatar_url) = match author {
        Author::Person { user } => {
            if let Some(shown) = local(cx, delivery, user).await? {
                return Ok(shown);
            }
            let person = person(cx, delivery, user).await?;
            (person.name, person.avatar_url)
        }
        Author::Bot { name, avatar_url, .. } => {
            (name.clone().unwrap_or_else(|| "Bot".to_owned()), avatar_url.clone())
        }
        Author::Unknown => (matching::someone(cx.services.clock.now()).name, None),
    };
    let name = with_workspace(&name, &delivery.source_workspace_name);
    Ok(Shown { name, avatar_url, local: None })
}

/// A person of the source workspace as the one they are in the target workspace, if they are somebody there.
async fn local(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    user: &UserId,
) -> Result<Option<Shown>, Failure> {
    let Some(local) = matching::elsewhere(cx, delivery, user, Ask::Slack).await? else {
        return Ok(None);
    };
    let person = seen(cx, &delivery.workspace_id, &delivery.team_id, &local).await?;
    let shown =
        |Person { name, avatar_url, .. }| Shown { name, avatar_url, local: Some(local.clone()) };
    Ok(person.map(shown))
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
    let person = seen(cx, source, team, user).await?;
    Ok(person.unwrap_or_else(|| matching::someone(cx.services.clock.now())))
}

/// A person as remembered, or as Slack says now; `None`: nobody can say. Somebody whom Slack cannot name is
/// shown as they were last known: an old name is better than a late message.
pub(crate) async fn seen(
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
            let person = matching::person_of(&answer.user, now);
            let remembered = async {
                let mut tx = services.db.begin().await?;
                people::note(&mut tx, workspace, user, &person).await?;
                tx.commit().await
            };
            if let Err(error) = remembered.await {
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
