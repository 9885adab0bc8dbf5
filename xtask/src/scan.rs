//! Looks for secrets in everything that the tests printed: what they say themselves, what the product logged in their
//! process, and what the processes that they started printed.
//!
//! nextest's report holds it (`store-success-output` in `.config/nextest.toml`). It is read line by line, since it is
//! large; the rest of it is kept for the summary.

use std::fmt::Write as _;
use std::io::{self, BufRead};

use anyhow::{Result, ensure};

/// What the tests configure the product and the simulated Slack with. A test compares this list with theirs.
const SECRETS: [(&str, &str); 7] = [
    ("hidden signing secret", "a signing secret"),
    ("emulated-signing-secret", "a signing secret"),
    ("hidden client secret", "a client secret"),
    ("emulated-client-secret", "a client secret"),
    ("hidden token encryption key", "a passphrase"),
    ("hidden new encryption key", "a passphrase"),
    ("the token key of the tests", "a passphrase"),
];
/// Shorter ones are not given out, and stand for a token in a text.
const SHORTEST_TOKEN: usize = 8;
/// Each test prints that it ran. Less than that, and nothing was looked at.
const LEAST_LINES_OF_A_TEST: usize = 2;
/// Of a line in which a secret was found, before and behind.
const SHOWN_CHARS: usize = 160;

/// What was found in a report.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The report without what was printed.
    pub(crate) report: String,
    found: Vec<Found>,
    lines: usize,
    bytes: usize,
}

/// A secret that was printed.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    test: String,
    /// In what the test printed, from 1.
    line: usize,
    /// The line, with every secret in it masked.
    masked: String,
}

impl Scan {
    /// Reads nextest's `JUnit` report.
    pub(crate) fn read(mut report: impl BufRead) -> io::Result<Self> {
        let (mut scan, mut test) = (Self::default(), String::new());
        let (mut raw, mut is_output, mut number) = (Vec::new(), false, 0);
        loop {
            raw.clear();
            if report.read_until(b'\n', &mut raw)? == 0 {
                return Ok(scan);
            }
            let line = String::from_utf8_lossy(&raw);
            // What tests print is escaped: it holds no tag.
            if let Some((_, case)) = line.split_once("<testcase ") {
                (test, number) = (name_of(case), 0);
            }
            let begins = ["<system-out>", "<system-err>"].iter().any(|tag| line.contains(tag));
            if is_output || begins {
                scan.lines += 1;
                scan.bytes += line.len();
                number += 1;
            } else {
                scan.report.push_str(&line);
            }
            if let Some(masked) = masked(&line) {
                let masked = shortened(&masked);
                scan.found.push(Found { test: test.clone(), line: number.max(1), masked });
            }
            let ends = ["</system-out>", "</system-err>"].iter().any(|tag| line.contains(tag));
            is_output = (is_output || begins) && !ends;
        }
    }

    /// Says what was looked at. An error: a secret was printed, or `tests` ran and left nothing to look at.
    pub(crate) fn conclude(&self, tests: usize) -> Result<()> {
        let (lines, kib) = (self.lines, self.bytes / 1024);
        println!("\nLooked for secrets in {lines} lines ({kib} KiB) that {tests} tests printed.");
        for Found { test, line, masked } in &self.found {
            eprintln!("  {test}, line {line}: {masked}");
        }
        ensure!(self.found.is_empty(), "{} line(s) show a secret", self.found.len());
        ensure!(
            lines >= tests * LEAST_LINES_OF_A_TEST,
            "the report does not hold what the tests printed: nobody knows whether it shows a secret"
        );
        Ok(())
    }
}

fn name_of(case: &str) -> String {
    let name = case.split_once("name=\"").and_then(|(_, rest)| rest.split_once('"'));
    name.map_or_else(String::new, |(name, _)| name.to_owned())
}

/// The line with every secret in it masked; `None`: there is none.
fn masked(line: &str) -> Option<String> {
    let (mut masked, mut rest) = (String::new(), line);
    while let Some((at, length, what)) = first_secret(rest) {
        masked.push_str(&rest[..at]);
        let _ = write!(masked, "<{what}>");
        rest = &rest[at + length..];
    }
    (!masked.is_empty()).then(|| masked + rest)
}

/// Where the first secret stands, how long it is, and what it is.
fn first_secret(text: &str) -> Option<(usize, usize, &'static str)> {
    let known = SECRETS
        .iter()
        .filter_map(|(secret, what)| text.find(secret).map(|at| (at, secret.len(), *what)));
    known.chain(first_token(text)).min_by_key(|(at, ..)| *at)
}

