//! Metrics with unit, description, chosen buckets and the kinds that OpenTelemetry has, as sinks in C and in Rust read them.

use sochdb_plugin_host::sdk::{
    Bucket, ExponentialBuckets, ExponentialHistogram, IndexExtension, Metric, MetricValue, Metrics,
    ObservabilityExtension,
};
use sochdb_plugin_host::{ManagerError, MetricDescription, Observability, PluginManager};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use support::plugins::{Private, Recorder};
use support::sink::Sink;

/// What a plugin in C reads.
fn read_in_c(metrics: Metrics) -> Vec<String> {
    let (recorder, loader) = Recorder::with_loader();
    let library = Private::compile("reads_metrics", &[]).load_by(&loader).expect("the plugin loads");
    let plugin = library.instance("0").expect("an instance");
    let sink = plugin.observability().expect("a sink");
    sink.attach(metrics).expect("it reads");
    recorder.take();
    sink.report_health(&Default::default());
    recorder.take()
}

#[test]
fn a_description_reaches_every_series_of_its_name_and_no_other() {
    let manager = PluginManager::new();
    let seconds = MetricDescription::new("Time that queries took").with_unit("s").with_bounds(&[0.1, 0.5, 2.5]);
    manager.describe_metric("query_seconds", &seconds).expect("described");
    let before = SystemTime::now();
    for value in [0.1, 0.1000001, 0.5, 2.0, 3.0, -1.0, f64::NAN] {
        manager.histogram("query_seconds", &[("kind", "select")]).expect("a histogram").observe(value);
    }
    manager.histogram_observe("query_seconds", 9.0, &[]);
    manager.histogram_observe("other_seconds", 9.0, &[]);
    manager.counter_inc("reads", 1, &[]);
    manager.describe_metric("reads", &MetricDescription::new("Rows").with_unit("{row}")).expect("described later");
    let open = manager.up_down_counter("open", &[]).expect("an up-down counter");
    open.add(5);
    open.add(-7);
    manager.gauge_set("now", 1.0, &[]);
    let told = [
        "gauge now: 0 1",
        "up-down counter open: 0 -2",
        "histogram other_seconds: 1 9 10:1",
        "histogram query_seconds kind=select: 6 4.7 0.1:2 0.5:2 2.5:1 inf:1 all [s] Time that queries took",
        "histogram query_seconds: 1 9 0.1:0 0.5:0 2.5:0 inf:1 all [s] Time that queries took",
        "counter reads: 1 0 [{row}] Rows",
        "counter sochdb_dropped_updates: 0 0",
    ];
    assert_eq!(read_in_c(manager.metrics()), told);
    let mut starts = 0;
    manager.metrics().collect(|metric| match metric.start {
        Some(start) if !metric.name.starts_with("sochdb_") => {
            assert!(before <= start && start <= SystemTime::now(), "{} began at {start:?}", metric.name);
            starts += 1;
        }
        other => assert_eq!(other.is_none(), metric.name == "now", "{}", metric.name),
    });
    assert_eq!(starts, 5);
}

#[test]
fn an_application_may_give_exponential_histograms() {
    let metrics = Metrics::new(|visit| {
        let positive = ExponentialBuckets { offset: -2, counts: &[1, 0, 4] };
        let histogram =
            ExponentialHistogram { count: 6, sum: 1.5, scale: 4, zero_count: 1, positive, ..Default::default() };
        visit(&Metric::new("spread", &[], MetricValue::Exponential(histogram)).with_start(SystemTime::now()));
    });
    assert_eq!(read_in_c(metrics), ["exponential histogram spread: 6 1.5 scale=4 zero=1 offset=-2 1 0 4"]);
}

/// The exponential histogram `name` of the manager: its scale, zeros, and the buckets of each sign that are not empty.
fn exponential(manager: &PluginManager, name: &str) -> (i32, u64, [BTreeMap<i32, u64>; 2]) {
    let mut found = None;
    manager.metrics().collect(|metric| {
        if let (true, MetricValue::Exponential(histogram)) = (metric.name == name, metric.value) {
            let sides = [histogram.positive, histogram.negative].map(|ExponentialBuckets { offset, counts }| {
                assert!(counts.len() <= 160, "{name}: {} buckets", counts.len());
                (offset..).zip(counts.iter().copied()).filter(|(_, count)| *count > 0).collect::<BTreeMap<_, _>>()
            });
            let counted = sides.iter().flat_map(BTreeMap::values).sum::<u64>() + histogram.zero_count;
            assert_eq!((counted, histogram.zero_threshold), (histogram.count, 0.0), "{name}");
            found = Some((histogram.scale, histogram.zero_count, sides));
        }
    });
    found.unwrap_or_else(|| panic!("no exponential histogram {name}"))
}

/// Whether the amount lies above the bucket's lower bound and at most at its upper one: exactly, where a bound is a power of two.
fn is_in(amount: f64, bucket: i32, scale: i32) -> bool {
    let is_above = |bucket: i32| {
        let log = f64::from(bucket) * 2f64.powi(-scale);
        if log.fract() == 0.0 {
            amount > log.exp2()
        } else {
            amount.log2() > log
        }
    };
    is_above(bucket) && !is_above(bucket + 1)
}

