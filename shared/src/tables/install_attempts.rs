//! Somebody installs the app: from their click to what became of it.
//!
//! `began` (they are at Slack) → `returned` (Slack sent them back with a code) → `exchanging` (the code may be used
//! up) → `exchanged` (what Slack gave is here, sealed) → `installed`; or `failed`, from each of the others. Each
//! step is taken once: whoever finds another status than the one it goes on from does nothing.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

use crate::crypto::{Place, SealError, Sealer};
use crate::db::{Db, DbError, Tx};
use crate::ids::InstallAttemptId;
use crate::install::Reason;
use crate::sql;
use crate::tables::sealing_keys;

/// For so long after it began. Whoever is sent back from Slack looks at its end within minutes, or asks within days.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(7);
/// As [`KEPT_FOR`], of one that only `began`: there may be many, and nobody can go on with one after ten minutes.
pub const BEGAN_KEPT_FOR: TimeDelta = TimeDelta::days(1);

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "see above")]
pub enum Status {
    Began,
    Returned,
    Exchanging,
    Exchanged,
    Installed,
    Failed,
}

impl Status {
    const ALL: [Self; 6] = [
        Self::Began,
        Self::Returned,
        Self::Exchanging,
        Self::Exchanged,
        Self::Installed,
        Self::Failed,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Began => "began",
            Self::Returned => "returned",
            Self::Exchanging => "exchanging",
            Self::Exchanged => "exchanged",
            Self::Installed => "installed",
            Self::Failed => "failed",
        }
    }
}

/// One attempt.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Attempt {
    /// Its id.
    pub id: InstallAttemptId,
    /// The hash of what the visitor's browser keeps.
    pub cookie: String,
    status: String,
    /// Why it failed, or is tried again; of one that is installed: the codes of what lacks scopes.
    pub reason: Option<String>,
    /// The workspace that it is installed in.
    pub workspace_name: Option<String>,
    answer: Option<String>,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it took its last step.
    pub updated_at: DateTime<Utc>,
}

impl Attempt {
    /// How far it is.
    pub fn status(&self) -> Result<Status, DbError> {
        let known = Status::ALL.into_iter().find(|status| status.as_str() == self.status);
        known.ok_or_else(|| DbError::BadValue {
            table: "install_attempts",
            column: "status",
            id: self.id.to_string(),
        })
    }

    /// What Slack gave for the code, as JSON; `None`: nothing so far, or it is stored where it belongs.
    pub fn answer(&self, sealer: &Sealer) -> Result<Option<SecretString>, SealError> {
        let answer = self.answer.as_ref();
        answer.map(|answer| sealer.unseal(answer_of(&self.id), answer)).transpose()
    }
}

fn answer_of(id: &InstallAttemptId) -> Place<'_> {
    Place { table: "install_attempts", column: "answer", row: id.as_str() }
}

/// Somebody is sent to Slack; `cookie` and `state` are hashes.
pub async fn begin(
    db: &Db,
    id: &InstallAttemptId,
    cookie: &str,
    state: &str,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    db.write(sql!(
        "INSERT INTO install_attempts (id, cookie, state, status, reason, workspace_name, answer, created_at, updated_at)
         VALUES ($1, $2, $3, 'began', NULL, NULL, NULL, $4, $4)"
    ))
    .bind(id.clone())
    .bind(cookie)
    .bind(state)
    .bind(now)
    .execute_one("install_attempts", id)
    .await
}

/// How many began since then.
pub async fn begun_since(db: &Db, then: DateTime<Utc>) -> Result<i64, DbError> {
    let count = db.read(sql!("SELECT COUNT(*) FROM install_attempts WHERE created_at > $1"));
    let (count,) = count.bind(then).fetch_one().await?;
    Ok(count)
}

/// The attempt of an id.
pub async fn of(db: &Db, id: &InstallAttemptId) -> Result<Option<Attempt>, DbError> {
    db.read(sql!(
        "SELECT id, cookie, status, reason, workspace_name, answer, created_at, updated_at FROM install_attempts
         WHERE id = $1"
    ))
    .bind(id.clone())
    .fetch_optional()
    .await
}

/// The attempt that sent somebody to Slack with what has this hash.
pub async fn by_state(db: &Db, state: &str) -> Result<Option<Attempt>, DbError> {
    db.read(sql!(
        "SELECT id, cookie, status, reason, workspace_name, answer, created_at, updated_at FROM install_attempts
         WHERE state = $1"
    ))
    .bind(state)
    .fetch_optional()
    .await
}

/// Takes a step. `false`: it is not where the step begins.
pub async fn step(
    tx: &mut Tx,
    id: &InstallAttemptId,
    from: Status,
    to: Status,
    reason: Option<Reason>,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let taken = tx
        .query(sql!(
            "UPDATE install_attempts SET status = $3, reason = $4, answer = NULL, updated_at = $5 WHERE id = $1 AND status = $2"
        ))
        .bind(id.clone())
        .bind(from.as_str())
        .bind(to.as_str())
        .bind(reason.map(Reason::as_str))
        .bind(now)
        .execute()
        .await?;
    Ok(taken == 1)
}

/// It comes to nothing, however far it was. `false`: it had come to an end.
pub async fn fail(
    tx: &mut Tx,
    id: &InstallAttemptId,
    reason: Reason,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let failed = tx
        .query(sql!(
            "UPDATE install_attempts SET status = 'failed', reason = $2, answer = NULL, updated_at = $3
             WHERE id = $1 AND status NOT IN ('installed', 'failed')"
        ))
        .bind(id.clone())
        .bind(reason.as_str())
        .bind(now)
        .execute()
        .await?;
    Ok(failed == 1)
}

/// Keeps what Slack gave for the code until it is stored where it belongs. `false`: it is kept, or the attempt has
/// come to nothing meanwhile.
pub async fn exchanged(
    tx: &mut Tx,
    id: &InstallAttemptId,
    answer: &SecretString,
    sealer: &Sealer,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let answer = sealer.seal(answer_of(id), answer);
    sealing_keys::keep(tx, &answer).await?;
    let kept = tx
        .query(sql!(
            "UPDATE install_attempts SET status = 'exchanged', answer = $2, reason = NULL, updated_at = $3
             WHERE id = $1 AND status = 'exchanging'"
        ))
        .bind(id.clone())
        .bind(answer)
        .bind(now)
        .execute()
        .await?;
    Ok(kept == 1)
}

/// It is installed, in the workspace of this name; `lacking`: codes of what lacks scopes.
pub async fn installed(
    tx: &mut Tx,
    id: &InstallAttemptId,
    workspace_name: &str,
    lacking: &str,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    tx.query(sql!(
        "UPDATE install_attempts SET status = 'installed', answer = NULL, workspace_name = $2, reason = $3, updated_at = $4
         WHERE id = $1 AND status = 'exchanged'"
    ))
    .bind(id.clone())
    .bind(workspace_name)
    .bind(Some(lacking).filter(|codes| !codes.is_empty()))
    .bind(now)
    .execute_one("install_attempts", id)
    .await
}
