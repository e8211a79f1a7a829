//! The audit line: what an operator gets for each decision, and finds the plugin's symbols with.

use sochdb_plugin_host::{Digest, DynamicPluginLoader};
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};
use support::in_c;
use support::plugins::Private;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::with_default;
use tracing::{Event, Level, Metadata, Subscriber};

type Line = BTreeMap<String, String>;

/// Keeps the events of the audit target.
#[derive(Clone, Default)]
struct Audit(Arc<Mutex<Vec<(Level, Line)>>>);

impl Subscriber for Audit {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sochdb_plugin::audit"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(Line::new());
        event.record(&mut fields);
        self.0.lock().expect("no test panics with it").push((*event.metadata().level(), fields.0));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Fields(Line);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

/// The one line of what `decide` does.
fn audited<T>(decide: impl FnOnce() -> T) -> (T, Level, Line) {
    let audit = Audit::default();
    let result = with_default(audit.clone(), decide);
    let mut lines = std::mem::take(&mut *audit.0.lock().expect("no test panics with it"));
    assert_eq!(lines.len(), 1, "{lines:?}");
    let (level, line) = lines.remove(0);
    (result, level, line)
}

#[test]
fn a_load_says_what_was_loaded_how_and_where_to() {
    let plugin = Private::copy(&in_c!("codec_xor"));
    let (library, level, line) = audited(|| plugin.load().expect("a good plugin"));
    assert_eq!(level, Level::INFO);
    let bytes = fs::read(&plugin.path).expect("an own file");
    for (field, expected) in [
        ("verdict", "loaded"),
        ("code", ""),
        ("path", plugin.path.to_str().expect("UTF-8")),
        ("digest", &Digest::of(&bytes).to_string()),
        ("digest", &library.digest().to_string()),
        ("policy", "development"),
        ("name", "codec_xor"),
        ("version", "1.0.0"),
        ("publisher", ""),
        ("mode", "0755"),
    ] {
        assert_eq!(line[field], expected, "{field}: {line:?}");
    }
    assert!(!line["probe"].is_empty(), "{line:?}");
    assert!(line["time"].starts_with("20") && line["time"].ends_with('Z'), "{line:?}");
    // A mapping of the copy begins there.
    let maps = fs::read_to_string("/proc/self/maps").expect("/proc is mounted");
    let base = line["load_base"].strip_prefix("0x").expect("hexadecimal");
    let mapping = maps.lines().find(|line| line.trim_start_matches('0').starts_with(&format!("{base}-")));
    assert!(mapping.is_some_and(|line| line.contains("codec_xor")), "{base} {maps}");
}

#[test]
fn a_probe_says_that_nothing_was_loaded() {
    let plugin = Private::copy(&in_c!("index_sorted"));
    let (_, level, line) = audited(|| DynamicPluginLoader::new_trusted().probe(&plugin.path).expect("a good plugin"));
    assert_eq!((level, line["verdict"].as_str(), line["load_base"].as_str()), (Level::INFO, "probed", ""));
    assert_eq!(line["name"], "index_sorted");
    let maps = fs::read_to_string("/proc/self/maps").expect("/proc is mounted");
    assert!(!maps.contains("index_sorted.so"), "{maps}");
}

#[test]
fn a_refusal_says_why_and_how_far_it_came() {
    let plugin = Private::copy(&in_c!("codec_xor"));
    let mut bytes = fs::read(&plugin.path).expect("an own file");
    bytes.truncate(bytes.len() / 2);
    fs::write(&plugin.path, &bytes).expect("an own file");
    let (_, level, line) = audited(|| plugin.load().map(drop).expect_err("it is cut off"));
    assert_eq!((level, line["verdict"].as_str(), line["step"].as_str()), (Level::WARN, "refused", "elf"));
    assert_eq!((line["code"].as_str(), &line["digest"]), ("E_ELF_TRUNCATED", &Digest::of(&bytes).to_string()));
    fs::set_permissions(&plugin.path, Permissions::from_mode(0o666)).expect("an own file");
    let (_, _, line) = audited(|| plugin.load().map(drop).expect_err("others can write it"));
    assert_eq!((line["code"].as_str(), line["digest"].as_str()), ("E_FILE_WRITABLE", ""));
    assert!(line["message"].contains("0666"), "{line:?}");
}

#[test]
fn a_path_cannot_write_lines_of_its_own() {
    let plugin = Private::copy(&in_c!("codec_xor"));
    let path = plugin.directory().join("x\n2026 INFO loaded\x1b[2J.so");
    fs::copy(&plugin.path, &path).expect("its own directory");
    fs::set_permissions(&path, Permissions::from_mode(0o666)).expect("an own file");
    let refuse = || DynamicPluginLoader::new_trusted().probe(&path).map(drop).expect_err("others can write it");
    let (_, _, line) = audited(refuse);
    assert!(line.values().all(|value| !value.contains(['\n', '\x1b'])), "{line:?}");
}