#[test]
fn an_exponential_histogram_has_every_amount_in_its_bucket_at_the_finest_scale_that_has_room() {
    let manager = PluginManager::new();
    let about = MetricDescription::new("").with_exponential_buckets();
    let near = |value: f64| [value.next_down(), value, value.next_up()];
    let powers =
        |exponents: std::ops::Range<i32>| exponents.flat_map(|power| near(2f64.powi(power))).collect::<Vec<_>>();
    let sets: Vec<Vec<f64>> = vec![
        vec![],
        vec![1.0],
        vec![3.0; 5],
        near(1.0).into(),
        (0..160).map(|step| 1.0 + f64::from(step) / 1e6).collect(),
        (1..5000).map(|step| f64::from(step) / 1000.0).collect(),
        (1..=40).rev().map(|step| f64::from(step * step)).collect(),
        powers(-3..4),
        powers(-1021..1023),
        vec![f64::MAX, 5e-324, f64::MIN_POSITIVE, f64::MIN_POSITIVE.next_down()],
    ];
    for (at, amounts) in sets.iter().enumerate() {
        let name = format!("sizes_{at}");
        manager.describe_metric(&name, &about).expect("described");
        let histogram = manager.histogram(&name, &[]).expect("a histogram");
        // What two threads observe is one histogram; what is no number is none.
        std::thread::scope(|scope| {
            scope.spawn(|| amounts.iter().for_each(|amount| histogram.observe(-amount)));
        });
        amounts.iter().for_each(|amount| histogram.observe(*amount));
        [0.0, -0.0, f64::NAN, f64::INFINITY].into_iter().for_each(|other| histogram.observe(other));
        let (scale, zeros, sides) = exponential(&manager, &name);
        assert_eq!(zeros, 2);
        for side in &sides {
            let mut left = side.clone();
            for amount in amounts {
                let bucket = left.iter().find(|(bucket, count)| **count > 0 && is_in(*amount, **bucket, scale));
                let bucket = *bucket.unwrap_or_else(|| panic!("{name}: {amount:e} is in no bucket of scale {scale}")).0;
                *left.get_mut(&bucket).expect("it is there") -= 1;
            }
            assert!(left.values().all(|count| *count == 0), "{name}: {left:?}");
        }
        // At the next finer scale there are too many buckets, unless it is the finest.
        let logs: Vec<f64> = amounts.iter().map(|amount| amount.log2() * 2f64.powi(scale + 1)).collect();
        let (least, most) =
            (logs.iter().copied().fold(f64::MAX, f64::min), logs.iter().copied().fold(f64::MIN, f64::max));
        assert!(scale == 20 || most - least > 158.0, "{name}: scale {scale} is coarser than it must be");
    }
}

/// What is described when there are series already cannot make another kind of the same name.
#[test]
fn all_series_of_a_name_have_the_buckets_of_the_first() {
    let manager = PluginManager::new();
    for (name, late) in [("a", false), ("b", true)] {
        let about = MetricDescription::new("").with_exponential_buckets();
        if !late {
            manager.describe_metric(name, &about).expect("described");
        }
        manager.histogram_observe(name, 1.0, &[("at", "1")]);
        let other = if late { about } else { MetricDescription::new("late") };
        manager.describe_metric(name, &other).expect("described");
        manager.histogram_observe(name, 2.0, &[("at", "2")]);
        let mut kinds = Vec::new();
        manager.metrics().collect(|metric| {
            if metric.name == name {
                kinds.push(matches!(metric.value, MetricValue::Exponential(_)));
            }
        });
        assert_eq!(kinds, [!late, !late], "{name}");
    }
}

#[test]
fn a_sum_beyond_the_greatest_number_stays_there() {
    let manager = PluginManager::new();
    manager.describe_metric("exponential", &MetricDescription::new("").with_exponential_buckets()).expect("described");
    manager.describe_metric("bounded", &MetricDescription::new("").with_bounds(&[0.0])).expect("described");
    for name in ["exponential", "bounded", "plain"] {
        // On two threads, one of which goes the other way: infinity less infinity is no number.
        for value in [f64::MAX, f64::MIN] {
            std::thread::scope(|scope| {
                scope.spawn(|| (0..3).for_each(|_| manager.histogram_observe(name, value, &[])));
            });
        }
        manager.histogram_observe(name, 5.0, &[]);
    }
    let mut sums = 0;
    manager.metrics().collect(|metric| match metric.value {
        MetricValue::Histogram { sum, .. } | MetricValue::Exponential(ExponentialHistogram { sum, .. }) => {
            assert!(sum.is_finite(), "{}: {sum}", metric.name);
            sums += 1;
        }
        _ => {}
    });
    assert_eq!(sums, 3);
}

