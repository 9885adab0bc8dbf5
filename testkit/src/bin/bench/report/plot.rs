//! Bars as SVG, written by hand: one group for each measure, one bar for each database, a thin line for the
//! spread of the rounds, a dashed one for the budget. Legible on a light and on a dark page: the plot brings
//! its own background and follows the reader's preference.

use std::fmt::Write as _;

use super::{amount, budget, rows};
use crate::results::{Budget, Measure, Run, Unit};

const WIDTH: f64 = 760.0;
/// Where bars begin, and how long the longest is; the rest is for its number.
const LEFT: f64 = 130.0;
const LONGEST: f64 = 480.0;
const BAR: f64 = 16.0;
const LINE: f64 = 22.0;
const GAP: f64 = 14.0;

const STYLE: &str = "<style>
text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-weight:600}.quiet{fill:#59636e}
.page{fill:#fff}.line{stroke:#1f2328}.budget{stroke:#cf222e;stroke-dasharray:4 3}
.sqlite{fill:#3b82d0}.postgresql{fill:#2f9e75}.mysql{fill:#d9822b}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.quiet{fill:#9198a1}.page{fill:#0d1117}
.line{stroke:#e6edf3}.budget{stroke:#ff7b72}}
</style>";

/// Units that are worth a plot, and how its file is called.
pub(crate) const UNITS: [(Unit, &str); 3] =
    [(Unit::PerSecond, "rate"), (Unit::Milliseconds, "time"), (Unit::Mebibytes, "memory")];

/// The plot of everything that is measured in `unit`; `None`: nothing is.
pub(crate) fn bars(title: &str, runs: &[&Run], unit: Unit) -> Option<String> {
    let mut rows = rows(runs);
    rows.retain(|(_, measure)| measure.unit == unit);
    let most = rows.iter().map(|(_, measure)| reach(measure)).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let scale = LONGEST / most;
    let mut body = String::new();
    let mut y = 34.0;
    let mut last = "";
    for (run, measure) in &rows {
        if measure.what != last {
            y += GAP;
            let budget = budget(measure);
            let budget = if budget.is_empty() { budget } else { format!(" (budget {budget})") };
            let what = escaped(&measure.what);
            let _ = writeln!(
                body,
                r#"<text x="12" y="{y:.0}">{what}<tspan class="quiet">{}</tspan></text>"#,
                escaped(&budget)
            );
            y += GAP / 2.0;
            last = &measure.what;
        }
        bar(&mut body, run, measure, y, scale);
        y += LINE;
    }
    let height = y + 10.0;
    let title = escaped(title);
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH:.0} {height:.0}\" width=\"{WIDTH:.0}\" height=\"{height:.0}\" role=\"img\" aria-label=\"{title}\">\n\
         {STYLE}\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"title\" x=\"12\" y=\"24\">{title}</text>\n{body}</svg>\n"
    ))
}

/// How far to the right it needs: its slowest round, and its budget.
fn reach(measure: &Measure) -> f64 {
    measure.range().1.max(measure.budget.map_or(0.0, Budget::amount))
}

fn bar(body: &mut String, run: &Run, measure: &Measure, y: f64, scale: f64) {
    let (median, (least, most)) = (measure.value(), measure.range());
    let middle = y + BAR / 2.0;
    let baseline = middle + 4.5;
    let engine = escaped(&run.server.engine);
    let number = escaped(&amount(median, measure.unit));
    let (width, least, most) = (median * scale, LEFT + least * scale, LEFT + most * scale);
    let _ = writeln!(
        body,
        r#"<text class="quiet" x="{:.0}" y="{baseline:.1}" text-anchor="end">{engine}</text><rect class="{engine}" x="{LEFT:.0}" y="{y:.1}" width="{width:.1}" height="{BAR:.0}" rx="2"/>"#,
        LEFT - 8.0
    );
    let mut right = LEFT + width;
    if measure.rounds.len() > 1 {
        right = most;
        let _ = writeln!(body, r#"<path class="line" d="M{least:.1} {middle:.1}H{most:.1}"/>"#);
    }
    if let Some(budget) = measure.budget {
        let x = LEFT + budget.amount() * scale;
        let (top, bottom) = (y - 2.0, y + BAR + 2.0);
        let _ = writeln!(body, r#"<path class="budget" d="M{x:.1} {top:.1}V{bottom:.1}"/>"#);
        // A number would hide the line that it stands on.
        if (right - 4.0..right + 80.0).contains(&x) {
            right = x;
        }
    }
    let _ = writeln!(body, r#"<text x="{:.1}" y="{baseline:.1}">{number}</text>"#, right + 8.0);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn each_measure_of_the_unit_has_a_bar_for_each_database() {
        let plot = bars("ingest <1>", &example().iter().collect::<Vec<_>>(), Unit::PerSecond)
            .expect("a plot");
        assert_eq!(plot.matches("<rect class=").count(), 3, "{plot}");
        assert_eq!(plot.matches(r#"class="budget""#).count(), 2);
        assert!(plot.contains("ingest &lt;1&gt;") && plot.contains("≥ 10,000/s"));
        // The longest of all reaches the end: 13,000/s.
        assert!(plot.contains("H610.0"), "{plot}");
        assert!(plot.ends_with("</svg>\n"));
    }

    #[test]
    fn without_anything_to_show_there_is_no_plot() {
        assert!(bars("ingest", &example().iter().collect::<Vec<_>>(), Unit::Mebibytes).is_none());
    }
}
