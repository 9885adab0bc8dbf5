//! What somebody is told who is on no page of an attempt.

use axum::http::StatusCode;

use super::words::{AGAIN, NOT_SET_UP, Page, WayOn};

/// What is lacking.
#[derive(Debug)]
pub(crate) enum Lacking {
    /// Slack did not bring back what we sent along.
    State,
    /// What Slack brought back is nothing that we sent along, or that was long ago.
    Attempt,
    /// It began in another browser, or this one keeps no cookies.
    Cookie,
    /// It was brought back before; what came of it is there.
    Novelty(String),
    /// This instance has no client id or public address.
    Configuration,
    /// No worker has ever run on this database.
    Worker,
    /// The database does not answer in time.
    Database,
    /// As many began within a minute as may.
    Room,
}

impl Lacking {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::State | Self::Attempt => StatusCode::BAD_REQUEST,
            Self::Cookie => StatusCode::FORBIDDEN,
            Self::Novelty(_) => StatusCode::CONFLICT,
            Self::Configuration | Self::Worker | Self::Database | Self::Room => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    pub(crate) fn page(self) -> Page {
        let page = |state, title, text| Page::new(state, title, &[text]);
        match self {
            Self::State => page(
                "no-state",
                "An installation begins here",
                "This address is where Slack sends people back to, and it says nothing of where they came from. A link on Slack's own pages leads here, too, and does not work: begin with the button.",
            )
            .leading_to(WayOn::Begin("Install SyncBot")),
            Self::Attempt => page(
                "unknown",
                "This page is no longer valid",
                "The installation did not begin here, or too long ago. Nothing was changed: begin with the button.",
            )
            .leading_to(WayOn::Begin(AGAIN)),
            Self::Cookie => page(
                "other-browser",
                "This installation began in another browser",
                "Only the browser in which it began can go on with it and see what becomes of it. If that is this one, it keeps no cookies: allow them for this address, and begin again.",
            )
            .leading_to(WayOn::Begin("Begin again")),
            Self::Novelty(attempt) => page(
                "replayed",
                "Slack has brought you here before",
                "Each answer of Slack's counts once. See what came of it, or begin again.",
            )
            .leading_to(WayOn::Attempt(attempt)),
            Self::Configuration => page("not-configured", NOT_SET_UP.0, NOT_SET_UP.1),
            Self::Worker => page(
                "no-worker",
                "This SyncBot is not ready yet",
                "The part of it that talks to Slack has never run. Whoever runs this SyncBot has to start `syncbot-worker`; then load this page again.",
            ),
            Self::Database => page(
                "try-again",
                "SyncBot cannot take this just now",
                "Its database does not answer. Load this page again in a moment: nothing is lost.",
            ),
            Self::Room => page(
                "too-many",
                "Too many install SyncBot at once",
                "Try again in a minute.",
            )
            .leading_to(WayOn::Begin("Try again")),
        }
    }
}
