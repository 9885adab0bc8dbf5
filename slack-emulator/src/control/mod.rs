//! The controls under `/_emulator/`, in JSON: what the library can do, for the page and for those
//! who drive the emulator from elsewhere. The crate's README lists requests and answers.

mod deeds;
mod look;
mod people;
mod reply;
mod steer;
mod stream;

use std::sync::Arc;

use axum::Router;
use axum::routing::{delete, get, post, put};

use crate::core::Core;

pub(crate) use steer::{advance, set_request_url};

pub(crate) fn routes() -> Router<Arc<Core>> {
    Router::new()
        .route("/_emulator/state", get(look::state))
        .route("/_emulator/app", get(look::app))
        .route("/_emulator/calls", get(look::calls))
        .route("/_emulator/deliveries", get(look::deliveries))
        .route("/_emulator/retries", get(look::retries))
        .route("/_emulator/violations", get(look::violations))
        .route("/_emulator/over-limit", get(look::over_limit))
        .route("/_emulator/stream", get(stream::stream))
        .route("/_emulator/say", post(deeds::say))
        .route("/_emulator/act", post(deeds::act))
        .route("/_emulator/unfurl", post(deeds::unfurl))
        .route("/_emulator/resend", post(deeds::resend))
        .route("/_emulator/channel", post(deeds::channel))
        .route("/_emulator/person", post(people::person))
        .route("/_emulator/uninstall", post(people::uninstall))
        .route("/_emulator/emoji", post(deeds::emoji))
        .route(
            "/_emulator/faults",
            get(steer::faults).post(steer::add_fault).delete(steer::clear_faults),
        )
        .route("/_emulator/faults/{id}", delete(steer::remove_fault))
        .route("/_emulator/switches", get(steer::switches).patch(steer::change_switches))
        .route("/_emulator/advance", post(steer::advance_time))
        .route("/_emulator/redeliver", post(steer::redeliver))
        .route("/_emulator/request-url", put(steer::put_request_url))
}
