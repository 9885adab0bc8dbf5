//! Message events as Slack sends them: about 1 KB of JSON, signed, no two alike.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use shared::clock::Clock;
use shared::ids::{EventId, SlackTs, TeamId};
use shared::jobs::route_event;
use shared::queue::{Lane, NewJob};
use testkit::SIGNING_SECRET;

/// The workspace that messages come from.
pub(crate) const SOURCE: &str = "T0ACME";

/// What people wrote; together with its rich text the envelope has the length of a usual one.
const WORDS: &str = "Has anybody seen the notes of Thursday's meeting about the new venue? I promised the \
                     caterers an answer by tomorrow and would rather not ask twice.";

/// Makes events over so many channels. Their numbers rise, and so do their times.
#[derive(Debug)]
pub(crate) struct Events {
    clock: Clock,
    mac: Hmac<Sha256>,
    channels: u64,
    first_micros: i64,
    next: AtomicU64,
}

impl Events {
    pub(crate) fn over(channels: u64, clock: Clock) -> Self {
        let mac = Hmac::new_from_slice(SIGNING_SECRET.as_bytes()).expect("any key");
        let first_micros = clock.now().timestamp_micros();
        Self { clock, mac, channels, first_micros, next: AtomicU64::new(0) }
    }

    /// The number of an event that was not made before.
    pub(crate) fn next(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Writes the whole request for an event: head, signature, body.
    pub(crate) fn request(&self, number: u64, request: &mut Vec<u8>) {
        let body = self.envelope(number);
        let seconds = self.clock.now().timestamp();
        let mut mac = self.mac.clone();
        mac.update(format!("v0:{seconds}:").as_bytes());
        mac.update(body.as_bytes());
        let signature = hex::encode(mac.finalize().into_bytes());
        request.clear();
        let head = format!(
            "POST /slack/events HTTP/1.1\r\nhost: sync.example.org\r\ncontent-type: application/json\r\n\
             user-agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n\
             x-slack-request-timestamp: {seconds}\r\nx-slack-signature: v0={signature}\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        );
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(body.as_bytes());
    }

    /// The job that ingress makes of an event.
    pub(crate) fn job(&self, number: u64) -> NewJob {
        let ids = "the ids of the benchmark are valid";
        let team: TeamId = SOURCE.parse().expect(ids);
        route_event::job(
            &team,
            Lane::source(&team, &source_channel(number % self.channels).parse().expect(ids)),
            &event_id(number).parse::<EventId>().expect(ids),
            &self.ts(number),
            &self.envelope(number),
        )
    }

    /// The job for a message with one file.
    pub(crate) fn file_job(&self, number: u64, address: &str, bytes: u64) -> NewJob {
        let mut envelope: Value = serde_json::from_str(&self.envelope(number)).expect("JSON");
        let file = json!({ "id": "F0FILE", "name": "film.mp4", "mimetype": "video/mp4", "mode": "hosted",
            "size": bytes, "url_private": address, "url_private_download": address });
        let event = envelope["event"].as_object_mut().expect("an object");
        event.insert("subtype".to_owned(), json!("file_share"));
        event.insert("files".to_owned(), json!([file]));
        NewJob { payload: envelope.to_string(), ..self.job(number) }
    }

    fn ts(&self, number: u64) -> SlackTs {
        SlackTs::at(self.first_micros + i64::try_from(number).expect("a count"))
    }

    fn envelope(&self, number: u64) -> String {
        let (event, ts, channel) =
            (event_id(number), self.ts(number), source_channel(number % self.channels));
        let (text, at) = (text(number), self.first_micros / 1_000_000);
        let mut envelope = String::with_capacity(1_280);
        let _ = write!(
            envelope,
            r#"{{"token":"XXYYZZ","team_id":"{SOURCE}","context_team_id":"{SOURCE}","context_enterprise_id":null,"api_app_id":"A0SYNCBOT","event":{{"user":"U0ADA","type":"message","ts":"{ts}","client_msg_id":"0a59a0b6-7c3a-4b0e-9a49-{number:012x}","text":"{text}","team":"{SOURCE}","blocks":[{{"type":"rich_text","block_id":"s8kTv","elements":[{{"type":"rich_text_section","elements":[{{"type":"text","text":"{text}"}}]}}]}}],"channel":"{channel}","event_ts":"{ts}","channel_type":"channel"}},"type":"event_callback","event_id":"{event}","event_time":{at},"authorizations":[{{"enterprise_id":null,"team_id":"{SOURCE}","user_id":"U0BOT","is_bot":true,"is_enterprise_install":false}}],"is_ext_shared_channel":false,"event_context":"4-eyJldCI6Im1lc3NhZ2UiLCJ0aWQiOiJUMEFDTUUifQ"}}"#
        );
        envelope
    }
}

fn event_id(number: u64) -> String {
    format!("Ev{number:010}")
}

/// The number of the event that a job was made of, from its key.
pub(crate) fn number_of_key(dedup_key: &str) -> Option<u64> {
    dedup_key.rsplit_once(":Ev")?.1.parse().ok()
}

/// Begins with the event's number, by which the copy is known again.
fn text(number: u64) -> String {
    format!("{number:010} {WORDS}")
}

/// The number of the event whose text this is.
pub(crate) fn number_of_text(text: &str) -> Option<u64> {
    text.split_once(' ')?.0.parse().ok()
}

/// Where messages are said.
pub(crate) fn source_channel(channel: u64) -> String {
    format!("C0ACME{channel}")
}

/// Where they are copied to.
pub(crate) fn target_channel(channel: u64) -> String {
    format!("C0BIRCH{channel}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_as_long_as_usual_ones_and_known_again() {
        let events = Events::over(200, Clock::system());
        let job = events.job(1_207);
        assert!((1_000..1_400).contains(&job.payload.len()), "{}", job.payload.len());
        assert_eq!(job.lane.as_str(), "src:T0ACME:C0ACME7");
        assert_eq!(number_of_key(&job.dedup_key.expect("a key")), Some(1_207));
        assert_eq!(number_of_text(&text(1_207)), Some(1_207));
        let envelope: Value = serde_json::from_str(&job.payload).expect("JSON");
        assert_eq!(envelope["event"]["text"], text(1_207));
        let mut request = Vec::new();
        events.request(1_207, &mut request);
        let length = format!("content-length: {}\r\n", job.payload.len());
        assert!(String::from_utf8(request).expect("text").contains(&length));
    }
}