#[test]
fn bounds_that_are_none_are_refused_and_good_ones_count_as_they_say() {
    let manager = PluginManager::new();
    let many: Vec<f64> = (0..65).map(f64::from).collect();
    for wrong in [&[1.0, 1.0][..], &[2.0, 1.0], &[f64::NAN], &[0.0, f64::INFINITY], &[f64::NEG_INFINITY, 0.0], &many] {
        let refused = manager.describe_metric("sizes", &MetricDescription::new("").with_bounds(wrong));
        let refused = refused.expect_err("such bounds are none");
        assert!(matches!(&refused, ManagerError::MetricBounds { limit: 64, name } if name == "sizes"), "{refused}");
    }
    for count in [1, 2, 63, 64] {
        let name = format!("sizes_{count}");
        let bounds = &many[..count];
        manager.describe_metric(&name, &MetricDescription::new("").with_bounds(bounds)).expect("described");
        let histogram = manager.histogram(&name, &[]).expect("a histogram");
        let values: Vec<f64> = bounds.iter().flat_map(|bound| [bound.next_down(), *bound, bound.next_up()]).collect();
        values.iter().for_each(|value| histogram.observe(*value));
        let expected: Vec<u64> = bounds
            .iter()
            .map(|bound| values.iter().filter(|value| *value <= bound).count() as u64)
            .chain([values.len() as u64])
            .scan(0, |before, at_most| Some(at_most - std::mem::replace(before, at_most)))
            .collect();
        let mut seen = Vec::new();
        manager.metrics().collect(|metric| {
            if let (true, MetricValue::Histogram { buckets, .. }) = (metric.name == name, metric.value) {
                seen.extend(buckets.iter().map(|Bucket { count, .. }| *count));
            }
        });
        assert_eq!(seen, expected, "{count} bounds");
    }
}

#[test]
fn descriptions_without_end_find_an_end() {
    let manager = PluginManager::new();
    let long = "x".repeat(PluginManager::MAX_SERIES_BYTES / 2);
    for _ in 0..5 {
        manager.describe_metric("one", &MetricDescription::new(&long)).expect("it takes the place of the one before");
    }
    let refused = manager.describe_metric("two", &MetricDescription::new(&long)).expect_err("there is no room");
    assert_eq!(refused, ManagerError::TooManyBytes { limit: PluginManager::MAX_SERIES_BYTES });
    manager.describe_metric("one", &MetricDescription::new("")).expect("that makes room");
    let full = (0..).find(|at| manager.describe_metric(&format!("{at}"), &MetricDescription::new("")).is_err());
    assert_eq!(full, Some(PluginManager::MAX_SERIES - 1));
}

/// It knows no total that shrinks.
#[test]
fn a_sink_that_does_not_read_gets_an_up_down_counter_as_a_gauge() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tells = told.clone();
    let sink = Sink::new("pushing", move |line| tells.lock().expect("no panic").push(line.to_owned()));
    let manager = PluginManager::new();
    manager.register_observability(Observability::new(sink).expect("a sink")).expect("registered");
    let open = manager.up_down_counter("open", &[]).expect("an up-down counter");
    [3, -5].into_iter().for_each(|value| open.add(value));
    let told: Vec<String> = told.lock().expect("no panic").drain(..).filter(|line| line.contains("open")).collect();
    assert_eq!(told.len(), 2);
    assert!(told[0].starts_with("gauge") && told[0].contains('3') && told[1].contains("-2"), "{told:?}");
}

/// The unit and the text of each metric of this name.
fn about(manager: &PluginManager, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    manager.metrics().collect(|metric| {
        if metric.name == name {
            found.push(format!("[{}] {}", metric.unit, metric.description));
        }
    });
    found
}

/// What the plugin says in `create` is kept until somebody counts.
#[test]
fn what_a_plugin_says_of_its_metrics_reaches_who_keeps_them() {
    let library = support::plugins::load(&support::in_c!("index_vectors"));
    let built = |manager: &PluginManager| {
        let plugin = library.instance(r#"{"dimensions": 1}"#).expect("an instance");
        manager.register(&plugin).expect("it is registered");
        plugin.index().expect("an index").build(1, 2, &[(1, &[0; 4])]).expect("it builds");
        about(manager, "build_seconds")
    };
    let manager = PluginManager::new();
    assert_eq!(built(&manager), ["[s] Time that builds took"]);
    let told = MetricDescription::new("Builds of all indexes").with_unit("min");
    manager.describe_metric("build_seconds", &told).expect("the application says another one");
    assert_eq!(about(&manager, "build_seconds"), ["[min] Builds of all indexes"]);

    // The application's own comes before all.
    let manager = PluginManager::new();
    manager.describe_metric("build_seconds", &told).expect("described");
    assert_eq!(built(&manager), ["[min] Builds of all indexes"]);
}

#[test]
fn a_loader_with_services_of_a_manager_describes_at_once() {
    let manager = PluginManager::new();
    let loader = sochdb_plugin_host::DynamicPluginLoader::new_trusted().services(manager.services());
    let library = Private::copy(&support::in_c!("index_vectors")).load_by(&loader).expect("it loads");
    let plugin = library.instance(r#"{"dimensions": 1}"#).expect("an instance");
    plugin.index().expect("an index").build(1, 2, &[(1, &[0; 4])]).expect("it builds");
    assert_eq!(about(&manager, "build_seconds"), ["[s] Time that builds took"]);
}
