//! Another passphrase for every secret, while workers read and store them.

mod load;
mod refused;

use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use shared::clock::Clock;
use shared::config::{RotationConfig, SealingConfig};
use shared::crypto::{NotRotated, Place, Rotated, Rotation, SealError, Sealer, SealerError};
use shared::db::{Db, DbError, retry_contention};
use shared::grant::{Grant, Renewal};
use shared::ids::{InstallAttemptId, UserId, WorkspaceId};
use shared::rng::Rng;
use shared::sql;
use shared::tables::installations::{self, Installation};
use shared::tables::sealed::{COLUMNS, Value};
use shared::tables::user_tokens::{self, UserToken};
use shared::tables::workspaces::{self, Workspace};
use testkit::{TestDatabase, on_each_database};

pub(crate) const OLD: &str = "the old passphrase";
pub(crate) const NEW: &str = "the new passphrase";
const OTHER: &str = "another passphrase";

async fn sealer(db: &Db, current: &str, previous: Option<&str>) -> Result<Sealer, SealerError> {
    let previous = previous.map(SecretString::from);
    let config = SealingConfig { current: current.into(), previous };
    Sealer::open(db, &config, &Clock::system(), &Rng::system()).await
}

async fn rotation(db: &Db, current: &str, previous: &str) -> Result<Rotation, NotRotated> {
    let config = RotationConfig { current: current.into(), previous: previous.into() };
    Rotation::open(db, &config, &Clock::system(), &Rng::system()).await
}

async fn rotate(db: &Db) -> Rotated {
    let rotation = rotation(db, NEW, OLD).await.expect("both are right");
    rotation.run(|_| {}).await.expect("rotated")
}

fn resealed(rotated: &Rotated) -> Vec<u64> {
    rotated.columns.iter().map(|column| column.resealed).collect()
}

/// What a row of each sealed table holds.
fn grant(number: usize) -> Grant {
    let renewal = Renewal {
        refresh_token: format!("xoxe-1-{number}").into(),
        expires_at: Clock::system().now() + TimeDelta::hours(12),
    };
    Grant {
        renewal: Some(renewal),
        ..Grant::lasting(format!("xoxb-{number}").into(), "chat:write")
    }
}

/// A database with sealed secrets.
struct Vault {
    db: Db,
    clock: Clock,
    rng: Rng,
    workspaces: Vec<WorkspaceId>,
    attempts: Vec<InstallAttemptId>,
}

impl Vault {
    /// `count` values in each sealed column.
    async fn with(database: &TestDatabase, count: usize) -> Self {
        let db = database.open().await;
        let (clock, rng) = (Clock::system(), Rng::system());
        let old = sealer(&db, OLD, None).await.expect("the first one is right");
        let mut vault = Self { db, clock, rng, workspaces: Vec::new(), attempts: Vec::new() };
        for number in 0..count {
            let id = WorkspaceId::generate(&vault.clock, &vault.rng);
            let team_id = format!("T0{number}").parse().expect("an id");
            let workspace = Workspace { id: id.clone(), team_id, name: number.to_string() };
            let mut tx = vault.db.begin().await.expect("begun");
            workspaces::upsert(&mut tx, &workspace, vault.clock.now()).await.expect("stored");
            tx.commit().await.expect("committed");
            vault.workspaces.push(id);
            vault.install(number, &grant(number), &old).await.expect("stored");
            vault.authorize(number, &user(0), &grant(number), &old).await.expect("stored");
            vault.attempt(&format!("answer {number}"), &old).await;
        }
        vault
    }

    async fn install(&self, of: usize, grant: &Grant, sealer: &Sealer) -> Result<(), DbError> {
        let (bot, id) = ("U0BOT".parse().expect("an id"), "B0BOT".parse().expect("an id"));
        let workspace = self.workspaces[of].clone();
        let new = Installation::new(workspace, bot, id, grant, self.clock.now(), sealer);
        retry_contention(&self.clock, &self.rng, || async {
            let mut tx = self.db.begin().await?;
            installations::upsert(&mut tx, &new).await?;
            tx.commit().await
        })
        .await
    }

    async fn authorize(
        &self,
        of: usize,
        user: &UserId,
        grant: &Grant,
        sealer: &Sealer,
    ) -> Result<(), DbError> {
        let new = UserToken::new(self.workspaces[of].clone(), user.clone(), grant, sealer);
        retry_contention(&self.clock, &self.rng, || async {
            let mut tx = self.db.begin().await?;
            user_tokens::upsert(&mut tx, &new, self.clock.now()).await?;
            tx.commit().await
        })
        .await
    }

