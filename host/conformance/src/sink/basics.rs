//! Tests of a sink: what it takes. Nothing comes back, so what can be seen here is that it goes on working.

use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::inputs::cancelled::{ends_when_cancelled, long_enough, time, QUICK};
use sochdb_plugin_host::sdk::{
    Bucket, ErrorKind, ExponentialBuckets, ExponentialHistogram, HealthInfo, Labels, LogLevel, Metric, MetricValue,
    Metrics, ObservabilityExtension,
};
use sochdb_plugin_host::{Observability, PluginManager};
use std::collections::HashSet;
use std::time::UNIX_EPOCH;

suite!(Observability, "observability":
    any_number_of_labels_is_taken,
    any_text_is_taken,
    any_value_is_taken,
    spans_nest,
    logs_and_health_are_taken,
    any_metric_may_be_read,
    what_is_read_may_change,
    many_threads_may_report,
    a_flush_that_is_cancelled_ends,
);

/// The sink still takes calls.
pub(crate) fn lives(sink: &Observability, after: &str) -> Result<(), NotPassed> {
    ensure!(!sink.is_poisoned(), "the sink panicked {after}");
    if !sink.describe().takes_spans {
        return Ok(());
    }
    let span = sink.span_start("alive", None);
    ensure!(span != 0, "no span was started {after}");
    sink.span_end(span);
    Ok(())
}

fn report(sink: &Observability, name: &str, labels: Labels<'_>) {
    sink.counter_inc(&format!("{name}_total"), 1, labels);
    sink.gauge_set(&format!("{name}_now"), 0.5, labels);
    sink.histogram_observe(&format!("{name}_seconds"), 0.5, labels);
}

fn any_number_of_labels_is_taken(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let sink = instance.observability()?;
    let names: Vec<String> = (0..20).map(|label| format!("label_{label}")).collect();
    for count in [0, 1, 2, 16, 17, 20] {
        let labels: Vec<(&str, &str)> = names[..count].iter().map(|name| (&name[..], "value")).collect();
        report(sink, &format!("labels_{count}"), &labels);
        lives(sink, &format!("after a call with {count} labels"))?;
    }
    // The order of labels has no meaning.
    report(sink, "order", &[("a", "1"), ("b", "2")]);
    report(sink, "order", &[("b", "2"), ("a", "1")]);
    lives(sink, "after labels in another order")
}

fn any_text_is_taken(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let sink = instance.observability()?;
    for text in ["", "größe", "件数", "a b\"c\\d\ne\0f\u{1b}", "0starts_with_a_digit", &"long".repeat(5000)] {
        report(sink, text, &[(text, text)]);
        let span = sink.span_start(text, None);
        sink.span_event(span, text, &[(text, text)]);
        sink.span_end(span);
        sink.log(LogLevel::Info, text, &[(text, text)]);
        lives(sink, &format!("after the text {:?}", text.chars().take(20).collect::<String>()))?;
    }
    report(sink, "twice", &[("same", "1"), ("same", "2")]);
    lives(sink, "after one label twice")
}

fn any_value_is_taken(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let sink = instance.observability()?;
    for value in [0, 1, u64::MAX, u64::MAX] {
        sink.counter_inc("values_total", value, &[]);
    }
    for value in [0.0, -0.0, -1.5, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        sink.gauge_set("values_now", value, &[]);
        sink.histogram_observe("values_seconds", value, &[]);
        lives(sink, &format!("after the value {value}"))?;
    }
    // One name as two kinds of metric.
    sink.gauge_set("values_total", 1.0, &[]);
    lives(sink, "after a gauge with the name of a counter")
}

fn spans_nest(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let sink = instance.observability()?;
    if !sink.describe().takes_spans {
        skip!("spans are described as not taken");
    }
    let mut open = vec![sink.span_start("root", None)];
    for depth in 0..20 {
        open.push(sink.span_start(&format!("depth {depth}"), open.last().copied()));
        sink.span_event(open[depth], "went down", &[("depth", &depth.to_string())]);
    }
    ensure!(!open.contains(&0), "a span has the number 0: {open:?}");
    ensure!(open.iter().collect::<HashSet<_>>().len() == open.len(), "two open spans have one number: {open:?}");
    // The parent ends before its children, and an unknown span is nothing to stumble over.
    open.iter().for_each(|span| sink.span_end(*span));
    sink.span_end(u64::MAX);
    sink.span_event(u64::MAX, "unknown", &[]);
    sink.span_end(sink.span_start("orphan", Some(u64::MAX)));
    lives(sink, "after nested spans")
}

