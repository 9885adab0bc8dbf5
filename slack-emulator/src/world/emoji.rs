//! The names of the standard emoji, with which one may react in every workspace.
//!
//! Slack takes the short names of <https://github.com/iamcal/emoji-data>. The list here has those in
//! common use, flags and rare signs left out. Names that mean the same emoji (`+1`, `thumbsup`) stay
//! apart: whether Slack makes them one is not documented.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A heading begins with `#`; an asterisk marks emoji that come in skin tones.
const LIST: &str = include_str!("../../data/emoji.txt");

/// What stands between an emoji's name and the number of its skin tone.
/// <https://docs.slack.dev/reference/methods/reactions.add>
const TONE: &str = "::skin-tone-";

/// Whether each emoji comes in skin tones.
static HAS_TONES: LazyLock<BTreeMap<&str, bool>> = LazyLock::new(|| {
    let names = categories().into_iter().flat_map(|(_, names)| names);
    names.map(|name| name.strip_suffix('*').map_or((name, false), |name| (name, true))).collect()
});

/// The headings, each with what stands under it.
fn categories() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut categories: Vec<(_, Vec<_>)> = Vec::new();
    for line in LIST.lines() {
        if let Some(heading) = line.strip_prefix("# ") {
            categories.push((heading, Vec::new()));
        } else if let Some((_, names)) = categories.last_mut() {
            names.extend(line.split_whitespace());
        }
    }
    categories
}

/// The categories of the standard emoji, each with its names.
pub(crate) fn standard_emoji() -> Vec<(&'static str, Vec<&'static str>)> {
    let plain = |names: Vec<&'static str>| {
        names.into_iter().map(|name| name.strip_suffix('*').unwrap_or(name)).collect()
    };
    categories().into_iter().map(|(heading, names)| (heading, plain(names))).collect()
}

/// Whether this is a standard emoji, with a skin tone only where it has some: 2 to 6.
pub(crate) fn is_standard_emoji(name: &str) -> bool {
    let Some((base, tone)) = name.split_once(TONE) else { return HAS_TONES.contains_key(name) };
    let is_tone = matches!(tone, "2" | "3" | "4" | "5" | "6");
    is_tone && HAS_TONES.get(base).copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skin_tones_go_with_hands_and_people_only() {
        for name in ["+1", "thumbsup", "heart", "tada", "wave::skin-tone-2", "+1::skin-tone-6"] {
            assert!(is_standard_emoji(name), "{name}");
        }
        for name in ["", "bowtie", ":tada:", "+1*", "tada::skin-tone-2", "wave::skin-tone-1"] {
            assert!(!is_standard_emoji(name), "{name}");
        }
    }

    #[test]
    fn no_name_stands_in_the_list_twice() {
        let listed: usize = standard_emoji().iter().map(|(_, names)| names.len()).sum();
        assert_eq!(listed, HAS_TONES.len());
        assert!(listed > 500, "{listed}");
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_+-'&".contains(c);
        assert!(HAS_TONES.keys().all(|name| name.chars().all(fits)));
    }
}
