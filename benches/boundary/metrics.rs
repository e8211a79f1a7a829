//! Counters, gauges and histograms, with sinks that read the host's metrics and sinks that are told of each change,
//! beside plain atomics and the list behind a lock that SochDB has. Spans and log lines are in `sinks.rs`.

use bench_support::frame::{Clock, Frame, Rows};
use bench_support::sinks::{self, locked_list, manager, LABELS};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::Arc;

/// Adds all kinds.
pub fn add(frame: &mut Frame) {
    counters(frame);
    on_threads(frame);
    others(frame);
    sinks::spans(&mut frame.group("span, started and ended", Clock::Thread));
    sinks::logs(&mut frame.group("log line with 3 fields", Clock::Thread));
}

fn counters(frame: &mut Frame) {
    let mut group = frame.group("counter", Clock::Thread);
    let plain = AtomicU64::new(0);
    group.row("relaxed fetch_add", move |at| at + (black_box(&plain).fetch_add(1, Relaxed) & 1));
    for (sinks, manager) in [
        ("no sink", manager(0, true)),
        ("1 sink that reads", manager(1, true)),
        ("3 that read", manager(3, true)),
        ("1 that is told", manager(1, false)),
    ] {
        let counter = manager.counter("operations", LABELS).expect("a new name");
        group.row(&format!("kept counter, {sinks}"), move |at| {
            black_box(&counter).add(1);
            at + 1
        });
    }
    for (labels, name) in [(&[][..], "no labels"), (LABELS, "3 labels")] {
        let manager = manager(3, true);
        group.row(&format!("named counter, {name}, 3 sinks that read"), move |at| {
            manager.counter_inc(black_box("operations"), 1, black_box(labels));
            at + 1
        });
    }
    for count in [1, 3] {
        let list = locked_list(count);
        group.row(&format!("locked list of {count}, 3 labels"), move |at| {
            for sink in &*list.read().expect("nobody panics") {
                sink.counter_inc(black_box("operations"), 1, black_box(LABELS));
            }
            at + 1
        });
    }
}

fn on_threads(frame: &mut Frame) {
    let mut group = frame.group("counter, on each of two threads", Clock::Thread);
    let counter = manager(3, true).counter("operations", LABELS).expect("a new name");
    let kept = || {
        let counter = counter.clone();
        move |at| {
            black_box(&counter).add(1);
            at + 1
        }
    };
    group.row("kept counter, one thread", kept());
    group.on_two_threads("kept counter", kept);
    let shared = Arc::new(AtomicU64::new(0));
    group.on_two_threads("relaxed fetch_add", || {
        let shared = shared.clone();
        move |at| at + (shared.fetch_add(1, Relaxed) & 1)
    });
    drop(group);

    let mut group = frame.group("named counter, 3 labels, on each of two threads", Clock::Thread);
    let registry = manager(3, true);
    let named = || {
        let registry = registry.clone();
        move |at| {
            registry.counter_inc(black_box("operations"), 1, black_box(LABELS));
            at + 1
        }
    };
    group.row("named counter, one thread", named());
    group.on_two_threads("named counter", named);
    let list = locked_list(3);
    group.on_two_threads("locked list of 3", || {
        let list = list.clone();
        move |at| {
            for sink in &*list.read().expect("nobody panics") {
                sink.counter_inc(black_box("operations"), 1, black_box(LABELS));
            }
            at + 1
        }
    });
}

fn others(frame: &mut Frame) {
    let registry = manager(3, true);
    let mut group = frame.group("gauge", Clock::Thread);
    let plain = AtomicU64::new(0);
    group.row("relaxed store", move |at| {
        black_box(&plain).store(at, Relaxed);
        at + 1
    });
    let gauge = registry.gauge("connections", LABELS).expect("a new name");
    group.row("kept gauge, 3 sinks that read", move |at| {
        black_box(&gauge).set(at as f64);
        at + 1
    });
    let named = registry.clone();
    group.row("named gauge, 3 labels, 3 sinks that read", move |at| {
        named.gauge_set(black_box("connections"), at as f64, black_box(LABELS));
        at + 1
    });
    drop(group);

    let mut group = frame.group("histogram", Clock::Thread);
    let (count, sum) = (AtomicU64::new(0), AtomicU64::new(0));
    group.row("two relaxed fetch_adds", move |at| {
        black_box(&count).fetch_add(1, Relaxed);
        black_box(&sum).fetch_add(at, Relaxed);
        at + 1
    });
    let histogram = registry.histogram("seconds", LABELS).expect("a new name");
    group.row("kept histogram, 3 sinks that read", move |at| {
        black_box(&histogram).observe(at as f64 * 1e-6);
        at + 1
    });
    group.row("named histogram, 3 labels, 3 sinks that read", move |at| {
        registry.histogram_observe(black_box("seconds"), at as f64 * 1e-6, black_box(LABELS));
        at + 1
    });
}
