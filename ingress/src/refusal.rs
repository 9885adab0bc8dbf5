//! Why a request is refused: a status, a short code and a sentence. Never anything of what was sent.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use shared::slack::signature::SignatureError;

/// A refused request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unsigned(SignatureError),
    TooLarge,
    WrongContentType,
    TooSlow,
    NoSuchPath,
    WrongMethod,
    Malformed(&'static str),
    /// The database did not take it in time: the sender should try again.
    NotStored,
}

#[derive(Serialize)]
struct Body {
    error: &'static str,
    message: String,
}

impl Refusal {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Unsigned(_) => StatusCode::UNAUTHORIZED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WrongContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::NotStored => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn body(self) -> Body {
        let (error, message) = match self {
            Self::Unsigned(error) => ("invalid_signature", error.to_string()),
            Self::TooLarge => {
                ("too_large", "the body is larger than this server accepts".to_owned())
            }
            Self::WrongContentType => (
                "unsupported_content_type",
                "send application/json or application/x-www-form-urlencoded".to_owned(),
            ),
            Self::TooSlow => ("too_slow", "the body did not arrive in time".to_owned()),
            Self::NoSuchPath => ("not_found", "there is nothing at this path".to_owned()),
            Self::WrongMethod => {
                ("method_not_allowed", "this path does not take this method".to_owned())
            }
            Self::Malformed(what) => ("malformed", what.to_owned()),
            Self::NotStored => {
                ("try_again", "the request could not be stored now; send it again".to_owned())
            }
        };
        Body { error, message }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status(), Json(self.body())).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_status_and_code() {
        let table = [
            (Refusal::Unsigned(SignatureError::Mismatch), 401, "invalid_signature"),
            (Refusal::TooLarge, 413, "too_large"),
            (Refusal::WrongContentType, 415, "unsupported_content_type"),
            (Refusal::TooSlow, 408, "too_slow"),
            (Refusal::NoSuchPath, 404, "not_found"),
            (Refusal::WrongMethod, 405, "method_not_allowed"),
            (Refusal::Malformed("x"), 400, "malformed"),
            (Refusal::NotStored, 503, "try_again"),
        ];
        for (refusal, status, error) in table {
            assert_eq!((refusal.status().as_u16(), refusal.body().error), (status, error));
        }
    }
}
