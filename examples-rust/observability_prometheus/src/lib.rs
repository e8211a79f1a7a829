//! An observability plugin that serves its metrics to Prometheus.
//!
//! At a scrape it reads the host's metrics; a host that cannot lend them pushes each change, which it keeps itself. Exponential
//! histograms are native ones for a server that asks for messages, as Prometheus does with
//! `--enable-feature=native-histograms`; in the texts they have bounds of their own.
//! Spans become the histogram `span_duration_seconds`, health reports become gauges; events and log lines have no
//! place among metrics and are dropped.
#![deny(unsafe_code)]

mod claims;
mod config;
mod format;
mod health;
mod http;
mod limits;
mod metrics;
mod names;
mod native;
mod protobuf;
mod pulled;
mod samples;
mod series;
mod server;
mod spans;
#[cfg(test)]
mod tests;
mod text;

use config::Config;
use metrics::Metrics;
use series::Update;
use server::Server;
use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::ObservabilityProperties;
use spans::Spans;
use std::sync::Arc;

/// Metrics and the server that shows them.
pub struct Prometheus {
    metrics: Arc<Metrics>,
    spans: Spans,
    server: Server,
}

impl Plugin for Prometheus {
    fn create(host: Host) -> Result<Self> {
        let config: Config = host.config()?;
        let address = config.address()?;
        let metrics = Arc::new(Metrics::new(host.clone(), &config));
        let server = Server::start(address, metrics.clone()).map_err(|error| {
            Error::new(ErrorKind::Io, format!("cannot serve metrics at {address}: {error}"))
                .with_code(error.raw_os_error().unwrap_or(0))
        })?;
        config.announce(server.address())?;
        host.log(LogLevel::Info, "listening", &[("address", &server.address().to_string())]);
        Ok(Self { metrics, spans: Spans::default(), server })
    }

    fn shutdown(&mut self) -> Result<()> {
        if self.server.stop() {
            Ok(())
        } else {
            Err(Error::failed(format!("the server at {} did not stop in time", self.server.address())))
        }
    }
}

impl ObservabilityExtension for Prometheus {
    fn counter_inc(&self, name: &str, value: u64, labels: Labels<'_>) {
        self.metrics.update(name, labels, Update::Add(value));
    }

    fn gauge_set(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.metrics.update(name, labels, Update::Set(value));
    }

    fn histogram_observe(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.metrics.update(name, labels, Update::Observe(value));
    }

    fn span_start(&self, name: &str, _parent: Option<u64>) -> u64 {
        self.spans.start(self.metrics.takes(name).then_some(name))
    }

    fn span_end(&self, span: u64) {
        if let Some((name, seconds)) = self.spans.end(span) {
            self.metrics.span(&name, seconds);
        }
    }

    fn describe(&self) -> ObservabilityProperties {
        ObservabilityProperties::new().without_logs().with_network().with_threads()
    }

    fn report_health(&self, health: &HealthInfo) {
        self.metrics.report_health(health);
    }

    fn attach(&self, metrics: sochdb_plugin_sdk::Metrics) -> Result<()> {
        self.metrics.pull_from(metrics);
        Ok(())
    }
}

export_plugin!(Prometheus: observability);
