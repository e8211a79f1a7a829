//! Metrics that the host keeps: what is counted, and who gets to know of it.

use sochdb_plugin_host::sdk::{
    Error, Extension, ExtensionInfo, Labels, Metric, MetricValue, Metrics, ObservabilityExtension, Result,
};
use sochdb_plugin_host::{ManagerError, Observability, PluginManager};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use support::filled::fill;
use support::sink::Sink;

/// What a metric shows, without its buckets.
fn line(metric: &Metric<'_>) -> String {
    let value = match metric.value {
        MetricValue::Counter(total) => format!("{total}"),
        MetricValue::Gauge(value) => format!("{value}"),
        MetricValue::Histogram { count, sum, .. } => format!("{count} {sum}"),
        _ => "of a kind that this test does not know".to_owned(),
    };
    let labels: Vec<String> = metric.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}{{{}}} {value}", metric.name, labels.join(","))
}

/// All metrics but the host's own.
fn lines(metrics: &Metrics) -> Vec<String> {
    let mut lines = Vec::new();
    metrics.collect(|metric| lines.push(line(metric)));
    lines.retain(|line| !line.starts_with("sochdb_dropped_updates"));
    lines
}

fn dropped(manager: &PluginManager) -> u64 {
    let mut dropped = None;
    manager.metrics().collect(|metric| {
        if let ("sochdb_dropped_updates", MetricValue::Counter(total)) = (metric.name, metric.value) {
            dropped = Some(total);
        }
    });
    dropped.expect("the host's own counter")
}

/// Where a sink puts the metrics that it was lent.
type Place = Arc<OnceLock<Metrics>>;
type Lines = Arc<Mutex<Vec<String>>>;

/// A sink, linked in, that reads metrics; what is pushed to it all the same is noted.
#[derive(Default)]
struct Reader {
    metrics: Place,
    pushed: Lines,
    refuses: bool,
    panics: bool,
}

impl Reader {
    fn start(self) -> (Place, Lines, Observability) {
        (self.metrics.clone(), self.pushed.clone(), Observability::new(self).expect("a sink"))
    }

    fn note(&self, what: String) {
        self.pushed.lock().expect("no test panics with it").push(what);
    }
}

impl Extension for Reader {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("reader", "1.0.0")
    }
}

impl ObservabilityExtension for Reader {
    fn counter_inc(&self, name: &str, value: u64, _: Labels<'_>) {
        self.note(format!("{name} {value}"));
    }
    fn gauge_set(&self, name: &str, value: f64, _: Labels<'_>) {
        self.note(format!("{name} {value}"));
    }
    fn histogram_observe(&self, name: &str, value: f64, _: Labels<'_>) {
        self.note(format!("{name} {value}"));
    }
    fn span_start(&self, _: &str, _: Option<u64>) -> u64 {
        1
    }
    fn attach(&self, metrics: Metrics) -> Result<()> {
        // Kept in any case: what was not taken is not lent.
        assert!(self.metrics.set(metrics).is_ok(), "metrics came twice");
        assert!(!self.panics, "it cannot read");
        if self.refuses {
            return Err(Error::failed("it does not want them"));
        }
        Ok(())
    }
}

const FILLED: [&str; 4] =
    ["open{} 4.5", "rows{op=get,table=users} 42", "rows{op=put,table=users} 1", "seconds{} 3 4.55"];

#[test]
fn a_sink_that_reads_sees_what_came_before_it_and_gets_no_change_pushed() {
    let manager = PluginManager::new();
    fill(&manager);
    let (metrics, pushed, sink) = Reader::default().start();
    manager.register_observability(sink).expect("registered");
    let metrics = metrics.get().expect("metrics were lent");
    assert_eq!(lines(metrics), FILLED);
    assert_eq!(lines(metrics), FILLED, "reading changes nothing");
    manager.counter_inc("rows", 8, &[("table", "users"), ("op", "get")]);
    manager.counter("rows", &[("op", "get"), ("table", "users")]).expect("the same one").add(50);
    assert_eq!(lines(metrics)[1], "rows{op=get,table=users} 100");
    assert_eq!(*pushed.lock().expect("a list"), [""; 0]);
}

