//! Times and numbers, as people say them.

use chrono::DateTime;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A length of time in its two greatest units at most.
pub(super) fn length(millis: i64) -> String {
    let parts = |greater: i64, name, smaller: i64, smaller_name| {
        let (many, rest) = (millis / greater, millis % greater / smaller);
        let many =
            if name == "days" && many == 1 { "1 day".to_owned() } else { format!("{many} {name}") };
        if rest == 0 { many } else { format!("{many} {rest} {smaller_name}") }
    };
    match millis {
        DAY.. => parts(DAY, "days", HOUR, "h"),
        HOUR.. => parts(HOUR, "h", MINUTE, "min"),
        MINUTE.. => format!("{} min", millis / MINUTE),
        _ => format!("{} s", millis.max(0) / SECOND),
    }
}

/// How long ago something was.
pub(super) fn ago(at: i64, now: i64) -> String {
    let millis = now - at;
    if millis < 2 * SECOND { "just now".to_owned() } else { format!("{} ago", length(millis)) }
}

/// A time as a person compares it with logs.
pub(super) fn date(millis: i64) -> String {
    let time = DateTime::from_timestamp_millis(millis);
    time.map_or_else(|| "?".to_owned(), |time| time.format("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// A number of things, its digits in groups.
pub(super) fn count(number: i64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// 10000 as 10,000.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && text != "-" {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_two_units_at_most() {
        for (millis, said) in [
            (-5, "0 s"),
            (59_999, "59 s"),
            (3 * MINUTE + 59 * SECOND, "3 min"),
            (HOUR, "1 h"),
            (2 * HOUR + 5 * MINUTE, "2 h 5 min"),
            (DAY, "1 day"),
            (3 * DAY + HOUR + MINUTE, "3 days 1 h"),
        ] {
            assert_eq!(length(millis), said);
        }
        assert_eq!(ago(1_000, 2_000), "just now");
        // The database's clock may be a little behind that of whoever wrote the time.
        assert_eq!(ago(2_000, 1_000), "just now");
        assert_eq!(ago(0, 3 * MINUTE), "3 min ago");
    }

    #[test]
    fn long_numbers_can_be_read() {
        for (number, said) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-100, "-100")]
        {
            assert_eq!(grouped(number), said);
        }
        assert_eq!(
            (count(1, "job", "jobs"), count(0, "job", "jobs")),
            ("1 job".into(), "0 jobs".into())
        );
    }
}
