//! What a real collector received, field by field: the plugin, loaded by the host, sends to `rotel`, which decodes it, makes new
//! messages of it, and sends these to the test.
//!
//! `SOCH_ROTEL` is the path of the collector's program; `.ci/engines` installs it.

mod collector;

use collector::Collector;
use opentelemetry_proto::tonic::common::v1::{any_value::Value, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point, Metric};
use opentelemetry_proto::tonic::trace::v1::span::SpanKind as ReceivedKind;
use sochdb_plugin_host::sdk::{
    CompressionExtension, HealthInfo, LogLevel, LogRecord, SpanEnd, SpanEvent, SpanKind, SpanLink, SpanParent,
    SpanStart, SpanStatus, TraceContext,
};
use sochdb_plugin_host::{CallOptions, DynamicPluginLoader, MetricDescription, PluginManager};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A manager whose only sink is the plugin, with this configuration.
fn manager(config: &str) -> PluginManager {
    let library = collector::library();
    // SAFETY: it was just built of this package.
    let library = unsafe { DynamicPluginLoader::new_trusted().load(library.path()) }.expect("the plugin loads");
    let manager = PluginManager::new();
    manager.register(&library.instance(config).expect("an instance")).expect("registered");
    manager
}

fn of(attributes: &[KeyValue]) -> BTreeMap<&str, Value> {
    let one = |it: &KeyValue| it.value.clone().and_then(|value| value.value).expect("a value");
    attributes.iter().map(|it| (&*it.key, one(it))).collect()
}

fn text(text: &str) -> Value {
    Value::StringValue(text.into())
}

fn nanoseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).expect("after 1970").as_nanos() as u64
}

