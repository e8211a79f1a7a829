//! Names that come out equal, and names that are too long: what came first stays as it is, the others are counted.

use super::*;
use crate::format::Format;

const LIMIT: usize = 4 << 10;

/// The value of a counter of the plugin's own.
fn counted(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix("_total "));
    line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().expect("a number")
}

fn clashes(text: &str) -> u64 {
    counted(text, "sochdb_plugin_name_clashes")
}

/// The lines of samples, without those of the plugin itself.
fn samples(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.starts_with("sochdb_")).collect()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Counter,
    Gauge,
    Histogram,
}

fn push(metrics: &crate::metrics::Metrics, (way, name): (Way, &str), value: u32) {
    let update = match way {
        Way::Counter => Update::Add(value.into()),
        Way::Gauge => Update::Set(value.into()),
        Way::Histogram => Update::Observe(value.into()),
    };
    metrics.update(name, &[], update);
}

fn page_of(metrics: &crate::metrics::Metrics) -> String {
    String::from_utf8(metrics.encode(Format::OpenMetrics)).expect("a text")
}

#[test]
fn of_two_names_that_come_out_equal_the_first_stays() {
    const NAMES: [&str; 22] = [
        "queue.depth",
        "queue_depth",
        "queueDepth",
        "QueueDepth",
        "queue depth",
        "queue_depth_total",
        "queue_depth_sum",
        "queue_depth_count",
        "queue_depth_bucket",
        "queue_depth_created",
        "queue_depth_value",
        "日本",
        "世界",
        "___",
        "_",
        "",
        "__",
        "é",
        "1",
        "_1",
        "a:b",
        "a_b",
    ];
    const WAYS: [Way; 3] = [Way::Counter, Way::Gauge, Way::Histogram];
    let all = || NAMES.iter().flat_map(|name| WAYS.map(|way| (way, *name)));
    let page = |pushed: &[(Way, &str)]| {
        let metrics = crate::metrics::Metrics::new(Host::detached("{}"), &Config::default());
        pushed.iter().zip(3..).for_each(|(metric, value)| push(&metrics, *metric, value));
        page_of(&metrics)
    };
    let mut clashing = 0;
    for first in all() {
        let alone = page(&[first]);
        let before = samples(&alone);
        // All others against this one, in one instance each: which of them clash, the page itself says.
        for second in all().filter(|second| *second != first) {
            let both = page(&[first, second]);
            let after = samples(&both);
            assert!(before.iter().all(|line| after.contains(line)), "{second:?} changes {first:?}:\n{both}");
            assert_eq!(clashes(&both) == 1, before.len() == after.len(), "{first:?} {second:?}:\n{both}");
            let mut series: Vec<&str> = after.iter().map(|line| line.rsplit_once(' ').expect("a value").0).collect();
            series.sort_unstable();
            assert!(series.windows(2).all(|pair| pair[0] != pair[1]), "{first:?} {second:?}: twice in\n{both}");
            clashing += clashes(&both);
        }
    }
    assert!(clashing > 100, "only {clashing}");
}

#[test]
fn labels_that_come_out_equal_join_no_series() {
    for (first, second) in [
        (&[("a.b", "1")][..], &[("a_b", "1")][..]),
        (&[("aB", "1")], &[("a_b", "1")]),
        (&[("le", "1")], &[("exported_le", "1")]),
        (&[("__name__", "1")], &[("name__", "1")]),
        (&[("", "1")], &[("unnamed", "1")]),
        (&[("日本", "1")], &[("世界", "1")]),
        (&[("ok", "1")], &[("a.b", "1"), ("a_b", "2")]),
        (&[("ok", "1")], &[("same", "1"), ("same", "2")]),
    ] {
        let plugin = start("{}");
        plugin.counter_inc("n", 1, first);
        plugin.counter_inc("n", 5, second);
        plugin.counter_inc("n", 5, second);
        let text = page_of(&plugin.metrics);
        let values: Vec<&str> = samples(&text).iter().filter_map(|line| line.rsplit(' ').next()).collect();
        assert_eq!((values, clashes(&text)), (vec!["1"], 1), "{first:?} {second:?}:\n{text}");
    }
    let plugin = start("{}");
    plugin.counter_inc("n", 1, &[("a.b", "1")]);
    plugin.counter_inc("n", 2, &[("a.b", "2"), ("more", "x")]);
    plugin.counter_inc("m", 3, &[("a_b", "1")]);
    let text = page_of(&plugin.metrics);
    assert_eq!((samples(&text).len(), clashes(&text)), (3, 0), "another family is another family:\n{text}");
}

