//! What a request says, before anyone asks whether it makes sense.

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method as HttpMethod, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::arguments::Arguments;
use super::client_call::Credentials;
use super::error::ApiError;
use super::methods::Kind;
use crate::violation::{Breach, ViolationKind};

/// A request as it arrived.
pub(super) struct Received {
    pub(super) method: String,
    pub(super) token: Option<String>,
    /// The app's client id and secret, if they came by HTTP Basic.
    pub(super) client: Option<Credentials>,
    pub(super) arguments: Arguments,
    /// What is wrong with the request as such.
    pub(super) error: Option<ApiError>,
    pub(super) warnings: Vec<&'static str>,
    http_method: HttpMethod,
    is_json: bool,
}

impl Received {
    pub(super) fn read(
        method: String,
        http_method: HttpMethod,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Self {
        let content_type =
            headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (media_type, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        let has_charset = parameters.to_ascii_lowercase().contains("charset=");
        let mut arguments = Arguments::default();
        let mut warnings = Vec::new();
        let mut error = None;
        let mut is_json = false;
        match media_type.trim().to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => {
                arguments.add_form(body);
                // Forms have no charset parameter by their definition.
                warnings.extend(has_charset.then_some("superfluous_charset"));
            }
            "application/json" => {
                is_json = true;
                warnings.extend((!has_charset).then_some("missing_charset"));
                error = add_json(&mut arguments, body).err();
            }
            "" if body.is_empty() => {}
            "" => error = Some(unreadable("missing_post_type", "a body without a content type")),
            other => {
                let detail = format!("a body of content type {other}");
                error = Some(unreadable("invalid_post_type", &detail));
            }
        }
        let token_argument = arguments.take_token();
        arguments.add_form(uri.query().unwrap_or_default().as_bytes());
        let token_in_query = arguments.take_token();
        let token = bearer(headers).or(token_argument).or(token_in_query);
        let client = basic(headers);
        Self { method, token, client, arguments, error, warnings, http_method, is_json }
    }

    /// Whether the request came in a way that a method of this kind reads. Older methods do not
    /// refuse JSON but overlook it, which shows as a missing argument at best.
    pub(super) fn fit(&mut self, kind: Kind) -> Option<Breach> {
        let is_write = matches!(kind, Kind::Write | Kind::WriteForm);
        if is_write && self.http_method != HttpMethod::POST {
            self.error.get_or_insert_with(|| {
                let detail = format!("{} to a method that writes", self.http_method);
                ApiError::breach("invalid_post_type", ViolationKind::WrongEncoding, detail)
            });
        }
        let is_form = matches!(kind, Kind::ReadForm | Kind::WriteForm);
        if is_form && self.is_json && self.arguments.names().next().is_some() {
            self.arguments = Arguments::default();
            let detail = "JSON arguments to a method that reads forms only: they are overlooked";
            return Some(Breach::new(ViolationKind::WrongEncoding, detail));
        }
        None
    }
}

fn add_json(arguments: &mut Arguments, body: &[u8]) -> Result<(), ApiError> {
    if body.is_empty() {
        return Ok(());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => {
            arguments.add_json(object);
            Ok(())
        }
        Ok(_) => Err(unreadable("json_not_object", "a JSON body that is no object")),
        Err(error) => Err(unreadable("invalid_json", &error.to_string())),
    }
}

fn unreadable(code: &'static str, detail: &str) -> ApiError {
    ApiError::breach(code, ViolationKind::Unreadable, detail)
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    authorization(headers, "bearer").map(str::to_owned)
}

fn basic(headers: &HeaderMap) -> Option<Credentials> {
    let decoded = STANDARD.decode(authorization(headers, "basic")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn authorization<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case(wanted).then(|| credentials.trim())
}
