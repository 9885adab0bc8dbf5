//! Proves that a request comes from Slack.
//!
//! docs.slack.dev/authentication/verifying-requests-from-slack: `v0=` and the hex HMAC-SHA256, under the
//! app's signing secret, of `v0:{X-Slack-Request-Timestamp}:{raw body}`.

use hmac::KeyInit as _;
use hmac::{Hmac, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// Requests that are further off than this are refused: somebody may be replaying them.
const WINDOW_SECONDS: u64 = 5 * 60;
/// Events that Slack sends again may carry the signature of the first time: whether they are signed anew is not
/// documented, and they come for a day (docs.slack.dev/apis/events-api). One that is replayed is known by its id.
const WINDOW_OF_REPEATS_SECONDS: u64 = 25 * 60 * 60;

/// What is known of a request beside its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It happens now.
    Once,
    /// It is an event, known by its id, that Slack says it sends again.
    Again,
}

/// A request does not come from Slack, or not now. Says nothing of what would have been right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header is absent or not of its form.
    #[error("the request carries no valid Slack signature headers")]
    Malformed,
    /// The time stamp is more than five minutes off.
    #[error("the request's time stamp is too far from now")]
    Stale,
    /// It was made with another secret, or for another body.
    #[error("the request's signature does not match")]
    Mismatch,
}

/// Checks requests against one or, while the secret is being changed, two signing secrets.
#[derive(Clone)]
pub struct Verifier {
    keys: Vec<Hmac<Sha256>>,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verifier({} keys)", self.keys.len())
    }
}

impl Verifier {
    /// Without any secret every request is refused.
    pub fn new(secrets: &[SecretString]) -> Self {
        let key = |secret: &SecretString| {
            Hmac::new_from_slice(secret.expose_secret().as_bytes())
                .expect("HMAC takes keys of any length")
        };
        Self { keys: secrets.iter().map(key).collect() }
    }

    /// Checks the raw body. `now`: seconds since 1970.
    pub fn verify(
        &self,
        timestamp: &[u8],
        signature: &[u8],
        body: &[u8],
        now: i64,
        as_sent: Sent,
    ) -> Result<(), SignatureError> {
        let sent: i64 = std::str::from_utf8(timestamp)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or(SignatureError::Malformed)?;
        let given = signature
            .strip_prefix(b"v0=")
            .and_then(|digits| hex::decode(digits).ok())
            .ok_or(SignatureError::Malformed)?;
        let oldest = match as_sent {
            Sent::Once => WINDOW_SECONDS,
            Sent::Again => WINDOW_OF_REPEATS_SECONDS,
        };
        let window = if sent < now { oldest } else { WINDOW_SECONDS };
        if sent.abs_diff(now) > window {
            return Err(SignatureError::Stale);
        }
        let matches = |key: &Hmac<Sha256>| {
            let mut mac = key.clone();
            mac.update(b"v0:");
            mac.update(timestamp);
            mac.update(b":");
            mac.update(body);
            // Compares in constant time.
            mac.verify_slice(&given).is_ok()
        };
        if self.keys.iter().any(matches) { Ok(()) } else { Err(SignatureError::Mismatch) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of docs.slack.dev/authentication/verifying-requests-from-slack.
    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const TIMESTAMP: &[u8] = b"1531420618";
    const NOW: i64 = 1_531_420_618;
    const SIGNATURE: &[u8] = b"v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    const BODY: &[u8] = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

    fn verifier(secrets: &[&str]) -> Verifier {
        Verifier::new(&secrets.iter().map(|secret| (*secret).into()).collect::<Vec<_>>())
    }

    #[test]
    fn slacks_own_example_verifies_under_either_secret() {
        for secrets in [&[SECRET][..], &["new secret", SECRET]] {
            assert_eq!(
                verifier(secrets).verify(TIMESTAMP, SIGNATURE, BODY, NOW + 300, Sent::Once),
                Ok(())
            );
        }
    }

    #[test]
    fn what_is_sent_again_may_have_been_signed_a_day_ago_and_not_tomorrow() {
        let verifier = verifier(&[SECRET]);
        let accepts = |now| verifier.verify(TIMESTAMP, SIGNATURE, BODY, now, Sent::Again);
        assert_eq!(accepts(NOW + 24 * 60 * 60), Ok(()));
        for now in [NOW + 25 * 60 * 60 + 1, NOW - 301] {
            assert_eq!(accepts(now), Err(SignatureError::Stale), "{now}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let verifier = verifier(&[SECRET]);
        let mut changed = BODY.to_vec();
        changed[0] ^= 1;
        assert_eq!(
            verifier.verify(TIMESTAMP, SIGNATURE, &changed, NOW, Sent::Once),
            Err(SignatureError::Mismatch)
        );
        assert_eq!(
            verifier.verify(b"1531420619", SIGNATURE, BODY, NOW, Sent::Once),
            Err(SignatureError::Mismatch)
        );
        assert_eq!(
            verifier.verify(TIMESTAMP, SIGNATURE, BODY, NOW + 301, Sent::Once),
            Err(SignatureError::Stale)
        );
        assert_eq!(
            verifier.verify(TIMESTAMP, SIGNATURE, BODY, NOW - 301, Sent::Once),
            Err(SignatureError::Stale)
        );
        assert_eq!(
            verifier.verify(TIMESTAMP, &SIGNATURE[..66], BODY, NOW, Sent::Once),
            Err(SignatureError::Malformed)
        );
        assert_eq!(
            verifier.verify(TIMESTAMP, &SIGNATURE[..65], BODY, NOW, Sent::Once),
            Err(SignatureError::Mismatch)
        );
        for (timestamp, signature) in [
            (&b""[..], SIGNATURE),
            (b"now", SIGNATURE),
            (TIMESTAMP, b""),
            (TIMESTAMP, b"v1=00"),
            (TIMESTAMP, b"v0=zz"),
        ] {
            assert_eq!(
                verifier.verify(timestamp, signature, BODY, NOW, Sent::Once),
                Err(SignatureError::Malformed)
            );
        }
        assert_eq!(
            self::verifier(&[]).verify(TIMESTAMP, SIGNATURE, BODY, NOW, Sent::Once),
            Err(SignatureError::Mismatch)
        );
    }
}
