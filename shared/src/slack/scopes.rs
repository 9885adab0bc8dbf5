//! The scopes that SyncBot asks for, in the order of its manifest.
//!
//! Slack refuses an installation with `invalid_scope` when the lists differ from the app's manifest
//! (docs.slack.dev/authentication/installing-with-oauth).

/// Scopes of the bot token.
pub const BOT: [&str; 20] = [
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "channels:manage",
    "chat:write",
    "chat:write.customize",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "users:read",
    "users:read.email",
    "emoji:read",
    "usergroups:read",
];

/// Scopes of the tokens of people who authorise SyncBot to speak for them.
pub const USER: [&str; 13] = [
    "chat:write",
    "channels:history",
    "channels:read",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "users:read",
    "users:read.email",
];

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn manifest() -> Value {
        serde_json::from_str(include_str!("../../../slack-manifest.json")).expect("it is JSON")
    }

    #[test]
    fn the_manifest_asks_for_these_scopes_in_this_order() {
        let scopes = manifest()["oauth_config"]["scopes"].clone();
        for (kind, own) in [("bot", &BOT[..]), ("user", &USER[..])] {
            let asked: Vec<&str> =
                scopes[kind].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
            assert_eq!(asked, own, "{kind}");
        }
    }

    #[test]
    fn the_manifest_keeps_within_slacks_limits() {
        // docs.slack.dev/reference/app-manifest
        let manifest = manifest();
        let about = &manifest["display_information"];
        let chars = |name: &str| about[name].as_str().map_or(0, |text| text.chars().count());
        assert!((1..=35).contains(&chars("name")) && chars("description") <= 140);
        assert!((174..=4_000).contains(&chars("long_description")));
        for (url, path) in [
            (&manifest["settings"]["event_subscriptions"]["request_url"], "/slack/events"),
            (&manifest["settings"]["interactivity"]["request_url"], "/slack/events"),
            (&manifest["oauth_config"]["redirect_urls"][0], "/slack/oauth_redirect"),
        ] {
            let url = url.as_str().expect("an address");
            assert_eq!(url, format!("https://syncbot.example.org{path}"), "one name to replace");
        }
    }
}
