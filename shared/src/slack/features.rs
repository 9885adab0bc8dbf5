//! What does not work without which scopes. A workspace may grant fewer than it is asked for; whatever needs none
//! of those that lack works all the same.

/// Something that SyncBot does, as people notice that it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feature {
    /// As it is stored.
    pub code: &'static str,
    /// Scopes of the bot that it needs.
    bot: &'static [&'static str],
    /// Scopes of the person who installs it that it needs.
    person: &'static [&'static str],
    /// What is so without one of them: a sentence that goes on from “Without it, …”.
    pub without: &'static str,
}

impl Feature {
    /// Whether it is for each person to allow, rather than for a workspace.
    pub fn is_personal(&self) -> bool {
        !self.person.is_empty()
    }
}

/// Scopes of a bot and of a person, asked for or granted.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Scopes {
    pub bot: Vec<String>,
    pub person: Vec<String>,
}

impl Scopes {
    /// Both lists are as Slack writes them, separated by commas.
    pub fn granted(bot: &str, person: &str) -> Self {
        let list = |scopes: &str| scopes.split(',').map(str::to_owned).collect();
        Self { bot: list(bot), person: list(person) }
    }
}

/// What only the bot's scopes are needed for.
const fn of_bot(
    code: &'static str,
    bot: &'static [&'static str],
    without: &'static str,
) -> Feature {
    Feature { code, bot, person: &[], without }
}

/// All of them, the most important first.
pub const FEATURES: [Feature; 12] = [
    of_bot("post", &["chat:write"], "nothing can be posted in this workspace"),
    of_bot(
        "read",
        &["channels:history", "channels:read"],
        "what is said in public channels is not copied",
    ),
    of_bot(
        "priv",
        &["groups:history", "groups:read", "groups:write"],
        "private channels cannot be kept in step",
    ),
    of_bot(
        "join",
        &["channels:join", "channels:manage"],
        "SyncBot joins no public channel by itself: somebody has to invite it",
    ),
    of_bot(
        "name",
        &["chat:write.customize"],
        "messages appear under SyncBot's own name and picture instead of their authors'",
    ),
    of_bot("file", &["files:read", "files:write"], "files are not copied"),
    of_bot("react", &["reactions:read", "reactions:write"], "reactions are not copied"),
    of_bot("who", &["users:read"], "names and pictures of people are not known elsewhere"),
    of_bot(
        "mail",
        &["users:read.email"],
        "people are not recognised in other workspaces by their e-mail address",
    ),
    of_bot("tell", &["im:write"], "nobody is told by direct message when something goes wrong"),
    of_bot(
        "later",
        &["app_mentions:read", "emoji:read", "team:read", "usergroups:read"],
        "mentions of SyncBot, custom emoji and user groups stay plain text",
    ),
    Feature {
        code: "own",
        bot: &[],
        person: &super::scopes::USER,
        without: "what you say elsewhere does not appear here in your own name",
    },
];

/// What lacks scopes that were asked for and not granted. What an operator does not ask for, nobody can grant.
pub fn lacking(asked: &Scopes, granted: &Scopes) -> impl Iterator<Item = Feature> {
    let lacks = |needed: &[&str], asked: &[String], granted: &[String]| {
        let is_in = |list: &[String], scope: &str| list.iter().any(|one| one == scope);
        needed.iter().any(|scope| is_in(asked, scope) && !is_in(granted, scope))
    };
    FEATURES.into_iter().filter(move |feature| {
        lacks(feature.bot, &asked.bot, &granted.bot)
            || lacks(feature.person, &asked.person, &granted.person)
    })
}

/// What stands for these codes, separated by commas.
pub fn stored(codes: &str) -> impl Iterator<Item = Feature> {
    let codes = codes.split(',');
    codes.filter_map(|code| FEATURES.into_iter().find(|feature| feature.code == code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::scopes;

    #[test]
    fn every_scope_that_is_asked_for_is_for_something() {
        let mut bot: Vec<&str> = FEATURES.iter().flat_map(|feature| feature.bot).copied().collect();
        bot.sort_unstable();
        let mut asked = scopes::BOT.to_vec();
        asked.sort_unstable();
        assert_eq!(bot, asked);
        let person: Vec<&str> =
            FEATURES.iter().flat_map(|feature| feature.person).copied().collect();
        assert_eq!(person, scopes::USER);
    }

    #[test]
    fn what_lacks_a_scope_is_named_and_comes_back_as_it_was_stored() {
        let (bot, person) = (scopes::BOT.join(","), scopes::USER.join(","));
        let asked = Scopes::granted(&bot, &person);
        let codes = |bot: &str, person: &str| {
            let granted = Scopes::granted(bot, person);
            lacking(&asked, &granted).map(|feature| feature.code).collect::<Vec<_>>().join(",")
        };
        assert_eq!(codes(&bot, &person), "");
        let fewer = bot.replace("files:write,", "");
        assert_eq!(codes(&fewer, ""), "file,own");
        let all = codes("", "");
        assert!(all.len() <= 64, "as the column has it: {all}");
        assert_eq!(stored(&all).count(), FEATURES.len());
        assert_eq!(stored("").count(), 0);
    }

    #[test]
    fn what_nobody_asked_for_is_not_lacking() {
        let asked = Scopes::granted("chat:write,files:read", "chat:write");
        let lacks = |bot: &str, person: &str| {
            let granted = Scopes::granted(bot, person);
            lacking(&asked, &granted).map(|feature| feature.code).collect::<Vec<_>>()
        };
        assert!(lacks("chat:write,files:read", "chat:write").is_empty());
        assert_eq!(lacks("chat:write", ""), ["file", "own"]);
    }
}
