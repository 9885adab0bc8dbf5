//! What a browser is shown that installs the app: plain pages, with a few lines of script that none of them needs.
//!
//! * `app`: the app as this instance knows it, and its addresses
//! * `visitor`: what the browser keeps, by which it is known again
//! * `words`, `lacking`: what pages say; `document`: how they look; `response`: what the browser is held to

mod app;
mod document;
mod lacking;
mod response;
mod visitor;
mod words;

pub(crate) use app::App;
pub(crate) use lacking::Lacking;
pub(crate) use response::{DISCREET, page, redirect};
pub(crate) use visitor::{Visitor, hash};
pub(crate) use words::Shown;
