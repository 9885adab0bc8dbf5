//! What Slack's server does with a text that is too long for one message.

/// A longer text is cut off.
/// <https://docs.slack.dev/reference/methods/chat.postMessage>
pub(crate) const TEXT_CHARS: usize = 40_000;

/// A longer text becomes several messages. Not documented; seen in many clients' issues, with a
/// bound of a little over 4,000.
pub(crate) const MESSAGE_CHARS: usize = 4_000;

/// The texts of the messages that a text becomes: one, unless it is long. Joined they are the text
/// again, up to [`TEXT_CHARS`]. Cut after a line or a word where there is one.
pub(crate) fn split_text(text: &str) -> Vec<&str> {
    let mut rest = head(text, TEXT_CHARS);
    let mut pieces = Vec::new();
    loop {
        let piece = head(rest, MESSAGE_CHARS);
        if piece.len() == rest.len() {
            pieces.push(rest);
            return pieces;
        }
        let cut = piece.rfind('\n').or_else(|| piece.rfind(' ')).map_or(piece.len(), |at| at + 1);
        let (piece, further) = rest.split_at(cut);
        pieces.push(piece);
        rest = further;
    }
}

fn head(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).map_or(text, |(at, _)| &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_stays_whole() {
        assert_eq!(split_text("hello"), ["hello"]);
        assert_eq!(split_text(""), [""]);
        assert_eq!(split_text(&"ä".repeat(MESSAGE_CHARS)).len(), 1);
    }

    #[test]
    fn a_long_text_is_cut_between_words_and_nothing_is_lost() {
        let text = "word ".repeat(2_000);
        let pieces = split_text(&text);
        assert_eq!(pieces.len(), 3);
        assert!(pieces.iter().all(|piece| piece.ends_with("word ")));
        assert_eq!(pieces.concat(), text);
    }

    #[test]
    fn a_text_without_words_is_cut_at_the_bound_and_ends_at_forty_thousand() {
        let pieces_of = "é".repeat(50_000);
        let pieces = split_text(&pieces_of);
        assert_eq!(pieces.len(), 10);
        assert!(pieces.iter().all(|piece| piece.chars().count() == MESSAGE_CHARS));
    }
}
