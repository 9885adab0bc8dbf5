//! A table for the terminal, and the same for a page.

use std::fmt::Write as _;

use super::{amount, budget, ratio, rows, spread, verdict};
use crate::results::Run;

const HEAD: [&str; 7] = ["", "database", "budget", "median", "min–max", "÷ budget", "verdict"];
/// Columns of numbers.
const IS_RIGHT: [bool; HEAD.len()] = [false, false, true, true, true, true, false];

/// Others took more of the machine than this: the numbers say little.
const BUSY: f64 = 0.1;

fn cells(runs: &[&Run]) -> Vec<[String; HEAD.len()]> {
    let rows = rows(runs).into_iter().map(|(run, measure)| {
        [
            measure.what.clone(),
            run.server.title.clone(),
            budget(measure),
            amount(measure.value(), measure.unit),
            spread(measure),
            ratio(measure),
            verdict(measure).to_owned(),
        ]
    });
    rows.collect()
}

/// What has to be said besides the numbers.
pub(super) fn remarks(runs: &[&Run]) -> Vec<String> {
    let mut remarks = Vec::new();
    for run in runs {
        let busiest = run.busy.iter().copied().fold(0.0, f64::max);
        if busiest > BUSY {
            remarks.push(format!(
                "{}: other programs kept the machine up to {:.0} % busy, so these numbers say little",
                run.server.title,
                busiest * 100.0
            ));
        }
        remarks.extend(
            run.problems.iter().map(|problem| format!("{}: FAILED: {problem}", run.server.title)),
        );
    }
    remarks
}

/// Aligned columns, for a terminal.
pub(crate) fn for_terminal(runs: &[&Run]) -> String {
    let rows = cells(runs);
    let head = HEAD.map(ToOwned::to_owned);
    let widths: [usize; HEAD.len()] = std::array::from_fn(|column| {
        std::iter::once(&head)
            .chain(&rows)
            .map(|row| row[column].chars().count())
            .max()
            .unwrap_or(0)
    });
    let mut text = String::new();
    let mut last = "";
    for row in std::iter::once(&head).chain(&rows) {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            // What is said once need not be repeated below.
            let cell = if column == 0 && cell == last { "" } else { cell };
            let _ = if IS_RIGHT[column] {
                write!(line, "  {cell:>width$}")
            } else {
                write!(line, "  {cell:<width$}")
            };
        }
        last = &row[0];
        let _ = writeln!(text, "{}", line.trim_end());
    }
    for remark in remarks(runs) {
        let _ = writeln!(text, "  ! {remark}");
    }
    text
}

/// In Markdown.
pub(super) fn for_page(runs: &[&Run]) -> String {
    let mut text = format!("| {} |\n|", HEAD.join(" | "));
    for is_right in IS_RIGHT {
        text.push_str(if is_right { "---:|" } else { "---|" });
    }
    text.push('\n');
    for row in cells(runs) {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    let remarks = remarks(runs);
    if !remarks.is_empty() {
        text.push('\n');
    }
    for remark in remarks {
        let _ = writeln!(text, "* {remark}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn columns_stand_below_each_other_and_problems_below_the_table() {
        let table = for_terminal(&example().iter().collect::<Vec<_>>());
        let expected = "
                            database              budget    median          min–max  ÷ budget  verdict
  events/s, 64 connections  SQLite 3.50.0     ≥ 10,000/s  12,000/s  11,000–13,000/s      1.20  met
                            PostgreSQL 15.20  ≥ 10,000/s   9,000/s    8,000–9,500/s      0.90  MISSED
  ack idle p50              SQLite 3.50.0      ≤ 2.00 ms   0.50 ms     0.40–0.60 ms      0.25  met
                            PostgreSQL 15.20   ≤ 2.00 ms   0.90 ms     0.80–1.10 ms      0.45  met
  acknowledged events lost  SQLite 3.50.0            ≤ 0         0              0–0            met
  ! PostgreSQL 15.20: other programs kept the machine up to 42 % busy, so these numbers say little
  ! PostgreSQL 15.20: FAILED: 2 requests were answered with 503
";
        assert_eq!(format!("\n{table}"), expected);
    }

    #[test]
    fn a_page_has_the_same_rows() {
        let table = for_page(&example().iter().collect::<Vec<_>>());
        let row = "| ack idle p50 | PostgreSQL 15.20 | ≤ 2.00 ms | 0.90 ms | 0.80–1.10 ms | 0.45 | met |\n";
        assert!(table.contains(row), "{table}");
        assert!(table.ends_with("* PostgreSQL 15.20: FAILED: 2 requests were answered with 503\n"));
    }
}
