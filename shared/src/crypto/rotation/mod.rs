//! Seals everything anew with another passphrase, while workers go on: `syncbot rotate-key`.
//!
//! Each value is a transaction of its own, and replaces exactly the one that was read: what somebody stores
//! meanwhile stays. So it may be interrupted, run again, and run twice at once. In the end the old key is retired,
//! in a transaction that nobody who stores a value can overlap ([`sealing_keys`]): what was stored with it until
//! then is sealed anew there.

mod outcome;

use secrecy::SecretString;

pub use outcome::{Counted, NotRotated, Progress, Rotated, Unopened};

use super::key::{Key, SealError, Sealed};
use super::sealer::{Keys, Standing, derive, known_salt, register, standing};
use super::{Place, SealerError};
use crate::clock::Clock;
use crate::config::{RotationConfig, SealingConfig};
use crate::db::{Db, DbError, Tx, retry_contention};
use crate::failpoint;
use crate::rng::Rng;
use crate::tables::audit::{self, Actor, Entry};
use crate::tables::sealed::{COLUMNS, Key as RowKey, SealedColumn, Value};
use crate::tables::sealing_keys::{self, SealingKey};

/// Values that are read at once.
const PAGE: usize = 200;
/// What somebody stores with the old key meanwhile is looked for so often, before nobody is let do it any more.
const MOST_PASSES: usize = 3;

/// Both keys of an instance that changes its passphrase.
#[derive(Debug)]
pub struct Rotation {
    db: Db,
    current: Key,
    previous: Key,
    clock: Clock,
    rng: Rng,
}

/// One look at every value.
enum Pass<'t> {
    /// It is counted.
    Rehearse,
    /// Whatever is sealed with the old key is sealed anew, each in a transaction of its own.
    Reseal,
    /// What is left is sealed anew, in the transaction that keeps everybody from storing more of it.
    Last(&'t mut Tx),
}

impl Rotation {
    /// Derives both keys and compares them with those that the database knows. Nothing is written.
    pub async fn open(
        db: &Db,
        config: &RotationConfig,
        clock: &Clock,
        rng: &Rng,
    ) -> Result<Self, NotRotated> {
        let mut tx = db.begin().await?;
        let known = sealing_keys::all(&mut tx).await?;
        let salt = known_salt(&mut tx).await?.filter(|_| !known.is_empty());
        tx.rollback().await?;
        let salt = salt.ok_or(NotRotated::NothingSealed)?;
        let RotationConfig { current, previous } = config.clone();
        let config = SealingConfig { current, previous: Some(previous) };
        let Keys { current, previous } = derive(config, salt).await;
        let previous = previous.expect("it was given");
        if current.id() == previous.id() {
            return Err(NotRotated::SamePassphrase);
        }
        match (standing(&current, &known), standing(&previous, &known)) {
            (Standing::Retired, _) => return Err(SealerError::Replaced.into()),
            (Standing::Unknown, Standing::Unknown | Standing::Retired) => {
                return Err(SealerError::WrongPassphrase.into());
            }
            (Standing::InUse, Standing::Unknown) => return Err(NotRotated::WrongPrevious),
            (Standing::Unknown | Standing::InUse, Standing::InUse)
            | (Standing::InUse, Standing::Retired) => {}
        }
        let since =
            |key: &Key| known.iter().find(|row| row.key_id == key.id()).map(|row| row.created_at);
        if since(&current).is_some_and(|current| Some(current) < since(&previous)) {
            return Err(NotRotated::Swapped);
        }
        Ok(Self { db: db.clone(), current, previous, clock: clock.clone(), rng: rng.clone() })
    }

    /// Looks at every value and changes nothing.
    pub async fn rehearse(&self, mut told: impl FnMut(Progress)) -> Result<Rotated, DbError> {
        let mut columns = counted();
        for column in &mut columns {
            self.go_through(column, &mut Pass::Rehearse, &mut told).await?;
        }
        Ok(Rotated { columns, retired: Vec::new(), in_use: Vec::new() })
    }

    /// Seals everything anew that is sealed with the old key, and retires it. What was done by an earlier run,
    /// or is done by another one at the same time, is not done again.
    pub async fn run(&self, mut told: impl FnMut(Progress)) -> Result<Rotated, DbError> {
        self.begin().await?;
        let mut columns = counted();
        for _ in 0..MOST_PASSES {
            let mut is_through = true;
            for column in &mut columns {
                is_through &= self.go_through(column, &mut Pass::Reseal, &mut told).await?;
            }
            if is_through {
                break;
            }
        }
        let resealed: Vec<u64> = columns.iter().map(|column| column.resealed).collect();
        retry_contention(&self.clock, &self.rng, || self.retire(&resealed)).await
    }

    /// From now on every process may seal with the new key.
    async fn begin(&self) -> Result<(), DbError> {
        retry_contention(&self.clock, &self.rng, || async {
            let mut tx = self.db.begin().await?;
            let known = sealing_keys::all(&mut tx).await?;
            if standing(&self.previous, &known) != Standing::InUse {
                return Ok(());
            }
            if standing(&self.current, &known) == Standing::Unknown {
                register(&mut tx, &self.current, &self.clock, &self.rng).await?;
            }
            let detail = format!("replaces {}", self.previous.id());
            let entry = Entry {
                team: None,
                actor: Actor::Operator,
                action: "key.rotation_began",
                subject: Some(self.current.id().to_owned()),
                detail: Some(detail),
            };
            audit::note(&mut tx, &entry, &self.clock, &self.rng).await?;
            tx.commit().await
        })
        .await
    }

