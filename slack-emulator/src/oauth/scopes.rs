//! Which scopes there are, for bots and for people.
//! <https://docs.slack.dev/reference/scopes>

const SCOPES: &str = include_str!("../../data/scopes.txt");

/// Whom a scope is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    Bot,
    User,
}

/// Reads a list; the empty one has none.
pub(super) fn read(list: &str) -> Vec<String> {
    list.split([',', ' ']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

/// Whether there is such a scope.
pub(super) fn exists(scope: &str, holder: Holder) -> bool {
    if holder == Holder::User && (scope == "admin" || scope.starts_with("admin.")) {
        return true;
    }
    let wanted = match holder {
        Holder::Bot => "bot",
        Holder::User => "user",
    };
    let mut lines = SCOPES.lines().filter(|line| !line.starts_with('#'));
    lines.any(|line| {
        let mut words = line.split(' ');
        words.next() == Some(scope) && words.any(|holder| holder == wanted)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::DEFAULT_SCOPES;

    #[test]
    fn bots_and_people_have_scopes_of_their_own() {
        assert!(exists("channels:join", Holder::Bot) && !exists("channels:join", Holder::User));
        assert!(exists("channels:write", Holder::User) && !exists("channels:write", Holder::Bot));
        assert!(exists("admin.users:read", Holder::User) && !exists("admin", Holder::Bot));
        assert!(!exists("chat:shout", Holder::Bot) && !exists("bot", Holder::Bot));
        assert!(DEFAULT_SCOPES.into_iter().all(|scope| exists(scope, Holder::Bot)));
    }
}