#[test]
fn sinks_that_read_and_sinks_that_do_not_get_every_value_once() {
    let (pushed_lines, manager) = (Arc::new(Mutex::new(Vec::new())), PluginManager::new());
    let kept = manager.counter("kept", &[("b", "2"), ("a", "1")]).expect("a counter");
    let (metrics, pushed_to_reader, reader) = Reader::default().start();
    manager.register_observability(reader).expect("registered");
    let list = pushed_lines.clone();
    let pushing = Sink::new("pushing", move |line| list.lock().expect("a list").push(line.to_owned()));
    manager.register_observability(Observability::new(pushing).expect("a sink")).expect("registered");
    kept.add(3);
    kept.clone().add(4);
    manager.gauge_set("named", 1.5, &[]);
    let expected = [
        r#"counter kept 3 [("b", "2"), ("a", "1")]"#,
        r#"counter kept 4 [("b", "2"), ("a", "1")]"#,
        "gauge named 1.5 []",
    ];
    assert_eq!(*pushed_lines.lock().expect("a list"), expected);
    assert_eq!(lines(metrics.get().expect("metrics were lent")), ["kept{a=1,b=2} 7", "named{} 1.5"]);
    assert_eq!(*pushed_to_reader.lock().expect("a list"), [""; 0]);
}

#[test]
fn a_sink_that_refuses_to_read_gets_each_change_and_can_read_nothing() {
    let manager = PluginManager::new();
    let (metrics, pushed, sink) = Reader { refuses: true, ..Reader::default() }.start();
    manager.register_observability(sink).expect("it is a sink all the same");
    manager.counter_inc("rows", 2, &[]);
    manager.histogram("seconds", &[]).expect("a histogram").observe(0.5);
    assert_eq!(*pushed.lock().expect("a list"), ["rows 2", "seconds 0.5"]);
    let mut seen = 0;
    metrics.get().expect("it came").collect(|_| seen += 1);
    assert_eq!(seen, 0, "what was refused is not lent");
}

#[test]
fn a_sink_that_panics_when_it_gets_metrics_ends_and_the_others_go_on() {
    let manager = PluginManager::new();
    let (_, pushed, broken) = Reader { panics: true, ..Reader::default() }.start();
    let (metrics, _, sound) = Reader::default().start();
    manager.register_observability(broken.clone()).expect("registered before it was called");
    manager.register_observability(sound).expect("registered");
    assert!(broken.is_poisoned());
    manager.counter_inc("rows", 1, &[]);
    assert_eq!(lines(metrics.get().expect("metrics were lent")), ["rows{} 1"]);
    assert_eq!(*pushed.lock().expect("a list"), [""; 0]);
}

#[test]
fn a_second_manager_pushes_to_a_sink_that_reads_the_first() {
    let (first, second) = (PluginManager::new(), PluginManager::new());
    let (metrics, pushed, sink) = Reader::default().start();
    first.register_observability(sink.clone()).expect("registered");
    second.register_observability(sink).expect("registered");
    first.counter_inc("of the first", 1, &[]);
    second.counter_inc("of the second", 1, &[]);
    second.counter("kept", &[]).expect("a counter").add(2);
    assert_eq!(lines(metrics.get().expect("metrics were lent")), ["of the first{} 1"]);
    assert_eq!(*pushed.lock().expect("a list"), ["of the second 1", "kept 2"]);
}

