//! An observability plugin that sends spans, log lines and metrics to an OpenTelemetry collector, by OTLP over HTTP.
//!
//! It reads the host's metrics each time it delivers; a host that cannot lend them pushes each change, which the
//! OpenTelemetry SDK counts. Health reports become gauges.
#![deny(unsafe_code)]

mod attributes;
mod client;
mod config;
mod delivery;
mod health;
mod logs;
mod open_spans;
mod pipelines;
mod pulled;
mod pushed;

use config::Config;
use delivery::Delivery;
use health::Health;
use logs::Logs;
use open_spans::OpenSpans;
use pipelines::Pipelines;
use pushed::Pushed;
use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::{LogRecord, Metrics, ObservabilityProperties, SpanEnd, SpanEvent, SpanStart, TraceContext};
use std::sync::{Arc, OnceLock};

/// A sink of everything, and the thread that delivers it.
pub struct OpenTelemetry {
    spans: OpenSpans,
    logs: Logs,
    pushed: Pushed,
    metrics: Arc<OnceLock<Metrics>>,
    health: Arc<Health>,
    delivery: Delivery,
}

impl Plugin for OpenTelemetry {
    fn create(host: Host) -> Result<Self> {
        let config: Config = host.config()?;
        let pipelines = Pipelines::new(&config, &host)?;
        let (metrics, health) = (Arc::new(OnceLock::new()), Arc::new(Health::default()));
        let spans = OpenSpans::new(pipelines.tracer(), host.clone());
        let (logs, pushed) = (Logs::new(pipelines.logger()), Pushed::new(pipelines.meter()));
        let delivery = Delivery::start(config.interval()?, pipelines, metrics.clone(), health.clone())?;
        Ok(Self { spans, logs, pushed, metrics, health, delivery })
    }

    fn shutdown(&mut self) -> Result<()> {
        self.spans.end_all();
        self.delivery.stop()
    }
}

impl ObservabilityExtension for OpenTelemetry {
    fn counter_inc(&self, name: &str, value: u64, labels: Labels<'_>) {
        self.pushed.add(name, value, labels);
    }

    fn gauge_set(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.pushed.set(name, value, labels);
    }

    fn histogram_observe(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.pushed.observe(name, value, labels);
    }

    fn span_start(&self, name: &str, parent: Option<u64>) -> u64 {
        self.start_span(&SpanStart::new(name).with_parent(parent.into()))
    }

    fn span_event(&self, span: u64, name: &str, attributes: Labels<'_>) {
        self.spans.event(span, name, None, attributes::of_labels(attributes));
    }

    fn span_end(&self, span: u64) {
        self.end_span(span, &SpanEnd::new());
    }

    fn start_span(&self, start: &SpanStart<'_>) -> u64 {
        self.spans.start(start)
    }

    fn add_span_event(&self, span: u64, event: &SpanEvent<'_>) {
        self.spans.event(span, event.name, event.time, attributes::of(event.attributes));
    }

    fn end_span(&self, span: u64, end: &SpanEnd<'_>) {
        self.spans.end(span, end);
    }

    fn span_context(&self, span: u64) -> Option<TraceContext> {
        attributes::to_context(&self.spans.context(span)?)
    }

    fn log(&self, level: LogLevel, message: &str, fields: Labels<'_>) {
        self.logs.emit(&LogRecord::new(level, message), attributes::of_labels(fields), None);
    }

    fn log_record(&self, record: &LogRecord<'_>) {
        let span = self.spans.context_of(record.span);
        self.logs.emit(record, attributes::of(record.attributes), span);
    }

    fn report_health(&self, health: &HealthInfo) {
        self.health.set(health);
    }

    fn flush(&self) -> Result<()> {
        self.delivery.flush()
    }

    fn describe(&self) -> ObservabilityProperties {
        ObservabilityProperties::new().with_network().with_threads()
    }

    fn attach(&self, metrics: Metrics) -> Result<()> {
        self.metrics.set(metrics).map_err(|_| Error::invalid("it reads metrics already"))
    }
}

export_plugin!(OpenTelemetry: observability);