const CALLER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const OTHER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[test]
fn spans_arrive_with_kind_parents_links_events_times_and_status() {
    let Some(collector) = Collector::start() else { return };
    let manager = manager(&collector.config("orders"));
    let caller: TraceContext = CALLER.parse::<TraceContext>().expect("a context").with_state("vendor=opaque");
    let batch: TraceContext = OTHER.parse().expect("a context");
    let at = |milliseconds: u64| UNIX_EPOCH + Duration::from_millis(1_700_000_000_000 + milliseconds);
    let links = [SpanLink { context: batch, attributes: &[("batch", 3.into())] }];
    let attributes = [
        ("table", "orders".into()),
        ("rows", 41.into()),
        ("share", 0.25.into()),
        ("cached", true.into()),
        ("rows", 42.into()),
    ];
    let start = SpanStart::new("query").with_kind(SpanKind::Server).with_parent(SpanParent::Remote(&caller));
    let query = manager.start_span(&start.with_time(at(1)).with_attributes(&attributes).with_links(&links));
    let context = manager.span_context(query).expect("the sink knows the ids");
    assert_eq!((context.trace_id(), context.state()), (caller.trace_id(), "vendor=opaque"));
    let scan = manager.start_span(&SpanStart::new("scan").with_parent(SpanParent::Span(query)).with_time(at(2)));
    let event = [("page", 7.into())];
    manager.add_span_event(scan, &SpanEvent::new("page read").with_time(at(3)).with_attributes(&event));
    let failed = SpanEnd::failed("the disk is full").with_time(at(4));
    manager.end_span(scan, &failed.with_attributes(&[("pages", 9.into())]));
    let more = [("rows", 43.into()), ("late", false.into())];
    manager.end_span(query, &SpanEnd::new().with_status(SpanStatus::Ok).with_time(at(5)).with_attributes(&more));
    // The simple calls, and a span that nobody ends.
    let simple = manager.span_start("simple", None);
    manager.span_event(simple, "said", &[("what", "a text")]);
    manager.span_end(simple);
    manager.span_start("open", Some(simple));
    manager.flush_observability().expect("delivered");
    manager.shutdown_all().expect("ends");

    let spans = collector.spans(4);
    let named =
        |name: &str| spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("{name}: {spans:#?}"));
    let (query, scan, simple, open) = (named("query"), named("scan"), named("simple"), named("open"));
    assert_eq!(spans.len(), 4);
    assert_eq!(query.trace_id, caller.trace_id());
    assert_eq!(query.parent_span_id, caller.span_id());
    assert_eq!(query.span_id, context.span_id());
    assert_eq!(query.trace_state, "vendor=opaque");
    assert_eq!(query.kind, ReceivedKind::Server as i32);
    assert_eq!((query.start_time_unix_nano, query.end_time_unix_nano), (nanoseconds(at(1)), nanoseconds(at(5))));
    let expected = [
        ("cached", Value::BoolValue(true)),
        ("late", Value::BoolValue(false)),
        ("rows", Value::IntValue(43)),
        ("share", Value::DoubleValue(0.25)),
        ("table", text("orders")),
    ];
    assert_eq!(of(&query.attributes), BTreeMap::from(expected));
    assert_eq!(query.attributes.len(), 5, "one of each name");
    assert_eq!(query.status.as_ref().map(|status| (status.code, &*status.message)), Some((1, "")));
    let [link] = &query.links[..] else { panic!("{:?}", query.links) };
    let batch: TraceContext = OTHER.parse().expect("a context");
    assert_eq!((&link.trace_id[..], &link.span_id[..]), (&batch.trace_id()[..], &batch.span_id()[..]));
    assert_eq!(of(&link.attributes), BTreeMap::from([("batch", Value::IntValue(3))]));

    assert_eq!((&scan.trace_id, &scan.parent_span_id), (&query.trace_id, &query.span_id));
    assert_eq!(scan.kind, ReceivedKind::Internal as i32);
    assert_eq!(scan.status.as_ref().map(|status| (status.code, &*status.message)), Some((2, "the disk is full")));
    assert_eq!(of(&scan.attributes), BTreeMap::from([("pages", Value::IntValue(9))]));
    let [event] = &scan.events[..] else { panic!("{:?}", scan.events) };
    assert_eq!((&*event.name, event.time_unix_nano), ("page read", nanoseconds(at(3))));
    assert_eq!(of(&event.attributes), BTreeMap::from([("page", Value::IntValue(7))]));

    assert!(simple.parent_span_id.is_empty() && simple.trace_id != query.trace_id, "it begins a trace");
    assert_eq!(of(&simple.events[0].attributes), BTreeMap::from([("what", text("a text"))]));
    assert!(open.end_time_unix_nano >= open.start_time_unix_nano && open.parent_span_id.is_empty(), "{open:?}");
    assert_eq!(collector.service_names(), ["orders"]);
}

#[test]
fn log_lines_arrive_with_level_target_time_attributes_and_trace() {
    let Some(collector) = Collector::start() else { return };
    let manager = manager(&collector.config("orders"));
    let caller: TraceContext = CALLER.parse().expect("a context");
    let span = manager.span_start("query", None);
    let context = manager.span_context(span).expect("the sink knows the ids");
    let time = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let attributes = [("seconds", 4.5.into()), ("retries", 2.into())];
    let late = LogRecord::new(LogLevel::Warn, "a compaction is late").with_target("sochdb::compaction").with_time(time);
    manager.log_record(&late.with_span(SpanParent::Span(span)).with_attributes(&attributes));
    manager.log_record(&LogRecord::new(LogLevel::Info, "called").with_span(SpanParent::Remote(&caller)));
    let before = nanoseconds(SystemTime::now());
    for level in [LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error] {
        manager.log(level, &format!("{level:?}"), &[("path", "/var/lib/rows")]);
    }
    manager.flush_observability().expect("delivered");
    let lines = collector.log_lines(6);
    let named = |text: &str| {
        let body = |line: &collector::Line| line.record.body.clone().and_then(|body| body.value);
        lines
            .iter()
            .find(|line| body(line) == Some(Value::StringValue(text.into())))
            .unwrap_or_else(|| panic!("{text}"))
    };
    let late = named("a compaction is late");
    assert_eq!(
        (late.scope.as_str(), late.record.severity_number, &*late.record.severity_text),
        ("sochdb::compaction", 13, "WARN")
    );
    assert_eq!(late.record.time_unix_nano, nanoseconds(time));
    assert_eq!(
        (&late.record.trace_id[..], &late.record.span_id[..]),
        (&context.trace_id()[..], &context.span_id()[..])
    );
    assert_eq!(late.record.flags & 1, 1);
    let expected = [("retries", Value::IntValue(2)), ("seconds", Value::DoubleValue(4.5))];
    assert_eq!(of(&late.record.attributes), BTreeMap::from(expected));
    let called = &named("called").record;
    assert_eq!((&called.trace_id[..], &called.span_id[..]), (&caller.trace_id()[..], &caller.span_id()[..]));
    for (level, number) in [("Debug", 5), ("Info", 9), ("Warn", 13), ("Error", 17)] {
        let line = named(level);
        assert_eq!((line.record.severity_number, &*line.scope), (number, "sochdb"));
        assert!(line.record.trace_id.is_empty() && line.record.time_unix_nano >= before);
        assert_eq!(of(&line.record.attributes), BTreeMap::from([("path", text("/var/lib/rows"))]));
    }
}

