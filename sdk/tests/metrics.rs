//! The host's metrics as an extension sees them: what is read, until when, and what is refused.

use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::machinery::boundary::error_text;
use sochdb_plugin_sdk::machinery::instance::{destroy, into_raw};
use sochdb_plugin_sdk::machinery::shims;
use sochdb_plugin_sdk::{
    extension_info, Error, Extension, ExtensionInfo, MetricValue, Metrics, ObservabilityExtension, Result,
};
use std::ffi::c_void;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::ptr::{null, null_mut};
use std::sync::{Arc, Mutex};

/// Keeps what it is lent, so that a test can use it from outside.
struct Reader {
    kept: Arc<Mutex<Option<Metrics>>>,
    refuses: bool,
}

impl Extension for Reader {
    fn info(&self) -> ExtensionInfo {
        extension_info!("reader")
    }
}

impl ObservabilityExtension for Reader {
    fn attach(&self, metrics: Metrics) -> Result<()> {
        *self.kept.lock().expect("no test panics with it") = Some(metrics);
        if self.refuses {
            return Err(Error::invalid("it does not want them"));
        }
        Ok(())
    }
}

/// An instance, and what it was lent.
struct Lent {
    instance: *mut c_void,
    kept: Arc<Mutex<Option<Metrics>>>,
}

impl Lent {
    fn new(refuses: bool) -> Self {
        let kept = Arc::new(Mutex::new(None));
        Self { instance: into_raw(Reader { kept: kept.clone(), refuses }, None), kept }
    }

    /// Status and text of `attach`.
    fn attach(&self, metrics: *const soch_metrics) -> (soch_status, String) {
        let mut error = soch_error::empty();
        let attach = shims::observability::<Reader>().attach.expect("attach");
        // SAFETY: it is an instance of `Reader`; the metrics are the test's and outlive it, or are refused.
        let status = unsafe { attach(self.instance, metrics, &mut error) };
        (status, error_text(&error).into_owned())
    }

    fn end(self) -> Metrics {
        // SAFETY: no call follows.
        unsafe { destroy::<Reader>(self.instance) };
        let kept = self.kept.lock().expect("no test panics with it").clone();
        kept.expect("it was lent metrics")
    }

    fn metrics(&self) -> Metrics {
        self.kept.lock().expect("no test panics with it").clone().expect("it was lent metrics")
    }
}

/// What `metrics` shows.
fn read(metrics: &Metrics) -> Vec<String> {
    let mut seen = Vec::new();
    metrics.collect(|metric| seen.push(format!("{} {:?} {:?}", metric.name, metric.labels, metric.value)));
    seen
}

const LABEL: soch_label = soch_label {
    name: soch_str { ptr: b"table".as_ptr().cast(), len: 5 },
    value: soch_str { ptr: b"users".as_ptr().cast(), len: 5 },
};
const BUCKET: soch_bucket = soch_bucket { upper: 0.5, count: 3 };

fn metric(kind: u32, name: &'static str) -> soch_metric {
    soch_metric {
        size: std::mem::size_of::<soch_metric>(),
        kind,
        flags: 0,
        name: soch_str::lend(name),
        labels: &LABEL,
        label_count: 1,
        count: 3,
        value: 1.5,
        buckets: &BUCKET,
        bucket_count: 1,
        exponential: null(),
        unit: soch_str::lend(""),
        description: soch_str::lend(""),
        start_time: 0,
    }
}

/// Gives one of each kind, among them one of a kind to come and one that is not text; then how the sink answered.
unsafe extern "C" fn collect(ctx: *mut c_void, sink: *const soch_metric_sink, _: *mut soch_error) -> soch_status {
    let bad = soch_metric { name: soch_str { ptr: b"\xff".as_ptr().cast(), len: 1 }, ..metric(0, "") };
    let all = [metric(0, "counter"), metric(7, "to come"), bad, metric(1, "gauge"), metric(2, "histogram")];
    // SAFETY: the SDK lends a sink, and passes the context of the test that lent the metrics.
    let (sink, answers) = unsafe { (&*sink, &*ctx.cast::<Mutex<Vec<soch_status>>>()) };
    for metric in &all {
        // SAFETY: the sink's function with its context; the metric is lent for the call.
        let answer = unsafe { sink.metric.expect("a sink has its function")(sink.ctx, metric) };
        answers.lock().expect("no test panics with it").push(answer);
    }
    SOCH_OK
}

