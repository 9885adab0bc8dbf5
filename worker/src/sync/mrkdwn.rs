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

    proptest! {
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
