//! The way to the collector.

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use sochdb_plugin_sdk::{Error, Host, LogLevel, Result};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// An HTTP client that tells the host's log when telemetry of a kind begins to be lost, and when it arrives again: each once, as
/// the log may come back as telemetry.
#[derive(Debug)]
pub(crate) struct Client {
    inner: reqwest::blocking::Client,
    host: Host,
    /// The URLs to which nothing arrives.
    failing: Mutex<HashSet<String>>,
}

impl Client {
    pub(crate) fn new(timeout: Duration, host: &Host) -> Result<Self> {
        // A POST that is redirected loses its body, and takes its headers to somebody else.
        let redirects = reqwest::redirect::Policy::none();
        let inner = reqwest::blocking::Client::builder().timeout(timeout).redirect(redirects).build();
        let inner = inner.map_err(|error| Error::failed(format!("cannot make an HTTP client: {error}")))?;
        Ok(Self { inner, host: host.clone(), failing: Mutex::default() })
    }

    pub(crate) fn tell(&self, endpoint: &str, failure: Option<&str>) {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        let changes = if failure.is_some() { failing.insert(endpoint.to_owned()) } else { failing.remove(endpoint) };
        // Not held while the host's log is told, which may come back.
        drop(failing);
        match failure {
            Some(why) if changes => {
                self.host.log(LogLevel::Error, "telemetry does not arrive", &[("endpoint", endpoint), ("why", why)]);
            }
            None if changes => {
                self.host.log(LogLevel::Info, "telemetry arrives again", &[("endpoint", endpoint)]);
            }
            _ => {}
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> std::result::Result<Response<Bytes>, HttpError> {
        let endpoint = request.uri().to_string();
        let response = self.inner.send_bytes(request).await;
        let failure = match &response {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("the collector answers {}", response.status())),
            Err(error) => Some(whole(&**error)),
        };
        self.tell(&endpoint, failure.as_deref());
        response
    }
}

/// An error with its causes: the first one alone says only that sending failed.
fn whole(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
