//! Limits of the process from nothing upwards: no load ends the host, or goes without its probe.

use sochdb_plugin_host::{DynamicPluginLoader, LoadError, Step, StepOutcome, TrustFiles, Verdict};
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use support::in_c;
use support::plugins::Private;
use support::{alone, root, run, PrivateDir, MINUTE};

const LIMIT: &str = "SOCH_TEST_LIMIT";
const FIRST: &str = "SOCH_TEST_LIMIT_FIRST";
const SECOND: &str = "SOCH_TEST_LIMIT_SECOND";
/// A trust file, if there is to be one.
const TRUST: &str = "SOCH_TEST_LIMIT_TRUST";
const NOBODY: u32 = 65_534;

/// A limit, which of its values are tried, and what the remedy names where one of them is too little.
struct Row {
    name: &'static str,
    resource: libc::__rlimit_resource_t,
    /// The line of `/proc/self/status` whose value is added: what the process has already.
    beyond: Option<&'static str>,
    values: fn() -> Vec<u64>,
    /// Empty if no value is too little.
    remedy: &'static str,
}

fn memory() -> Vec<u64> {
    let fine = (0..24).map(|step| step << 20);
    let coarse = [32, 40, 48, 64, 96, 160, 288, 544, 1056, 2080].map(|step: u64| step << 20);
    [4 << 10, 64 << 10, 256 << 10].into_iter().chain(fine).chain(coarse).collect()
}

const ROWS: &[Row] = &[
    Row { name: "AS", resource: libc::RLIMIT_AS, beyond: Some("VmSize:"), values: memory, remedy: "`ulimit -v`" },
    Row { name: "DATA", resource: libc::RLIMIT_DATA, beyond: Some("VmData:"), values: memory, remedy: "`ulimit -d`" },
    Row {
        name: "FSIZE",
        resource: libc::RLIMIT_FSIZE,
        beyond: None,
        values: || [0, 4095, 4097].into_iter().chain((0..24).map(|step| 1 << step)).collect(),
        remedy: "`ulimit -f`",
    },
    Row {
        name: "NOFILE",
        resource: libc::RLIMIT_NOFILE,
        beyond: None,
        values: || (0..32).collect(),
        remedy: "`ulimit -n`",
    },
    Row {
        name: "NPROC",
        resource: libc::RLIMIT_NPROC,
        beyond: None,
        values: || (0..8).chain([16, 4096, 1 << 20]).collect(),
        remedy: "`ulimit -u`",
    },
    Row { name: "MEMLOCK", resource: libc::RLIMIT_MEMLOCK, beyond: None, values: || vec![0, 4096, 65_536], remedy: "" },
    Row {
        name: "STACK",
        resource: libc::RLIMIT_STACK,
        beyond: None,
        values: || [0].into_iter().chain((10..24).map(|step| 1 << step)).collect(),
        remedy: "`ulimit -s`",
    },
    Row { name: "CPU", resource: libc::RLIMIT_CPU, beyond: None, values: || vec![1, 2], remedy: "" },
];

