//! What waits for delivery, and the three ways on which it goes.

use crate::client::Client;
use crate::config::{header, Config, SCOPE};
use crate::pulled;
use opentelemetry::logs::LoggerProvider;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, Request};
use opentelemetry_otlp::{LogExporter, MetricExporter, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use opentelemetry_proto::tonic::metrics::v1::Metric;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{BatchConfigBuilder as LogBatches, BatchLogProcessor, SdkLogger, SdkLoggerProvider};
use opentelemetry_sdk::metrics::{Aggregation, Instrument, InstrumentKind, PeriodicReader, SdkMeterProvider, Stream};
use opentelemetry_sdk::trace::{BatchConfigBuilder as SpanBatches, BatchSpanProcessor, SdkTracer, SdkTracerProvider};
use opentelemetry_sdk::Resource;
use prost::Message;
use reqwest::header::HeaderMap;
use sochdb_plugin_sdk::{Error, Host, Result};
use std::sync::Arc;

/// As many buckets, and as fine ones, as OpenTelemetry takes unless somebody says otherwise.
const EXPONENTIAL: Aggregation =
    Aggregation::Base2ExponentialHistogram { max_size: 160, max_scale: 20, record_min_max: true };

/// Spans, log lines and metrics, each with its exporter.
pub(crate) struct Pipelines {
    traces: SdkTracerProvider,
    logs: SdkLoggerProvider,
    /// What the host pushes. What it lends goes by `send_metrics`.
    pushed: SdkMeterProvider,
    client: Arc<Client>,
    metrics_url: String,
    headers: HeaderMap,
    resource: Resource,
}

impl Pipelines {
    pub(crate) fn new(config: &Config, host: &Host) -> Result<Self> {
        let (endpoint, interval, queue) = (config.endpoint()?, config.interval()?, config.queue()?);
        let client = Arc::new(Client::new(config.timeout()?, host)?);
        let resource = resource(config, host);
        let url = |signal: &str| format!("{endpoint}/v1/{signal}");
        let shared = || -> Arc<dyn HttpClient> { client.clone() };
        let configured = config.headers()?;
        // As texts, as the exporters take them.
        let headers = || config.headers.clone();

        let exporter = SpanExporter::builder().with_http().with_shared_http_client(shared()).with_headers(headers());
        let exporter = exporter.with_endpoint(url("traces")).build().map_err(refused)?;
        let batches = SpanBatches::default().with_max_queue_size(queue).with_scheduled_delay(interval).build();
        let processor = BatchSpanProcessor::builder(exporter).with_batch_config(batches).build();
        let traces =
            SdkTracerProvider::builder().with_span_processor(processor).with_resource(resource.clone()).build();

        let exporter = LogExporter::builder().with_http().with_shared_http_client(shared()).with_headers(headers());
        let exporter = exporter.with_endpoint(url("logs")).build().map_err(refused)?;
        let batches = LogBatches::default().with_max_queue_size(queue).with_scheduled_delay(interval).build();
        let processor = BatchLogProcessor::builder(exporter).with_batch_config(batches).build();
        let logs = SdkLoggerProvider::builder().with_log_processor(processor).with_resource(resource.clone()).build();

        let exporter = MetricExporter::builder().with_http().with_shared_http_client(shared()).with_headers(headers());
        let exporter = exporter.with_endpoint(url("metrics")).build().map_err(refused)?;
        let reader = PeriodicReader::builder(exporter).with_interval(interval).build();
        let is_histogram = |instrument: &Instrument| instrument.kind() == InstrumentKind::Histogram;
        let exponential = move |it: &Instrument| {
            is_histogram(it).then(|| Stream::builder().with_aggregation(EXPONENTIAL).build().ok())?
        };
        let pushed = SdkMeterProvider::builder().with_reader(reader).with_view(exponential);
        let pushed = pushed.with_resource(resource.clone()).build();

        let mut headers = headers_of_the_environment();
        // In place of those of the environment.
        configured.iter().for_each(|(name, value)| _ = headers.insert(name, value.clone()));
        Ok(Self { traces, logs, pushed, metrics_url: url("metrics"), client, headers, resource })
    }

    pub(crate) fn tracer(&self) -> SdkTracer {
        self.traces.tracer(SCOPE)
    }

    pub(crate) fn logger(&self) -> SdkLogger {
        self.logs.logger(SCOPE)
    }

    pub(crate) fn meter(&self) -> Meter {
        self.pushed.meter(SCOPE)
    }

    /// Sends metrics that the host counted. What does not arrive is not sent again: the next totals have it.
    ///
    /// # Errors
    /// Why they did not arrive.
    pub(crate) fn send_metrics(&self, metrics: Vec<Metric>) -> std::result::Result<(), String> {
        if metrics.is_empty() {
            return Ok(());
        }
        let body = Bytes::from(pulled::request(metrics, &self.resource).encode_to_vec());
        let request = Request::post(&self.metrics_url).header("content-type", "application/x-protobuf").body(body);
        let mut request = request.map_err(|error| error.to_string())?;
        request.headers_mut().extend(self.headers.clone());
        let response =
            futures_executor::block_on(self.client.send_bytes(request)).map_err(|error| error.to_string())?;
        if !response.status().is_success() {
            return Err(format!("the collector answers {}", response.status()));
        }
        // What is no such message says nothing of what was refused.
        let answer = ExportMetricsServiceResponse::decode(&**response.body()).unwrap_or_default();
        match answer.partial_success {
            Some(partial) if partial.rejected_data_points > 0 => {
                let why = format!("{} points are refused: {}", partial.rejected_data_points, partial.error_message);
                self.client.tell(&self.metrics_url, Some(&why));
                Err(why)
            }
            _ => Ok(()),
        }
    }

    /// Delivers what waits, but for what the host counted.
    ///
    /// # Errors
    /// What did not arrive.
    pub(crate) fn flush(&self) -> std::result::Result<(), String> {
        all([
            ("spans", self.traces.force_flush()),
            ("log lines", self.logs.force_flush()),
            ("metrics", self.pushed.force_flush()),
        ])
    }

    /// Ends the threads, behind a [`Self::flush`], which says what did not arrive.
    pub(crate) fn shutdown(&self) {
        let _ = (self.traces.shutdown(), self.logs.shutdown(), self.pushed.shutdown());
    }
}

fn refused(error: impl std::fmt::Display) -> Error {
    Error::invalid(format!("the exporter cannot be made of this configuration: {error}"))
}

fn all(outcomes: [(&str, OTelSdkResult); 3]) -> std::result::Result<(), String> {
    let failed = outcomes.into_iter().filter_map(|(what, outcome)| match outcome {
        Ok(()) => None,
        Err(error) => Some(format!("{what}: {error}")),
    });
    match failed.collect::<Vec<_>>().join("; ") {
        failed if failed.is_empty() => Ok(()),
        failed => Err(failed),
    }
}

fn resource(config: &Config, host: &Host) -> Resource {
    let named_by_the_environment = std::env::var_os("OTEL_SERVICE_NAME").is_some();
    let name = config.service_name.clone().or_else(|| (!named_by_the_environment).then(|| host.product().to_owned()));
    let resource = Resource::builder();
    match name {
        Some(name) => resource.with_service_name(name).build(),
        None => resource.build(),
    }
}

/// The headers that OpenTelemetry's exporters take from the environment: `name=value`, with commas between, each value as in an
/// URL.
fn headers_of_the_environment() -> HeaderMap {
    let variables = ["OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"];
    let text = variables.iter().find_map(|variable| std::env::var(variable).ok()).unwrap_or_default();
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    let decode = |value: &str| percent_encoding::percent_decode_str(value.trim()).decode_utf8_lossy().into_owned();
    // Like the exporters, it passes over what is no header.
    pairs.filter_map(|(name, value)| header(name.trim(), &decode(value))).collect()
}
