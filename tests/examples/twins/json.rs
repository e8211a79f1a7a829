//! The sinks that write JSON lines, by what is in their files.

use super::{libraries, same, Random};
use serde_json::Value;
use sochdb_plugin_host::sdk::{ErrorKind, Extension, HealthInfo, LogLevel, ObservabilityExtension};
use sochdb_plugin_host::{LoadError, Observability, Refusal};
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use support::{succeed, tool, PrivateDir, MINUTE};

fn json_config(path: &Path) -> String {
    serde_json::json!({"path": path}).to_string()
}

/// Texts that JSON must escape, and those that it must not.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = (0..0x20)
        .chain([0x7F, 0x80, 0x9F, 0x2028, 0xFEFF, 0xFFFF, 0x1_F980, 0x10_FFFF])
        .map(|code| char::from_u32(code).expect("a character").to_string())
        .collect();
    texts.extend(
        ["", "plain", "\"", "\\", "/", "C:\\dir\\\"x\"", "Größe 数 🦀", "\"\n\t\r\u{8}\u{c}\0 end"].map(String::from),
    );
    texts.extend([300, 511, 512, 513, 100_000].map(|len| "é\n".repeat(len)));
    texts
}

fn doubles() -> Vec<f64> {
    let mut doubles =
        vec![0.0, -0.0, 0.1, 0.2 + 0.1, 1.0, -1.5, 1e15, 1e16, 1e17, 123_456_789_012_345_680.0, 1e21, 1e22];
    doubles.extend([1e300, 1e-4, 1e-5, 0.000_123_456, 9.999_999_999_999_999e-5, 99_999_999_999_999_990.0, 5e-324]);
    doubles.extend([
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
        f64::EPSILON,
        f64::NAN,
        -f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ]);
    let mut random = Random(7);
    doubles.extend((0..1_000).map(|_| f64::from_bits(random.next())));
    // Those near the bounds between the two forms of a number, which random bits miss.
    doubles.extend((0..1_000).map(|_| random.next() as f64 / 2_f64.powi(random.below(90) as i32)));
    doubles
}

/// Tells it everything that there is to tell, and returns the numbers of the spans.
fn tell(sink: &Observability) -> Vec<u64> {
    let texts = texts();
    for text in &texts {
        sink.counter_inc(text, 1, &[]);
        sink.counter_inc("labelled", 1, &[(text, text)]);
        sink.log_info(text, &[("field", text)]);
    }
    let many: Vec<(&str, &str)> =
        texts.iter().rev().zip(&texts).map(|(name, value)| (&**name, &**value)).take(20).collect();
    assert_eq!(many.len(), 20);
    sink.counter_inc("many", 1, &many);
    sink.gauge_set("many", 1.0, &many);
    sink.histogram_observe("many", 1.0, &many);
    sink.counter_inc("the same twice", 1, &[("name", "a"), ("name", "b")]);
    for value in [0, 1, 9_007_199_254_740_993, i64::MAX as u64, u64::MAX] {
        sink.counter_inc("integers", value, &[]);
    }
    for value in doubles() {
        sink.gauge_set("doubles", value, &[]);
        sink.histogram_observe("doubles", -value, &[("sign", "other")]);
    }
    let outer = sink.span_start("outer", None);
    let inner = sink.span_start("inner \"1\"", Some(outer));
    let innermost = sink.span_start("", Some(inner));
    sink.span_event(innermost, "event\n", &many);
    sink.span_event(innermost, "", &[]);
    [innermost, inner, outer, outer, u64::MAX].iter().for_each(|span| sink.span_end(*span));
    let lost = sink.span_start("of a parent that is none", Some(u64::MAX));
    for level in [LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error] {
        sink.log(level, "message", &many);
        sink.log(level, "", &[]);
    }
    for (operational, count, usage) in [(true, 0, 0.1), (false, u64::MAX, f64::NAN)] {
        let mut health = HealthInfo::new(operational);
        health.wal_size_bytes = count;
        health.active_txns = count / 2;
        health.buffer_pool_usage = usage;
        health.checkpoint_age_secs = count / 3;
        sink.report_health(&health);
    }
    vec![outer, inner, innermost, lost]
}

/// A line without its time, which is the one thing that may differ.
fn without_time(line: &str) -> &str {
    let time = line.strip_prefix("{\"time_ms\":").unwrap_or_else(|| panic!("no time: {line:?}"));
    let rest = time.trim_start_matches(|digit: char| digit.is_ascii_digit());
    assert!((13..=14).contains(&(time.len() - rest.len())), "no time in milliseconds: {line:?}");
    rest
}