    /// Somebody installs the app, and Slack has answered.
    async fn attempt(&mut self, answer: &str, sealer: &Sealer) {
        let id = InstallAttemptId::generate(&self.clock, &self.rng);
        let answer = sealer.seal(place_of_answer(&id), &answer.into());
        self.db
            .write(sql!(
                "INSERT INTO install_attempts (id, cookie, state, status, answer, created_at, updated_at)
                 VALUES ($1, 'c', $1, 'answered', $2, $3, $3)"
            ))
            .bind(id.clone())
            .bind(answer)
            .bind(self.clock.now())
            .execute_one("install_attempts", &id)
            .await
            .expect("stored");
        self.attempts.push(id);
    }

    /// Every secret, as whoever has this sealer reads it.
    async fn secrets(&self, sealer: &Sealer) -> Result<Vec<String>, SealError> {
        let mut secrets = Vec::new();
        let mut read = |secret: SecretString| secrets.push(secret.expose_secret().to_owned());
        for workspace in &self.workspaces {
            let stored = installations::of(&self.db, workspace).await.expect("read");
            let stored = stored.expect("it is installed");
            read(stored.token(sealer)?);
            read(stored.renewal(sealer)?.expect("it is renewed").refresh_token);
            let stored = user_tokens::of(&self.db, workspace, &user(0)).await.expect("read");
            let stored = stored.expect("it is there");
            read(stored.token(sealer)?);
            read(stored.renewal(sealer)?.expect("it is renewed").refresh_token);
        }
        for attempt in &self.attempts {
            let (answer,): (String,) = self
                .db
                .read(sql!("SELECT answer FROM install_attempts WHERE id = $1"))
                .bind(attempt.clone())
                .fetch_one()
                .await
                .expect("read");
            read(sealer.unseal(place_of_answer(attempt), &answer)?);
        }
        Ok(secrets)
    }

    /// Every sealed value, as it stands.
    async fn values(&self) -> Vec<Vec<Value>> {
        let mut values = Vec::new();
        for column in &COLUMNS {
            values.push(column.page(&self.db, &Default::default(), 10_000).await.expect("read"));
        }
        values
    }

    async fn count(&self, statement: &'static shared::db::Statement) -> i64 {
        self.db.read(statement).fetch_one::<(i64,)>().await.expect("counted").0
    }
}

fn user(number: usize) -> UserId {
    format!("U0ADA{number}").parse().expect("an id")
}

fn place_of_answer(id: &InstallAttemptId) -> Place<'_> {
    Place { table: "install_attempts", column: "answer", row: id.as_str() }
}

