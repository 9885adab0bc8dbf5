//! What scripts read. Names and meanings stay; times are UTC.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};
use shared::queue::JobRow;

pub(super) fn time(millis: i64) -> Value {
    DateTime::from_timestamp_millis(millis)
        .map_or(Value::Null, |time| time.to_rfc3339_opts(SecondsFormat::Millis, true).into())
}

/// A job; its payload, which holds what people wrote, only if that was asked for.
pub(super) fn job(job: &JobRow, with_payload: bool) -> Value {
    let mut value = json!({
        "id": job.id.as_str(),
        "kind": job.kind,
        "lane": job.lane,
        "order_key": job.order_key,
        "state": job.state,
        "attempts": job.attempts,
        "crashes": job.crashes,
        "not_before": time(job.not_before),
        "waits_for": job.wait_key,
        "last_error": job.last_error,
        "enqueued_at": time(job.created_at),
        "finished_at": job.finished_at.map(time),
        "has_payload": job.payload.is_some(),
    });
    if with_payload {
        value["payload"] = job.payload.as_deref().into();
    }
    value
}

/// Ends its line.
pub(super) fn text(value: &Value) -> String {
    format!("{value:#}\n")
}