/// A codec that counts what it packs, and says what it counts.
mod packs {
    use sochdb_plugin_host::sdk::prelude::*;

    pub struct Packs(Host);

    impl Plugin for Packs {
        fn create(host: Host) -> Result<Self> {
            host.describe_metric("packed", "By", "Bytes that were packed");
            Ok(Self(host))
        }
    }

    impl CompressionExtension for Packs {
        fn algorithm(&self) -> &str {
            "packs"
        }

        fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
            self.0.counter_inc("packed", input.len() as u64, &[("kind", "page")]);
            output.write(input)
        }

        fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
            output.write(input)
        }
    }

    sochdb_plugin_host::sdk::export_plugin!(#[cfg(any())] Packs: compression);
}

#[test]
fn what_a_plugin_says_of_its_own_metrics_arrives_with_them() {
    let Some(collector) = Collector::start() else { return };
    let manager = manager(&collector.config("orders"));
    let packs = DynamicPluginLoader::new().linked(packs::SOCH_PLUGIN).expect("it is of this contract");
    manager.register_as("pages", packs.instance("{}").expect("an instance")).expect("registered");
    manager.compression("pages").expect("it is there").compress(b"a page").expect("compress");
    manager.flush_observability().expect("delivered");
    let metrics = collector.metrics(&["packed"]);
    let packed = metrics.iter().find(|metric| metric.name == "packed").expect("it arrived");
    assert_eq!((&*packed.unit, &*packed.description), ("By", "Bytes that were packed"));
    let Some(Data::Sum(sum)) = &packed.data else { panic!("{packed:?}") };
    let [point] = &sum.data_points[..] else { panic!("{sum:?}") };
    assert_eq!(point.value, Some(number_data_point::Value::AsInt(6)));
    let attributes = of(&point.attributes);
    assert_eq!((&attributes["kind"], &attributes["extension"]), (&text("page"), &text("pages")));
}

