//! Slack's mrkdwn in pieces (docs.slack.dev/messaging/formatting-message-text).

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    /// Words as they stand; `&`, `<` and `>` are escaped, or stray.
    Words(&'t str),
    /// `<@U…>`
    Person { id: &'t str },
    /// `<#C…>`, `<#C…|name>`
    Channel { id: &'t str, label: Option<&'t str> },
    /// `<!subteam^S…|@name>`
    Group { label: Option<&'t str> },
    /// `<!here>`, `<!channel>`, `<!everyone>`
    Broadcast { to: &'t str },
    /// `<!date^…|words>`
    Date { whole: &'t str, label: Option<&'t str> },
    /// Whatever else calls or does something.
    Special { label: Option<&'t str> },
    /// `<https://…>`, `<https://…|words>`
    Link { whole: &'t str, url: &'t str, label: Option<&'t str> },
}

/// The text in its order.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        // Of two brackets that open, the first is stray.
        let next = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '<' | '>'));
        let (piece, after) = match next {
            Some((end, '>')) if rest.starts_with('<') => {
                (bracketed(&rest[..=end], &rest[1..end]), &rest[end + 1..])
            }
            Some((end, '>')) => (Piece::Words(&rest[..=end]), &rest[end + 1..]),
            Some((start, _)) => (Piece::Words(&rest[..start]), &rest[start..]),
            None => (Piece::Words(rest), ""),
        };
        rest = after;
        Some(piece)
    })
}

fn bracketed<'t>(whole: &'t str, inside: &'t str) -> Piece<'t> {
    let (target, label) = match inside.split_once('|') {
        Some((target, label)) => (target, Some(label).filter(|label| !label.is_empty())),
        None => (inside, None),
    };
    if let Some(id) = target.strip_prefix('@') {
        Piece::Person { id }
    } else if let Some(id) = target.strip_prefix('#') {
        Piece::Channel { id, label }
    } else if target.starts_with("!subteam^") {
        Piece::Group { label }
    } else if let Some(to @ ("here" | "channel" | "everyone")) = target.strip_prefix('!') {
        Piece::Broadcast { to }
    } else if target.starts_with("!date^") {
        Piece::Date { whole, label }
    } else if target.starts_with('!') {
        Piece::Special { label }
    } else {
        Piece::Link { whole, url: target, label }
    }
}

/// Words that are to be shown as they are.
pub(crate) fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Words as they were before they were [`escaped`].
pub(crate) fn unescaped(words: &str) -> String {
    words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// A text of at most so many characters; of a longer one, the end gives way, behind a word if there is one,
/// never inside of `<…>`, `&…;` or what back-ticks enclose.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(1);
    let limit = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
    let mut end = 0;
    for piece in spans(text) {
        if piece.end <= limit {
            end = piece.end;
        } else {
            let cut = &text[piece];
            if !(cut.starts_with('<') && cut.ends_with('>')) {
                end = end.max(word_end(text, limit));
            }
            break;
        }
    }
    let mut short = &text[..end];
    if let Some(open) = short.rfind('`')
        && short.matches('`').count() % 2 == 1
    {
        short = &short[..open];
    }
    format!("{}…", short.trim_end())
}

/// Where each piece stands, in bytes.
fn spans(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = &text[start..];
        let first = rest.chars().next()?.len_utf8();
        let next = rest[first..].find(['<', '>']).map(|at| first + at);
        let length = match next {
            Some(at) if rest[at..].starts_with('>') => at + 1,
            Some(at) => at,
            None => rest.len(),
        };
        let span = start..start + length;
        start = span.end;
        Some(span)
    })
}

/// What has no space for longer is cut within, in bytes.
const LONGEST_WORD: usize = 200;

/// The end of the last word before `limit`, and not behind a `&` that is without its `;`.
fn word_end(text: &str, limit: usize) -> usize {
    let within = &text[..limit];
    let word = if text[limit..].starts_with(char::is_whitespace) {
        limit
    } else {
        within.rfind([' ', '\n']).filter(|at| limit - at < LONGEST_WORD).unwrap_or(limit)
    };
    let within = &text[..word];
    let entity = within.rfind('&').filter(|at| word - at < 8 && !within[*at..].contains(';'));
    entity.unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_comes_apart_at_its_brackets() {
        let text = "<!group> hi <@U1> see <#C1|news><https://a.example|the page> &lt;3 <!here> <!subteam^S1|@staff> <!date^1^{date}|today>";
        let found: Vec<_> = pieces(text).collect();
        assert_eq!(
            found,
            [
                Piece::Special { label: None },
                Piece::Words(" hi "),
                Piece::Person { id: "U1" },
                Piece::Words(" see "),
                Piece::Channel { id: "C1", label: Some("news") },
                Piece::Link {
                    whole: "<https://a.example|the page>",
                    url: "https://a.example",
                    label: Some("the page")
                },
                Piece::Words(" &lt;3 "),
                Piece::Broadcast { to: "here" },
                Piece::Words(" "),
                Piece::Group { label: Some("@staff") },
                Piece::Words(" "),
                Piece::Date { whole: "<!date^1^{date}|today>", label: Some("today") },
            ]
        );
        assert_eq!(pieces("a < b").collect::<Vec<_>>(), [Piece::Words("a "), Piece::Words("< b")]);
        let stray: Vec<_> = pieces("a > b < <@U1>").collect();
        assert_eq!(
            stray,
            [
                Piece::Words("a >"),
                Piece::Words(" b "),
                Piece::Words("< "),
                Piece::Person { id: "U1" }
            ]
        );
        assert_eq!(pieces("").next(), None);
        assert_eq!(pieces("<#C1|>").next(), Some(Piece::Channel { id: "C1", label: None }));
    }

    #[test]
    fn what_is_one_thing_is_there_or_not() {
        assert_eq!(shortened("hello", 5), "hello");
        assert_eq!(shortened("one two three", 10), "one two…");
        assert_eq!(shortened("see <https://example.org|this page>", 20), "see…");
        assert_eq!(shortened("a `Ada Lovelace (Acme)` b", 12), "a…");
        assert_eq!(shortened("abcdef&amp;", 9), "abcdef…");
        assert_eq!(shortened("ääääää", 4), "äää…");
        assert_eq!(shortened("a < b c d e", 8), "a < b c…");
    }

    proptest! {
        #[test]
        fn a_shortened_text_ends_between_its_pieces(text in "[a-zä`<>|@#!&; ]{0,60}", most in 1..40usize) {
            let short = shortened(&text, most);
            prop_assert!(short.chars().count() <= most);
            if let Some(words) = short.strip_suffix('…') && short != text {
                prop_assert!(text.starts_with(words));
            }
        }

        #[test]
        fn nothing_is_left_out_and_nothing_breaks(text in "[a-zäö<>|@#! ]{0,40}") {
            let mut length = 0;
            for piece in pieces(&text) {
                match piece {
                    Piece::Words(words) => {
                        prop_assert!(!words.is_empty());
                        length += words.len();
                    }
                    Piece::Date { whole, .. } | Piece::Link { whole, .. } => length += whole.len(),
                    _ => {}
                }
            }
            prop_assert!(length <= text.len());
            if !text.contains('>') {
                prop_assert_eq!(length, text.len());
            }
        }
    }
}