#[test]
fn two_threads_that_add_while_a_third_reads_lose_nothing() {
    const ROUNDS: u64 = 100_000;
    let manager = PluginManager::new();
    let (metrics, _, sink) = Reader::default().start();
    manager.register_observability(sink).expect("registered");
    let metrics = metrics.get().expect("metrics were lent");
    let (counter, histogram) = (manager.counter("kept", &[]).unwrap(), manager.histogram("sizes", &[]).unwrap());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let (mut last, mut rounds) = (0, 0);
            while !done.load(Ordering::Relaxed) || rounds == 0 {
                metrics.collect(|metric| {
                    if let ("kept", MetricValue::Counter(total)) = (metric.name, metric.value) {
                        assert!(total >= last, "{total} after {last}");
                        last = total;
                    }
                });
                rounds += 1;
            }
        });
        let adding = [0, 1].map(|thread: u64| {
            let (counter, histogram, manager) = (&counter, &histogram, &manager);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    counter.add(1);
                    histogram.observe(1.0);
                    manager.counter_inc("named", 2, &[("thread", if thread == 0 { "a" } else { "b" })]);
                    // Both make each of these at about the same time.
                    manager.counter_inc(&format!("new {}", round % 500), 1, &[]);
                }
            })
        });
        adding.into_iter().for_each(|thread| thread.join().expect("it adds"));
        done.store(true, Ordering::Relaxed);
        reading.join().expect("it reads");
    });
    let lines = lines(metrics);
    let named = 2 * ROUNDS;
    for line in [
        format!("kept{{}} {named}"),
        format!("sizes{{}} {named} {named}"),
        format!("named{{thread=a}} {named}"),
        format!("named{{thread=b}} {named}"),
    ] {
        assert!(lines.contains(&line), "no {line} in {lines:?}");
    }
    let new: Vec<&String> = lines.iter().filter(|line| line.starts_with("new ")).collect();
    assert_eq!(new.len(), 500, "a series is there once, whoever was first");
    assert!(new.iter().all(|line| line.ends_with(&format!(" {}", named / 500))), "{new:?}");
}

#[test]
fn labels_in_another_order_are_the_same_series() {
    let manager = PluginManager::new();
    let twenty: Vec<String> = (0..20).map(|label| format!("{label:02}")).collect();
    let mut many: Vec<(&str, &str)> = twenty.iter().map(|label| (&label[..], "v")).collect();
    for _ in 0..20 {
        manager.counter_inc("many", 1, &many);
        many.rotate_left(7);
    }
    for labels in [[("a", "1"), ("b", "2"), ("c", "3")], [("c", "3"), ("a", "1"), ("b", "2")]] {
        manager.counter_inc("three", 1, &labels);
    }
    manager.counter_inc("same", 1, &[("x", "2"), ("x", "1")]);
    manager.counter_inc("same", 1, &[("x", "1"), ("x", "2")]);
    manager.counter_inc("same", 1, &[("x", "1"), ("x", "1")]);
    let lines = lines(&manager.metrics());
    assert!(lines[0].starts_with("many{00=v,01=v,") && lines[0].ends_with("} 20"), "{}", lines[0]);
    assert_eq!(lines[1..], ["same{x=1,x=2} 2", "same{x=1,x=1} 1", "three{a=1,b=2,c=3} 2"]);
}

#[test]
fn a_name_of_another_kind_is_refused() {
    let manager = PluginManager::new();
    manager.counter_inc("jobs", 1, &[]);
    let refused = manager.gauge("jobs", &[("new", "labels")]).expect_err("it is a counter");
    let (is, wanted) = ("counter", "gauge");
    assert_eq!(refused, ManagerError::MetricKind { name: "jobs".to_owned(), is, wanted });
    assert!(refused.to_string().contains("`jobs` is a counter"), "{refused}");
    assert!(manager.histogram("jobs", &[]).is_err());
    for _ in 0..3 {
        manager.gauge_set("jobs", 5.0, &[]);
        manager.histogram_observe("jobs", 5.0, &[("other", "labels")]);
    }
    assert_eq!(dropped(&manager), 6);
    manager.counter_inc("jobs", 1, &[("other", "labels")]);
    assert_eq!(lines(&manager.metrics()), ["jobs{} 1", "jobs{other=labels} 1"]);
}

