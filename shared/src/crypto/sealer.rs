//! All keys of an instance: seals with the current one, opens with any that is configured.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use secrecy::{ExposeSecret as _, SecretString};

use super::Place;
use super::key::{Key, SealError, Sealed};
use super::letterbox;
use crate::clock::Clock;
use crate::config::SealingConfig;
use crate::db::{Db, DbError, Tx};
use crate::rng::Rng;
use crate::tables::sealing_keys::SealingKey;
use crate::tables::{instance_settings, sealed, sealing_keys};

/// Seals and opens secrets. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sealer {
    keys: Arc<Keys>,
    rng: Rng,
}

#[derive(Debug)]
pub(super) struct Keys {
    pub(super) current: Key,
    pub(super) previous: Option<Key>,
}

/// The passphrase cannot be used with this database.
#[derive(Debug, thiserror::Error)]
pub enum SealerError {
    /// It is not the one that the database's secrets were sealed with.
    #[error(
        "TOKEN_ENCRYPTION_KEY is not the passphrase that this database was sealed with. Set it to the one that was in use \
         before; to change it, set the new one and put the old one into TOKEN_ENCRYPTION_KEY_PREVIOUS"
    )]
    WrongPassphrase,
    /// It was that, until it was replaced.
    #[error(
        "TOKEN_ENCRYPTION_KEY is a passphrase that `syncbot rotate-key` has replaced: nothing is sealed with it any more. \
         Set it to the present one, and remove TOKEN_ENCRYPTION_KEY_PREVIOUS"
    )]
    Replaced,
    /// The salt in the database is no salt.
    #[error("the salt in the database is damaged; restore `instance_settings` from a backup")]
    DamagedSalt,
    /// The database refused.
    #[error("the sealing keys cannot be read")]
    Db(#[from] DbError),
}

const SALT: &str = "sealing.salt";
const SALT_BYTES: usize = 16;
/// Sealed under each key, to recognise it.
const CHECK: &str = "syncbot";

/// What a database knows of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It was never used.
    Unknown,
    /// Something may be sealed with it.
    InUse,
    /// Nothing is sealed with it any more.
    Retired,
}

impl Sealer {
    /// Derives the keys and compares them with those that the database knows. The first process of a new
    /// instance makes the salt; a wrong passphrase is refused before anything is written.
    pub async fn open(
        db: &Db,
        config: &SealingConfig,
        clock: &Clock,
        rng: &Rng,
    ) -> Result<Self, SealerError> {
        let mut tx = db.begin().await?;
        let salt = salt(&mut tx, rng).await?;
        let keys = derive(config.clone(), salt).await;
        let known = sealing_keys::all(&mut tx).await?;
        let previous = keys.previous.as_ref().map(|previous| standing(previous, &known));
        match standing(&keys.current, &known) {
            Standing::InUse => {}
            Standing::Retired => return Err(SealerError::Replaced),
            // A new passphrase is welcome when the old one vouches for it.
            Standing::Unknown if known.is_empty() || previous == Some(Standing::InUse) => {
                register(&mut tx, &keys.current, clock, rng).await?;
            }
            Standing::Unknown => return Err(SealerError::WrongPassphrase),
        }
        letterbox::put_up(&mut tx, &keys.current).await?;
        tx.commit().await?;
        if previous == Some(Standing::Retired) {
            tracing::warn!("TOKEN_ENCRYPTION_KEY_PREVIOUS opens nothing any more: remove it");
        }
        Ok(Self { keys: Arc::new(keys), rng: rng.clone() })
    }

    /// Seals `secret` for one place.
    pub fn seal(&self, place: Place<'_>, secret: &SecretString) -> String {
        debug_assert!(sealed::is_listed(&place), "{place:?} is not in `tables::sealed::COLUMNS`");
        self.keys.current.seal(place, secret, &self.rng)
    }

    /// Names the key that it seals with.
    pub fn key_id(&self) -> &str {
        self.keys.current.id()
    }

    /// Opens a value that was sealed for this place.
    pub fn unseal(&self, place: Place<'_>, sealed: &str) -> Result<SecretString, SealError> {
        let sealed = Sealed::parse(sealed)?;
        self.key(sealed.key_id)?.open(place, &sealed)
    }

    /// Opens a letter that was put into the [`Letterbox`](super::Letterbox) for this matter.
    pub fn open_letter(&self, matter: &str, letter: &str) -> Result<SecretString, SealError> {
        letterbox::open(|key_id| self.key(key_id), matter, letter)
    }

    fn key(&self, id: &str) -> Result<&Key, SealError> {
        let mut keys = std::iter::once(&self.keys.current).chain(&self.keys.previous);
        keys.find(|key| key.id() == id).ok_or(SealError::UnknownKey)
    }
}

/// The instance's salt; made now if there is none, which locks out others until `tx` ends.
async fn salt(tx: &mut Tx, rng: &Rng) -> Result<Vec<u8>, SealerError> {
    if let Some(salt) = known_salt(tx).await? {
        return Ok(salt);
    }
    let fresh = BASE64.encode(rng.bytes::<SALT_BYTES>());
    instance_settings::insert_new(tx, SALT, &fresh).await?;
    // Another process that starts now may have been first.
    decoded(&instance_settings::get(tx, SALT).await?.unwrap_or(fresh))
}

/// The instance's salt; `None`: nothing was sealed so far.
pub(super) async fn known_salt(tx: &mut Tx) -> Result<Option<Vec<u8>>, SealerError> {
    instance_settings::get(tx, SALT).await?.as_deref().map(decoded).transpose()
}

fn decoded(salt: &str) -> Result<Vec<u8>, SealerError> {
    BASE64.decode(salt).ok().filter(|salt| salt.len() == SALT_BYTES).ok_or(SealerError::DamagedSalt)
}

pub(super) async fn derive(config: SealingConfig, salt: Vec<u8>) -> Keys {
    let derived = tokio::task::spawn_blocking(move || Keys {
        current: Key::derive(&config.current, &salt),
        previous: config.previous.map(|previous| Key::derive(&previous, &salt)),
    });
    derived.await.expect("key derivation neither panics nor is cancelled")
}

/// What the database knows of a key.
pub(super) fn standing(key: &Key, known: &[SealingKey]) -> Standing {
    match known.iter().find(|row| row.key_id == key.id()) {
        Some(row) if row.is_retired() => Standing::Retired,
        Some(row) if opens_check(key, &row.check_value) => Standing::InUse,
        _ => Standing::Unknown,
    }
}

/// From now on the database knows the key.
pub(super) async fn register(
    tx: &mut Tx,
    key: &Key,
    clock: &Clock,
    rng: &Rng,
) -> Result<(), DbError> {
    let check = key.seal(check_place(key.id()), &CHECK.into(), rng);
    sealing_keys::insert(tx, key.id(), &check, clock.now()).await.map(drop)
}

fn check_place(key_id: &str) -> Place<'_> {
    Place { table: "sealing_keys", column: "check_value", row: key_id }
}

fn opens_check(key: &Key, check: &str) -> bool {
    let Ok(sealed) = Sealed::parse(check) else { return false };
    key.open(check_place(key.id()), &sealed).is_ok_and(|text| text.expose_secret() == CHECK)
}
