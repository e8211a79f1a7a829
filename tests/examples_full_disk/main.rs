//! Both JSON sinks on a disk that is full and then has room again: the file holds whole lines, what is lost is counted in
//! it, the host hears of it once, and the shutdown says it.

use serde_json::Value;
use sochdb_plugin_host::sdk::{ErrorKind, ObservabilityExtension};
use sochdb_plugin_host::{Observability, PluginInstance};
use std::ffi::CString;
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, thread};
use support::in_c;
use support::plugins::{in_rust, load, Private, Recorder};
use support::{find, only, run, skipped, succeed, tool, PrivateDir, MINUTE};

const ROLE: &str = "SOCHDB_TEST_FULL_DISK";
const NAME: &str = "observability_json";

fn twins() -> [PathBuf; 2] {
    [in_c!(NAME), in_rust(NAME)]
}

fn config(path: &Path) -> String {
    serde_json::json!({"path": path}).to_string()
}

/// The lines of a file, each of which must be JSON.
fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("the file");
    assert!(text.is_empty() || text.ends_with('\n'), "half a line: {:?}", text.lines().last());
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line:?}"))).collect()
}

/// How many lines the file has that it was given, and how many it says are lost.
fn kept_and_lost(path: &Path) -> (u64, u64) {
    let all = lines(path);
    let (lost, kept): (Vec<_>, Vec<_>) = all.iter().partition(|line| line["kind"] == "lost");
    (kept.len() as u64, lost.iter().map(|line| line["lines"].as_u64().expect("a number")).sum())
}

/// Logs `count` messages of different lengths.
fn fill(sink: &Observability, count: u64) {
    (0..count).for_each(|at| sink.log_info(&"x".repeat(at as usize * 37 % 700), &[("at", &at.to_string())]));
}

fn shutdown_says(plugin: &PluginInstance, lost: u64) {
    let said = plugin.shutdown();
    match lost {
        0 => said.expect("a clean shutdown"),
        _ => {
            let error = said.expect_err("lines are lost");
            assert_eq!(error.kind(), ErrorKind::Io, "{error}");
            assert!(error.to_string().contains(&format!("{lost} lines of ")), "{error}, not {lost}");
        }
    }
}

/// The number in an error of a shutdown.
fn lost_by(error: &dyn std::error::Error) -> u64 {
    let text = error.to_string();
    let number = text.split(" lines of ").next().and_then(|begin| begin.rsplit(' ').next()?.parse().ok());
    number.unwrap_or_else(|| panic!("no number: {text}"))
}

/// This test again, in a process of its own, by way of `wrapper`.
fn in_a_child(test: &str, wrapper: &[&str]) {
    let mut words = wrapper.iter().map(Into::into).chain([env::current_exe().expect("this test's own path").into()]);
    let program: std::ffi::OsString = words.next().expect("a program");
    let mut child = Command::new(program);
    child.args(words).args(only!(test)).arg("--test-threads=1").env(ROLE, "1");
    let finished = run(&mut child, 2 * MINUTE);
    let passed = finished.status.success() && finished.stdout.contains("all passed");
    assert!(passed, "{}\n{}{}", finished.status, finished.stdout, finished.stderr);
}

fn is_child() -> bool {
    env::var_os(ROLE).is_some()
}

