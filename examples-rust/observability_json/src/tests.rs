//! Lines that are whole and JSON, whatever is in them.

use super::*;
use crate::line::as_17_digits;
use std::path::Path;

/// A directory that goes with the test.
struct Place(PathBuf);

impl Place {
    fn new(test: &str) -> Self {
        let place = std::env::temp_dir().join(format!("observability_json-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&place).expect("a directory for the test");
        Self(place)
    }

    fn file(&self) -> PathBuf {
        self.0.join("lines.json")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(path: &Path) -> Result<JsonLines> {
    JsonLines::create(Host::detached(&format!("{{\"path\":{:?}}}", path.display().to_string())))
}

/// The lines of a file without their time, which is checked.
fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("the file");
    let without_time = |line: &str| {
        let rest = line.strip_prefix("{\"time_ms\":").expect("the time comes first");
        let (time, rest) = rest.split_once(',').expect("more follows");
        assert!(time.parse::<u64>().expect("a number") > 1_700_000_000_000);
        rest.to_owned()
    };
    text.lines().map(without_time).collect()
}

#[test]
fn every_kind_has_its_line() {
    let place = Place::new("kinds");
    let mut json = open(&place.file()).unwrap();
    json.counter_inc("x", u64::MAX, &[("a", "b"), ("c", "d")]);
    json.gauge_set("g", -0.1, &[]);
    json.histogram_observe("h", f64::NAN, &[]);
    let outer = json.span_start("outer", None);
    let inner = json.span_start("inner", Some(outer));
    json.span_event(inner, "e", &[("k", "v")]);
    json.span_end(inner);
    json.log_warn("m", &[]);
    let mut health = HealthInfo::new(true);
    health.active_txns = 2;
    health.buffer_pool_usage = 0.5;
    json.report_health(&health);
    Plugin::shutdown(&mut json).unwrap();
    let expected = [
        r#""kind":"counter","name":"x","value":18446744073709551615,"labels":{"a":"b","c":"d"}}"#,
        r#""kind":"gauge","name":"g","value":-0.10000000000000001,"labels":{}}"#,
        r#""kind":"histogram","name":"h","value":null,"labels":{}}"#,
        r#""kind":"span_start","name":"outer","span":1,"parent":0}"#,
        r#""kind":"span_start","name":"inner","span":2,"parent":1}"#,
        r#""kind":"span_event","name":"e","span":2,"labels":{"k":"v"}}"#,
        r#""kind":"span_end","span":2}"#,
        r#""kind":"log","level":"warn","message":"m","labels":{}}"#,
        r#""kind":"health","operational":true,"wal_size_bytes":0,"active_txns":2,"buffer_pool_usage":0.5,"checkpoint_age_secs":0}"#,
    ];
    assert_eq!(lines(&place.file()), expected);
}

#[test]
fn no_text_breaks_a_line() {
    let place = Place::new("texts");
    let json = open(&place.file()).unwrap();
    json.log_info("a\"b\\c\nd\te\0f\x1fg\x7fh/é\u{2028}", &[("\n", "\r")]);
    let expected =
        "\"kind\":\"log\",\"level\":\"info\",\"message\":\"a\\\"b\\\\c\\u000ad\\u0009e\\u0000f\\u001fg\x7fh/é\u{2028}\",\
         \"labels\":{\"\\u000a\":\"\\u000d\"}}";
    assert_eq!(lines(&place.file()), [expected]);
}

#[test]
fn numbers_come_out_as_c_prints_them() {
    let cases = [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (100.0, "100"),
        (0.1, "0.10000000000000001"),
        (1e-4, "0.0001"),
        (1e-5, "1.0000000000000001e-05"),
        (123456789.125, "123456789.125"),
        (1e16, "10000000000000000"),
        (1e17, "1e+17"),
        (99999999999999999.0, "1e+17"),
        (f64::MAX, "1.7976931348623157e+308"),
        (5e-324, "4.9406564584124654e-324"),
        (1.0 / 3.0, "0.33333333333333331"),
    ];
    for (value, expected) in cases {
        assert_eq!(as_17_digits(value), expected);
    }
}

#[test]
fn lines_of_several_threads_stay_whole_and_are_appended() {
    let place = Place::new("threads");
    std::fs::write(place.file(), "{\"time_ms\":1700000000001,\"before\"}\n").unwrap();
    let json = open(&place.file()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..200).for_each(|_| json.counter_inc("n", 1, &[("k", "a long value of a label")])));
        }
    });
    let lines = lines(&place.file());
    assert_eq!((lines.len(), &*lines[0]), (801, "\"before\"}"));
    assert!(lines[1..].iter().all(|line| *line == lines[1]));
}

#[test]
fn a_wrong_configuration_is_named() {
    let place = Place::new("config");
    let refusal = |config: &str| JsonLines::create(Host::detached(config)).err().expect("a refusal");
    assert_eq!(refusal("{}").kind(), ErrorKind::Invalid);
    assert!(refusal("{}").message().contains("path"));
    assert!(refusal(r#"{"path":"x","compress":true}"#).message().contains("compress"));

    let nowhere = place.0.join("missing").join("lines.json");
    let error = open(&nowhere).err().expect("a refusal");
    assert_eq!((error.kind(), error.code()), (ErrorKind::Io, 2));
    assert!(error.message().contains(&nowhere.display().to_string()), "{error}");
    assert_eq!(open(&place.0).err().expect("a refusal").kind(), ErrorKind::Io);
}
