//! An app that takes events: it remembers each request as it came, and answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value;
use tokio::sync::{Semaphore, watch};

use super::PATIENCE;

/// One request as it came.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) json: Value,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        super::header(&self.headers, name)
    }

    pub(crate) fn event_id(&self) -> &str {
        self.json["event_id"].as_str().unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        self.json["event"]["text"].as_str().unwrap()
    }
}

/// How the app answers one request.
#[derive(Clone)]
pub(crate) enum Reply {
    Status(u16),
    /// A status, with `x-slack-no-retry: 1`.
    NoRetry(u16),
    /// A redirect to the app itself.
    Redirect(u16),
    /// A redirect to nowhere near.
    RedirectTo(String),
    /// 200, but only when the gate lets one through.
    Gate(Arc<Semaphore>),
    /// None, ever.
    Silence,
    /// 200 with this body.
    Body(&'static str),
}

struct Inner {
    script: Mutex<VecDeque<Reply>>,
    seen: watch::Sender<Vec<Seen>>,
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    inner: Arc<Inner>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/slack/events", listener.local_addr().unwrap());
        let inner = Arc::new(Inner { script: Mutex::default(), seen: watch::Sender::default() });
        let app = Router::new().route("/slack/events", post(take)).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, inner }
    }

    /// How the next requests are answered, one after the other; then 200.
    pub(crate) fn will(&self, replies: impl IntoIterator<Item = Reply>) {
        self.inner.script.lock().unwrap().extend(replies);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.inner.seen.borrow().clone()
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.seen().iter().map(|seen| seen.text().to_owned()).collect()
    }

    pub(crate) fn forget(&self) {
        self.inner.seen.send_replace(Vec::new());
    }

    /// Waits until that many requests have come, and returns them.
    pub(crate) async fn after(&self, count: usize) -> Vec<Seen> {
        let mut seen = self.inner.seen.subscribe();
        let enough = seen.wait_for(|seen| seen.len() >= count);
        let seen = tokio::time::timeout(PATIENCE, enough).await.unwrap().unwrap().clone();
        assert_eq!(seen.len(), count);
        seen
    }
}

async fn take(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response {
    let json: Value = serde_json::from_slice(&body).unwrap();
    let reply = inner.script.lock().unwrap().pop_front();
    let challenge = json["challenge"].as_str().map(str::to_owned);
    inner.seen.send_modify(|seen| seen.push(Seen { headers, body, json }));
    match reply {
        None => challenge.unwrap_or_default().into_response(),
        Some(Reply::Status(status)) => status_code(status).into_response(),
        Some(Reply::NoRetry(status)) => {
            (status_code(status), [("x-slack-no-retry", "1")]).into_response()
        }
        Some(Reply::Redirect(status)) => {
            (status_code(status), [("location", "/slack/events")]).into_response()
        }
        Some(Reply::RedirectTo(url)) => (StatusCode::FOUND, [("location", url)]).into_response(),
        Some(Reply::Gate(gate)) => {
            gate.acquire().await.unwrap().forget();
            StatusCode::OK.into_response()
        }
        Some(Reply::Silence) => std::future::pending().await,
        Some(Reply::Body(text)) => text.into_response(),
    }
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap()
}