/// How often the border between too little and enough is looked for between two values.
const CLOSER: u32 = 6;

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
    // Root's processes are not counted.
    // SAFETY: it only asks.
    if row.name == "NPROC" && unsafe { libc::geteuid() } == 0 {
        // SAFETY: it changes numbers only.
        assert_eq!(unsafe { libc::setresuid(NOBODY, NOBODY, NOBODY) }, 0);
    }
    let trust = env::var_os(TRUST).map_or(TrustFiles::Unused, |path| TrustFiles::Only(vec![path.into()]));
    let loader = DynamicPluginLoader::new_trusted().trust_files(trust).observer(|outcome: StepOutcome| {
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
    // The second is what the remedy says.
    for (path, says) in [(&first, "under the limit: "), (&first, "without it: "), (&second, "another: ")] {
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

/// What is loaded under a limit, and another good plugin.
struct Subject {
    first: Private,
    second: Private,
    trust: Option<PathBuf>,
    /// Every which value is tried.
    step: usize,
}

impl Subject {
    fn new(first: Private) -> Self {
        let second = Private::copy(&in_c!("index_sorted"));
        for plugin in [&first, &second] {
            let directory = plugin.path.parent().expect("it is in a directory");
            fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).expect("its own directory");
        }
        Self { first, second, trust: None, step: 1 }
    }

    /// Whether the plugin is loaded under this limit; what is wrong goes to `faults`.
    fn loads(&self, row: &Row, value: u64, faults: &mut Vec<String>) -> bool {
        let mut child = alone!("inside");
        child.arg("--test-threads=1");
        child.env(LIMIT, format!("{} {value}", row.name)).env(FIRST, &self.first.path).env(SECOND, &self.second.path);
        child.envs(self.trust.as_ref().map(|trust| (TRUST, trust)));
        let finished = run(&mut child, MINUTE);
        let line = |says: &str| finished.stdout.lines().find_map(|line| line.strip_prefix(says)).unwrap_or_default();
        let [under, without, another] = ["under the limit: ", "without it: ", "another: "].map(line);
        let loaded = under == "loaded with probe";
        let said = !row.remedy.is_empty() && under.starts_with("E_SHORTAGE") && under.contains(row.remedy);
        let then =
            (without == "loaded with probe" || (loaded && without == "loaded")) && another == "loaded with probe";
        if !(finished.status.success() && (loaded || said) && then) {
            faults.push(format!("{} {value}: {} {under} / {without} / {another}", row.name, finished.status));
        }
        loaded
    }

    /// Every value of a limit, and the border between too little and enough.
    fn sweep(&self, row: &Row, faults: &mut Vec<String>) {
        let (mut least, mut most) = (None, 0);
        for value in (row.values)().into_iter().step_by(self.step) {
            if self.loads(row, value, faults) {
                least = Some(least.map_or(value, |least: u64| least.min(value)));
            } else {
                most = most.max(value);
            }
        }
        let Some(mut least) = least else { return faults.push(format!("{}: no value is enough", row.name)) };
        for _ in 0..CLOSER {
            let middle = most + least.saturating_sub(most) / 2;
            if middle == most {
                break;
            }
            if self.loads(row, middle, faults) {
                least = middle;
            } else {
                most = middle;
            }
        }
    }
}

/// The rows of these names, each on a thread of its own.
fn sweep(subject: &Subject, names: &[&str]) {
    let sweep = |row| {
        let mut faults = Vec::new();
        subject.sweep(row, &mut faults);
        faults
    };
    let faults = thread::scope(|scope| {
        let rows = ROWS.iter().filter(|row| names.is_empty() || names.contains(&row.name));
        let sweeps: Vec<_> = rows.map(|row| scope.spawn(move || sweep(row))).collect();
        sweeps.into_iter().flat_map(|sweep| sweep.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_limit_ends_the_host_or_opens_it() {
    sweep(&Subject::new(Private::copy(&in_c!("codec_xor"))), &[]);
}

#[test]
fn a_limit_below_what_a_plugin_takes_in_memory_is_told() {
    let directory = PrivateDir::new("large");
    let large = directory.write("large.c", "char large[400 << 20];\nchar *touch(void) { return large; }\n");
    let source = root().join("examples-c/codec_xor.c");
    sweep(&Subject::new(Private::compile_file(&source, &[&large.display().to_string()])), &["AS", "DATA"]);
}

/// It has as many parts as a parser can be made to remember of a text of this size.
#[test]
fn a_limit_below_what_the_largest_trust_file_takes_is_told() {
    let mut subject = Subject::new(Private::copy(&in_c!("codec_xor")));
    let directory = subject.first.path.parent().expect("it is in a directory").to_owned();
    let other = subject.second.path.parent().expect("it is in a directory");
    let trusted =
        |directory: &Path| format!("[[directory]]\npath = \"{}\"\npolicy = \"development\"\n", directory.display());
    let mut text = trusted(&directory) + &trusted(other);
    let mut number = 0;
    while text.len() < (1 << 20) - 200 {
        text.push_str(&format!("[[pin]]\nsha256=\"{number:064x}\"\n"));
        number += 1;
    }
    let trust = directory.join("trust.toml");
    fs::write(&trust, text).expect("its own directory");
    fs::set_permissions(&trust, fs::Permissions::from_mode(0o644)).expect("its own file");
    (subject.trust, subject.step) = (Some(trust), 6);
    sweep(&subject, &["AS", "DATA"]);
}
