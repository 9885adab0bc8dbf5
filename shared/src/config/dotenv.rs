//! `.env` files: `NAME=value` lines, taken as they stand. Nothing is substituted: a `$` in a password is one.

/// The entries of a file, and the numbers of the lines that are none.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Entries {
    pub(super) values: Vec<(String, String)>,
    pub(super) bad_lines: Vec<usize>,
}

/// Reads `NAME=value`, `NAME='value'`, `NAME="value"`, each perhaps after `export`, and comments.
pub(super) fn parse(text: &str) -> Entries {
    let mut entries = Entries::default();
    // Windows editors begin a file with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match entry(line) {
            Some(entry) => entries.values.push(entry),
            None => entries.bad_lines.push(number + 1),
        }
    }
    entries
}

fn entry(line: &str) -> Option<(String, String)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some((name.to_owned(), value_of(value.trim())?))
}

fn value_of(text: &str) -> Option<String> {
    let (value, rest) = match text.chars().next() {
        Some('\'') => {
            let (value, rest) = text[1..].split_once('\'')?;
            (value.to_owned(), rest)
        }
        Some('"') => double_quoted(&text[1..])?,
        // A comment begins after a space: a `#` inside a password does not.
        _ => {
            let end = [" #", "\t#"].iter().filter_map(|start| text.find(start)).min();
            let value = if text.starts_with('#') { "" } else { &text[..end.unwrap_or(text.len())] };
            (value.trim_end().to_owned(), "")
        }
    };
    let rest = rest.trim_start();
    (rest.is_empty() || rest.starts_with('#')).then_some(value)
}

/// The value up to the closing quote, and what follows it.
fn double_quoted(text: &str) -> Option<(String, &str)> {
    let (mut value, mut characters) = (String::new(), text.char_indices());
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                escaped @ ('"' | '\\' | '$') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_as_they_stand() {
        for (line, value) in [
            ("A=pa$$word", "pa$$word"),
            ("A=${HOME}$HOME", "${HOME}$HOME"),
            ("A='$x \"y\" #z' # comment", "$x \"y\" #z"),
            (r#"A="a \"b\" \$c \\ \d""#, r#"a "b" $c \ \d"#),
            ("A=a#b # comment", "a#b"),
            ("A= spaced out ", "spaced out"),
            (r"A=C:\data\new", r"C:\data\new"),
            ("export A=x", "x"),
            ("A=", ""),
            ("A= # nothing", ""),
            ("A=postgres://u:p%40@h/d?x=y", "postgres://u:p%40@h/d?x=y"),
            ("\u{feff}A=x\r", "x"),
        ] {
            let wanted =
                Entries { values: vec![("A".to_owned(), value.to_owned())], bad_lines: Vec::new() };
            assert_eq!(parse(line), wanted, "{line}");
        }
    }

    #[test]
    fn lines_that_are_no_entries_are_numbered_and_the_others_count() {
        let text = "# comment\nA=x\n\nhunter2\nB='open\n1C=x\nD=y\nE=\"a\" b\n";
        let entries = parse(text);
        assert_eq!(entries.bad_lines, [4, 5, 6, 8]);
        assert_eq!(entries.values.len(), 2);
    }
}
