//! What a message says, so short that it can be kept, and just enough to tell whether another one repeats it.
//!
//! Bridges and other apps that mirror channels repeat what they find there: our copies as well. They put names
//! before it and write mentions in their own way, so only letters and digits outside of those count.

use sha2::{Digest as _, Sha256};

/// Fewer letters are said by chance.
const LETTERS_OF_WORDS: usize = 12;
/// The longest label that an app puts before what it repeats, in letters.
const LABEL_MAX_LETTERS: usize = 80;
/// What stands between a label and what follows it.
const LABEL_ENDS: [char; 8] = [':', '>', ';', ']', ')', '*', '_', '|'];
/// Of the hash.
const BYTES: usize = 8;

/// What a message says, in short: how many letters, and their hash. `None`: it has none.
pub fn of(text: &str) -> Option<String> {
    Spoken::read(text).map(|spoken| short(&spoken.letters))
}

/// A text, read once to be compared with many.
#[derive(Clone)]
pub struct Spoken<'t> {
    text: &'t str,
    /// At least one.
    letters: Vec<(usize, char)>,
}

/// How a text repeats what a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repetition {
    /// In so few letters that it may be chance.
    Brief,
    /// Word for word, perhaps behind somebody's name.
    Words,
}

impl<'t> Spoken<'t> {
    /// `None`: the text has no letters.
    pub fn read(text: &'t str) -> Option<Self> {
        let letters = letters(text);
        (!letters.is_empty()).then_some(Self { text, letters })
    }

    /// Whether the text repeats the message of which `echo` is kept.
    pub fn repeats(&self, echo: &str) -> Option<Repetition> {
        let (length, _) = echo.split_once(':')?;
        let length: usize = length.parse().ok()?;
        let label = self.letters.len().checked_sub(length)?;
        let (_, repeated) = self.letters.split_at(label);
        if length == 0 || short(repeated) != echo {
            return None;
        }
        if length < LETTERS_OF_WORDS {
            return (label == 0).then_some(Repetition::Brief);
        }
        let is_label = label == 0 || {
            let before = self.text[..repeated[0].0].trim_end();
            label <= LABEL_MAX_LETTERS && before.ends_with(LABEL_ENDS)
        };
        is_label.then_some(Repetition::Words)
    }
}

impl std::fmt::Debug for Spoken<'_> {
    /// Message text never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Spoken({} letters)", self.letters.len())
    }
}

/// Whether a text says nothing but what stands in another, or in a part of it. Names do not count, which differ
/// from workspace to workspace.
pub fn is_part(text: &str, whole: &str) -> bool {
    let of = |text: &str| letters(text).into_iter().map(|(_, c)| c).collect::<String>();
    let said = of(text);
    if said.is_empty() { whole.contains(text.trim()) } else { of(whole).contains(&said) }
}

/// Letters and digits with their places, outside of what Slack writes in `<…>` and of code, as which names
/// are shown elsewhere.
fn letters(text: &str) -> Vec<(usize, char)> {
    let mut letters = Vec::with_capacity(text.len());
    let mut ends_with = None;
    for (at, c) in text.char_indices() {
        if ends_with.is_some() {
            ends_with = ends_with.filter(|end| *end != c);
            continue;
        }
        ends_with = match c {
            '<' => Some('>'),
            '`' => Some('`'),
            '&' if is_entity(&text[at..]) => Some(';'),
            _ => None,
        };
        if c.is_alphanumeric() {
            letters.extend(c.to_lowercase().map(|c| (at, c)));
        }
    }
    letters
}

/// The three that Slack writes (docs.slack.dev/messaging/formatting-message-text).
fn is_entity(text: &str) -> bool {
    ["&amp;", "&lt;", "&gt;"].iter().any(|entity| text.starts_with(entity))
}

fn short(letters: &[(usize, char)]) -> String {
    let text: String = letters.iter().map(|(_, c)| c).collect();
    format!("{}:{}", letters.len(), hex::encode(&Sha256::digest(text)[..BYTES]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_part_says_nothing_of_its_own() {
        let whole = "who brings the cake, <@U0ADA>? :cake:";
        assert!(is_part("Who brings the cake, `Ada (Acme)`? :cake:", whole));
        assert!(is_part("brings the cake", whole));
        assert!(!is_part("who brings cake", whole));
        assert!(is_part("…", "… and so on") && !is_part("!!!", "who? :cake:"));
    }

    fn repetition(text: &str, echo: &str) -> Option<Repetition> {
        Spoken::read(text)?.repeats(echo)
    }

    fn repeats(text: &str, said: &str) -> Option<Repetition> {
        repetition(text, &of(said).expect("it has letters"))
    }

    #[test]
    fn apps_repeat_in_their_own_way() {
        let said = "Who brings the cake, <@U0BOB>?";
        for text in [
            said,
            "who brings the cake, `Bob (Birch)`?",
            "&lt;Ada&gt; Who brings the cake, @?",
            "*Ada Lovelace*: Who brings the cake, ?",
            "[irc] Who brings the cake",
        ] {
            assert_eq!(repeats(text, said), Some(Repetition::Words), "{text}");
        }
    }

    #[test]
    fn what_is_alike_is_no_repetition() {
        let said = "see you tomorrow";
        for text in [
            "see you tomorrow morning",
            "we will see you tomorrow",
            "see you",
            "",
            "<@U0BOB>",
            &format!("{}: see you tomorrow", "so ".repeat(50)),
        ] {
            assert_eq!(repeats(text, said), None, "{text}");
        }
        assert_eq!(repeats("OK!", "ok"), Some(Repetition::Brief));
        assert_eq!(repeats("Ada: ok", "ok"), None);
        assert_eq!(of("<@U0BOB> `code` :-)"), None);
        for bad in ["", "x", "3", "-1:00", "0:", "99999999999999999999:00"] {
            assert_eq!(repetition("a text", bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_said_its_repetition_is_known(text in ".{0,80}", other in ".{0,80}") {
            if let Some(echo) = of(&text) {
                prop_assert!(echo.len() <= 32);
                prop_assert!(repetition(&text, &echo).is_some());
                let _ = repetition(&other, &echo);
            }
        }
    }
}
