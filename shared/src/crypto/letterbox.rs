//! A letterbox: whoever has no passphrase puts a secret in, and only who has it takes it out.
//!
//! A browser brings an installation's code to ingress, which must leave it in the database for a worker. So each
//! passphrase has an X25519 key pair, derived from its key; the public half stands in `instance_settings`. A
//! letter reads `l1.<key id>.<public key of its own>.<ciphertext>`: its key comes from both pairs and seals
//! nothing else, with what it is about as associated data.

use aes_gcm_siv::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use x25519_dalek::{PublicKey, SharedSecret, StaticSecret};

use super::SealError;
use super::key::Key;
use crate::db::{Db, DbError, Tx};
use crate::rng::Rng;
use crate::tables::instance_settings;

const VERSION: &str = "l1";
/// `<key id>.<public key>`
const SETTING: &str = "sealing.letterbox";
/// Each key is used once.
const NONCE: [u8; 12] = [0; 12];

/// The slot of a letterbox. Holds no secret.
#[derive(Debug, Clone)]
pub struct Letterbox {
    key_id: String,
    public: PublicKey,
}

/// Shows the public half of a key to those who have none.
pub(super) async fn put_up(tx: &mut Tx, key: &Key) -> Result<(), DbError> {
    let shown = format!("{}.{}", key.id(), BASE64.encode(PublicKey::from(&key.letters)));
    if instance_settings::get(tx, SETTING).await?.as_ref() == Some(&shown) {
        return Ok(());
    }
    instance_settings::put(tx, SETTING, &shown).await
}

impl Letterbox {
    /// The one of this database; `None`: nobody with a passphrase has opened it so far.
    pub async fn find(db: &Db) -> Result<Option<Self>, DbError> {
        let Some(shown) = instance_settings::read(db, SETTING).await? else { return Ok(None) };
        let parsed = shown.split_once('.').and_then(|(key_id, public)| {
            Some(Self { key_id: key_id.to_owned(), public: public_key(public)? })
        });
        let damaged = || DbError::BadValue {
            table: "instance_settings",
            column: "value",
            id: SETTING.to_owned(),
        };
        parsed.map(Some).ok_or_else(damaged)
    }

    /// Puts a secret in, about `matter`: it is taken out for that alone.
    pub fn put(&self, matter: &str, secret: &SecretString, rng: &Rng) -> String {
        let own = StaticSecret::from(rng.bytes::<32>());
        let public = PublicKey::from(&own);
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: matter.as_bytes() };
        let sealed = cipher(&own.diffie_hellman(&self.public), &public, &self.public)
            .encrypt(&Nonce::from(NONCE), payload)
            .expect("secrets are far shorter than 64 GiB");
        format!("{VERSION}.{}.{}.{}", self.key_id, BASE64.encode(public), BASE64.encode(sealed))
    }
}

/// Opens a letter with the key of its id.
pub(super) fn open<'k>(
    key: impl FnOnce(&str) -> Result<&'k Key, SealError>,
    matter: &str,
    letter: &str,
) -> Result<SecretString, SealError> {
    let mut parts = letter.split('.');
    let (Some(VERSION), Some(key_id), Some(public), Some(sealed), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(SealError::Malformed);
    };
    let public = public_key(public).ok_or(SealError::Malformed)?;
    let sealed = BASE64.decode(sealed).map_err(|_| SealError::Malformed)?;
    let own = &key(key_id)?.letters;
    let opened = cipher(&own.diffie_hellman(&public), &public, &PublicKey::from(own))
        .decrypt(&Nonce::from(NONCE), Payload { msg: &sealed, aad: matter.as_bytes() })
        .map_err(|_| SealError::Tampered)?;
    String::from_utf8(opened).map(SecretString::from).map_err(|_| SealError::Malformed)
}

fn cipher(shared: &SharedSecret, letter: &PublicKey, letterbox: &PublicKey) -> Aes256GcmSiv {
    let mac = Hmac::<Sha256>::new_from_slice(shared.as_bytes());
    let mac = mac.expect("HMAC takes keys of any length");
    let mac = mac.chain_update(b"syncbot letter").chain_update(letter).chain_update(letterbox);
    Aes256GcmSiv::new(&mac.finalize().into_bytes())
}

fn public_key(text: &str) -> Option<PublicKey> {
    let bytes: [u8; 32] = BASE64.decode(text).ok()?.try_into().ok()?;
    Some(PublicKey::from(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letterbox(key: &Key) -> Letterbox {
        Letterbox { key_id: key.id().to_owned(), public: PublicKey::from(&key.letters) }
    }

    #[test]
    fn a_letter_opens_for_its_matter_and_with_its_key_alone() {
        let (key, other) = (
            Key::derive(&"one".into(), b"salt of test"),
            Key::derive(&"two".into(), b"salt of test"),
        );
        let rng = Rng::seeded(1);
        let letter = letterbox(&key).put("attempt 1", &"a code".into(), &rng);
        assert!(letter.starts_with("l1.") && !letter.contains("code"), "{letter}");
        assert_ne!(letter, letterbox(&key).put("attempt 1", &"a code".into(), &rng));
        let opened = open(
            |id| (id == key.id()).then_some(&key).ok_or(SealError::UnknownKey),
            "attempt 1",
            &letter,
        );
        assert_eq!(opened.expect("it opens").expose_secret(), "a code");
        assert_eq!(open(|_| Ok(&key), "attempt 2", &letter).err(), Some(SealError::Tampered));
        assert_eq!(open(|_| Ok(&other), "attempt 1", &letter).err(), Some(SealError::Tampered));
        assert_eq!(open(|_| Ok(&key), "attempt 1", "l1.x.y").err(), Some(SealError::Malformed));
    }
}