#[test]
fn series_without_end_are_dropped_and_counted() {
    let manager = PluginManager::new();
    let first = manager.counter("rows", &[("at", "0")]).expect("a counter");
    let far = PluginManager::MAX_SERIES + 100;
    (0..far).for_each(|at| manager.counter_inc("rows", 1, &[("at", &at.to_string())]));
    let refused = manager.counter("one more", &[]).expect_err("there is no room");
    assert_eq!(refused, ManagerError::TooManySeries { limit: PluginManager::MAX_SERIES });
    first.add(1);
    manager.counter_inc("rows", 1, &[("at", "0")]);
    let lines = lines(&manager.metrics());
    // One is the host's own.
    assert_eq!(lines.len(), PluginManager::MAX_SERIES - 1);
    assert_eq!(lines[0], "rows{at=0} 3", "those that are there go on");
    assert_eq!(dropped(&manager), 101);
}

#[test]
fn observations_are_counted_by_size() {
    let manager = PluginManager::new();
    let sizes = manager.histogram("sizes", &[]).expect("a histogram");
    [-1.0, 0.0, 1.0, 1.1, 1.25, 1e300].iter().for_each(|value| sizes.observe(*value));
    let mut seen = Vec::new();
    manager.metrics().collect(|metric| {
        if let MetricValue::Histogram { count, sum, buckets } = metric.value {
            seen.push((count, sum, buckets.iter().map(|bucket| (bucket.upper, bucket.count)).collect::<Vec<_>>()));
        }
    });
    let smallest = 2f64.powi(-30);
    let buckets = vec![(smallest, 2), (1.0, 1), (1.25, 2), (f64::INFINITY, 1)];
    assert_eq!(seen, [(6, 1e300, buckets)]);
}

#[test]
fn a_handle_outlives_its_manager_and_keeps_no_sink_alive() {
    let (ended, told) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (ends, tells) = (ended.clone(), told.clone());
    let sink = Sink::new("pushing", move |line| {
        ends.fetch_or(line == "shutdown", Ordering::SeqCst);
        tells.fetch_or(line.starts_with("counter"), Ordering::SeqCst);
    });
    let manager = PluginManager::new();
    let counter = manager.counter("rows", &[]).expect("a counter");
    manager.register_observability(Observability::new(sink).expect("a sink")).expect("registered");
    let metrics = manager.metrics();
    drop(manager);
    assert!(ended.load(Ordering::SeqCst), "nobody else holds the sink");
    counter.add(2);
    assert_eq!(lines(&metrics), ["rows{} 2"]);
    assert!(!told.load(Ordering::SeqCst));
}

#[test]
fn a_sink_that_reads_after_its_end_finds_nothing() {
    let manager = PluginManager::new();
    let (metrics, _, sink) = Reader::default().start();
    manager.register_observability(sink).expect("registered");
    fill(&manager);
    let metrics = metrics.get().expect("metrics were lent");
    manager.shutdown_all().expect("shutdown");
    assert_eq!(lines(metrics), FILLED, "they are lent until the instance is gone");
    drop(manager);
    assert_eq!(lines(metrics), [""; 0]);
}

#[test]
fn a_panic_of_the_visitor_reaches_who_called_and_ends_no_sink() {
    let manager = PluginManager::new();
    let (metrics, _, sink) = Reader::default().start();
    manager.register_observability(sink.clone()).expect("registered");
    fill(&manager);
    let metrics = metrics.get().expect("metrics were lent");
    let mut visits = 0;
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        metrics.collect(|_| {
            visits += 1;
            std::panic::resume_unwind(Box::new("enough"));
        });
    }));
    assert_eq!(panicked.expect_err("a panic").downcast_ref(), Some(&"enough"));
    assert_eq!(visits, 1, "after a panic nothing is visited any more");
    assert!(!sink.is_poisoned());
    assert_eq!(lines(metrics), FILLED);
}
