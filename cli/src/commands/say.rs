//! What is printed. A reader that goes away, as `head` does, has read enough.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write};

/// The answer. `text` ends its last line.
pub(super) fn answer(text: &str) {
    let mut output = std::io::stdout().lock();
    // Nobody is left to be told.
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

/// A line beside the answer.
pub(super) fn aside(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Asks a person; `None`: there is none at a terminal.
pub(super) fn asks(question: &str) -> Option<bool> {
    let (input, mut output) = (std::io::stdin(), std::io::stderr().lock());
    if !input.is_terminal() {
        return None;
    }
    let _ = write!(output, "{question} [y/N] ").and_then(|()| output.flush());
    let mut line = String::new();
    let _ = input.read_line(&mut line);
    Some(matches!(line.trim(), "y" | "Y" | "yes"))
}

/// Without what would move the cursor or change colours: texts come from other programs, and from people.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => plain.push(' '),
            c if c.is_control() => _ = write!(plain, "\\u{{{:x}}}", u32::from(c)),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_stored_can_paint_on_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\nc\u{7}"), "a\\u{1b}[31mb c\\u{7}");
    }
}