#[test]
fn the_same_calls_write_the_same_lines() {
    let place = PrivateDir::new("twins");
    let paths = ["c", "rust"].map(|name| place.join(name));
    let [library_in_c, library_in_rust] = libraries("observability_json");
    let mut written = [(library_in_c, &paths[0]), (library_in_rust, &paths[1])].map(|(library, path)| {
        let plugin = library.instance(&json_config(path)).expect("an instance");
        let mut sink = plugin.observability().expect("a sink");
        let spans = tell(&sink);
        sink.shutdown().expect("a clean shutdown");
        sink.counter_inc("after the shutdown", 1, &[]);
        let mode = fs::metadata(path).expect("its file").permissions().mode();
        (spans, mode, fs::read_to_string(path).expect("UTF-8"))
    });
    assert_eq!(written[0].0, written[1].0, "the numbers of the spans");
    assert_eq!(written[0].1, written[1].1, "the modes of the files");
    let [in_c, in_rust] = written.each_mut().map(|(_, _, text)| std::mem::take(text));
    assert_eq!(in_c.split('\n').count(), in_rust.split('\n').count(), "the numbers of lines");
    for (in_c, in_rust) in in_c.split_terminator('\n').zip(in_rust.split_terminator('\n')) {
        let lines = [in_c, in_rust].map(|line| without_time(line).to_owned());
        if let Err(error) = serde_json::from_str::<Value>(in_rust) {
            panic!("not JSON: {error}: {in_rust}");
        }
        same("a line", lines);
    }
    // A reader of the lines gets each double back. serde_json alone rounds some of them.
    let gauges = in_c.lines().filter_map(|line| line.split_once("\"kind\":\"gauge\",\"name\":\"doubles\",\"value\":"));
    let values: Vec<&str> = gauges.filter_map(|(_, rest)| Some(rest.split_once(',')?.0)).collect();
    assert_eq!(values.len(), doubles().len());
    for (text, expected) in values.into_iter().zip(doubles()) {
        let same = if expected.is_finite() {
            text.parse().is_ok_and(|value: f64| value.to_bits() == expected.to_bits())
        } else {
            text == "null"
        };
        assert!(same, "{expected:e} is written as {text}");
    }
}

#[test]
fn the_same_configurations_are_refused() {
    let place = PrivateDir::new("twins-config");
    let libraries = libraries("observability_json");
    let good = json_config(&place.join("lines"));
    let bad = [
        "",
        " ",
        "{",
        "[]",
        "null",
        "{}",
        "{\"path\": 5}",
        "{\"path\": null}",
        "{\"path\": [\"a\"]}",
        "{\"path\": \"\"}",
        "{\"paths\": \"a\"}",
        "{\"path\": \"/no/such/directory/lines\"}",
        "{\"path\": \"/\"}",
        "{\"path\": \"a\", \"path\": \"b\"}",
        "{\"path\": \"a",
        "{\"path\": \"a\\q\"}",
        "{\"path\": \"\\ud800\"}",
        "{\"path\": \"a\\u0000b\"}",
        "{\"path\": \"a\nb\"}",
        "{'path': 'a'}",
        "{\"path\": \"a\",}",
    ];
    let open = good.trim_end_matches('}');
    let nearly =
        [format!("{good} x"), open.to_owned(), format!("{open}, \"more\": 1}}"), format!("{open}, \"path\": 01}}")];
    for config in bad.map(String::from).into_iter().chain(nearly) {
        let kinds =
            libraries.each_ref().map(|library| match library.instance(&config).as_ref().map_err(LoadError::refusal) {
                Ok(_) => "accepted".to_owned(),
                Err(Refusal::Create { kind, .. }) => format!("{kind:?}"),
                Err(error) => panic!("{config}: {error}"),
            });
        assert_ne!(kinds[1], "accepted", "{config}");
        same(&config, kinds);
    }
}

#[test]
fn the_same_path_is_read_from_escapes() {
    let place = PrivateDir::new("twins-path");
    let directory = json_config(place.path());
    for (library, end) in libraries("observability_json").iter().zip(["c", "rust"]) {
        let config = format!("{}/l\\u0069n\\u00E9s\\ud83e\\udd80-{end}\"}}", directory.trim_end_matches("\"}"));
        drop(library.instance(&config).unwrap_or_else(|error| panic!("{config}: {error}")));
        assert!(place.join(&format!("linés🦀-{end}")).is_file(), "{end}: another file");
    }
}

#[test]
fn a_pipe_without_a_reader_is_refused_and_one_with_a_reader_loses_nothing() {
    const TEST: &str = "a_pipe_without_a_reader_is_refused_and_one_with_a_reader_loses_nothing";
    let Some(mkfifo) = tool(TEST, "mkfifo") else { return };
    let place = PrivateDir::new("twins-pipe");
    // More than a pipe holds.
    let long = "x".repeat(300_000);
    for (library, name) in libraries("observability_json").iter().zip(["c", "rust"]) {
        let path = place.join(name);
        succeed(Command::new(&mkfifo).arg(&path), MINUTE);
        let refusal = library.instance(&json_config(&path)).expect_err("nobody reads");
        assert!(matches!(refusal.refusal(), Refusal::Create { kind: ErrorKind::Io, .. }), "{name}: {refusal:?}");

        let reader = thread::spawn(move || {
            let mut pipe = fs::File::open(path).expect("a writer");
            // The writer meets a full pipe.
            thread::sleep(Duration::from_millis(200));
            let mut text = String::new();
            pipe.read_to_string(&mut text).expect("UTF-8");
            text
        });
        let config = json_config(&place.join(name));
        let end = Instant::now() + MINUTE;
        let plugin = loop {
            match library.instance(&config) {
                Ok(plugin) => break plugin,
                Err(error) => assert!(Instant::now() < end, "{name}: {error}"),
            }
        };
        plugin.observability().expect("a sink").counter_inc(&long, 1, &[]);
        drop(plugin);
        let text = reader.join().expect("a reader");
        assert!(text.len() > long.len() && text.ends_with("}\n"), "{name}: only {} bytes came", text.len());
    }
}
