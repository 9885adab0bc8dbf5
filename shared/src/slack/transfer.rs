//! Moves the bytes of a file from one workspace to another: what comes in goes out, in constant memory.
//!
//! Bytes travel outside the Web API (docs.slack.dev/messaging/working-with-files): a GET with the token of
//! the one workspace, a POST to an address that the other one gave.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::TryStreamExt as _;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::client::{Client, retry_after};
use super::error::CallError;

/// As methods of the Web API are named.
const DOWNLOAD: &str = "file download";
/// See [`DOWNLOAD`].
const UPLOAD: &str = "file upload";
/// Longer than the largest file takes on a slow line.
const LONGEST: Duration = Duration::from_hours(2);
/// A transfer that has not moved for so long does not move any more.
const STALLED_AFTER: Duration = Duration::from_secs(30);

/// A file on its way in.
#[derive(Debug)]
pub struct Download(Response);

/// Why there are no bytes.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// Later, perhaps.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It is not there, or not for us.
    #[error("Slack does not hand the file over (status {0})")]
    Refused(u16),
    /// The address is none of Slack's: a token is not sent there.
    #[error("the file's address is not one of Slack's")]
    Elsewhere,
}

impl Client {
    /// Begins to read a file.
    pub async fn download(
        &self,
        token: &SecretString,
        address: &str,
    ) -> Result<Download, DownloadError> {
        let url = Url::parse(address).map_err(|_| DownloadError::Elsewhere)?;
        if !self.is_slacks(&url) {
            return Err(DownloadError::Elsewhere);
        }
        let asked = self.http().get(url).bearer_auth(token.expose_secret()).timeout(LONGEST).send();
        let answered = tokio::time::timeout(STALLED_AFTER, asked)
            .await
            .map_err(|_| CallError::Stalled { method: DOWNLOAD })?;
        let response = answered.map_err(|error| CallError::of_http(DOWNLOAD, error))?;
        match response.status() {
            status if status.is_success() => Ok(Download(response)),
            StatusCode::TOO_MANY_REQUESTS => {
                let retry_after = retry_after(response.headers());
                Err(CallError::RateLimited { method: DOWNLOAD, retry_after }.into())
            }
            status if status.is_server_error() => {
                Err(CallError::Unusable { method: DOWNLOAD, status: status.as_u16() }.into())
            }
            status => Err(DownloadError::Refused(status.as_u16())),
        }
    }

    /// Sends what is read to the address that Slack gave for it.
    pub async fn upload(
        &self,
        address: &str,
        length: u64,
        download: Download,
    ) -> Result<(), CallError> {
        let unusable = |status| CallError::Unusable { method: UPLOAD, status };
        let url = Url::parse(address).map_err(|_| unusable(0))?;
        let moved = Arc::new(AtomicU64::new(0));
        let moving = Arc::clone(&moved);
        let bytes = download.0.bytes_stream().inspect_ok(move |chunk| {
            moving.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        });
        let sent = self
            .http()
            .post(url)
            .header(CONTENT_LENGTH, length)
            .header(CONTENT_TYPE, "application/octet-stream")
            .timeout(LONGEST)
            .body(reqwest::Body::wrap_stream(bytes))
            .send();
        let response = tokio::select! {
            sent = sent => sent.map_err(|error| CallError::of_http(UPLOAD, error))?,
            () = stalled(&moved) => return Err(CallError::Stalled { method: UPLOAD }),
        };
        let status = response.status();
        if status.is_success() { Ok(()) } else { Err(unusable(status.as_u16())) }
    }

    /// Whether a token may be sent there.
    fn is_slacks(&self, url: &Url) -> bool {
        let api = self.api_url();
        let (Some(host), Some(own)) = (url.host_str(), api.host_str()) else { return false };
        let is_below = host.strip_suffix(own).is_some_and(|below| below.ends_with('.'));
        url.scheme() == api.scheme() && (is_below || url.origin() == api.origin())
    }
}

impl Download {
    /// In bytes, if it is told.
    pub fn length(&self) -> Option<u64> {
        self.0.content_length()
    }

    /// A page for people who are to log in, which Slack sends with status 200.
    pub fn is_page(&self) -> bool {
        let kind = self.0.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        kind.is_some_and(|kind| kind.starts_with("text/html"))
    }
}

/// Returns when nothing has moved for a while.
async fn stalled(moved: &AtomicU64) {
    let mut before = None;
    loop {
        let now = moved.load(Ordering::Relaxed);
        if before.replace(now) == Some(now) {
            return;
        }
        tokio::time::sleep(STALLED_AFTER).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_slack_alone() {
        let client = |api: &str| {
            let http = crate::http_client(Duration::from_secs(1)).expect("a client");
            Client::new(http, api.parse().expect("an address"))
        };
        let slack = client("https://slack.com/api/");
        let local = client("http://127.0.0.1:8080/api/");
        let takes =
            |client: &Client, url: &str| client.is_slacks(&url.parse().expect("an address"));
        assert!(takes(&slack, "https://files.slack.com/files-pri/T1-F1/a"));
        assert!(takes(&slack, "https://slack.com/a"));
        for url in [
            "http://files.slack.com/a",
            "https://evilslack.com/a",
            "https://slack.com.evil.example/a",
            "https://example.org/files.slack.com",
            "https://files.slack.com@example.org/a",
        ] {
            assert!(!takes(&slack, url), "{url}");
        }
        assert!(takes(&local, "http://127.0.0.1:8080/files-pri/T1/F1/download"));
        assert!(!takes(&local, "http://127.0.0.1:9090/files-pri/T1/F1/download"));
    }
}