on_each_database! {
    async fn everything_is_sealed_anew_and_the_old_passphrase_is_out_of_use(database: TestDatabase) {
        let vault = Vault::with(&database, 3).await;
        let old = sealer(&vault.db, OLD, None).await.expect("opened");
        let wanted = vault.secrets(&old).await.expect("they open");
        assert_eq!(wanted.len(), 15);

        let rotated = rotate(&vault.db).await;
        assert_eq!(resealed(&rotated), [3; 5]);
        assert!(rotated.retired.len() == 1 && rotated.in_use.is_empty(), "{rotated:?}");
        let new = sealer(&vault.db, NEW, None).await.expect("opened");
        assert_eq!(vault.secrets(&new).await, Ok(wanted), "the new one alone opens everything");
        sealer(&vault.db, NEW, Some(OLD)).await.expect("until it is removed");
        for previous in [None, Some(NEW)] {
            let error = sealer(&vault.db, OLD, previous).await.expect_err("it was replaced");
            assert!(error.to_string().contains("`syncbot rotate-key` has replaced"), "{error}");
        }
        let log = vault.count(sql!("SELECT COUNT(*) FROM audit_log WHERE action = 'key.rotated' AND actor = 'operator'"));
        assert_eq!(log.await, 1);
    }

    async fn twice_in_a_row_finds_nothing_to_do(database: TestDatabase) {
        let vault = Vault::with(&database, 2).await;
        rotate(&vault.db).await;
        let (before, entries) = (vault.values().await, sql!("SELECT COUNT(*) FROM audit_log"));
        let noted = vault.count(entries).await;
        let again = rotate(&vault.db).await;
        assert!(resealed(&again) == [0; 5] && again.retired.is_empty() && again.in_use.is_empty(), "{again:?}");
        let same = |a: &[Vec<Value>], b: &[Vec<Value>]| a.iter().flatten().map(|v| &v.sealed).eq(b.iter().flatten().map(|v| &v.sealed));
        assert!(same(&before, &vault.values().await), "nothing was touched");
        assert_eq!(vault.count(entries).await, noted);
        // From there to the next.
        let next = rotation(&vault.db, OTHER, NEW).await.expect("both are right").run(|_| {}).await.expect("rotated");
        assert!(resealed(&next) == [2; 5] && next.retired.len() == 1, "{next:?}");
    }

    async fn a_rehearsal_counts_and_changes_nothing(database: TestDatabase) {
        let vault = Vault::with(&database, 2).await;
        let before = vault.values().await.concat();
        let rehearsed = rotation(&vault.db, NEW, OLD).await.expect("both are right").rehearse(|_| {}).await.expect("read");
        assert_eq!(resealed(&rehearsed), [2; 5]);
        assert!(before.iter().map(|value| &value.sealed).eq(vault.values().await.concat().iter().map(|value| &value.sealed)));
        sealer(&vault.db, OLD, None).await.expect("it is the passphrase still");
        let error = sealer(&vault.db, NEW, None).await.expect_err("nobody vouches for it");
        assert!(matches!(error, SealerError::WrongPassphrase), "{error:?}");
        assert_eq!(vault.count(sql!("SELECT COUNT(*) FROM audit_log")).await, 0);
    }

    async fn what_was_interrupted_goes_on_where_it_was(database: TestDatabase) {
        let vault = Vault::with(&database, 1).await;
        let old = sealer(&vault.db, OLD, None).await.expect("opened");
        for number in 1..450 {
            vault.authorize(0, &user(number), &grant(number), &old).await.expect("stored");
        }
        let first = rotation(&vault.db, NEW, OLD).await.expect("both are right");
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let running = tokio::spawn(async move { first.run(|progress| _ = tell.send(progress.resealed)).await });
        while told.recv().await.expect("it is at work") < 200 {}
        running.abort();
        assert!(running.await.expect_err("interrupted").is_cancelled());
        let both = sealer(&vault.db, NEW, Some(OLD)).await.expect("opened");
        vault.secrets(&both).await.expect("whichever key it is");

        let rest = rotate(&vault.db).await;
        let [.., tokens, refresh_tokens, _] = resealed(&rest)[..] else { panic!("five columns") };
        assert!((1..=250).contains(&tokens) && refresh_tokens == 450, "{rest:?}");
        assert_eq!(rest.columns[2].values, 450);
        let new = sealer(&vault.db, NEW, None).await.expect("opened");
        vault.secrets(&new).await.expect("they open");
    }

    async fn two_at_once_do_it_once(database: TestDatabase) {
        let vault = Vault::with(&database, 20).await;
        let other_db = database.open().await;
        let (one, other) = tokio::join!(rotate(&vault.db), rotate(&other_db));
        let sum: u64 = resealed(&one).iter().chain(&resealed(&other)).sum();
        assert_eq!(sum, 100, "each value once");
        assert_eq!(one.retired.len() + other.retired.len(), 1, "{one:?} {other:?}");
        let new = sealer(&vault.db, NEW, None).await.expect("opened");
        vault.secrets(&new).await.expect("they open");
    }

    async fn two_with_different_passphrases_leave_nothing_that_nobody_can_open(database: TestDatabase) {
        let vault = Vault::with(&database, 20).await;
        let wanted = vault.secrets(&sealer(&vault.db, OLD, None).await.expect("opened")).await.expect("they open");
        let other_db = database.open().await;
        let (one, other) = (rotation(&vault.db, NEW, OLD).await, rotation(&other_db, OTHER, OLD).await);
        let (one, other) = (one.expect("both are right"), other.expect("both are right"));
        // One of them may find its own passphrase out of use, when the other one was through first.
        let _ = tokio::join!(one.run(|_| {}), other.run(|_| {}));
        for (winner, loser) in [(NEW, OTHER), (OTHER, NEW)] {
            if let Ok(rotation) = rotation(&vault.db, winner, loser).await {
                let rotated = rotation.run(|_| {}).await.expect("rotated");
                assert!(rotated.in_use.is_empty(), "{rotated:?}");
                let sealer = sealer(&vault.db, winner, None).await.expect("opened");
                assert_eq!(vault.secrets(&sealer).await, Ok(wanted));
                return;
            }
        }
        // The loser never came to seal anything: its passphrase is not known.
        let mut opened = Vec::new();
        for passphrase in [NEW, OTHER] {
            if let Ok(sealer) = sealer(&vault.db, passphrase, None).await {
                opened.push(vault.secrets(&sealer).await.expect("they open"));
            }
        }
        assert_eq!(opened, [wanted]);
    }
}
