//! The configuration of an instance.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Url;
use serde::Deserialize;
use sochdb_plugin_sdk::{Error, Result};
use std::collections::HashMap;
use std::time::Duration;

/// The name of what measures, with which all telemetry is marked.
pub(crate) const SCOPE: &str = "sochdb";
/// Where collectors of the same machine listen, says the specification of the OTLP exporter.
const DEFAULT_ENDPOINT: &str = "http://localhost:4318";
/// The most spans, and log lines, that wait.
const MAX_QUEUE: usize = 1_000_000;
const ENDPOINT_VARIABLE: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// URL of the collector, to which `/v1/traces`, `/v1/logs` and `/v1/metrics` are added. Without it
    /// `OTEL_EXPORTER_OTLP_ENDPOINT` counts, and without that the collector of this machine.
    pub(crate) endpoint: Option<String>,
    /// Headers of each request, such as one with a token.
    pub(crate) headers: HashMap<String, String>,
    /// What the database is called. Without it `OTEL_SERVICE_NAME` counts, and without that what the host calls itself.
    pub(crate) service_name: Option<String>,
    /// Seconds between two deliveries.
    pub(crate) interval_seconds: f64,
    /// Seconds that a request may take.
    pub(crate) timeout_seconds: f64,
    /// Spans, and log lines, that wait for delivery; further ones are dropped, and OpenTelemetry's SDK does not say how many.
    pub(crate) queue: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            endpoint: None,
            headers: HashMap::new(),
            service_name: None,
            interval_seconds: 10.0,
            timeout_seconds: 5.0,
            queue: 4096,
        }
    }
}

impl Config {
    /// The collector's URL, without a slash at its end.
    ///
    /// # Errors
    /// An URL that is none, or none that this plugin speaks to.
    pub(crate) fn endpoint(&self) -> Result<String> {
        let from_environment = || std::env::var(ENDPOINT_VARIABLE).ok().filter(|endpoint| !endpoint.is_empty());
        let endpoint = self.endpoint.clone().or_else(from_environment).unwrap_or_else(|| DEFAULT_ENDPOINT.into());
        // It may have a password in it, which is nobody's who reads the error.
        let shown = if endpoint.contains(['@', '?', '#']) { "not shown" } else { &endpoint };
        let wrong = |why: &str| {
            Error::invalid(format!("`endpoint` is {shown:?}, {why}: give one such as {DEFAULT_ENDPOINT:?}"))
        };
        let url = Url::parse(&endpoint).map_err(|error| wrong(&format!("which is no URL ({error})")))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("as it has a name or password in it: put that into `headers`"));
        }
        if url.scheme() != "http" {
            return Err(wrong(
                "and only http is spoken here: send to a collector of this machine, and let that use TLS",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("to which no path can be added"));
        }
        Ok(endpoint.trim_end_matches('/').to_owned())
    }

    /// Headers of each request.
    ///
    /// # Errors
    /// One that HTTP cannot carry.
    pub(crate) fn headers(&self) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            // Not the value: it may be a token.
            let what = "must have a name of letters, digits and dashes, and a value of visible ASCII";
            let wrong = || Error::invalid(format!("the header {name:?} of `headers` {what}"));
            let (name, value) = header(name, value).ok_or_else(wrong)?;
            headers.insert(name, value);
        }
        Ok(headers)
    }

    pub(crate) fn interval(&self) -> Result<Duration> {
        seconds("interval_seconds", self.interval_seconds, 86_400.0)
    }

    /// Seconds of a request, of which a shutdown may wait for a few.
    pub(crate) fn timeout(&self) -> Result<Duration> {
        seconds("timeout_seconds", self.timeout_seconds, 60.0)
    }

    /// How many spans or lines wait at most.
    ///
    /// # Errors
    /// None at all, or more than there is memory for: the SDK takes the memory at once.
    pub(crate) fn queue(&self) -> Result<usize> {
        if !(1..=MAX_QUEUE).contains(&self.queue) {
            let (queue, most) = (self.queue, MAX_QUEUE);
            return Err(Error::invalid(format!(
                "`queue` is {queue}: say how many spans and log lines may wait, 1 to {most}"
            )));
        }
        Ok(self.queue)
    }
}

/// What HTTP calls a header; None if it cannot carry it.
pub(crate) fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let mut value = HeaderValue::from_str(value).ok()?;
    // Whatever it is, it is not printed.
    value.set_sensitive(true);
    Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value))
}

fn seconds(name: &str, value: f64, most: f64) -> Result<Duration> {
    if !(0.01..=most).contains(&value) {
        return Err(Error::invalid(format!("`{name}` is {value}: give a number of seconds from 0.01 to {most}")));
    }
    Ok(Duration::from_secs_f64(value))
}
