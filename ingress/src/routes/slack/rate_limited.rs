//! `app_rate_limited`: Slack did not send every event of a minute
//! (`docs.slack.dev/reference/events/app_rate_limited`).

use serde::Deserialize;
use shared::ids::TeamId;
use shared::jobs::note_gap;
use shared::queue::NewJob;

use crate::refusal::Refusal;

#[derive(Deserialize)]
struct AppRateLimited {
    team_id: TeamId,
    /// When the minute began, in seconds since 1970.
    minute_rate_limited: u32,
}

pub(super) fn job(request: &str) -> Result<NewJob, Refusal> {
    let AppRateLimited { team_id, minute_rate_limited } = serde_json::from_str(request)
        .map_err(|_| Refusal::Malformed("the rate limit lacks its workspace or its minute"))?;
    Ok(note_gap::job(&team_id, minute_rate_limited))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_of_a_workspace_is_noted_once() {
        let request = r#"{"token":"x","type":"app_rate_limited","team_id":"T1","minute_rate_limited":1518467820,"api_app_id":"A1"}"#;
        let Ok(job) = job(request) else { panic!("a job") };
        assert_eq!(job.lane.as_str(), "team:T1");
        assert_eq!(job.dedup_key.as_deref(), Some("limited:T1:1518467820"));
    }

    #[test]
    fn without_its_minute_it_is_refused() {
        for request in [r#"{"team_id":"T1"}"#, r#"{"team_id":"T1","minute_rate_limited":-1}"#] {
            assert!(matches!(job(request), Err(Refusal::Malformed(_))), "{request}");
        }
    }
}
