//! The stream of changes that keeps the page up to date.
//!
//! It begins with a word that the page answers by fetching the state. Changes that come meanwhile
//! are in the stream already, so the page misses none, but may see one twice.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt as _, future, stream};
use tokio_stream::wrappers::BroadcastStream;

use crate::core::{Change, Core};

pub(super) async fn stream(
    State(core): State<Arc<Core>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let changes = BroadcastStream::new(core.changes()).map(|change| {
        // A page that fell behind begins anew.
        let change = change.unwrap_or(Change::Stage);
        Ok(Event::default().json_data(change).expect("changes are plain data"))
    });
    let hello = stream::once(future::ready(Ok(Event::default().event("hello").data("hello"))));
    let stream = hello.chain(changes).take_until(core.stop.clone().cancelled_owned());
    Sse::new(stream).keep_alive(KeepAlive::default())
}
