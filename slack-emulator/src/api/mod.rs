//! The Web API under `/api/{method}`. <https://docs.slack.dev/apis/web-api/>
//!
//! * `methods`: the table of what there is; each line names one file
//! * `received`, `arguments`: what a request says; `call`, `client_call`: what a method is given
//! * `error`, `answer`: what it answers; `frame`: what surrounds every method; `page`: cursors

mod answer;
mod apps;
mod arguments;
mod auth;
mod blocks;
mod call;
mod chat;
mod client_call;
mod conversations;
mod emoji;
mod error;
mod fields;
mod files;
mod frame;
mod methods;
mod oauth;
mod page;
mod reactions;
mod received;
mod team;
mod users;
mod views;

use std::sync::Arc;

use axum::Router;
use axum::routing::any;

use crate::core::Core;

pub(crate) fn routes() -> Router<Arc<Core>> {
    Router::new().route("/api/{method}", any(frame::answer)).merge(files::transfer::routes())
}
