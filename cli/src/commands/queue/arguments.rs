//! What people type, checked before the database is asked.

use std::time::Duration;

use shared::ids::JobId;

/// A job's id; small letters will do.
pub(super) fn job_id(text: &str) -> Result<JobId, &'static str> {
    let id = text.trim().to_ascii_uppercase();
    id.parse().map_err(
        |_| "a job's id is 26 letters and digits, as `syncbot queue dead` and the logs show it",
    )
}

/// Longer is no pause, but a decision that belongs into the workspaces.
const LONGEST: Duration = Duration::from_hours(30 * 24);

/// Longer than there is anything to look back at.
const LONGEST_AGE: Duration = Duration::from_hours(3_650 * 24);

/// A length of time: `30m`, `1h30m`, `2d`.
pub(in crate::commands) fn length(text: &str) -> Result<Duration, &'static str> {
    let length = parsed(text)?;
    if length > LONGEST { Err("30d is the longest") } else { Ok(length) }
}

/// How long ago something was.
pub(in crate::commands) fn age(text: &str) -> Result<Duration, &'static str> {
    let age = parsed(text)?;
    if age > LONGEST_AGE { Err("3650d is the longest") } else { Ok(age) }
}

fn parsed(text: &str) -> Result<Duration, &'static str> {
    const EXPECTED: &str = "expected a number with its unit, such as 45s, 30m, 2h, 1h30m or 3d";
    let (mut seconds, mut number) = (0_u64, String::new());
    for c in text.trim().chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            _ => return Err(EXPECTED),
        };
        let many: u64 = number.parse().map_err(|_| EXPECTED)?;
        seconds = seconds.saturating_add(many.saturating_mul(unit));
        number.clear();
    }
    match Duration::from_secs(seconds) {
        _ if !number.is_empty() => Err(EXPECTED),
        Duration::ZERO => Err(EXPECTED),
        length => Ok(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_need_their_units() {
        for (text, seconds) in [("45s", 45), ("30m", 1_800), ("1h30m", 5_400), (" 2d ", 172_800)] {
            assert_eq!(length(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "30",
            "m",
            "0m",
            "-5m",
            "1.5h",
            "30 m",
            "1h30",
            "31d",
            "99999999999999999999d",
            "1w",
        ] {
            assert!(length(text).is_err(), "{text}");
        }
        assert!(age("31d").is_ok() && age("3651d").is_err() && age("30").is_err());
    }

    #[test]
    fn job_ids_may_be_typed_in_small_letters() {
        let id = job_id("01arz3ndektsv4rrffq69g5fav").expect("an id");
        assert_eq!(id.as_str(), "01ARZ3NDEKTSV4RRFFQ69G5FAV");
        assert!(job_id("01ARZ3").is_err());
    }
}
