//! The app as one workspace has it: its bot, and what people let it do in their names.

use std::time::Duration;

use super::{App, Fate, Grant, Issued, Issuing, User, Workspace};
use crate::ids::{BotId, TeamId, UserId};

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
    /// Its time is over.
    Expired,
    /// A person's whose grant is no more; or too many newer ones were asked for.
    Revoked,
    /// The bot's, where the app is not installed any more.
    Inactive,
    /// The bot's, of an earlier installation than the present.
    Forgotten,
}

impl Standing {
    /// The error that calls with such a token are answered with. That tokens of bots and of people
    /// differ is in the table of errors that all methods share, as of
    /// <https://docs.slack.dev/reference/methods/auth.test>; what becomes of an old one after a
    /// reinstallation was seen in <https://github.com/slackapi/bolt-python/issues/1029>.
    pub(crate) fn error(self) -> Option<&'static str> {
        match self {
            Self::Good => None,
            Self::Expired => Some("token_expired"),
            Self::Revoked => Some("token_revoked"),
            Self::Inactive => Some("account_inactive"),
            Self::Forgotten => Some("invalid_auth"),
        }
    }
}

/// What is known of a token that the emulator gave out.
#[derive(Clone, Debug)]
pub(crate) struct Bearer {
    pub(crate) team: TeamId,
    pub(crate) caller: Caller,
    pub(crate) standing: Standing,
}

/// The app as one workspace has it. The ids of its bot follow from the workspace's and stay through
/// every reinstallation.
pub(crate) struct Installation {
    pub(crate) bot_user: UserId,
    pub(crate) bot_id: BotId,
    /// What the bot may do; it is live while the app is installed.
    pub(crate) grant: Grant,
}

impl Installation {
    pub(super) fn none(stem: &str, team: &str, app: &App) -> Self {
        Self {
            bot_user: UserId::from(format!("U{stem}BOT")),
            bot_id: BotId::from(format!("B{stem}BOT")),
            grant: Grant::new("xoxb", stem.to_owned(), format!("{}/{team}", app.id)),
        }
    }

    pub(crate) fn has_scope(&self, scope: &str) -> bool {
        self.grant.has_scope(scope)
    }
}

/// Whose tokens were taken back.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Revoked {
    pub(crate) people: Vec<UserId>,
    pub(crate) bot: Option<UserId>,
}

impl Workspace {
    pub(crate) fn is_installed(&self) -> bool {
        self.installation.grant.is_live()
    }

    /// Whether any token of the app here is left. Without one it is uninstalled.
    /// <https://docs.slack.dev/reference/events/app_uninstalled>
    pub(crate) fn has_tokens(&self) -> bool {
        self.is_installed() || self.grants.values().any(Grant::is_live)
    }

    /// The app is installed, or once more: its bot user is there, with these scopes besides those
    /// that it has.
    pub(crate) fn install(
        &mut self,
        app: &App,
        scopes: impl IntoIterator<Item = String>,
        how: Issuing,
    ) -> Issued {
        let bot_user = &self.installation.bot_user;
        let bot = || User::new(bot_user, &app.name).handle(&app.name.to_lowercase()).bot();
        self.users.entry(bot_user.clone()).or_insert_with(bot).deleted = false;
        let grant = &mut self.installation.grant;
        grant.add(scopes);
        grant.issue(how)
    }

    /// A person lets the app act in their name, with these scopes besides those that it has.
    pub(crate) fn authorize(
        &mut self,
        app: &App,
        user: &UserId,
        scopes: impl IntoIterator<Item = String>,
        how: Issuing,
    ) -> Issued {
        let person = user.strip_prefix('U').unwrap_or(user);
        let place = format!("{}-{person}", self.stem());
        let seed = format!("{}/{}/{user}", app.id, self.id);
        let fresh = || Grant::new("xoxp", place, seed);
        let grant = self.grants.entry(user.clone()).or_insert_with(fresh);
        grant.add(scopes);
        grant.issue(how)
    }

    /// A person takes back what they let the app do. Returns whether there was anything.
    pub(crate) fn revoke(&mut self, user: &UserId) -> bool {
        self.grants.get_mut(user).is_some_and(Grant::end)
    }

    /// The bot's tokens are good no longer. Its user is deactivated, and in no channel any more.
    /// <https://docs.slack.dev/reference/methods/auth.revoke>
    pub(crate) fn retire_bot(&mut self) -> bool {
        let bot_user = &self.installation.bot_user;
        if let Some(user) = self.users.get_mut(bot_user) {
            user.deleted = true;
        }
        for channel in self.channels.values_mut() {
            channel.members.remove(bot_user);
        }
        self.installation.grant.end()
    }

    /// Nothing is left of the app here.
    pub(crate) fn uninstall(&mut self) -> Revoked {
        let people = self.grants.iter_mut().filter_map(|(user, grant)| {
            let was_live = grant.end();
            was_live.then(|| user.clone())
        });
        let people = people.collect();
        let bot = self.retire_bot().then(|| self.installation.bot_user.clone());
        Revoked { people, bot }
    }

    /// Whose refresh token this is, if it was good; now it is no longer.
    pub(crate) fn use_up(&mut self, refresh: &str) -> Option<Caller> {
        if self.installation.grant.use_up(refresh) {
            return Some(Caller::Bot);
        }
        self.grants
            .iter_mut()
            .find_map(|(user, grant)| grant.use_up(refresh).then(|| Caller::Person(user.clone())))
    }

    /// What is known of a token, if it is of this workspace.
    pub(super) fn bearer(&self, token: &str, now: Duration) -> Option<Bearer> {
        let bearer = |caller, standing| Bearer { team: self.id.clone(), caller, standing };
        let timely = |fate| match fate {
            Fate::Live { until } if until.is_some_and(|until| until <= now) => Standing::Expired,
            Fate::Live { .. } => Standing::Good,
            Fate::Replaced | Fate::Ended => Standing::Revoked,
        };
        if let Some(fate) = self.installation.grant.fate(token) {
            let standing = match fate {
                Fate::Ended if self.is_installed() => Standing::Forgotten,
                Fate::Ended => Standing::Inactive,
                fate => timely(fate),
            };
            return Some(bearer(Caller::Bot, standing));
        }
        self.grants.iter().find_map(|(user, grant)| {
            let fate = grant.fate(token)?;
            let is_gone = self.users.get(user).is_none_or(|user| user.deleted);
            let standing = if is_gone { Standing::Revoked } else { timely(fate) };
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

    pub(crate) fn grant_of(&self, caller: &Caller) -> Option<&Grant> {
        match caller {
            Caller::Bot => Some(&self.installation.grant),
            Caller::Person(user) => self.grants.get(user),
        }
    }

    pub(crate) fn scopes_of(&self, caller: &Caller) -> &[String] {
        self.grant_of(caller).map_or(&[], |grant| &grant.scopes)
    }
}