fn lend(answers: &Mutex<Vec<soch_status>>) -> soch_metrics {
    let ctx = (answers as *const Mutex<Vec<soch_status>> as *mut Mutex<Vec<soch_status>>).cast();
    soch_metrics { size: std::mem::size_of::<soch_metrics>(), ctx, collect: Some(collect) }
}

const SEEN: [&str; 3] = [
    r#"counter [("table", "users")] Counter(3)"#,
    r#"gauge [("table", "users")] Gauge(1.5)"#,
    r#"histogram [("table", "users")] Histogram { count: 3, sum: 1.5, buckets: [soch_bucket { upper: 0.5, count: 3 }] }"#,
];

#[test]
fn metrics_are_read_until_the_instance_is_gone() {
    let answers = Mutex::new(Vec::new());
    let raw = lend(&answers);
    let lent = Lent::new(false);
    assert_eq!(lent.attach(&raw), (SOCH_OK, String::new()));
    assert_eq!(read(&lent.metrics()), SEEN);
    assert_eq!(*answers.lock().expect("answers"), [SOCH_OK, SOCH_OK, SOCH_INVALID, SOCH_OK, SOCH_OK]);
    assert_eq!(read(&lent.end()), [""; 0]);
    assert_eq!(answers.lock().expect("answers").len(), 5, "after the end the host is not called");
}

#[test]
fn metrics_that_were_refused_are_not_lent() {
    let answers = Mutex::new(Vec::new());
    let raw = lend(&answers);
    let lent = Lent::new(true);
    assert_eq!(lent.attach(&raw), (SOCH_INVALID, "it does not want them".to_owned()));
    assert_eq!(read(&lent.metrics()), [""; 0]);
    lent.end();
}

#[test]
fn a_panic_of_the_visitor_does_not_cross_the_host() {
    let answers = Mutex::new(Vec::new());
    let raw = lend(&answers);
    let lent = Lent::new(false);
    assert_eq!(lent.attach(&raw).0, SOCH_OK);
    let metrics = lent.metrics();
    let panicked = catch_unwind(AssertUnwindSafe(|| metrics.collect(|_| resume_unwind(Box::new("enough")))));
    assert_eq!(panicked.expect_err("a panic").downcast_ref(), Some(&"enough"));
    assert_eq!(*answers.lock().expect("answers"), [SOCH_CANCELLED; 5]);
    assert_eq!(read(&metrics), SEEN);
    lent.end();
}

#[test]
fn metrics_that_break_the_contract_are_refused() {
    let answers = Mutex::new(Vec::new());
    let good = lend(&answers);
    let (short, lacking) = (soch_metrics { size: 16, ..good }, soch_metrics { collect: None, ..good });
    let cases: [(*const soch_metrics, &str); 3] = [
        (null(), "the metrics are NULL"),
        (&short, "the metrics lack their function"),
        (&lacking, "the metrics lack their function"),
    ];
    let lent = Lent::new(false);
    for (metrics, expected) in cases {
        assert_eq!(lent.attach(metrics), (SOCH_INVALID, expected.to_owned()));
    }
    assert_eq!(lent.attach(&good).0, SOCH_OK, "what was refused is not in the way");
    let (status, text) = lent.attach(&good);
    assert!(status == SOCH_INVALID && text.contains("already"), "{}", text);
    assert_eq!(read(&lent.metrics()), SEEN);
    lent.end();
}

