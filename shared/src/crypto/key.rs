//! One key: derived from a passphrase, seals and opens values.

use aes_gcm_siv::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use x25519_dalek::StaticSecret;
use zeroize::Zeroizing;

use super::Place;
use crate::rng::Rng;

/// OWASP's first choice for Argon2id: 19 MiB, two passes (cheatsheetseries.owasp.org, Password Storage).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

const VERSION: &str = "v1";
const NONCE_BYTES: usize = 12;

/// A sealed value does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It is not of the form `v1.<key id>.<nonce>.<ciphertext>`.
    #[error("the sealed value is malformed")]
    Malformed,
    /// It was sealed with a passphrase that is not configured.
    #[error(
        "the value was sealed with a passphrase that this process does not have; TOKEN_ENCRYPTION_KEY and \
         TOKEN_ENCRYPTION_KEY_PREVIOUS have to be the same everywhere"
    )]
    UnknownKey,
    /// It was changed, or moved from another row.
    #[error("the sealed value was tampered with or belongs elsewhere")]
    Tampered,
}

/// Seals and opens. Shows nothing of itself.
pub(super) struct Key {
    id: String,
    cipher: Aes256GcmSiv,
    /// Opens letters; see [`letterbox`](super::letterbox).
    pub(super) letters: StaticSecret,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

impl Key {
    /// Takes a few hundredths of a second and 19 MiB: not for the threads of the runtime.
    pub(super) fn derive(passphrase: &SecretString, salt: &[u8]) -> Self {
        let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32))
            .expect("these parameters are within Argon2's limits");
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose_secret().as_bytes(), salt, &mut *key)
            .expect("salt and output have lengths that Argon2 accepts");
        let derived = |purpose: &[u8]| -> Zeroizing<[u8; 32]> {
            let mac = Hmac::<Sha256>::new_from_slice(&*key).expect("HMAC takes keys of any length");
            Zeroizing::new(mac.chain_update(purpose).finalize().into_bytes().into())
        };
        let id = hex::encode(&derived(b"syncbot key id")[..4]);
        let letters = StaticSecret::from(*derived(b"syncbot letters"));
        Self { id, cipher: Aes256GcmSiv::new((&*key).into()), letters }
    }

    /// Names the key and says nothing about it.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn seal(&self, place: Place<'_>, secret: &SecretString, rng: &Rng) -> String {
        let nonce = rng.bytes::<NONCE_BYTES>();
        let payload =
            Payload { msg: secret.expose_secret().as_bytes(), aad: &place.associated_data() };
        let sealed = self
            .cipher
            .encrypt(&Nonce::from(nonce), payload)
            .expect("secrets are far shorter than 64 GiB");
        format!("{VERSION}.{}.{}.{}", self.id, BASE64.encode(nonce), BASE64.encode(sealed))
    }

    pub(super) fn open(
        &self,
        place: Place<'_>,
        sealed: &Sealed<'_>,
    ) -> Result<SecretString, SealError> {
        let payload = Payload { msg: &sealed.ciphertext, aad: &place.associated_data() };
        let opened = self
            .cipher
            .decrypt(&Nonce::from(sealed.nonce), payload)
            .map_err(|_| SealError::Tampered)?;
        String::from_utf8(opened).map(SecretString::from).map_err(|_| SealError::Malformed)
    }
}

/// A sealed value, taken apart.
pub(super) struct Sealed<'s> {
    pub(super) key_id: &'s str,
    nonce: [u8; NONCE_BYTES],
    ciphertext: Vec<u8>,
}

impl<'s> Sealed<'s> {
    pub(super) fn parse(text: &'s str) -> Result<Self, SealError> {
        let mut parts = text.split('.');
        let (Some(VERSION), Some(key_id), Some(nonce), Some(ciphertext), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(SealError::Malformed);
        };
        let nonce = BASE64.decode(nonce).ok().and_then(|nonce| nonce.try_into().ok());
        let ciphertext = BASE64.decode(ciphertext);
        match (nonce, ciphertext) {
            (Some(nonce), Ok(ciphertext)) => Ok(Self { key_id, nonce, ciphertext }),
            _ => Err(SealError::Malformed),
        }
    }
}
