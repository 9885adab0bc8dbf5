//! Pictures of people and workspaces: their initials on a colour that follows from their id.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::safe_headers;
use crate::core::Core;

pub(super) const SVG: &str = "image/svg+xml; charset=utf-8";

/// A picture runs nothing and loads nothing, even when it is opened on its own.
const POLICY: &str = "default-src 'none'";

/// Dark enough, each of them, for white letters.
const COLOURS: [&str; 10] = [
    "#8a3ffc", "#b3245f", "#0f6cbd", "#0b7a5b", "#a4500a", "#5a4fcf", "#9c2f2f", "#3d6b1f",
    "#006d7a", "#6d4a8f",
];

pub(super) async fn user(
    State(core): State<Arc<Core>>,
    Path((team, user)): Path<(String, String)>,
) -> Response {
    let id = user.strip_suffix(".svg").unwrap_or(&user);
    let name = core.read(|state| {
        let user = state.world.workspace(&team)?.users.get(id)?;
        Some(user.shown_name().to_owned())
    });
    picture(name, id)
}

pub(super) async fn team(State(core): State<Arc<Core>>, Path(team): Path<String>) -> Response {
    let id = team.strip_suffix(".svg").unwrap_or(&team);
    let name = core.read(|state| Some(state.world.workspace(id)?.name.clone()));
    picture(name, id)
}

fn picture(name: Option<String>, id: &str) -> Response {
    match name {
        Some(name) => (safe_headers(SVG, POLICY), draw(&name, id)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn draw(name: &str, id: &str) -> String {
    let initials: String = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect();
    let colour = COLOURS[id.bytes().map(usize::from).sum::<usize>() % COLOURS.len()];
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"72\" height=\"72\" viewBox=\"0 0 72 72\">\
         <rect width=\"72\" height=\"72\" fill=\"{colour}\"/>\
         <text x=\"36\" y=\"47\" text-anchor=\"middle\" fill=\"#fff\" font-size=\"30\" \
         font-weight=\"600\" font-family=\"system-ui, sans-serif\">{initials}</text></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_letters_and_digits_only() {
        assert!(draw("Ada Lovelace", "U1").contains(">AL</text>"));
        assert!(draw("élise & <b>", "U1").contains(">ÉB</text>"));
        assert!(draw("<script>", "U1").contains(">S</text>"));
        assert!(draw("", "U1").contains("></text>"));
    }
}
