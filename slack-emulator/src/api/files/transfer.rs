//! Where bytes come and go. <https://docs.slack.dev/messaging/working-with-files>
//!
//! Faults on the methods `file download` and `file upload` befall them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State as Shared};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::{get, post};
use futures::StreamExt as _;
use sha2::{Digest as _, Sha256};

use crate::core::{Core, State};
use crate::faults::{Fault, Plan};
use crate::ids::FileId;
use crate::server::CutConnection;
use crate::world::{File, FileContent, FileMode, KEPT_BYTES, Standing, Upload};

const DOWNLOAD: &str = "file download";
const UPLOAD: &str = "file upload";

pub(in crate::api) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/files-pri/{team}/{file}/{how}", get(download))
        .route("/upload/v1/{team}/{file}", post(upload))
}

fn plan(state: &mut State, method: &str, team: &str) -> Plan {
    state.faults.plan(method, Some(&team.into()), None)
}

/// A fault that leaves no more to do.
fn spoiled(fault: Option<&Fault>, is_done: bool) -> Option<Response<Body>> {
    match fault? {
        Fault::Status { status, after_effect } if *after_effect == is_done => {
            Some(answer(StatusCode::from_u16(*status).ok()?))
        }
        Fault::Cut if !is_done => Some(CutConnection::response()),
        Fault::AnswerLost if is_done => Some(CutConnection::response()),
        _ => None,
    }
}

fn answer(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// Who may not see a file is asked to log in, with status 200.
fn login_page() -> Response<Body> {
    let mut response = Response::new(Body::from("<!DOCTYPE html><title>Sign in | Slack</title>"));
    let kind = "text/html; charset=utf-8".parse().expect("a plain text");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

async fn download(
    Shared(core): Shared<Arc<Core>>,
    Path((team, file_id, _)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response<Body> {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
    let (plan, found) = core.change(|state| {
        let plan = plan(state, DOWNLOAD, &team);
        let file = token.as_deref().and_then(|token| readable(state, &team, token, &file_id));
        (plan, file.cloned())
    });
    wait(plan.wait_before).await;
    let is_cut = matches!(plan.decisive, Some(Fault::Cut));
    if !is_cut && let Some(spoiled) = spoiled(plan.decisive.as_ref(), false) {
        return spoiled;
    }
    let Some(file) = found else { return login_page() };
    if !matches!(file.mode, FileMode::Hosted | FileMode::FileAccess) {
        return answer(StatusCode::NOT_FOUND);
    }
    let (content, size) = (file.content.clone(), file.content.size());
    // A connection that breaks does so in the middle.
    let last = if is_cut { size / 2 } else { size };
    let chunks = futures::stream::unfold(0_u64, move |at| {
        let left = usize::try_from(last.saturating_sub(at)).unwrap_or(usize::MAX);
        let chunk = content.chunk(at).filter(|_| left > 0);
        let chunk = chunk.map(|chunk| chunk.slice(..left.min(chunk.len())));
        async move {
            let chunk = match chunk {
                Some(chunk) => Ok(chunk),
                None if at < size => Err(std::io::Error::other("cut in the middle")),
                None => return None,
            };
            let next = chunk.as_ref().map_or(u64::MAX, |chunk| at + chunk.len() as u64);
            Some((chunk, next))
        }
    });
    let chunks = chunks.take_while({
        let mut failed = false;
        move |chunk: &std::io::Result<Bytes>| {
            let goes_on = !failed;
            failed |= chunk.is_err();
            std::future::ready(goes_on)
        }
    });
    let mut response = Response::new(Body::from_stream(chunks));
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, size.into());
    if let Ok(kind) = file.mimetype.parse() {
        headers.insert(CONTENT_TYPE, kind);
    }
    response
}

/// A file of the token's own workspace, if it may be read with that token.
fn readable<'a>(state: &'a State, team: &str, token: &str, file: &str) -> Option<&'a File> {
    let bearer = state.bearer(token)?;
    let workspace = state.world.workspace(&bearer.team)?;
    let scopes = workspace.scopes_of(&bearer.caller);
    let may = bearer.team == *team
        && bearer.standing == Standing::Good
        && scopes.iter().any(|scope| scope == "files:read");
    may.then(|| workspace.files.get(file))?
}

async fn upload(
    Shared(core): Shared<Arc<Core>>,
    Path((team, file)): Path<(String, String)>,
    body: Body,
) -> Response<Body> {
    let id = FileId::from(file);
    let plan = core.change(|state| plan(state, UPLOAD, &team));
    wait(plan.wait_before).await;
    if let Some(spoiled) = spoiled(plan.decisive.as_ref(), false) {
        return spoiled;
    }
    let Some(content) = received(body).await else { return answer(StatusCode::BAD_REQUEST) };
    let stored = core.change(|state| {
        let workspace = state.world.workspaces.get_mut(team.as_str())?;
        let file = workspace.files.get_mut(&id)?;
        let Upload::Announced(length) = file.upload else { return None };
        (content.size() == length).then(|| {
            file.content = content;
            file.upload = Upload::Received;
        })
    });
    wait(plan.wait_after).await;
    if let Some(spoiled) = spoiled(plan.decisive.as_ref(), true) {
        return spoiled;
    }
    answer(if stored.is_some() { StatusCode::OK } else { StatusCode::BAD_REQUEST })
}

/// What was sent, to the end; `None`: the sender broke off.
async fn received(body: Body) -> Option<FileContent> {
    let (mut kept, mut size, mut digest) = (Vec::new(), 0_u64, Sha256::new());
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.ok()?;
        size += chunk.len() as u64;
        digest.update(&chunk);
        if size <= KEPT_BYTES {
            kept.extend_from_slice(&chunk);
        }
    }
    if size <= KEPT_BYTES {
        return Some(FileContent::Bytes(kept.into()));
    }
    Some(FileContent::Digest(size, hex::encode(digest.finalize())))
}

async fn wait(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
