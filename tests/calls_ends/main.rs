//! What ends costs nothing, and an end that hangs hangs nobody.

use sochdb_plugin_host::sdk::{ErrorKind, Extension, Labels, LogLevel};
use sochdb_plugin_host::{Caller, DynamicPluginLoader, HostServices, ManagerError, Observability, PluginManager};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use support::plugins::{in_rust, load, Private, Recorder};
use support::sink::Sink;
use support::{in_c, passes_alone, MINUTE};

/// Descriptors and kilobytes of this process.
fn used() -> (usize, usize) {
    let descriptors = std::fs::read_dir("/proc/self/fd").expect("procfs").count();
    let status = std::fs::read_to_string("/proc/self/status").expect("procfs");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("a line");
    (descriptors, line.trim().trim_end_matches(" kB").parse().expect("a number"))
}

/// The processor time of this thread since it began, which is the same on a machine that has other work.
fn processor_time() -> Duration {
    rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime).try_into().expect("it is not negative")
}

#[test]
fn sinks_that_were_shut_down_cost_no_time_no_memory_and_no_descriptor() {
    passes_alone!("sinks_that_come_and_go", 4 * MINUTE);
}

#[test]
#[ignore = "run by sinks_that_were_shut_down_cost_no_time_no_memory_and_no_descriptor, as it counts what its process has"]
fn sinks_that_come_and_go() {
    let library = load(&in_rust("observability_json"));
    let manager = PluginManager::new();
    let come_and_go = |count| {
        for number in 0..count {
            let plugin = library.instance(r#"{"path": "/dev/null"}"#).expect("an instance");
            manager.register(&plugin).expect("registered");
            let span = manager.span_start("span", None);
            match number % 2 {
                0 => plugin.shutdown().expect("shutdown"),
                _ => plugin.observability().expect("a sink").shutdown().expect("shutdown"),
            }
            manager.span_end(span);
        }
        manager.log_info("one call after the last one", &[]);
    };
    come_and_go(100);
    let (descriptors, kilobytes) = used();
    come_and_go(3000);
    let (descriptors_now, kilobytes_now) = used();
    assert_eq!(descriptors_now, descriptors);
    assert!(kilobytes_now < kilobytes + 16_000, "{kilobytes} kB became {kilobytes_now}");
    assert!(manager.list_extensions().is_empty() && !manager.has_observability());
    let begun = processor_time();
    (0..1000).for_each(|_| manager.counter_inc("c", 1, &[]));
    let took = processor_time() - begun;
    assert!(took < Duration::from_millis(500), "1000 changes took {took:?}");
}

#[test]
fn a_span_reaches_the_sinks_that_started_it_when_others_went() {
    let manager = PluginManager::new();
    let lines = Arc::new(std::sync::Mutex::new(Vec::new()));
    let sinks = ["a", "bb", "ccc"].map(|name| {
        let lines = lines.clone();
        let sink = Sink::new(name, move |line| lines.lock().expect("a list").push(format!("{name} {line}")));
        Observability::new(sink).expect("a sink")
    });
    sinks.iter().for_each(|sink| manager.register_observability(sink.clone()).expect("registered"));
    let span = manager.span_start("span", None);
    sinks[0].clone().shutdown().expect("shutdown");
    lines.lock().expect("a list").clear();
    manager.span_end(span);
    assert_eq!(*lines.lock().expect("a list"), ["bb end 2000", "ccc end 3000"]);
}

/// A sink that logs through the manager in each of its calls, and counts them.
fn looping(manager: &Arc<OnceLock<Arc<PluginManager>>>, calls: &Arc<AtomicUsize>) -> Observability {
    let (manager, calls) = (manager.clone(), calls.clone());
    let sink = Sink::new("looping", move |_| {
        calls.fetch_add(1, Relaxed);
        if let Some(manager) = manager.get() {
            manager.log_warn("cannot deliver", &[]);
            manager.counter_inc("failures", 1, &[]);
            manager.span_end(manager.span_start("again", None));
        }
    });
    Observability::new(sink).expect("a sink")
}

#[test]
fn a_sink_does_not_feed_itself_nor_two_each_other_without_end() {
    let (place, calls) = (Arc::default(), Arc::default());
    let sinks = [looping(&place, &calls), looping(&place, &calls)];
    let manager = Arc::new(PluginManager::new());
    sinks.iter().for_each(|sink| manager.register_observability(sink.clone()).expect("registered"));
    assert!(place.set(manager.clone()).is_ok(), "once");
    manager.log_info("begin", &[]);
    assert!(sinks.iter().all(|sink| sink.echoes() > 0), "it is counted");
    let calls = calls.load(Relaxed);
    assert!((4..40).contains(&calls), "{calls} calls");
    assert_eq!(manager.counter("failures", &[]).map(|_| ()), Ok(()));
}

struct Back(OnceLock<Arc<PluginManager>>);

impl HostServices for Back {
    fn log(&self, _: &Caller<'_>, _: LogLevel, message: &str, _: Labels<'_>) {
        if let Some(manager) = self.0.get() {
            manager.log_warn(message, &[]);
        }
    }
}

#[test]
fn a_loaded_sink_that_reports_through_the_hosts_log_ends() {
    let back = Arc::new(Back(OnceLock::new()));
    let loader = DynamicPluginLoader::new_trusted().services(back.clone());
    let library = Private::compile("logs_its_life", &["-DNAME=\"echo\""]).load_by(&loader).expect("the plugin loads");
    let plugin = library.instance("a").expect("an instance");
    let manager = Arc::new(PluginManager::new());
    manager.register(&plugin).expect("registered");
    assert!(back.0.set(manager.clone()).is_ok(), "once");
    manager.log_info("begin", &[]);
    assert_eq!(plugin.observability().expect("a sink").echoes(), 1);
}

#[test]
fn one_end_that_hangs_is_named_in_time_and_the_others_end() {
    let (recorder, loader) = Recorder::with_loader();
    // What hangs keeps the last handle waiting that long.
    let loader = loader.drain_timeout(Duration::from_secs(3));
    let manager = PluginManager::new();
    let instance = |name: &str, config: &str| {
        let library = Private::compile("logs_its_life", &[&format!("-DNAME=\"{name}\"")]).load_by(&loader);
        library.expect("the plugin loads").instance(config).expect("an instance")
    };
    let plugins = [instance("end_one", "one"), instance("end_two", "hang"), instance("end_three", "three")];
    for plugin in &plugins {
        manager.register_storage(plugin.storage().expect("a storage")).expect("registered");
    }
    let (second, begun) = (plugins[1].clone(), Instant::now());
    let Err(ManagerError::Shutdown(unended)) = manager.shutdown_all_within(Duration::from_secs(2)) else {
        panic!("one hangs")
    };
    assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
    let [one] = &unended[..] else { panic!("{unended:?}") };
    assert_eq!((one.plugin.as_str(), one.kind(), one.has_ended), ("end_two", ErrorKind::Busy, false));
    assert!(one.to_string().contains("`shutdown` does not end"), "{one}");
    let lines = recorder.take();
    assert!(["three shutdown", "one shutdown"].iter().all(|line| lines.contains(&(*line).to_owned())), "{lines:?}");
    drop((plugins, manager));
    assert!(!recorder.take().contains(&"hang destroy".to_owned()), "what runs on is not destroyed");
    drop(second);
}

#[test]
fn a_drop_of_what_hangs_does_not_hang() {
    let loader = DynamicPluginLoader::new_trusted().drain_timeout(Duration::from_millis(300));
    let library =
        Private::compile("logs_its_life", &["-DNAME=\"dropped\""]).load_by(&loader).expect("the plugin loads");
    let begun = Instant::now();
    drop(library.instance("hang").expect("an instance"));
    assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?}", begun.elapsed());
}

