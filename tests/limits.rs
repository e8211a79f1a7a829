//! Limits of the process from nothing upwards: no load ends the host, or goes without its probe.

#[path = "support/plugins.rs"]
mod plugins;
mod support;

use plugins::{in_c, Private};
use sochdb_plugin_host::{DynamicPluginLoader, LoadError, Step, StepOutcome, Verdict};
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use support::{run, skipped, MINUTE};

const LIMIT: &str = "SOCH_TEST_LIMIT";
const FIRST: &str = "SOCH_TEST_LIMIT_FIRST";
const SECOND: &str = "SOCH_TEST_LIMIT_SECOND";
const NOBODY: u32 = 65_534;

/// A limit, which of its values are tried, and with which codes a load may be refused below it.
struct Row {
    name: &'static str,
    resource: libc::__rlimit_resource_t,
    /// The line of `/proc/self/status` whose value is added: what the process has already.
    beyond: Option<&'static str>,
    values: fn() -> Vec<u64>,
    codes: &'static [&'static str],
}

fn memory() -> Vec<u64> {
    let fine = (0..40).map(|step| step << 20);
    let coarse = [48, 64, 96, 160, 288, 544, 1056, 2080].map(|step: u64| step << 20);
    [4 << 10, 64 << 10, 256 << 10].into_iter().chain(fine).chain(coarse).collect()
}

const ROWS: &[Row] = &[
    Row {
        name: "AS",
        resource: libc::RLIMIT_AS,
        beyond: Some("VmSize:"),
        values: memory,
        codes: &["E_SHORTAGE", "E_PROBE_UNAVAILABLE"],
    },
    Row {
        name: "DATA",
        resource: libc::RLIMIT_DATA,
        beyond: Some("VmData:"),
        values: memory,
        codes: &["E_SHORTAGE", "E_PROBE_UNAVAILABLE"],
    },
    Row {
        name: "FSIZE",
        resource: libc::RLIMIT_FSIZE,
        beyond: None,
        values: || (0..24).map(|step| 1 << step).chain([0, 4095, 4097]).collect(),
        codes: &["E_SHORTAGE", "E_PROBE_UNAVAILABLE"],
    },
    Row {
        name: "NOFILE",
        resource: libc::RLIMIT_NOFILE,
        beyond: None,
        values: || (0..32).collect(),
        codes: &["E_SHORTAGE", "E_PROBE_UNAVAILABLE"],
    },
    Row {
        name: "NPROC",
        resource: libc::RLIMIT_NPROC,
        beyond: None,
        values: || (0..8).chain([16, 4096]).collect(),
        codes: &["E_SHORTAGE", "E_PROBE_UNAVAILABLE"],
    },
    Row { name: "MEMLOCK", resource: libc::RLIMIT_MEMLOCK, beyond: None, values: || vec![0, 4096, 65_536], codes: &[] },
    Row {
        name: "STACK",
        resource: libc::RLIMIT_STACK,
        beyond: None,
        values: || (10..24).map(|step| 1 << step).chain([0]).collect(),
        codes: &["E_SHORTAGE", "E_PROBE_UNAVAILABLE", "E_PROBE_CRASHED"],
    },
    Row { name: "CPU", resource: libc::RLIMIT_CPU, beyond: None, values: || vec![1, 2], codes: &[] },
];

static PROBED: AtomicBool = AtomicBool::new(false);

/// Without memory of its own: there may be none.
fn write(words: &[&str]) {
    for word in words {
        // SAFETY: it reads the text, which outlives the call.
        unsafe { libc::write(1, word.as_ptr().cast(), word.len()) };
    }
}

fn limit(resource: libc::__rlimit_resource_t, value: u64) {
    let mut both = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both read or write a limit that outlives the call.
    unsafe {
        assert_eq!(libc::getrlimit(resource, &mut both), 0);
        both.rlim_cur = value.min(both.rlim_max);
        assert_eq!(libc::setrlimit(resource, &both), 0);
    }
}