fn logs_and_health_are_taken(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let sink = instance.observability()?;
    sink.log_debug("debug", &[]);
    sink.log_info("info", &[("field", "value")]);
    sink.log_warn("warn", &[("field", "value"), ("field", "again")]);
    sink.log_error("error", &[("", "")]);
    sink.report_health(&HealthInfo::default());
    let mut most = HealthInfo::new(true);
    most.wal_size_bytes = u64::MAX;
    most.active_txns = u64::MAX;
    most.buffer_pool_usage = 1.0;
    most.checkpoint_age_secs = u64::MAX;
    sink.report_health(&most);
    lives(sink, "after log lines and health reports")
}

/// Metrics with any text and any value; a sink that does not read says so, and nothing else.
fn any_metric_may_be_read(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let sink = instance.observability()?;
    let metrics = Metrics::new(|visit| {
        let buckets = [Bucket { upper: 0.5, count: 2 }, Bucket { upper: f64::INFINITY, count: 1 }];
        for text in ["", "größe", "a b\"c\\d\ne\0f\u{1b}", "0starts_with_a_digit", &"long".repeat(5000)] {
            let mut give = |kind: &str, value| {
                let name = format!("{text}_{kind}");
                visit(&Metric::new(&name, &[], value).with_unit(text).with_description(text).with_start(UNIX_EPOCH));
                visit(&Metric::new(&name, &[(text, text), ("same", "1"), ("same", "2")], value));
            };
            give("total", MetricValue::Counter(u64::MAX));
            give("now", MetricValue::Gauge(f64::NAN));
            give("empty", MetricValue::Histogram { count: 0, sum: 0.0, buckets: &[] });
            give("open", MetricValue::UpDown(-3.0));
            let few = ExponentialBuckets { offset: i32::MIN, counts: &[1, 0, 2] };
            let exponential =
                ExponentialHistogram { count: 4, sum: f64::NAN, scale: 20, positive: few, ..Default::default() };
            give("spread", MetricValue::Exponential(exponential));
            give("seconds", MetricValue::Histogram { count: 3, sum: f64::INFINITY, buckets: &buckets });
        }
    });
    match sink.attach(metrics) {
        Err(error) if error.kind() == ErrorKind::Unsupported => {}
        result => result.must("attach")?,
    }
    report(sink, "beside_what_is_read", &[]);
    lives(sink, "after metrics were lent to it")?;
    instance.shutdown()
}

/// The metrics of a manager, which its threads change, and which end with the instance.
fn what_is_read_may_change(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let manager = PluginManager::new();
    manager.register_observability(instance.observability()?.clone()).must("register")?;
    let work = &|thread: usize| -> Result<(), NotPassed> {
        let (thread, values) = (thread.to_string(), 0..500);
        let counter = manager.counter("kept_total", &[("thread", &thread)]).must("counter")?;
        let histogram = manager.histogram("kept_seconds", &[]).must("histogram")?;
        for value in values {
            counter.add(1);
            histogram.observe(f64::from(value));
            manager.gauge_set("now", f64::from(value), &[("thread", &thread)]);
            manager.counter_inc(&format!("new_{value}"), 1, &[]);
        }
        Ok(())
    };
    together(4, work)?;
    lives(instance.observability()?, "after 4 threads changed metrics")?;
    drop(manager);
    instance.shutdown()
}

fn many_threads_may_report(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let sink = &*instance.observability()?;
    let work = |thread: usize| {
        let thread_name = thread.to_string();
        let mut spans = Vec::new();
        for round in 0..50 {
            report(sink, "threads", &[("thread", &thread_name)]);
            let span = sink.span_start("round", None);
            sink.span_event(span, "event", &[("round", &round.to_string())]);
            sink.span_end(span);
            spans.push(span);
        }
        spans
    };
    let spans: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|thread| scope.spawn(move || work(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    if !sink.describe().takes_spans {
        return lives(sink, "after calls from 4 threads");
    }
    ensure!(spans.len() == 200 && !spans.contains(&0), "of 200 spans of 4 threads some were not started");
    let different = spans.iter().collect::<HashSet<_>>().len();
    ensure!(different == 200, "200 spans of 4 threads have {different} numbers");
    lives(sink, "after calls from 4 threads")
}

fn a_flush_that_is_cancelled_ends(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let sink = instance.observability()?;
    let tell = |sink: &Observability, count: u64| {
        for _ in 0..count {
            sink.log(LogLevel::Error, "a line before a flush", &[]);
            sink.span_end(sink.span_start("a span before a flush", None));
        }
    };
    let count = long_enough("flush", QUICK, |count| {
        tell(sink, count);
        time(|| sink.flush().must("flush"))
    })?;
    tell(sink, count);
    ends_when_cancelled(
        "flush",
        sink,
        |sink| sink.flush(),
        |sink, _| {
            tell(sink, count);
            Ok(())
        },
    )
}