#[test]
fn a_table_handle_goes_in_constant_time() {
    let storage = load(&in_c!("storage_memory")).instance("{}").expect("an instance").storage().expect("a storage");
    let time = |count: u32| {
        let tables: Vec<_> = (0..count).map(|_| storage.open_table(1).expect("a table")).collect();
        let begun = processor_time();
        drop(tables);
        (processor_time() - begun) / count
    };
    time(1000);
    let best = |count| (0..3).map(|_| time(count)).min().expect("three");
    let (few, many) = (best(1000), best(50_000));
    assert!(many < few * 8 + Duration::from_micros(2), "of 1000 {few:?} each, of 50000 {many:?}");
}

#[test]
fn labels_without_end_take_bounded_memory() {
    let manager = PluginManager::new();
    let long = "x".repeat(1 << 20);
    for number in 0..200 {
        manager.counter_inc("requests", 1, &[("path", &format!("{long}{number}"))]);
    }
    assert!(matches!(manager.counter("other", &[("path", &long)]), Err(ManagerError::TooManyBytes { .. })));
    manager.counter("other", &[("path", "short")]).expect("there is room for short ones");
    let (mut bytes, mut dropped) = (0, 0);
    manager.metrics().collect(|metric| {
        bytes += metric.name.len() + metric.labels.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        if metric.name == "sochdb_dropped_updates" {
            dropped = match metric.value {
                sochdb_plugin_host::sdk::MetricValue::Counter(total) => total,
                _ => 0,
            };
        }
    });
    assert!(bytes <= PluginManager::MAX_SERIES_BYTES, "{bytes}");
    assert_eq!(dropped, 193);
}
