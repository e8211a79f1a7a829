//! What a plugin says through the crates `log` and `tracing` is in the host's log, as its own lines are. It runs in processes of
//! its own, as a library's events go to the instance that was made last, which may be another test's.

use sochdb_plugin_host::sdk::{Labels, LogLevel, ObservabilityExtension, StorageExtension};
use sochdb_plugin_host::{Caller, DynamicPluginLoader, HostServices, Observability, PluginInstance};
use std::sync::{Arc, Mutex, OnceLock};
use support::plugins::{in_rust, Private};
use support::{passes_alone, MINUTE};

/// Keeps lines, and gives them to a sink, whose own come back here.
#[derive(Default)]
struct Lines {
    kept: Mutex<Vec<String>>,
    sink: OnceLock<Observability>,
}

impl HostServices for Lines {
    fn log(&self, from: &Caller<'_>, level: LogLevel, message: &str, fields: Labels<'_>) {
        let line = format!("{} {} {level:?} {message} {fields:?}", from.plugin(), from.instance());
        self.kept.lock().expect("no test panics with it").push(line);
        if let Some(sink) = self.sink.get() {
            sink.log(level, message, fields);
        }
    }
}

fn plugin(lines: &Arc<Lines>) -> [PluginInstance; 2] {
    let loader = DynamicPluginLoader::new_trusted().services(lines.clone());
    let library = Private::copy(&in_rust("panicking")).load_by(&loader).expect("the plugin loads");
    [(); 2].map(|()| library.instance("events").expect("an instance"))
}

#[test]
#[ignore = "run by events_of_both_crates_are_lines"]
fn lines_in_a_child() {
    let lines = Arc::new(Lines::default());
    let [plugin, _newer] = plugin(&lines);
    lines.kept.lock().expect("no test panics with it").clear();
    plugin.storage().expect("a storage").flush().expect("it flushes");
    let number = plugin.number();
    let kept = lines.kept.lock().expect("no test panics with it");
    assert_eq!(
        *kept,
        [
            format!("panicking {number} Info flush []"),
            format!(r#"panicking {number} Info flushed all [("target", "rows"), ("left", "3"), ("kind", "cold")]"#),
            format!(
                r#"panicking {number} Warn the disk is slow [("target", "files"), ("left", "7"), ("kind", "\"cold\"")]"#
            ),
        ]
    );
}

#[test]
#[ignore = "run by events_of_a_sink_about_events_end"]
fn sink_in_a_child() {
    let lines = Arc::new(Lines::default());
    let [plugin, sink] = plugin(&lines);
    assert!(lines.sink.set(sink.observability().expect("a sink")).is_ok(), "once");
    lines.kept.lock().expect("no test panics with it").clear();
    plugin.storage().expect("a storage").flush().expect("it flushes");
    let kept = lines.kept.lock().expect("no test panics with it");
    let of = |text: &str| kept.iter().filter(|line| line.contains(text)).count();
    // It tells of the plain line, and not of the two that were events of its own library.
    assert_eq!((of("Warn the disk is slow"), of("the sink got a line"), of("Info log ")), (1, 1, 3), "{kept:?}");
}

#[test]
fn events_of_both_crates_are_lines() {
    passes_alone!("lines_in_a_child", MINUTE);
}

#[test]
fn events_of_a_sink_about_events_end() {
    passes_alone!("sink_in_a_child", MINUTE);
}
