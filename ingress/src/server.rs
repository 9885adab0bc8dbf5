//! Listens, and keeps slow or idle clients from hurting anyone.
//!
//! Each connection has a place, and there are only as many as the process may open files. When none is
//! left, whoever is idle longest gives way to the next, those first that never sent a request: so a crowd
//! that says nothing keeps nobody out. When the process is told to stop, only those are waited for whose
//! request is being served.

mod places;

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use places::{Place, Places};

/// A new connection that has not sent its first request's head by then is gone.
const FIRST_HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// One that was served before may be silent for so long: Slack uses connections again.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Requests under way may end within this when the process is told to stop; none takes longer.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(4);
/// For the last bytes of an answer.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(200);
/// When the machine has no file descriptors left, trying again at once would only burn its processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` ends, then lets requests under way finish.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let places = Places::within(shared::process::open_files_limit());
    let (connections, stopping) = (TaskTracker::new(), CancellationToken::new());
    tokio::pin!(stop);
    loop {
        let next = async {
            let (stream, _) = listener.accept().await?;
            std::io::Result::Ok((stream, places.take().await))
        };
        let next = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        match next {
            Ok((stream, place)) => {
                connections.spawn(connection(stream, router.clone(), place, stopping.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                places.clear_one();
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    stopping.cancel();
    connections.close();
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, connections.wait()).await.is_err() {
        tracing::warn!("requests were still under way when the time to stop was over");
    }
}

/// One connection, until either side ends it.
async fn connection(stream: TcpStream, router: Router, place: Place, stopping: CancellationToken) {
    // Answers are small: waiting to fill a packet would only delay them. A failure is no reason to refuse.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let served = place.serve();
        let answer = router.clone().oneshot(request.map(axum::body::Body::new) as Request);
        async move {
            let answer = answer.await;
            drop(served);
            answer
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(KEEP_ALIVE)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(served);
    tokio::select! {
        // An error says that the client went away; it knows that already.
        _ = served.as_mut() => return,
        () = place.cleared() => return,
        () = place.silent(FIRST_HEAD_TIMEOUT) => return,
        () = stopping.cancelled() => served.as_mut().graceful_shutdown(),
    }
    // Whose request is not here yet may send it elsewhere.
    let unserved = async {
        place.rests().await;
        tokio::time::sleep(FLUSH_TIMEOUT).await;
    };
    tokio::select! {
        _ = served.as_mut() => {}
        () = unserved => {}
    }
}
