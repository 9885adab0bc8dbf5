//! Keeps foreign web pages out: a page of another site, opened in the same browser, must not drive
//! the emulator, neither directly (it would send its `Origin`) nor under a name of its own that it
//! points at this machine (it would send that name as `Host`).

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use url::{Host, Url};

use crate::core::Core;
use crate::settings::Settings;

pub(crate) async fn only_local(
    State(core): State<Arc<Core>>,
    request: Request,
    next: Next,
) -> Response {
    if is_local(request.headers(), &core.settings) {
        return next.run(request).await;
    }
    let message = "The emulator answers under the names of the loopback interface alone, and to \
                   its own page alone. Allow another host name in its settings.";
    let body = Json(json!({ "ok": false, "error": "foreign_host", "message": message }));
    (StatusCode::FORBIDDEN, body).into_response()
}

fn is_local(headers: &HeaderMap, settings: &Settings) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host_fits = host.is_some_and(|host| fits(&format!("http://{host}/"), settings));
    let mut origins = headers.get_all(ORIGIN).iter();
    host_fits && origins.all(|origin| origin.to_str().is_ok_and(|url| fits(url, settings)))
}

fn fits(url: &str, settings: &Settings) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let allowed = |name: &str| settings.allowed_hosts.iter().any(|allowed| allowed == name);
    let public = settings.public_url.as_deref().and_then(|url| Url::parse(url).ok());
    if public.is_some_and(|public| public.host() == url.host()) {
        return true;
    }
    match url.host() {
        Some(Host::Domain(name)) => {
            name == "localhost" || name.ends_with(".localhost") || allowed(name)
        }
        Some(Host::Ipv4(address)) => address.is_loopback() || allowed(&address.to_string()),
        Some(Host::Ipv6(address)) => address.is_loopback() || allowed(&address.to_string()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(host: &str, origin: Option<&str>, settings: &Settings) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        is_local(&headers, settings)
    }

    #[test]
    fn names_of_the_loopback_interface_are_local() {
        let settings = Settings::default();
        for host in ["127.0.0.1:8700", "localhost", "a.localhost:1", "[::1]:8700", "127.9.9.9"] {
            assert!(verdict(host, None, &settings), "{host}");
        }
        for host in ["example.com", "127.0.0.1.example.com", "localhost.example", "10.0.0.1", ""] {
            assert!(!verdict(host, None, &settings), "{host}");
        }
        assert!(!is_local(&HeaderMap::new(), &settings));
    }

    #[test]
    fn origins_have_to_be_local_too() {
        let settings = Settings::default();
        assert!(verdict("localhost", Some("http://localhost:8700"), &settings));
        for origin in ["https://example.com", "null", "http://localhost.example"] {
            assert!(!verdict("localhost", Some(origin), &settings), "{origin}");
        }
    }

    #[test]
    fn further_names_can_be_allowed() {
        let settings = Settings {
            allowed_hosts: vec!["slack".to_owned()],
            public_url: Some("http://emulator.test:8700".to_owned()),
            ..Settings::default()
        };
        assert!(verdict("slack:8700", Some("http://emulator.test:8700"), &settings));
        assert!(verdict("emulator.test", None, &settings));
        assert!(!verdict("other", None, &settings));
    }
}