    /// Looks at every value of a column. `true`: none of them was sealed with the old key.
    async fn go_through(
        &self,
        counted: &mut Counted,
        pass: &mut Pass<'_>,
        told: &mut impl FnMut(Progress),
    ) -> Result<bool, DbError> {
        let column = counted.column;
        (counted.values, counted.unopened) = (0, Vec::new());
        let (mut behind, mut is_through) = (RowKey::default(), true);
        loop {
            let page = column.page(&self.db, &behind, PAGE).await?;
            let Some(last) = page.last() else { return Ok(is_through) };
            behind = last.key.clone();
            for value in &page {
                counted.values += 1;
                let secret = match self.opened(column, value) {
                    Ok(Some(secret)) => secret,
                    Ok(None) => continue,
                    Err(error) => {
                        counted.unopened.push(Unopened { row: value.row(), error });
                        continue;
                    }
                };
                is_through = false;
                let is_resealed = match pass {
                    Pass::Rehearse => true,
                    Pass::Reseal => self.reseal(column, value, &secret).await?,
                    Pass::Last(tx) => self.reseal_in(tx, column, value, &secret).await?,
                };
                counted.resealed += u64::from(is_resealed);
            }
            if page.len() == PAGE {
                told(Progress { column, seen: counted.values, resealed: counted.resealed });
            }
        }
    }

    /// What is sealed with the old key; `None`: it is sealed with the new one already. Both have to open.
    fn opened(
        &self,
        column: &SealedColumn,
        value: &Value,
    ) -> Result<Option<SecretString>, SealError> {
        let (row, sealed) = (value.row(), Sealed::parse(&value.sealed)?);
        let place = Place { table: column.table, column: column.column, row: &row };
        if sealed.key_id == self.current.id() {
            return self.current.open(place, &sealed).map(|_| None);
        }
        if sealed.key_id == self.previous.id() {
            return self.previous.open(place, &sealed).map(Some);
        }
        Err(SealError::UnknownKey)
    }

    /// As [`Rotation::reseal_in`], in a transaction of its own.
    async fn reseal(
        &self,
        column: &SealedColumn,
        value: &Value,
        secret: &SecretString,
    ) -> Result<bool, DbError> {
        let replaced = retry_contention(&self.clock, &self.rng, || async {
            let mut tx = self.db.begin().await?;
            let replaced = self.reseal_in(&mut tx, column, value, secret).await?;
            tx.commit().await?;
            Ok(replaced)
        });
        let replaced = replaced.await?;
        failpoint!("rotation.resealed");
        Ok(replaced)
    }

    /// `false`: somebody stored another value meanwhile, or none.
    async fn reseal_in(
        &self,
        tx: &mut Tx,
        column: &SealedColumn,
        value: &Value,
        secret: &SecretString,
    ) -> Result<bool, DbError> {
        let row = value.row();
        let place = Place { table: column.table, column: column.column, row: &row };
        let sealed = self.current.seal(place, secret, &self.rng);
        sealing_keys::keep(tx, &sealed).await?;
        column.replace(tx, value, &sealed).await
    }

    /// Retires every other key that nothing is sealed with. Nobody stores a value meanwhile, so what somebody
    /// stored with the old key until now, however fast, is the last.
    async fn retire(&self, resealed: &[u64]) -> Result<Rotated, DbError> {
        let mut tx = self.db.begin().await?;
        let keys = sealing_keys::lock(&mut tx).await?;
        let mut columns = counted();
        for (column, resealed) in columns.iter_mut().zip(resealed) {
            self.go_through(column, &mut Pass::Last(&mut tx), &mut |_| {}).await?;
            column.resealed += resealed;
        }
        let (mut retired, mut in_use) = (Vec::new(), Vec::new());
        let is_other = |key: &SealingKey| !key.is_retired() && key.key_id != self.current.id();
        for key in keys.into_iter().filter(is_other) {
            if is_used(&mut tx, &key.key_id).await? {
                in_use.push(key.key_id);
            } else {
                sealing_keys::retire(&mut tx, &key.key_id).await?;
                retired.push(key.key_id);
            }
        }
        if !retired.is_empty() {
            let resealed: u64 = columns.iter().map(|column| column.resealed).sum();
            let entry = Entry {
                team: None,
                actor: Actor::Operator,
                action: "key.rotated",
                subject: Some(self.current.id().to_owned()),
                detail: Some(format!("replaces {}; {resealed} values", retired.join(", "))),
            };
            audit::note(&mut tx, &entry, &self.clock, &self.rng).await?;
        }
        tx.commit().await?;
        Ok(Rotated { columns, retired, in_use })
    }
}

fn counted() -> Vec<Counted> {
    let counted = |column| Counted { column, values: 0, resealed: 0, unopened: Vec::new() };
    COLUMNS.iter().map(counted).collect()
}

async fn is_used(tx: &mut Tx, key_id: &str) -> Result<bool, DbError> {
    for column in &COLUMNS {
        if column.has_any_of(tx, key_id).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