#[test]
fn metrics_arrive_with_unit_description_start_and_every_kind_of_buckets() {
    let Some(collector) = Collector::start() else { return };
    let before = nanoseconds(SystemTime::now());
    let manager = manager(&collector.config("orders"));
    let describe = |name: &str, description: MetricDescription<'_>| {
        manager.describe_metric(name, &description).expect("described");
    };
    describe("rows", MetricDescription::new("Rows that were read").with_unit("{row}"));
    describe("seconds", MetricDescription::new("Time that queries took").with_unit("s").with_bounds(&[0.1, 0.5, 2.5]));
    describe("spread", MetricDescription::new("").with_unit("By").with_exponential_buckets());
    manager.counter_inc("rows", 3, &[("table", "1")]);
    manager.counter_inc("rows", 4, &[("table", "2")]);
    manager.gauge_set("share", 0.75, &[]);
    manager.up_down_counter("open", &[]).expect("an up-down counter").add(-2);
    for value in [0.1, 0.3, 9.0] {
        manager.histogram_observe("seconds", value, &[]);
        manager.histogram_observe("plain", value, &[]);
    }
    // Two buckets of the scale at which they are 160 at most; one below 0, two zeros.
    for value in [1.0, 1.0, 1e6, -8.0, 0.0, 0.0] {
        manager.histogram_observe("spread", value, &[]);
    }
    let mut health = HealthInfo::new(true);
    health.wal_size_bytes = 1 << 20;
    manager.report_health(&health);
    manager.flush_observability().expect("delivered");
    let metrics = collector.metrics(&["rows", "sochdb.wal.size"]);
    let named = |name: &str| {
        metrics.iter().find(|metric| metric.name == name).unwrap_or_else(|| panic!("{name}: {metrics:#?}"))
    };

    let rows = named("rows");
    assert_eq!((&*rows.unit, &*rows.description), ("{row}", "Rows that were read"));
    let Some(Data::Sum(sum)) = &rows.data else { panic!("{rows:?}") };
    assert!(sum.is_monotonic && sum.aggregation_temporality == 2);
    let points: BTreeMap<_, _> =
        sum.data_points.iter().map(|it| (format!("{:?}", of(&it.attributes)), it.value)).collect();
    let int = |value| Some(number_data_point::Value::AsInt(value));
    assert_eq!(points.into_values().collect::<Vec<_>>(), [int(3), int(4)]);
    assert!(sum
        .data_points
        .iter()
        .all(|it| before <= it.start_time_unix_nano && it.start_time_unix_nano <= it.time_unix_nano));

    let double = |value| Some(number_data_point::Value::AsDouble(value));
    let gauge = |metric: &Metric| match &metric.data {
        Some(Data::Gauge(gauge)) => gauge.data_points[0].value,
        other => panic!("{other:?}"),
    };
    assert_eq!(gauge(named("share")), double(0.75));
    assert_eq!((gauge(named("sochdb.wal.size")), &*named("sochdb.wal.size").unit), (double(1_048_576.0), "By"));
    assert_eq!(gauge(named("sochdb.operational")), double(1.0));
    let Some(Data::Sum(open)) = &named("open").data else { panic!("{:?}", named("open")) };
    assert!(!open.is_monotonic && open.data_points[0].value == double(-2.0));

    let Some(Data::Histogram(seconds)) = &named("seconds").data else { panic!("{:?}", named("seconds")) };
    let point = &seconds.data_points[0];
    assert_eq!((&point.explicit_bounds[..], &point.bucket_counts[..]), (&[0.1, 0.5, 2.5][..], &[1, 1, 0, 1][..]));
    assert_eq!((point.count, point.sum.map(|sum| (sum * 10.0).round())), (3, Some(94.0)));
    assert_eq!(named("seconds").unit, "s");
    let Some(Data::Histogram(plain)) = &named("plain").data else { panic!("{:?}", named("plain")) };
    let point = &plain.data_points[0];
    let filled: Vec<_> =
        point.explicit_bounds.iter().zip(&point.bucket_counts).filter(|(_, count)| **count > 0).collect();
    assert_eq!(filled, [(&0.25, &1), (&1.0, &1), (&16.0, &1)]);

    let Some(Data::ExponentialHistogram(spread)) = &named("spread").data else { panic!("{:?}", named("spread")) };
    let point = &spread.data_points[0];
    assert_eq!((point.count, point.zero_count, point.sum), (6, 2, Some(999_994.0)));
    let (positive, negative) = (point.positive.as_ref().expect("some"), point.negative.as_ref().expect("some"));
    // 2^20 is above 1e6, and 2^-3 buckets to a power of two are 160 and one: 2^-2 are it.
    let base = 2f64.powf(2f64.powi(-point.scale));
    assert!(
        positive.bucket_counts.len() <= 160 && base.powi(positive.bucket_counts.len() as i32 * 2) > 1e6,
        "{point:?}"
    );
    assert_eq!(
        (positive.offset, positive.bucket_counts.first(), positive.bucket_counts.last()),
        (-1, Some(&2), Some(&1))
    );
    let upper = base.powi(negative.offset + 1);
    assert!((upper - 8.0).abs() < 1e-6 && negative.bucket_counts == [1], "{upper} {negative:?}");
}