/// As Slack writes tokens: `xoxb-…`, `xoxp-…`, `xoxe-…`, `xoxe.xoxb-…`, `xapp-…`.
fn first_token(text: &str) -> Option<(usize, usize, &'static str)> {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '%');
    let begins = text.match_indices("xox").chain(text.match_indices("xapp-"));
    let tokens = begins.filter_map(|(at, _)| {
        let token: &str = text[at..].split(|c| !is_of_token(c)).next().unwrap_or_default();
        let (kind, secret) = token.split_once('-')?;
        let is_kind = kind == "xapp" || kind.split('.').all(|part| part.len() == 4);
        (is_kind && secret.len() >= SHORTEST_TOKEN).then_some((at, token.len(), "a token"))
    });
    tokens.min_by_key(|(at, ..)| *at)
}

/// Around the first secret.
fn shortened(masked: &str) -> String {
    let masked = masked.trim();
    let before = masked.find("<a ").map_or(0, |at| masked[..at].chars().count());
    let skipped = before.saturating_sub(SHOWN_CHARS);
    let shown: String = masked.chars().skip(skipped).take(2 * SHOWN_CHARS).collect();
    if skipped > 0 { format!("… {shown}") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A report with this line in what the second test printed.
    fn report_with(planted: &str) -> String {
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="2">
    <testsuite name="testkit::stories">
        <testcase name="messages::arrive::sqlite" classname="testkit::stories" time="0.1">
            <system-out>
running 1 test
test messages::arrive::sqlite ... ok</system-out>
            <system-err>one
two</system-err>
        </testcase>
        <testcase name="voices::speak::mysql" classname="testkit::stories" time="0.1">
            <system-out>
running 1 test
{planted}
test voices::speak::mysql ... ok</system-out>
        </testcase>
    </testsuite>
</testsuites>
"#
        )
    }

    fn scan(planted: &str) -> Scan {
        Scan::read(report_with(planted).as_bytes()).expect("readable")
    }

    #[test]
    fn a_secret_that_a_test_prints_fails_the_run_and_is_not_printed_again() {
        for (planted, what, secret) in [
            ("bot xoxb-ACME-0123456789abcdef01234567!", "a token", "0123456789"),
            ("\"token\":\"xoxp-ACME-U0ADA-0123456789\",", "a token", "U0ADA-"),
            ("xoxe.xoxb-1-ACME-0123456789", "a token", "0123456789"),
            ("refresh_token=xoxe-1-ACME-0123456789&amp;x", "a token", "0123456789"),
            ("&quot;xapp-1-A0123-456-789abc&quot;", "a token", "789abc"),
            ("it is hidden signing secret", "a signing secret", "hidden"),
            ("Basic 1.2:emulated-client-secret", "a client secret", "emulated"),
            ("key the token key of the tests", "a passphrase", "of the tests"),
        ] {
            let scan = scan(planted);
            let [found] = scan.found.as_slice() else { panic!("{planted}: {:?}", scan.found) };
            assert_eq!((found.test.as_str(), found.line), ("voices::speak::mysql", 3), "{planted}");
            assert!(found.masked.contains(&format!("<{what}>")), "{}", found.masked);
            assert!(!found.masked.contains(secret), "{}", found.masked);
            assert!(scan.conclude(2).is_err());
        }
    }

    #[test]
    fn every_secret_of_a_long_line_is_masked() {
        let line = format!("{}xoxb-one-0123456789 and xoxb-two-0123456789", "x ".repeat(500));
        let scan = scan(&line);
        assert_eq!(scan.found.len(), 1);
        let masked = &scan.found[0].masked;
        assert!(masked.ends_with("<a token> and <a token>") && masked.len() < 500, "{masked}");
    }

    #[test]
    fn what_merely_looks_like_a_token_is_none() {
        for planted in
            ["xoxb-0-0", "a token begins with xoxb- or xoxp-", "hoaxox 0-123456789", "xoxb"]
        {
            let scan = scan(planted);
            assert_eq!(scan.found, [], "{planted}");
            scan.conclude(2).expect("nothing is wrong");
        }
    }

    #[test]
    fn a_report_without_what_was_printed_is_no_proof() {
        let silent =
            "<testsuites>\n<testcase name=\"a\"/>\n<testcase name=\"b\"/>\n</testsuites>\n";
        let scan = Scan::read(silent.as_bytes()).expect("readable");
        assert!(scan.conclude(2).is_err());
        assert_eq!(scan.report, silent);
    }

    #[test]
    fn the_summary_gets_the_report_without_what_was_printed() {
        let report = scan("x").report;
        assert!(
            report.matches("<testcase ").count() == 2 && !report.contains("running"),
            "{report}"
        );
    }
}
