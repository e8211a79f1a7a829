//! Spans and log lines through the plugin, beside OpenTelemetry's SDK called directly: in turns, in one process, with the same
//! exporters and queues, to a server that takes all. `cargo bench` prints medians and their ratios.

use opentelemetry::logs::{LogRecord as _, Logger, LoggerProvider, Severity};
use opentelemetry::trace::{Span, SpanBuilder, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{LogExporter, SpanExporter, WithExportConfig};
use opentelemetry_sdk::logs::{BatchConfigBuilder as LogBatches, BatchLogProcessor, SdkLogger, SdkLoggerProvider};
use opentelemetry_sdk::trace::{BatchConfigBuilder as SpanBatches, BatchSpanProcessor, SdkTracer, SdkTracerProvider};
use sochdb_plugin_host::sdk::{AttributeValue, LogLevel, LogRecord, SpanEnd, SpanStart};
use sochdb_plugin_host::{DynamicPluginLoader, PluginManager};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant, SystemTime};

const ROUNDS: usize = 31;
/// Of each round; the queues take them all, and are emptied between rounds.
const CALLS: usize = 2_000;
const QUEUE: usize = 4_096;

const ATTRIBUTES: [(&str, AttributeValue<'static>); 2] =
    [("db.table", AttributeValue::Text("orders")), ("db.rows", AttributeValue::Integer(42))];

fn attributes() -> [KeyValue; 2] {
    [KeyValue::new("db.table", "orders"), KeyValue::new("db.rows", 42)]
}

fn direct_spans(tracer: &SdkTracer) {
    for _ in 0..CALLS {
        let builder = SpanBuilder::from_name("query").with_start_time(SystemTime::now());
        let mut span = tracer.build_with_context(builder, &Context::new());
        span.set_attributes(attributes());
        span.end_with_timestamp(SystemTime::now());
    }
}

fn plugin_spans(manager: &PluginManager) {
    for _ in 0..CALLS {
        let span = manager.start_span(&SpanStart::new("query").with_attributes(&ATTRIBUTES));
        manager.end_span(span, &SpanEnd::new());
    }
}

fn direct_lines(logger: &SdkLogger) {
    for _ in 0..CALLS {
        let (now, mut record) = (SystemTime::now(), logger.create_log_record());
        record.set_timestamp(now);
        record.set_observed_timestamp(now);
        record.set_severity_number(Severity::Warn);
        record.set_severity_text("WARN");
        record.set_body("a compaction is late".to_owned().into());
        record.add_attribute("db.table", "orders");
        record.add_attribute("db.rows", 42);
        logger.emit(record);
    }
}

fn plugin_lines(manager: &PluginManager) {
    for _ in 0..CALLS {
        manager.log_record(&LogRecord::new(LogLevel::Warn, "a compaction is late").with_attributes(&ATTRIBUTES));
    }
}

/// Takes both in turns; what waits is delivered meanwhile, and not measured.
fn compare(what: &str, mut direct: impl FnMut(), mut plugin: impl FnMut(), mut deliver: impl FnMut()) {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (way, times) in [&mut direct as &mut dyn FnMut(), &mut plugin].into_iter().zip(&mut times) {
            let start = Instant::now();
            way();
            times.push(start.elapsed() / CALLS as u32);
            deliver();
        }
    }
    let [direct, plugin] = times.map(|mut times| {
        times.sort();
        times[ROUNDS / 2]
    });
    println!("{what}: direct {direct:?}, plugin {plugin:?}: {:.2}x", plugin.as_secs_f64() / direct.as_secs_f64());
}

fn main() {
    let server = tiny_http::Server::http("127.0.0.1:0").expect("a server");
    let endpoint = format!("http://{}", server.server_addr().to_ip().expect("an address"));
    std::thread::spawn(move || {
        for mut request in server.incoming_requests() {
            std::io::copy(request.as_reader(), &mut std::io::sink()).expect("a body");
            request.respond(tiny_http::Response::empty(200)).expect("answered");
        }
    });
    let delay = Duration::from_secs(600);
    let exporter = SpanExporter::builder().with_http().with_endpoint(format!("{endpoint}/v1/traces")).build();
    let batches = SpanBatches::default().with_max_queue_size(QUEUE).with_scheduled_delay(delay).build();
    let processor = BatchSpanProcessor::builder(exporter.expect("an exporter")).with_batch_config(batches).build();
    let traces = SdkTracerProvider::builder().with_span_processor(processor).build();
    let exporter = LogExporter::builder().with_http().with_endpoint(format!("{endpoint}/v1/logs")).build();
    let batches = LogBatches::default().with_max_queue_size(QUEUE).with_scheduled_delay(delay).build();
    let processor = BatchLogProcessor::builder(exporter.expect("an exporter")).with_batch_config(batches).build();
    let logs = SdkLoggerProvider::builder().with_log_processor(processor).build();

    let built = std::env::current_exe().expect("a path");
    let built = built.parent().expect("a directory").join("libobservability_opentelemetry.so");
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("observability_opentelemetry.so");
    std::fs::copy(&built, &path).unwrap_or_else(|error| panic!("{}: {error}", built.display()));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("permissions");
    // SAFETY: it was just built of this package.
    let library = unsafe { DynamicPluginLoader::new_trusted().load(&path) }.expect("the plugin loads");
    let manager = PluginManager::new();
    let config = format!(r#"{{"endpoint": "{endpoint}", "interval_seconds": 600, "queue": {QUEUE}}}"#);
    manager.register(&library.instance(&config).expect("an instance")).expect("registered");

    let deliver = || {
        traces.force_flush().expect("delivered");
        logs.force_flush().expect("delivered");
        manager.flush_observability().expect("delivered");
    };
    let (tracer, logger) = (traces.tracer("sochdb"), logs.logger("sochdb"));
    compare("span with two attributes", || direct_spans(&tracer), || plugin_spans(&manager), deliver);
    compare("log line with two attributes", || direct_lines(&logger), || plugin_lines(&manager), deliver);
}
