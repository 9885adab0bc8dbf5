//! A Slack that answers at once and notes what arrived when: what is measured is SyncBot alone.

mod files;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::events::{SOURCE, number_of_text};

/// The workspace that copies go to.
const TARGET: &str = "T0BIRCH";
/// Tokens of the two workspaces.
pub(crate) const TOKENS: [&str; 2] = ["xoxb-acme", "xoxb-birch"];

/// The server; gone when it is dropped.
#[derive(Debug)]
pub(crate) struct FakeSlack {
    pub(crate) api_url: String,
    slack: Arc<Slack>,
    serving: JoinHandle<()>,
}

/// A copy, as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// The number of the event that it is of.
    pub(crate) number: u64,
    pub(crate) channel: String,
    pub(crate) at: Instant,
}

#[derive(Debug)]
struct Slack {
    /// Where it is reached.
    origin: String,
    arrivals: Mutex<Vec<Arrival>>,
    count: AtomicU64,
    limited: Mutex<Option<String>>,
    upload: files::Upload,
}

impl Slack {
    fn address(&self, path: &str) -> String {
        format!("{}/{path}", self.origin)
    }
}

impl FakeSlack {
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let slack = Arc::new(Slack {
            origin: format!("http://{}", listener.local_addr()?),
            arrivals: Mutex::default(),
            count: AtomicU64::default(),
            limited: Mutex::default(),
            upload: files::Upload::default(),
        });
        let router = Router::new()
            .route("/api/auth.test", post(identity))
            .route("/api/users.info", post(person))
            .route("/api/chat.postMessage", post(take))
            .route("/api/files.getUploadURLExternal", post(files::upload_address))
            .route("/api/files.completeUploadExternal", post(files::complete))
            .route("/api/files.info", post(files::info))
            .route("/file", get(files::download))
            .route("/upload", post(files::upload))
            .with_state(slack.clone());
        let api_url = slack.address("api/");
        let serving = tokio::spawn(async move {
            // Ends with its task only.
            let _ = axum::serve(
                axum::serve::ListenerExt::tap_io(listener, |stream| {
                    let _ = stream.set_nodelay(true);
                }),
                router,
            )
            .await;
        });
        Ok(Self { api_url, slack, serving })
    }

    /// How many copies came.
    pub(crate) fn count(&self) -> usize {
        usize::try_from(self.slack.count.load(Ordering::Acquire)).unwrap_or(usize::MAX)
    }

    /// Everything that came, in the order of its arrival.
    pub(crate) fn arrivals(&self) -> Vec<Arrival> {
        self.slack.arrivals.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on only this channel is limited.
    pub(crate) fn limit(&self, channel: Option<String>) {
        *self.slack.limited.lock().unwrap_or_else(PoisonError::into_inner) = channel;
    }

    /// Where a file of the largest size is read.
    pub(crate) fn file_address(&self) -> String {
        self.slack.address("file")
    }

    /// Waits until a file is shared; returns how much of it came.
    pub(crate) async fn wait_for_file(&self, patience: Duration) -> Option<u64> {
        let since = Instant::now();
        while self.slack.upload.shared().is_none() && since.elapsed() < patience {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.slack.upload.shared()
    }

    /// Waits until `wanted` copies came, or none came for so long; returns how many did.
    pub(crate) async fn wait_for(&self, wanted: usize, patience: Duration) -> usize {
        let (mut seen, mut since) = (self.count(), Instant::now());
        while seen < wanted && since.elapsed() < patience {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let now = self.count();
            if now > seen {
                (seen, since) = (now, Instant::now());
            }
        }
        seen
    }
}

impl Drop for FakeSlack {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn identity(headers: HeaderMap) -> Json<Value> {
    let token =
        headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (team_id, team) =
        if token.ends_with(TOKENS[0]) { (SOURCE, "Acme") } else { (TARGET, "Birch") };
    Json(
        json!({ "ok": true, "team_id": team_id, "team": team, "user_id": "U0BOT", "bot_id": "B0BOT" }),
    )
}

async fn person() -> Json<Value> {
    let profile = json!({ "display_name": "Ada", "real_name": "Ada Lovelace", "image_192": "https://example.org/ada.png" });
    Json(json!({ "ok": true, "user": { "id": "U0ADA", "name": "ada", "profile": profile } }))
}

async fn take(State(slack): State<Arc<Slack>>, form: String) -> Response {
    let at = Instant::now();
    let fields: HashMap<_, _> = url::form_urlencoded::parse(form.as_bytes()).collect();
    let field = |name: &str| fields.get(name).map(ToString::to_string).unwrap_or_default();
    let Some(number) = number_of_text(&field("text")) else {
        return Json(json!({ "ok": false, "error": "no_text" })).into_response();
    };
    let channel = field("channel");
    if slack.limited.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(&channel) {
        return (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "1")]).into_response();
    }
    let arrival = Arrival { number, channel, at };
    let answer =
        json!({ "ok": true, "channel": arrival.channel, "ts": format!("1800000000.{number:06}") });
    slack.arrivals.lock().unwrap_or_else(PoisonError::into_inner).push(arrival);
    slack.count.fetch_add(1, Ordering::Release);
    Json(answer).into_response()
}
