//! The time that `sochdb-plugin check` takes of plugins in memory: seconds at each build, minutes before a release.

use serde_json::Value;
use std::fs;
use std::io::Read;
use std::mem::MaybeUninit;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use support::command::{command, object, outcomes};
use support::conforms::JSON_CONFIG;
use support::in_c;
use support::plugins::Private;

/// The longest time of the tests that are for each build, in seconds.
const QUICK: f64 = 10.0;
/// That of all tests.
const FULL: f64 = 180.0;

/// The seconds that each of the machine's processors has worked, on average; what other machines took of it is work, too.
fn worked() -> f64 {
    let text = fs::read_to_string("/proc/stat").expect("Linux has it");
    let processors = text.lines().filter(|line| line.starts_with("cpu")).count() - 1;
    let ticks: Vec<f64> = text.split_whitespace().skip(1).take(8).map(|ticks| ticks.parse().expect("ticks")).collect();
    let idle = ticks[3] + ticks[4];
    (ticks.iter().sum::<f64>() - idle) / 100.0 / processors as f64
}

/// The answer of `check`, and which share of its time is its own: without that in which others kept the processors busy.
#[expect(clippy::zombie_processes, reason = "`wait4` waits for it, which tells what it used")]
fn checked(file: &Path, config: &str) -> (Value, f64) {
    let (begin, before) = (Instant::now(), worked());
    let mut check = command();
    check.args(["check", "--json", "--config", config]).arg(file).stdout(Stdio::piped());
    let mut child = check.spawn().expect("it starts");
    let mut text = String::new();
    child.stdout.take().expect("a pipe").read_to_string(&mut text).expect("UTF-8");
    let (mut status, mut usage) = (0, MaybeUninit::<libc::rusage>::zeroed());
    // SAFETY: the child is this function's own, and both places are.
    let waited = unsafe { libc::wait4(child.id() as i32, &raw mut status, 0, usage.as_mut_ptr()) };
    assert!(waited == child.id() as i32 && status == 0, "{text}");
    // SAFETY: the system filled it in.
    let usage = unsafe { usage.assume_init() };
    let seconds = |time: libc::timeval| Duration::new(time.tv_sec as u64, time.tv_usec as u32 * 1000).as_secs_f64();
    let own = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    let (took, all) = (begin.elapsed().as_secs_f64(), worked() - before);
    let processors = std::thread::available_parallelism().map_or(1.0, |count| count.get() as f64);
    let others = (all - own / processors).clamp(0.0, took);
    (serde_json::from_str(&text).expect("JSON"), 1.0 - others / took)
}

/// Checks the plugin, which is in memory alone.
fn is_in_time(file: &Path, config: &str) {
    let plugin = Private::copy(file);
    let quick = object(&["check", "--list", "--quick"], &plugin.path, 0);
    let (answer, share) = checked(&plugin.path, config);
    assert_eq!(outcomes(&answer, "tests").len() as u64, answer["total"].as_u64().expect("a number"));
    let tests = answer["tests"].as_array().expect("tests");
    let seconds = |is_meant: &dyn Fn(&Value) -> bool| {
        let all = tests.iter().filter(|test| is_meant(&test["name"]));
        all.map(|test| test["milliseconds"].as_f64().expect("a number") / 1000.0).sum::<f64>() * share
    };
    let quick = quick["tests"].as_array().expect("names");
    assert!(quick.len() > 20 && quick.len() < tests.len(), "{quick:?}");
    let (quick, full) = (seconds(&|name| quick.contains(name)), seconds(&|_| true));
    println!("{}: quick {quick:.1} s, full {full:.1} s, {share:.2} of the time was its own", answer["name"]);
    assert!(quick < QUICK && full < FULL, "quick {quick:.1} s, full {full:.1} s: {answer:#}");
}

#[test]
fn a_storage_is_checked_in_seconds() {
    is_in_time(&in_c!("storage_memory"), "{}");
}

#[test]
fn an_index_is_checked_in_seconds() {
    is_in_time(&in_c!("index_flat"), r#"{"dimensions": 16}"#);
}

#[test]
fn a_codec_is_checked_in_seconds() {
    is_in_time(&in_c!("codec_xor"), "{}");
}

#[test]
fn a_sink_is_checked_in_seconds() {
    is_in_time(&in_c!("observability_json"), JSON_CONFIG);
}
