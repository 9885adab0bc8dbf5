//! Long texts in parts that Slack takes as they are.
//!
//! Slack cuts what has more than about 4,000 characters into several messages and names the first alone, or
//! refuses it (docs.slack.dev/reference/methods/chat.postMessage, `text`). So each part is a copy of its own.

use shared::tables::posts::Body;

/// Characters of a part. Names of people and channels are longer than their ids: there is room for them.
const PART_CHARS: usize = 3_000;
/// What opens and closes preformatted text.
const FENCE: &str = "```";

/// The parts of a text, in its order; at least one.
pub(crate) fn parts(text: &str) -> Vec<String> {
    cut(text, PART_CHARS)
}

/// How many copies what is said needs: blocks are shown whole, whatever they say.
pub(crate) fn copies(body: &Body) -> i64 {
    if body.is_unseen || !body.blocks.is_empty() {
        1
    } else if body.text.trim().is_empty() {
        0
    } else {
        i64::try_from(parts(&body.text).len()).unwrap_or(i64::MAX)
    }
}

/// In parts of so many characters, fences that are opened or closed anew not counted.
pub(crate) fn cut(text: &str, chars: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    let mut is_preformatted = false;
    loop {
        let (part, after) = rest.split_at(end_of_part(rest, chars));
        let mut whole = String::with_capacity(part.len() + 2 * FENCE.len());
        if is_preformatted {
            whole.push_str(FENCE);
        }
        whole.push_str(part);
        is_preformatted ^= part.matches(FENCE).count() % 2 == 1;
        if after.is_empty() {
            parts.push(whole);
            return parts;
        }
        if is_preformatted {
            whole.push_str(FENCE);
        }
        parts.push(whole);
        rest = after;
    }
}

/// Where the first part ends, in bytes: behind a line, else behind a word, never inside of `<…>`, `&…;` or a
/// fence.
fn end_of_part(text: &str, chars: usize) -> usize {
    let Some((limit, _)) = text.char_indices().nth(chars) else { return text.len() };
    let within = &text[..limit];
    // What would end earlier for the sake of a line is rather cut inside it.
    let shortest = text.char_indices().nth(chars / 2).map_or(0, |(at, _)| at);
    let line = within.rfind('\n').map(|at| at + 1);
    let word = || within.rfind(' ').map(|at| at + 1);
    let ends = [line, word(), Some(limit)];
    ends.into_iter()
        .flatten()
        .map(|end| before_what_is_whole(text, end))
        .find(|end| *end > shortest)
        .unwrap_or(limit)
}

/// `end`, or the beginning of what it would cut in two.
fn before_what_is_whole(text: &str, end: usize) -> usize {
    let before = &text[..end];
    let bracket = before.rfind('<').filter(|open| !before[*open..].contains('>'));
    let entity = before
        .rfind('&')
        .filter(|open| end - open < "&quot;".len() && !before[*open..].contains(';'));
    let fence = (1..FENCE.len())
        .filter(|back| text.is_char_boundary(end.saturating_sub(*back)))
        .map(|back| end.saturating_sub(back))
        .find(|start| text[*start..].starts_with(FENCE));
    [bracket, entity, fence].into_iter().flatten().min().unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_fits_is_one_part() {
        assert_eq!(parts("hello"), ["hello"]);
        assert_eq!(parts(""), [""]);
        assert_eq!(parts(&"ä".repeat(PART_CHARS)).len(), 1);
    }

    #[test]
    fn parts_end_behind_lines_and_words() {
        let line = format!("{}\n", "x".repeat(1_999));
        assert_eq!(parts(&line.repeat(3)), [line.clone(), line.clone(), line]);
        let words = "word ".repeat(1_000);
        assert_eq!(parts(&words), ["word ".repeat(600), "word ".repeat(400)]);
        assert_eq!(parts(&"x".repeat(3_001)), ["x".repeat(3_000), "x".to_owned()]);
    }

    #[test]
    fn mentions_entities_and_preformatted_text_stay_whole() {
        let before = "x".repeat(2_998);
        assert_eq!(parts(&format!("{before}<@U0ADA>"))[1], "<@U0ADA>");
        assert_eq!(parts(&format!("{before}&amp;y"))[1], "&amp;y");
        assert_eq!(parts(&format!("{before}```y```"))[1], "```y```");
        let code = format!("```{}```", "x\n".repeat(2_000));
        let both = parts(&code);
        assert_eq!(both.len(), 2);
        assert!(
            both.iter().all(|part| part.starts_with(FENCE) && part.ends_with(FENCE)),
            "{both:?}"
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_part_is_too_long(text in "[a-zäö🎉 \n<>&;]{0,200}") {
            let parts = cut(&text, 20);
            prop_assert_eq!(parts.concat(), text);
            prop_assert!(parts.iter().all(|part| part.chars().count() <= 20));
        }
    }
}
