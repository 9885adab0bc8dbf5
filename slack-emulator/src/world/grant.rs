//! What the bot of a workspace, or a person, lets the app do, and the tokens that stand for it.
//! <https://docs.slack.dev/authentication/tokens>

use std::time::Duration;

use sha2::{Digest as _, Sha256};

/// How long a token lasts if tokens are rotated.
/// <https://docs.slack.dev/authentication/using-token-rotation>
pub(crate) const TOKEN_LIFE: Duration = Duration::from_hours(12);

/// So many rotated tokens are good at once: the page speaks of a limit of two.
const MOST_ROTATED: usize = 2;

/// How a token is given out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Issuing {
    /// The time of the emulator's clock.
    pub(crate) now: Duration,
    /// Whether tokens end after a while and are made anew.
    pub(crate) is_rotated: bool,
    /// Whether one that does not end is given out again.
    pub(crate) keeps: bool,
}

/// What becomes of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is good, unless its time is over.
    Live { until: Option<Duration> },
    /// Newer ones took its place.
    Replaced,
    /// What it stood for was taken back.
    Ended,
}

#[derive(Clone)]
struct Token {
    text: String,
    fate: Fate,
    /// What a newer token is asked for with; it is good once.
    refresh: Option<String>,
}

/// A token that was given out.
#[derive(Clone)]
pub(crate) struct Issued {
    pub(crate) token: String,
    /// How it is renewed, if it ends after [`TOKEN_LIFE`].
    pub(crate) refresh: Option<String>,
}

/// What somebody lets the app do.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) scopes: Vec<String>,
    /// `xoxb` or `xoxp`.
    kind: &'static str,
    /// What tokens are recognised by: the workspace, and the person if it is one's.
    place: String,
    /// What tokens are made of, so that they outlive a restart as an installation in a database
    /// does.
    seed: String,
    /// All tokens so far, the newest last.
    tokens: Vec<Token>,
}

impl Grant {
    /// Nothing granted yet.
    pub(super) fn new(kind: &'static str, place: String, seed: String) -> Self {
        Self { scopes: Vec::new(), kind, place, seed, tokens: Vec::new() }
    }

    /// The newest token, unless all was taken back.
    pub(crate) fn token(&self) -> Option<&str> {
        self.newest().map(|token| token.text.as_str())
    }

    /// What the newest token is renewed with.
    pub(crate) fn refresh_token(&self) -> Option<&str> {
        self.newest()?.refresh.as_deref()
    }

    fn newest(&self) -> Option<&Token> {
        self.tokens.last().filter(|token| matches!(token.fate, Fate::Live { .. }))
    }

    pub(crate) fn is_live(&self) -> bool {
        self.newest().is_some()
    }

    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.is_live() && self.scopes.iter().any(|granted| granted == scope)
    }

    /// Scopes add up.
    pub(super) fn add(&mut self, scopes: impl IntoIterator<Item = String>) {
        for scope in scopes {
            if !self.scopes.contains(&scope) {
                self.scopes.push(scope);
            }
        }
    }

    /// Gives out a token.
    pub(super) fn issue(&mut self, how: Issuing) -> Issued {
        let is_kept = how.keeps && !how.is_rotated;
        let kept = self.newest().filter(|token| is_kept && token.refresh.is_none());
        if let Some(token) = kept {
            return Issued { token: token.text.clone(), refresh: None };
        }
        let number = self.tokens.len();
        let token =
            if how.is_rotated { self.rotated(number, how.now) } else { self.lasting(number) };
        let issued = Issued { token: token.text.clone(), refresh: token.refresh.clone() };
        let fate = if how.is_rotated { Fate::Replaced } else { Fate::Ended };
        let keep = if how.is_rotated { MOST_ROTATED - 1 } else { 0 };
        let live =
            self.tokens.iter_mut().rev().filter(|token| matches!(token.fate, Fate::Live { .. }));
        live.skip(keep).for_each(|token| token.fate = fate);
        self.tokens.push(token);
        issued
    }

    fn lasting(&self, number: usize) -> Token {
        let text = format!("{}-{}-{}", self.kind, self.place, self.secret(number, "token"));
        Token { text, fate: Fate::Live { until: None }, refresh: None }
    }

    fn rotated(&self, number: usize, now: Duration) -> Token {
        let Self { kind, place, .. } = self;
        let text = format!("xoxe.{kind}-1-{place}-{}", self.secret(number, "token"));
        let refresh = format!("xoxe-1-{place}-{}", self.secret(number, "refresh"));
        Token { text, fate: Fate::Live { until: Some(now + TOKEN_LIFE) }, refresh: Some(refresh) }
    }

    fn secret(&self, number: usize, purpose: &str) -> String {
        let seed = match (number, purpose) {
            (0, "token") => self.seed.clone(),
            _ => format!("{}/{number}/{purpose}", self.seed),
        };
        let secret = hex::encode(Sha256::digest(seed));
        secret[..24].to_owned()
    }

    /// Uses a refresh token up. Returns whether it was good.
    pub(super) fn use_up(&mut self, refresh: &str) -> bool {
        let token = self.tokens.iter_mut().find(|token| {
            matches!(token.fate, Fate::Live { .. }) && token.refresh.as_deref() == Some(refresh)
        });
        token.is_some_and(|token| token.refresh.take().is_some())
    }

    /// All is taken back. Returns whether there was anything.
    pub(super) fn end(&mut self) -> bool {
        let was_live = self.is_live();
        self.scopes.clear();
        for token in &mut self.tokens {
            token.fate = Fate::Ended;
        }
        was_live
    }

    /// What became of a token, if it is one of these.
    pub(super) fn fate(&self, token: &str) -> Option<Fate> {
        self.tokens.iter().find(|known| known.text == token).map(|known| known.fate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LASTING: Issuing = Issuing { now: Duration::ZERO, is_rotated: false, keeps: true };
    const ROTATED: Issuing = Issuing { is_rotated: true, ..LASTING };

    fn grant() -> Grant {
        Grant::new("xoxb", "ACME".to_owned(), "A/T".to_owned())
    }

    #[test]
    fn a_lasting_token_is_kept_or_made_anew() {
        let mut grant = grant();
        let first = grant.issue(LASTING).token;
        assert!(first.starts_with("xoxb-ACME-"));
        assert_eq!(grant.issue(LASTING).token, first);
        let second = grant.issue(Issuing { keeps: false, ..LASTING }).token;
        assert_ne!(second, first);
        assert_eq!(grant.fate(&first), Some(Fate::Ended));
        assert!(grant.end() && !grant.end());
        assert_ne!(grant.issue(LASTING).token, second);
    }

    #[test]
    fn two_rotated_tokens_are_good_at_once_and_each_is_renewed_once() {
        let mut grant = grant();
        let issued: Vec<_> = (0..3).map(|_| grant.issue(ROTATED)).collect();
        let live = Fate::Live { until: Some(TOKEN_LIFE) };
        let fates: Vec<_> = issued.iter().map(|issued| grant.fate(&issued.token)).collect();
        assert_eq!(fates, [Some(Fate::Replaced), Some(live), Some(live)]);
        let refresh: Vec<_> = issued.into_iter().filter_map(|issued| issued.refresh).collect();
        assert!(refresh[1].starts_with("xoxe-1-ACME-"));
        assert!(!grant.use_up(&refresh[0]), "newer ones took its place");
        assert!(grant.use_up(&refresh[1]) && !grant.use_up(&refresh[1]));
    }
}
