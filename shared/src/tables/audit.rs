//! Who did what, as far as it changes how an instance works. Entries are never changed; they hold ids, and
//! nothing of what people say.

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::db::{Db, DbError, Tx};
use crate::ids::{AuditId, TeamId, UserId};
use crate::rng::Rng;
use crate::sql;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Somebody in the workspace.
    Person(UserId),
    /// Whoever operates the instance, at its command line.
    Operator,
    /// Slack told of it, and does not say who.
    Slack,
    /// The instance itself, by a rule or a schedule.
    SyncBot,
}

impl Actor {
    fn as_text(&self) -> String {
        match self {
            Self::Person(user) => user.to_string(),
            Self::Operator => "operator".to_owned(),
            Self::Slack => "slack".to_owned(),
            Self::SyncBot => "syncbot".to_owned(),
        }
    }
}

/// Something that was done.
#[derive(Debug, Clone)]
pub struct Entry<'e> {
    /// The workspace that it concerns, if it is one.
    pub team: Option<&'e TeamId>,
    /// Who did it.
    pub actor: Actor,
    /// What, such as `workspace.installed`; the list is in docs/DATA.md.
    pub action: &'static str,
    /// The id of what it was done to.
    pub subject: Option<String>,
    /// What else there is to know: numbers, names of settings.
    pub detail: Option<String>,
}

/// Notes it, in the transaction that does it.
pub async fn note(tx: &mut Tx, entry: &Entry<'_>, clock: &Clock, rng: &Rng) -> Result<(), DbError> {
    let id = AuditId::generate(clock, rng);
    tx.query(sql!(
        "INSERT INTO audit_log (id, at, team_id, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ))
    .bind(id.clone())
    .bind(clock.now())
    .bind(entry.team.cloned())
    .bind(entry.actor.as_text())
    .bind(entry.action)
    .bind(entry.subject.clone())
    .bind(entry.detail.clone())
    .execute_one("audit_log", &id)
    .await
}

/// An entry as it stands.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of `audit_log`, see docs/DATA.md")]
pub struct Noted {
    pub id: AuditId,
    pub at: DateTime<Utc>,
    pub team_id: Option<TeamId>,
    pub actor: String,
    pub action: String,
    pub subject: Option<String>,
    pub detail: Option<String>,
}

/// Which entries are asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter<'f> {
    /// Those that concern this workspace.
    pub team: Option<&'f TeamId>,
    /// Those of this action.
    pub action: Option<&'f str>,
    /// Those that were noted since.
    pub since: Option<DateTime<Utc>>,
}

/// The last `most` entries, the latest first.
pub async fn latest(db: &Db, filter: &Filter<'_>, most: i64) -> Result<Vec<Noted>, DbError> {
    // Ids are in the order of time: the key, or that of the workspace, is read from its end.
    let since = filter.since.map(|since| AuditId::first_at(since).to_string()).unwrap_or_default();
    let Some(team) = filter.team else {
        return db
            .read(sql!(
                "SELECT id, at, team_id, actor, action, subject, detail FROM audit_log
                 WHERE id >= $1 AND action = COALESCE($2, action) ORDER BY id DESC LIMIT $3"
            ))
            .bind(since)
            .bind(filter.action)
            .bind(most)
            .fetch_all()
            .await;
    };
    db.read(sql!(
        "SELECT id, at, team_id, actor, action, subject, detail FROM audit_log
         WHERE team_id = $1 AND id >= $2 AND action = COALESCE($3, action) ORDER BY id DESC LIMIT $4"
    ))
    .bind(team.clone())
    .bind(since)
    .bind(filter.action)
    .bind(most)
    .fetch_all()
    .await
}