/// Hosts that cannot lend metrics push each change.
#[test]
fn pushed_metrics_arrive_too() {
    let Some(collector) = Collector::start() else { return };
    let library = collector::library();
    // SAFETY: it was just built of this package.
    let library = unsafe { DynamicPluginLoader::new_trusted().load(library.path()) }.expect("the plugin loads");
    let plugin = library.instance(&collector.config("orders")).expect("an instance");
    let sink = plugin.observability().expect("a sink");
    use sochdb_plugin_host::sdk::ObservabilityExtension as _;
    sink.counter_inc("reads", 2, &[("table", "1")]);
    sink.counter_inc("reads", 3, &[("table", "1")]);
    sink.gauge_set("level", 0.5, &[]);
    sink.histogram_observe("sizes", 4.0, &[]);
    sink.flush().expect("delivered");
    let metrics = collector.metrics(&["reads", "level", "sizes"]);
    let named = |name: &str| &metrics.iter().find(|metric| metric.name == name).expect(name).data;
    let Some(Data::Sum(reads)) = named("reads") else { panic!("{metrics:?}") };
    assert_eq!(reads.data_points[0].value, Some(number_data_point::Value::AsInt(5)));
    assert!(matches!(named("level"), Some(Data::Gauge(_))));
    assert!(matches!(named("sizes"), Some(Data::ExponentialHistogram(it)) if it.data_points[0].count == 1));
}

#[test]
fn a_collector_that_is_not_there_is_an_error_of_flush_and_no_flush_lasts_longer_than_its_caller_wants() {
    // Nobody listens there, as the listener is gone; the other one never answers.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("an address");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("an address");
    let manager_to = |port: u16| {
        manager(&format!(r#"{{"endpoint": "http://127.0.0.1:{port}", "timeout_seconds": 1, "interval_seconds": 600}}"#))
    };
    let refused = manager_to(gone.port());
    refused.log_error("the disk is full", &[]);
    let error = refused.flush_observability().expect_err("nobody is there");
    assert!(error.message().contains("log lines"), "{error}");
    let waits = manager_to(silent.local_addr().expect("an address").port());
    waits.log_error("the disk is full", &[]);
    let start = std::time::Instant::now();
    let options = CallOptions::new().with_timeout(Duration::from_millis(200));
    let error = options.run(|| waits.flush_observability()).expect_err("it never answers");
    let took = start.elapsed();
    assert!(took < Duration::from_millis(700), "it ended after {took:?}: {error}");
}

#[test]
fn configurations_that_are_none_are_refused_with_what_to_do() {
    let library = collector::library();
    // SAFETY: it was just built of this package.
    let library = unsafe { DynamicPluginLoader::new_trusted().load(library.path()) }.expect("the plugin loads");
    for (config, says) in [
        (r#"{"endpoint": "localhost:4318"}"#, "http://localhost:4318"),
        (r#"{"endpoint": "https://localhost:4318"}"#, "only http is spoken here"),
        (r#"{"endpoint": "http://localhost:4318/?a=b"}"#, "no path can be added"),
        (r#"{"endpoint": ""}"#, "no URL"),
        (r#"{"interval_seconds": 0}"#, "`interval_seconds` is 0"),
        (r#"{"timeout_seconds": 61}"#, "`timeout_seconds` is 61"),
        (r#"{"queue": 0}"#, "`queue` is 0"),
        (r#"{"queue": 1000000000000}"#, "`queue` is 1000000000000"),
        (r#"{"endpoint": "http://ada:secret@localhost:4318"}"#, "put that into `headers`"),
        (r#"{"headers": {"a b": "c"}}"#, "headers"),
        (r#"{"endpont": "http://localhost:4318"}"#, "unknown field"),
    ] {
        let refused = library.instance(config).expect_err("refused").to_string();
        assert!(refused.contains(says) && !refused.contains("secret"), "{config}: {refused}");
    }
}