/// Not a test of its own: what the next one starts. Loads under a limit, and again without it.
#[test]
fn inside() {
    let Ok(row) = env::var(LIMIT) else { return };
    let (name, value) = row.split_once(' ').expect("two words");
    let row = ROWS.iter().find(|row| row.name == name).expect("a row");
    let mut value: u64 = value.parse().expect("a number");
    let [first, second] = [FIRST, SECOND].map(|name| env::var_os(name).expect("set beside the limit"));
    if row.name == "NPROC" {
        // SAFETY: it changes numbers only.
        assert_eq!(unsafe { libc::setresuid(NOBODY, NOBODY, NOBODY) }, 0);
    }
    let loader = DynamicPluginLoader::new_trusted().observer(|outcome: StepOutcome| {
        let passed = outcome.verdict == Verdict::Passed && outcome.detail.contains("constructors returned");
        if outcome.step == Step::Probe && passed {
            PROBED.store(true, Ordering::Relaxed);
        }
    });
    if let Some(line) = row.beyond {
        let status = fs::read_to_string("/proc/self/status").expect("/proc is mounted");
        let used = status.lines().find_map(|it| it.strip_prefix(line)).expect("such a line");
        value += used.split_whitespace().next().expect("a number").parse::<u64>().expect("a number") << 10;
    }
    limit(row.resource, value);
    for (path, says) in [(&first, "under the limit: "), (&second, "without it: ")] {
        PROBED.store(false, Ordering::Relaxed);
        // SAFETY: it was compiled from this source tree.
        let result = unsafe { loader.load(Path::new(path)) };
        limit(row.resource, u64::MAX);
        let code = result.as_ref().map_or_else(LoadError::code, |_| "loaded");
        let probe = if PROBED.load(Ordering::Relaxed) { " with probe" } else { "" };
        let why = result.as_ref().map_or_else(|error| format!(" | {error} | {}", error.remedy()), |_| String::new());
        write(&["\n", says, code, probe, &why]);
    }
    write(&["\n"]);
    // SAFETY: the process ends at once.
    unsafe { libc::_exit(0) }
}

fn answer<'a>(stdout: &'a str, says: &str) -> &'a str {
    stdout.split_once(says).map_or("", |(_, rest)| rest.lines().next().unwrap_or_default())
}

#[test]
fn no_limit_ends_the_host_or_opens_it() {
    let (first, second) = (Private::copy(&in_c("codec_xor")), Private::copy(&in_c("index_sorted")));
    for plugin in [&first, &second] {
        let directory = plugin.path.parent().expect("it is in a directory");
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).expect("its own directory");
    }
    // SAFETY: it only asks.
    let root = unsafe { libc::geteuid() } == 0;
    let mut faults = Vec::new();
    for row in ROWS {
        if row.name == "NPROC" && !root {
            skipped("no_limit_ends_the_host_or_opens_it", "only root becomes the user whose processes are few");
            continue;
        }
        let mut loaded = 0;
        for value in (row.values)() {
            let mut child = Command::new(env::current_exe().expect("this test's own path"));
            child.args(["--exact", "inside", "--nocapture", "--test-threads=1"]);
            child.env(LIMIT, format!("{} {value}", row.name)).env(FIRST, &first.path).env(SECOND, &second.path);
            let finished = run(&mut child, MINUTE);
            let [under, without] = ["under the limit: ", "without it: "].map(|says| answer(&finished.stdout, says));
            let code = under.split(' ').next().unwrap_or_default();
            let fits = under == "loaded with probe" || row.codes.contains(&code);
            if !(finished.status.success() && fits && without == "loaded with probe") {
                faults.push(format!("{} {value}: {} {under} / {without}", row.name, finished.status));
            }
            loaded += usize::from(under == "loaded with probe");
        }
        if loaded == 0 {
            faults.push(format!("{}: no value is enough", row.name));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
