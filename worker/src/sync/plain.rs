//! Slack's mrkdwn as plain words: nothing in it links, mentions or formats any more.

use std::borrow::Cow;

use super::mrkdwn::{Piece, pieces};

/// The text in one line of at most `max_chars` characters, cut between words if need be. `&`, `<` and `>`
/// stay escaped (docs.slack.dev/messaging/formatting-message-text).
pub(crate) fn shortened(mrkdwn: &str, max_chars: usize) -> String {
    let words = without_links(mrkdwn);
    let mut short = String::new();
    let mut chars = 0;
    for word in words.split_whitespace() {
        let wanted = word.chars().count() + usize::from(!short.is_empty());
        if chars + wanted > max_chars {
            if short.is_empty() {
                short.extend(word.chars().take(max_chars));
            }
            short.push('…');
            return short;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
        chars += wanted;
    }
    short
}

/// `<…>` by what a reader sees of it.
fn without_links(mrkdwn: &str) -> String {
    let mut plain: String = pieces(mrkdwn).map(seen).collect();
    // What was not well-formed must not become so by being shortened.
    plain.retain(|c| !matches!(c, '<' | '>'));
    plain
}

/// A piece by what a reader sees of it.
pub(crate) fn seen(piece: Piece<'_>) -> Cow<'_, str> {
    match piece {
        Piece::Words(words) => words.into(),
        Piece::Person { .. } => "@someone".into(),
        Piece::Channel { label: Some(label), .. } => format!("#{label}").into(),
        Piece::Channel { label: None, .. } => "#channel".into(),
        Piece::Group { label } => label.unwrap_or("@group").into(),
        Piece::Broadcast { to } => format!("@{to}").into(),
        Piece::Date { label, .. } | Piece::Special { label } => label.unwrap_or_default().into(),
        Piece::Link { url, label, .. } => label.unwrap_or(url).into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::shortened;

    #[test]
    fn links_and_mentions_become_words() {
        let text = "<@U1> see <https://a.example|the  page> in <#C1|general>,\n<!channel> &lt;3 <https://b.example>";
        assert_eq!(
            shortened(text, 200),
            "@someone see the page in #general, @channel &lt;3 https://b.example"
        );
        assert_eq!(shortened("a < b", 9), "a b");
        assert_eq!(shortened("", 9), "");
    }

    #[test]
    fn long_texts_end_between_words() {
        assert_eq!(shortened("one two three", 8), "one two…");
        assert_eq!(shortened("äöüäöü", 3), "äöü…");
    }

    proptest! {
        #[test]
        fn nothing_links_and_nothing_is_too_long(text in ".{0,200}", max in 1..50usize) {
            let short = shortened(&text, max);
            prop_assert!(!short.contains('<') && short.chars().count() <= max + 1);
        }
    }
}
