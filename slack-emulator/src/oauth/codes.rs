//! What people allowed, by the codes that the app exchanges for tokens.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::{TeamId, UserId};

/// How long a code is good: ten minutes.
/// <https://docs.slack.dev/authentication/installing-with-oauth>
const CODE_LIFE: Duration = Duration::from_mins(10);

/// What somebody allowed.
#[derive(Clone, Debug)]
pub(crate) struct Allowed {
    pub(crate) team: TeamId,
    pub(crate) user: UserId,
    /// For the bot.
    pub(crate) scopes: Vec<String>,
    /// For acting in the person's name.
    pub(crate) user_scopes: Vec<String>,
    /// Where the app wanted the person sent back to, if it named that.
    pub(crate) redirect_uri: Option<String>,
    /// Where they were sent back to.
    pub(crate) target: String,
}

/// Why a code cannot be exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CodeError {
    /// It was never given out, or is too old.
    Invalid,
    /// Not in the page's table of errors, but seen in
    /// <https://github.com/kmrshntr/omniauth-slack/issues/54>.
    AlreadyUsed,
    /// The person was to be sent back to another address.
    BadRedirect,
}

struct Code {
    allowed: Allowed,
    until: Duration,
    is_used: bool,
}

#[derive(Default)]
pub(crate) struct Codes(BTreeMap<String, Code>);

impl Codes {
    /// Keeps what was allowed until it is asked for.
    pub(super) fn put(&mut self, code: String, allowed: Allowed, now: Duration) {
        let until = now + CODE_LIFE;
        self.0.insert(code, Code { allowed, until, is_used: false });
    }

    /// Exchanges a code. An exchange that fails leaves it as good as it was.
    pub(crate) fn take(
        &mut self,
        code: &str,
        redirect_uri: Option<&str>,
        now: Duration,
    ) -> Result<Allowed, CodeError> {
        let code = self.0.get_mut(code).ok_or(CodeError::Invalid)?;
        if code.is_used {
            return Err(CodeError::AlreadyUsed);
        }
        if code.until <= now {
            return Err(CodeError::Invalid);
        }
        // "This must match the originally submitted URI (if one was sent)."
        let fits = match &code.allowed.redirect_uri {
            Some(named) => redirect_uri == Some(named.as_str()),
            None => redirect_uri.is_none_or(|named| named == code.allowed.target),
        };
        if !fits {
            return Err(CodeError::BadRedirect);
        }
        code.is_used = true;
        Ok(code.allowed.clone())
    }
}
