//! All keys of an instance: seals with the current one, opens with any that is configured.

use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use secrecy::{ExposeSecret as _, SecretString};

use super::Place;
use super::key::{Key, SealError, Sealed};
use crate::clock::Clock;
use crate::config::SealingConfig;
use crate::db::{Db, DbError, Tx};
use crate::rng::Rng;
use crate::tables::{instance_settings, sealing_keys};

/// Seals and opens secrets. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sealer {
    keys: Arc<Keys>,
    rng: Rng,
}

#[derive(Debug)]
struct Keys {
    current: Key,
    previous: Option<Key>,
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
        let recognises = |key: &Key| {
            known.iter().any(|row| row.key_id == key.id() && opens_check(key, &row.check_value))
        };
        let is_first = known.is_empty();
        if !recognises(&keys.current) {
            // A new passphrase is welcome when the old one vouches for it.
            if !is_first && !keys.previous.as_ref().is_some_and(recognises) {
                return Err(SealerError::WrongPassphrase);
            }
            let check = keys.current.seal(check_place(keys.current.id()), &CHECK.into(), rng);
            sealing_keys::insert(&mut tx, keys.current.id(), &check, clock.now()).await?;
            tx.commit().await?;
        }
        Ok(Self { keys: Arc::new(keys), rng: rng.clone() })
    }

    /// Seals `secret` for one place.
    pub fn seal(&self, place: Place<'_>, secret: &SecretString) -> String {
        self.keys.current.seal(place, secret, &self.rng)
    }

    /// Opens a value that was sealed for this place.
    pub fn unseal(&self, place: Place<'_>, sealed: &str) -> Result<SecretString, SealError> {
        let sealed = Sealed::parse(sealed)?;
        let mut keys = std::iter::once(&self.keys.current).chain(&self.keys.previous);
        let key = keys.find(|key| key.id() == sealed.key_id).ok_or(SealError::UnknownKey)?;
        key.open(place, &sealed)
    }
}

/// The instance's salt; made now if there is none, which locks out others until `tx` ends.
async fn salt(tx: &mut Tx, rng: &Rng) -> Result<Vec<u8>, SealerError> {
    if let Some(text) = instance_settings::get(tx, SALT).await? {
        return decoded(&text);
    }
    let fresh = BASE64.encode(rng.bytes::<SALT_BYTES>());
    instance_settings::insert_new(tx, SALT, &fresh).await?;
    // Another process that starts now may have been first.
    decoded(&instance_settings::get(tx, SALT).await?.unwrap_or(fresh))
}

fn decoded(salt: &str) -> Result<Vec<u8>, SealerError> {
    BASE64.decode(salt).ok().filter(|salt| salt.len() == SALT_BYTES).ok_or(SealerError::DamagedSalt)
}

async fn derive(config: SealingConfig, salt: Vec<u8>) -> Keys {
    let derived = tokio::task::spawn_blocking(move || Keys {
        current: Key::derive(&config.current, &salt),
        previous: config.previous.map(|previous| Key::derive(&previous, &salt)),
    });
    derived.await.expect("key derivation neither panics nor is cancelled")
}

fn check_place(key_id: &str) -> Place<'_> {
    Place { table: "sealing_keys", column: "check_value", row: key_id }
}

fn opens_check(key: &Key, check: &str) -> bool {
    let Ok(sealed) = Sealed::parse(check) else { return false };
    key.open(check_place(key.id()), &sealed).is_ok_and(|text| text.expose_secret() == CHECK)
}
