//! What people let the app do in their name, and the tokens that stand for it.
//! <https://docs.slack.dev/authentication/tokens>

use sha2::{Digest as _, Sha256};

use super::{App, Workspace};
use crate::ids::{TeamId, UserId};

/// Whom a token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Bot,
    Person(UserId),
}

impl Caller {
    /// The person, if it is not the bot.
    pub(crate) fn person(&self) -> Option<&UserId> {
        match self {
            Self::Bot => None,
            Self::Person(user) => Some(user),
        }
    }
}

/// Whether a token is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Good,
    /// The person took it back, or their account is deactivated.
    Revoked,
}

/// What is known of a token that the emulator gave out.
#[derive(Clone, Debug)]
pub(crate) struct Bearer {
    pub(crate) team: TeamId,
    pub(crate) caller: Caller,
    pub(crate) standing: Standing,
}

/// What one person lets the app do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grant {
    pub(crate) scopes: Vec<String>,
    /// All tokens so far, the newest last.
    tokens: Vec<String>,
    /// Whether the newest token is good.
    is_live: bool,
}

impl Grant {
    pub(crate) fn token(&self) -> Option<&str> {
        self.tokens.last().map(String::as_str).filter(|_| self.is_live)
    }

    fn standing(&self, token: &str) -> Option<Standing> {
        if self.token() == Some(token) {
            return Some(Standing::Good);
        }
        self.tokens.iter().any(|known| known == token).then_some(Standing::Revoked)
    }
}

impl Workspace {
    /// A person lets the app act in their name. Scopes add up and the token stays, until they take
    /// it back. <https://docs.slack.dev/authentication/installing-with-oauth>
    pub(crate) fn authorize(&mut self, app: &App, user: &UserId, scopes: Vec<String>) -> String {
        let stem = self.stem().to_owned();
        let team = self.id.clone();
        let grant = self.grants.entry(user.clone()).or_default();
        for scope in scopes {
            if !grant.scopes.contains(&scope) {
                grant.scopes.push(scope);
            }
        }
        if !grant.is_live {
            // Like the bot's, the token outlives a restart.
            let number = grant.tokens.len();
            let secret = Sha256::digest(format!("{}/{team}/{user}/{number}", app.id));
            let person = user.strip_prefix('U').unwrap_or(user);
            grant.tokens.push(format!("xoxp-{stem}-{person}-{}", &hex::encode(secret)[..24]));
            grant.is_live = true;
        }
        grant.token().map(str::to_owned).expect("a token was made if there was none")
    }

    /// A person takes back what they let the app do. Returns whether there was anything.
    pub(crate) fn revoke(&mut self, user: &UserId) -> bool {
        let grant = self.grants.get_mut(user).filter(|grant| grant.is_live);
        let was_live = grant.is_some();
        if let Some(grant) = grant {
            grant.scopes.clear();
            grant.is_live = false;
        }
        was_live
    }

    /// What is known of a token, if it is of this workspace.
    pub(super) fn bearer(&self, token: &str) -> Option<Bearer> {
        let bearer = |caller, standing| Bearer { team: self.id.clone(), caller, standing };
        if self.installation.token == token {
            return Some(bearer(Caller::Bot, Standing::Good));
        }
        self.grants.iter().find_map(|(user, grant)| {
            let standing = grant.standing(token)?;
            let is_gone = self.users.get(user).is_none_or(|user| user.deleted);
            let standing = if is_gone { Standing::Revoked } else { standing };
            Some(bearer(Caller::Person(user.clone()), standing))
        })
    }

    /// The user that someone is: for the bot, its bot user.
    pub(crate) fn user_of<'a>(&'a self, caller: &'a Caller) -> &'a UserId {
        match caller {
            Caller::Bot => &self.installation.bot_user,
            Caller::Person(user) => user,
        }
    }

    pub(crate) fn scopes_of(&self, caller: &Caller) -> &[String] {
        match caller {
            Caller::Bot => &self.installation.scopes,
            Caller::Person(user) => self.grants.get(user).map_or(&[], |grant| &grant.scopes),
        }
    }
}