#[test]
fn a_metric_at_null_is_passed_over() {
    unsafe extern "C" fn nothing(_: *mut c_void, sink: *const soch_metric_sink, _: *mut soch_error) -> soch_status {
        // SAFETY: the SDK lends a sink; no metric at all is what is tested.
        unsafe { (*sink).metric.expect("a sink has its function")((*sink).ctx, null()) }
    }
    let raw = soch_metrics { size: std::mem::size_of::<soch_metrics>(), ctx: null_mut(), collect: Some(nothing) };
    let lent = Lent::new(false);
    assert_eq!(lent.attach(&raw).0, SOCH_OK);
    assert_eq!(read(&lent.metrics()), [""; 0]);
    lent.end();
}

#[test]
fn an_own_test_needs_no_host() {
    let metrics = Metrics::new(|visit| {
        visit(&sochdb_plugin_sdk::Metric::new("rows", &[], MetricValue::Counter(1)));
    });
    assert_eq!(read(&metrics), ["rows [] Counter(1)"]);
}

/// Gives one metric.
unsafe extern "C" fn collect_one(ctx: *mut c_void, sink: *const soch_metric_sink, _: *mut soch_error) -> soch_status {
    // SAFETY: the SDK lends a sink, and passes the context of the test, its metric.
    unsafe { (*sink).metric.expect("a sink has its function")((*sink).ctx, ctx.cast()) }
}

#[test]
fn every_field_of_a_metric_is_read() {
    let counts = [2_u64, 0, 3];
    let some = soch_exponential_buckets { counts: counts.as_ptr(), count: 3, offset: -4, reserved: 0 };
    let none = soch_exponential_buckets { counts: null(), count: 0, offset: 0, reserved: 0 };
    let exponential = soch_exponential {
        size: std::mem::size_of::<soch_exponential>(),
        scale: 3,
        reserved: 0,
        zero_count: 7,
        zero_threshold: 0.25,
        positive: some,
        negative: none,
    };
    let lent = Lent::new(false);
    let mut raw = soch_metric {
        flags: SOCH_METRIC_ALL_BUCKETS | 0x8000_0000,
        exponential: &exponential,
        unit: soch_str::lend("s"),
        description: soch_str::lend("Time"),
        start_time: 1_000_000_007,
        ..metric(SOCH_METRIC_EXPONENTIAL, "exponential")
    };
    let ctx: *mut soch_metric = &mut raw;
    let metrics =
        soch_metrics { size: std::mem::size_of::<soch_metrics>(), ctx: ctx.cast(), collect: Some(collect_one) };
    assert_eq!(lent.attach(&metrics).0, SOCH_OK);
    let mut seen = 0;
    lent.metrics().collect(|metric| {
        let since = metric.start.and_then(|start| start.duration_since(std::time::UNIX_EPOCH).ok());
        assert_eq!(since.map(|since| since.as_nanos()), Some(1_000_000_007));
        assert_eq!((metric.unit, metric.description, metric.all_buckets), ("s", "Time", true));
        let MetricValue::Exponential(it) = metric.value else { panic!("{metric:?}") };
        assert_eq!((it.count, it.sum, it.scale, it.zero_count, it.zero_threshold), (3, 1.5, 3, 7, 0.25));
        assert_eq!((it.positive.offset, it.positive.counts), (-4, &counts[..]));
        assert!(it.negative.counts.is_empty());
        seen += 1;
    });
    // SAFETY: the metric is the test's, and nobody reads it meanwhile.
    unsafe { (*ctx).kind = SOCH_METRIC_UP_DOWN };
    lent.metrics().collect(|metric| {
        assert_eq!(metric.value, MetricValue::UpDown(1.5));
        seen += 1;
    });
    // SAFETY: as above.
    unsafe { ((*ctx).kind, (*ctx).exponential) = (SOCH_METRIC_EXPONENTIAL, null()) };
    lent.metrics().collect(|metric| panic!("an exponential histogram without buckets is none: {metric:?}"));
    assert_eq!(seen, 2);
    lent.end();
}
