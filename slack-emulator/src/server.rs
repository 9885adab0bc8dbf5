//! The HTTP server: one port for the API, the controls and the page.
//!
//! It drives each connection by hand, for a call may have to end with the connection being cut
//! and no answer at all, which no response can express.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::core::Core;
use crate::{api, control, guard, oauth, page};

/// How long answers that are under way may take when the emulator ends.
const GRACE: Duration = Duration::from_millis(500);

/// Marks the response that stands for none.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the connection is to be cut")]
pub(crate) struct CutConnection;

impl CutConnection {
    pub(crate) fn response() -> Response<Body> {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(Self);
        response
    }
}

fn routes(core: Arc<Core>) -> Router {
    Router::new()
        .merge(api::routes())
        .merge(control::routes())
        .merge(oauth::routes())
        .merge(page::routes())
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&core), guard::only_local))
        .with_state(core)
}

/// Serves until the emulator ends.
pub(crate) async fn serve(core: Arc<Core>, listener: TcpListener) {
    let router = routes(Arc::clone(&core));
    let graceful = GracefulShutdown::new();
    let no_more_patience = CancellationToken::new();
    while let Some(accepted) = core.stop.run_until_cancelled(listener.accept()).await {
        // Such as too many open files, or a caller who left again at once.
        let Ok((stream, _)) = accepted else { continue };
        let connection = graceful.watcher();
        let patience = no_more_patience.clone();
        let router = router.clone();
        core.tasks.spawn(async move {
            patience.run_until_cancelled(converse(stream, router, connection)).await;
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::debug!("connections were still open at the end");
    }
    no_more_patience.cancel();
}

async fn converse(
    stream: TcpStream,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    // Answers are small: waiting to fill a packet would only delay them.
    let _best_effort = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        async move {
            let response: Result<_, Infallible> = router.oneshot(request.map(Body::new)).await;
            let Ok(response) = response;
            match response.extensions().get() {
                Some(CutConnection) => Err(CutConnection),
                None => Ok(response),
            }
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!("a connection ended early: {error}");
    }
}
