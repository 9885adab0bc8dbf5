//! What was measured, for people: tables, a page, plots.

pub(crate) mod page;
pub(crate) mod plot;
pub(crate) mod table;

use crate::results::{Budget, Measure, Run, Unit};

/// A number with its unit, as exact as it deserves.
fn amount(value: f64, unit: Unit) -> String {
    match unit {
        Unit::PerSecond => format!("{}/s", grouped(value)),
        Unit::Milliseconds => format!("{} ms", three_digits(value)),
        Unit::Mebibytes => format!("{value:.1} MiB"),
        Unit::Times => format!("{value:.2}×"),
        Unit::Count => grouped(value),
    }
}

/// Without more digits than anybody can believe.
fn three_digits(value: f64) -> String {
    match value {
        ..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => grouped(value),
    }
}

/// `12,345`
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn budget(measure: &Measure) -> String {
    match measure.budget {
        Some(Budget::AtLeast(value)) => format!("≥ {}", amount(value, measure.unit)),
        Some(Budget::AtMost(value)) => format!("≤ {}", amount(value, measure.unit)),
        None => String::new(),
    }
}

/// Least and most of several rounds.
fn spread(measure: &Measure) -> String {
    if measure.rounds.len() < 2 {
        return String::new();
    }
    let (least, most) = measure.range();
    let (least, most) = (amount(least, measure.unit), amount(most, measure.unit));
    let number = least.split([' ', '/', '×']).next().unwrap_or_default();
    format!("{number}–{most}")
}

fn ratio(measure: &Measure) -> String {
    measure.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default()
}

fn verdict(measure: &Measure) -> &'static str {
    match measure.is_met() {
        Some(true) => "met",
        Some(false) => "MISSED",
        None => "",
    }
}

/// Everything that was measured in some runs of a scenario, each with the run that has it: what first,
/// then where, so that databases stand below each other.
fn rows<'r>(runs: &[&'r Run]) -> Vec<(&'r Run, &'r Measure)> {
    let mut kinds: Vec<&str> = Vec::new();
    for measure in runs.iter().flat_map(|run| &run.measures) {
        if !kinds.contains(&measure.what.as_str()) {
            kinds.push(&measure.what);
        }
    }
    let rows = kinds.into_iter().flat_map(|what| {
        runs.iter().filter_map(move |run| {
            Some((*run, run.measures.iter().find(|measure| measure.what == what)?))
        })
    });
    rows.collect()
}

/// A result as tests know it.
#[cfg(test)]
fn example() -> Vec<Run> {
    let json = include_str!("example.json");
    serde_json::from_str::<crate::results::Results>(json).expect("results").runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_exact_as_they_deserve() {
        for (value, unit, text) in [
            (1_234_567.8, Unit::PerSecond, "1,234,568/s"),
            (999.6, Unit::PerSecond, "1,000/s"),
            (0.0, Unit::Count, "0"),
            (1.234, Unit::Milliseconds, "1.23 ms"),
            (12.34, Unit::Milliseconds, "12.3 ms"),
            (1_234.5, Unit::Milliseconds, "1,234 ms"),
            (17.04, Unit::Mebibytes, "17.0 MiB"),
            (1.5, Unit::Times, "1.50×"),
        ] {
            assert_eq!(amount(value, unit), text);
        }
    }

    #[test]
    fn rows_of_all_databases_stand_below_each_other() {
        let runs = example();
        let found: Vec<_> = rows(&runs.iter().collect::<Vec<_>>())
            .iter()
            .map(|(run, measure)| (measure.what.as_str(), run.server.engine.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("events/s, 64 connections", "sqlite"),
                ("events/s, 64 connections", "postgresql"),
                ("ack idle p50", "sqlite"),
                ("ack idle p50", "postgresql"),
                ("acknowledged events lost", "sqlite"),
            ]
        );
    }
}