#[test]
fn names_of_the_host_that_come_out_equal_join_no_series() {
    use MetricValue::{Counter, Gauge, Histogram};
    const ONE: &[Bucket] = &[Bucket { upper: 1.0, count: 1 }];
    let plugin = start("{}");
    lend(
        &plugin,
        &[
            ("jobs", "v", Counter(2)),
            ("jobs_total", "v", Counter(3)),
            ("Jobs", "v", Gauge(9.0)),
            ("open", "v", Gauge(1.0)),
            ("open_total", "v", Gauge(2.0)),
            ("took", "v", Histogram { count: 1, sum: 1.0, buckets: ONE }),
            ("Took", "v", Histogram { count: 1, sum: 0.5, buckets: ONE }),
            ("span_duration_seconds", "v", Histogram { count: 1, sum: 0.5, buckets: ONE }),
        ],
    );
    for _ in 0..2 {
        let text = scrape(&plugin, "text/plain");
        for line in ["jobs_total{l=\"v\"} 2", "open{l=\"v\"} 1.0", "took_count{l=\"v\"} 1", "took_sum{l=\"v\"} 1.0"] {
            assert!(has(&text, line), "no {line} in\n{text}");
        }
        assert!(!text.contains("# TYPE jobs gauge"), "{text}");
        assert_eq!(clashes(&text), 5, "each once, at however many scrapes:\n{text}");
    }
}

#[test]
fn long_names_and_values_are_dropped_and_counted() {
    let (fits, too_long) = ("v".repeat(LIMIT), "v".repeat(LIMIT + 1));
    let plugin = start("{}");
    plugin.counter_inc("fits", 1, &[("l", &fits)]);
    for at in 0..200 {
        plugin.counter_inc("long", 1, &[("at", &at.to_string()), ("l", &too_long)]);
    }
    plugin.counter_inc("long", 1, &[(&too_long, "x")]);
    plugin.gauge_set(&too_long, 1.0, &[]);
    plugin.span_end(plugin.span_start(&too_long, None));
    let text = scrape(&plugin, "text/plain");
    assert_eq!(counted(&text, "sochdb_dropped_series"), 203, "{}", &text[..2_000]);
    assert!(text.len() < 3 * LIMIT && text.contains(&fits), "{} bytes", text.len());
}

#[test]
fn the_page_has_a_limit() {
    let value = "v".repeat(1_000);
    let plugin = start(r#"{"max_page_bytes":100000}"#);
    for at in 0..300 {
        plugin.counter_inc("n", 1, &[("at", &at.to_string()), ("l", &value)]);
        plugin.histogram_observe("h", 1.0, &[("at", &at.to_string()), ("l", &value)]);
    }
    let text = scrape(&plugin, "text/plain");
    assert!((60_000..130_000).contains(&text.len()), "{} bytes", text.len());
    let shown = samples(&text).iter().filter(|line| line.starts_with("n_total") || line.starts_with("h_count")).count();
    assert_eq!(counted(&text, "sochdb_dropped_series"), 600 - shown as u64);
    // What is there goes on.
    plugin.counter_inc("n", 41, &[("at", "0"), ("l", &value)]);
    assert!(scrape(&plugin, "text/plain").contains("\"} 42\n"));
}

#[test]
fn what_the_host_lends_has_the_same_limits() {
    let long = "v".repeat(1 << 20);
    let give = move |visit: &mut dyn FnMut(&Metric<'_>)| {
        for at in 0..200_u64 {
            let at = at.to_string();
            visit(&Metric::new("long", &[("at", &at), ("l", &long)], MetricValue::Counter(1)));
            visit(&Metric::new("short", &[("at", &at)], MetricValue::Counter(1)));
        }
    };
    let plugin = start("{}");
    plugin.attach(Metrics::new(give)).expect("it reads");
    let text = scrape(&plugin, "text/plain");
    assert!(text.len() < 100_000, "{} bytes", text.len());
    assert_eq!(samples(&text).len(), 200);
    assert_eq!(counted(&text, "sochdb_dropped_series"), 200);
}

/// However many buckets the application chooses, a page is no longer than the limit says.
#[test]
fn the_page_has_a_limit_with_chosen_bounds() {
    let value = "v".repeat(1_000);
    for count in [1, 24, 25, 26, 65] {
        let value = value.clone();
        let plugin = start(r#"{"max_page_bytes":100000}"#);
        let metrics = Metrics::new(move |visit| {
            let upper = |at| if at + 1 == count { f64::INFINITY } else { at as f64 };
            let buckets: Vec<Bucket> = (0..count).map(|at| Bucket { upper: upper(at), count: 1 }).collect();
            let histogram = MetricValue::Histogram { count: count as u64, sum: 1.0, buckets: &buckets };
            for at in 0..100 {
                let labels = [("at", &*at.to_string()), ("l", &*value)];
                visit(&Metric::new("h", &labels, histogram).with_all_buckets());
            }
        });
        plugin.attach(metrics).expect("it reads");
        let text = scrape(&plugin, "text/plain");
        assert!((30_000..130_000).contains(&text.len()), "{count} buckets: {} bytes", text.len());
        let shown = samples(&text).iter().filter(|line| line.starts_with("h_count")).count();
        assert_eq!(counted(&text, "sochdb_dropped_series"), 100 - shown as u64, "{count} buckets");
    }
}
