//! Slack's signature over what it sends.
//! <https://docs.slack.dev/authentication/verifying-requests-from-slack/>

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// When something was signed, in seconds since 1970, and the signature in the form of the header
/// `X-Slack-Signature`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) timestamp: i64,
    pub(crate) text: String,
}

/// Signs the raw body.
pub(crate) fn sign(secret: &str, timestamp: i64, body: &[u8]) -> Signature {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .expect("an HMAC takes a key of any length");
    mac.update(format!("v0:{timestamp}:").as_bytes());
    mac.update(body);
    Signature { timestamp, text: format!("v0={}", hex::encode(mac.finalize().into_bytes())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Slack's own page.
    #[test]
    fn the_documented_example_is_reproduced() {
        let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let signature = sign("8f742231b10e8888abcd99yyyzzz85a5", 1_531_420_618, body.as_bytes());
        assert_eq!(
            signature.text,
            "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
        );
    }
}
