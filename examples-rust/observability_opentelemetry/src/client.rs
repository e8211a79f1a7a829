//! The way to the collector.

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use sochdb_plugin_sdk::{Error, ErrorKind, Host, LogLevel, Result};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

/// An HTTP client that tells the host's log when telemetry begins to be lost, and when it arrives again: each once, as the log
/// may come back as telemetry.
#[derive(Debug)]
pub(crate) struct Client {
    inner: reqwest::blocking::Client,
    host: Host,
    is_failing: AtomicBool,
}

impl Client {
    pub(crate) fn new(timeout: Duration, host: &Host) -> Result<Self> {
        let inner = reqwest::blocking::Client::builder().timeout(timeout).build();
        let inner = inner.map_err(|error| Error::new(ErrorKind::Io, format!("cannot make an HTTP client: {error}")))?;
        Ok(Self { inner, host: host.clone(), is_failing: AtomicBool::new(false) })
    }

    fn tell(&self, endpoint: &str, failure: Option<&str>) {
        match failure {
            Some(why) if !self.is_failing.swap(true, Relaxed) => {
                self.host.log(LogLevel::Error, "telemetry does not arrive", &[("endpoint", endpoint), ("why", why)]);
            }
            None if self.is_failing.swap(false, Relaxed) => {
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
