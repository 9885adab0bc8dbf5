//! How an author is shown in another workspace: their name with the workspace's, and their picture.

use chrono::TimeDelta;
use shared::ids::UserId;
use shared::slack::Outcome;
use shared::slack::methods::users;
use shared::tables::copies::Delivery;
use shared::tables::installations;
use shared::tables::people::{self, Person};
use shared::tables::posts::Author;

use crate::{Failure, JobContext};

/// An author as the target workspace sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) name: String,
    pub(crate) avatar_url: Option<String>,
}

/// Names and pictures change rarely; Slack need not be asked for each message.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(5);

/// Slack cuts longer names.
const NAME_MAX_CHARS: usize = 80;

/// How the author of a message is shown.
pub(crate) async fn shown(cx: &JobContext<'_>, delivery: &Delivery) -> Result<Shown, Failure> {
    let (name, avatar_url) = match &delivery.author {
        Author::Person { user } => {
            let person = person(cx, delivery, user).await?;
            (person.name, person.avatar_url)
        }
        Author::Bot { name, avatar_url, .. } => {
            (name.clone().unwrap_or_else(|| "Bot".to_owned()), avatar_url.clone())
        }
    };
    Ok(Shown { name: with_workspace(&name, &delivery.source_workspace_name), avatar_url })
}

/// `Name (Workspace)`; of a long one, the name gives way.
fn with_workspace(name: &str, workspace: &str) -> String {
    let workspace: String = workspace.chars().take(NAME_MAX_CHARS / 2).collect();
    let left = NAME_MAX_CHARS - workspace.chars().count() - " ()".len();
    let name: String = name.chars().take(left).collect();
    format!("{name} ({workspace})")
}

/// A person of the source workspace: as remembered, or as Slack says now. Somebody whom Slack cannot
/// name is shown as they were last known: an old name is better than a late message.
async fn person(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    user: &UserId,
) -> Result<Person, Failure> {
    let services = cx.services;
    let known = people::get(&services.db, &delivery.source_workspace_id, user).await?;
    let now = services.clock.now();
    if let Some(person) = &known
        && now - person.seen_at < FRESH_FOR
    {
        return Ok(person.clone());
    }
    let unknown = || Person { name: "Someone".to_owned(), avatar_url: None, seen_at: now };
    let Some(source) = installations::of(&services.db, &delivery.source_workspace_id).await? else {
        return Ok(known.unwrap_or_else(unknown));
    };
    let token = source.token(&services.sealer).map_err(|error| Failure::retry(&error))?;
    match cx.call(&token, &users::Info { user }).await {
        Ok(answer) => {
            let member = answer.user;
            let person = Person {
                name: member.best_name().to_owned(),
                avatar_url: member.profile.image_192,
                seen_at: now,
            };
            people::upsert(&services.db, &delivery.source_workspace_id, user, &person).await?;
            Ok(person)
        }
        Err(error) => match (known, error.outcome()) {
            (Some(person), _) => Ok(person),
            (None, Outcome::Transient(Some(pause))) => {
                Err(Failure::snooze(pause, error.to_string()))
            }
            (None, Outcome::Transient(None) | Outcome::Ambiguous | Outcome::Unknown) => {
                Err(Failure::retry(&error))
            }
            (None, _) => Ok(unknown()),
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