/// Files of this process may have no more bytes. It must be a process that nobody else needs.
fn limit_files(bytes: u64) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` outlives both calls; ignoring a signal runs no code.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        assert_eq!(libc::getrlimit(libc::RLIMIT_FSIZE, &mut limit), 0);
        limit.rlim_cur = bytes.min(limit.rlim_max);
        assert_eq!(libc::setrlimit(libc::RLIMIT_FSIZE, &limit), 0);
    }
}

#[test]
fn at_every_size_of_a_file_its_lines_are_whole() {
    const TEST: &str = "at_every_size_of_a_file_its_lines_are_whole";
    if !is_child() {
        return in_a_child(TEST, &[]);
    }
    let place = PrivateDir::new("full-sizes");
    for (twin, library) in twins().iter().enumerate() {
        let library = load(library);
        for bytes in (0..330).chain([1_000, 4_095, 4_096, 4_097]) {
            let path = place.join(&format!("{twin}-{bytes}"));
            let plugin = library.instance(&config(&path)).expect("an instance");
            let sink = plugin.observability().expect("a sink");
            limit_files(bytes);
            fill(&sink, 20);
            let (kept, lost_so_far) = kept_and_lost(&path);
            limit_files(u64::MAX);
            sink.counter_inc("after", 1, &[]);
            let (kept_later, lost) = kept_and_lost(&path);
            assert!(lost > 0 && lost_so_far <= lost, "{bytes} bytes: {lost_so_far}, then {lost} lost");
            assert!(kept_later > kept && kept_later + lost == 21, "{bytes} bytes: {kept_later} kept, {lost} lost");
            shutdown_says(&plugin, lost);
        }
    }
    println!("\nall passed");
}

#[test]
fn what_is_lost_up_to_the_end_is_said_by_the_shutdown() {
    const TEST: &str = "what_is_lost_up_to_the_end_is_said_by_the_shutdown";
    if !is_child() {
        return in_a_child(TEST, &[]);
    }
    let place = PrivateDir::new("full-end");
    for (twin, library) in twins().iter().enumerate() {
        let (recorder, loader) = Recorder::with_loader();
        let library = Private::copy(library).load_by(&loader).expect("it loads");
        let path = place.join(&twin.to_string());
        let plugin = library.instance(&config(&path)).expect("an instance");
        let sink = plugin.observability().expect("a sink");
        fill(&sink, 10);
        recorder.take();
        limit_files(0);
        thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(|| fill(&sink, 50)))));
        assert_eq!(recorder.take(), ["lines are lost"], "once");
        shutdown_says(&plugin, 200);
        limit_files(u64::MAX);
        assert_eq!(kept_and_lost(&path), (10, 0));
    }
    println!("\nall passed");
}

fn mount_small(at: &Path) {
    let at = CString::new(at.to_str().expect("UTF-8")).expect("no NUL");
    // SAFETY: all are texts that end in NUL and outlive the call.
    let mounted =
        unsafe { libc::mount(c"none".as_ptr(), at.as_ptr(), c"tmpfs".as_ptr(), 0, c"size=256k".as_ptr().cast()) };
    assert_eq!(mounted, 0, "{}", std::io::Error::last_os_error());
}

#[test]
fn a_file_system_that_was_full_holds_whole_lines() {
    const TEST: &str = "a_file_system_that_was_full_holds_whole_lines";
    if !is_child() {
        // SAFETY: it only asks.
        if unsafe { libc::geteuid() } != 0 {
            return skipped(TEST, "only root can mount a small file system");
        }
        let Some(unshare) = tool(TEST, "unshare") else { return };
        let unshare = unshare.to_str().expect("UTF-8");
        if !run(Command::new(unshare).args(["--mount", "true"]), MINUTE).status.success() {
            return skipped(TEST, "root may not mount here");
        }
        return in_a_child(TEST, &[unshare, "--mount"]);
    }
    let place = PrivateDir::new("full-tmpfs");
    mount_small(place.path());
    for (twin, library) in twins().iter().enumerate() {
        let library = load(library);
        let (path, filler) = (place.join(&twin.to_string()), place.join("filler"));
        fs::write(&filler, vec![7; 128 << 10]).expect("room");
        let plugins = [0, 1].map(|_| library.instance(&config(&path)).expect("an instance"));
        let sinks = plugins.each_ref().map(|plugin| plugin.observability().expect("a sink"));
        // Two sinks append to one file, from several threads.
        thread::scope(|scope| {
            (0..4).for_each(|thread| {
                drop(scope.spawn({
                    let sink = &sinks[thread % 2];
                    move || fill(sink, 400)
                }))
            });
        });
        let full = lines(&path);
        assert!(full.len() > 50 && full.len() < 1_600, "{} lines", full.len());
        fs::remove_file(&filler).expect("it is there");
        sinks.iter().for_each(|sink| fill(sink, 20));
        let (kept, lost) = kept_and_lost(&path);
        assert_eq!(kept + lost, 1_640, "{kept} kept, {lost} lost");
        let said: u64 = plugins.iter().filter_map(|plugin| plugin.shutdown().err()).map(|error| lost_by(&error)).sum();
        assert_eq!(said, lost);
        fs::remove_file(&path).expect("it is there");
    }
    println!("\nall passed");
}

#[test]
fn half_a_line_of_another_process_takes_no_line_with_it() {
    let place = PrivateDir::new("full-half");
    for (twin, library) in twins().iter().enumerate() {
        let path = place.join(&twin.to_string());
        fs::write(&path, "{\"time_ms\":1}\n{\"time_ms\":170").expect("room");
        let plugin = load(library).instance(&config(&path)).expect("an instance");
        fill(&plugin.observability().expect("a sink"), 3);
        shutdown_says(&plugin, 0);
        let text = fs::read_to_string(&path).expect("the file");
        let broken: Vec<&str> = text.lines().filter(|line| serde_json::from_str::<Value>(line).is_err()).collect();
        assert_eq!((text.lines().count(), broken), (5, vec!["{\"time_ms\":170"]));
    }
}

#[test]
fn a_pipe_without_reader_loses_lines_and_says_so() {
    let place = PrivateDir::new("full-pipe");
    for (twin, library) in twins().iter().enumerate() {
        let path = place.join(&twin.to_string());
        succeed(Command::new(find("mkfifo").expect("mkfifo")).arg(&path), MINUTE);
        let reader = || OpenOptions::new().read(true).write(true).open(&path).expect("a pipe");
        let mut first = reader();
        let plugin = load(library).instance(&config(&path)).expect("an instance");
        let sink = plugin.observability().expect("a sink");
        let read = |from: &mut fs::File| {
            let mut bytes = [0; 4096];
            let count = from.read(&mut bytes).expect("lines");
            String::from_utf8_lossy(&bytes[..count]).into_owned()
        };
        sink.counter_inc("one", 1, &[]);
        assert!(read(&mut first).contains("\"one\""));
        drop(first);
        (0..5).for_each(|_| sink.counter_inc("nobody reads", 1, &[]));
        let mut second = reader();
        sink.counter_inc("two", 1, &[]);
        let text = read(&mut second);
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!((&lines[0]["lines"], &lines[1]["name"], lines.len()), (&5.into(), &"two".into(), 2), "{text}");
        shutdown_says(&plugin, 5);
        second.write_all(b"").expect("it is open");
    }
}
