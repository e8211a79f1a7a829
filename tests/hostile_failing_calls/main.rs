//! Each system call of a load fails once: no failure ends the host, lets it wait, or opens it.

mod supervisor;

use sochdb_plugin_host::{Digest, DynamicPluginLoader, LoadError, Step, StepOutcome, TrustFiles, Verdict};
use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};
use supervisor::{Fault, Side};
use support::in_c;
use support::plugins::Private;
use support::{alone, root, run, skipped, MINUTE};

const FAULT: &str = "SOCH_TEST_FAULT";
const FIRST: &str = "SOCH_TEST_FAULT_FIRST";
const SECOND: &str = "SOCH_TEST_FAULT_SECOND";
/// Set to try every call; else some of those of which there are many.
const ALL: &str = "SOCH_FAILING_CALLS";

const ERRORS: [(&str, i32); 6] = [
    ("EMFILE", libc::EMFILE),
    ("ENOMEM", libc::ENOMEM),
    ("EAGAIN", libc::EAGAIN),
    ("EINTR", libc::EINTR),
    ("EPERM", libc::EPERM),
    ("ENOSYS", libc::ENOSYS),
];

/// Calls that are not made to fail, and why.
const EXEMPT: &[(libc::c_long, &str)] = &[
    (libc::SYS_futex, "a wake that fails is lost, and no kernel fails one; glibc ends the process for it"),
    (libc::SYS_getpid, "it has no error, so its callers take the error for a number"),
    (libc::SYS_gettid, "as above"),
    (libc::SYS_rseq, "glibc ends the process if a new thread has no such area and the first one had"),
];

/// Codes that say of the file, or of its vendor, what is not so.
const UNTRUE: [&str; 5] = ["E_DEP_MISSING", "E_FILE_NOT_FOUND", "E_DIR_NOT_FOUND", "E_LOAD_TIMEOUT", "E_PROBE_TIMEOUT"];

/// No fault makes a load last longer, in milliseconds.
const SOON: u64 = 10_000;

static PROBED: AtomicBool = AtomicBool::new(false);

fn load(loader: &DynamicPluginLoader, path: &Path) -> String {
    PROBED.store(false, Ordering::Relaxed);
    // SAFETY: it was compiled from this source tree.
    let result = unsafe { loader.load(path) };
    let code = result.as_ref().map_or_else(LoadError::code, |_| "loaded");
    let probe = if PROBED.load(Ordering::Relaxed) { " with probe" } else { "" };
    let why = result.as_ref().map_or_else(|error| format!(" | {error} | {}", error.remedy()), |_| String::new());
    format!("{code}{probe}{why}")
}

/// Not a test of its own: what the next one starts. Loads with a fault, and again without.
#[test]
fn inside() {
    let Ok(words) = env::var(FAULT) else { return };
    let [first, second] = [FIRST, SECOND].map(|name| PathBuf::from(env::var_os(name).expect("set beside the fault")));
    let fault = match words.split(' ').collect::<Vec<_>>()[..] {
        [side, number, nth, errno] => Some(Fault {
            side: if side == "Host" { Side::Host } else { Side::Probe },
            number: number.parse().expect("a number"),
            nth: nth.parse().expect("a number"),
            errno: errno.parse().expect("a number"),
        }),
        _ => None,
    };
    let trust = TrustFiles::Only(vec![first.with_file_name("trust.toml")]);
    let loader = DynamicPluginLoader::new_trusted().trust_files(trust).observer(|outcome: StepOutcome| {
        let passed = outcome.verdict == Verdict::Passed && outcome.detail.contains("constructors returned");
        if outcome.step == Step::Probe && passed {
            PROBED.store(true, Ordering::Relaxed);
        }
    });
    let (under, own) = (loader.clone(), first.clone());
    let start = Instant::now();
    let with = thread::spawn(move || {
        if let Err(error) = supervisor::begin(fault) {
            return format!("no filter: {error}");
        }
        supervisor::mark();
        let answer = load(&under, &own);
        supervisor::mark();
        answer
    });
    let with = with.join().unwrap_or_else(|_| "panicked".to_owned());
    println!("\nwith it: {with}");
    println!("took: {}", start.elapsed().as_millis());
    let next = if with.starts_with("loaded") { &second } else { &first };
    // Nothing fails any more, and a busy machine may take longer than a host waits.
    let patient = loader.probe_limit(Duration::from_secs(12)).load_limit(Duration::from_secs(24));
    println!("without it: {}", load(&patient, next));
    for (side, number, count) in supervisor::counts() {
        println!("call: {side:?} {number} {count}");
    }
    // SAFETY: the process ends at once.
    unsafe { libc::_exit(0) }
}

struct Answer {
    with: String,
    took: u64,
    /// What is not as it must be, whatever failed.
    wrong: Option<String>,
    calls: Vec<(Side, usize, u32)>,
}

impl Answer {
    /// What is not as it must be after this error of a call of `side`.
    fn fault(&self, side: Side, number: usize, errno: &i32) -> Option<String> {
        if let Some(wrong) = &self.wrong {
            return Some(wrong.clone());
        }
        let code = self.with.split(' ').next().unwrap_or_default();
        let fits = self.with == "loaded with probe" || (code.starts_with("E_") && !UNTRUE.contains(&code));
        // What the library's own start does with it is its own. The kernel knows no error of geteuid: a filter that gives
        // one makes the host nobody, and what is not root's is refused.
        let has_errors = usize::try_from(libc::SYS_geteuid) != Ok(number);
        let is_short = [libc::EMFILE, libc::ENOMEM].contains(errno) && side == Side::Host && has_errors;
        let is_said = !is_short || ["loaded", "E_SHORTAGE", "E_OPEN"].contains(&code);
        let took = self.took;
        (!fits || !is_said || took > SOON).then(|| format!("{} after {took} ms", self.with))
    }
}

fn answer(words: &str, first: &Path, second: &Path) -> Answer {
    let mut child = alone!("inside");
    child.arg("--test-threads=1");
    child.env(FAULT, words).env(FIRST, first).env(SECOND, second);
    let finished = run(&mut child, MINUTE);
    let line = |says: &str| finished.stdout.lines().find_map(|line| line.strip_prefix(says)).unwrap_or_default();
    let (with, without) = (line("with it: ").to_owned(), line("without it: ").to_owned());
    let took = line("took: ").parse().unwrap_or_default();
    let calls = finished.stdout.lines().filter_map(|line| line.strip_prefix("call: ")).map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let side = if words[0] == "Host" { Side::Host } else { Side::Probe };
        (side, words[1].parse().expect("a number"), words[2].parse().expect("a number"))
    });
    let calls = calls.collect();
    let wrong = if finished.status.success() {
        (without != "loaded with probe").then(|| format!("then {without}"))
    } else {
        Some(format!("{} {}", finished.status, finished.stderr))
    };
    Answer { with, took, wrong, calls }
}

/// A trust file beside the first that pins all of them.
fn trust(plugins: &[&Path]) {
    let text = plugins.iter().map(|path| {
        let digest = Digest::of(&fs::read(path).expect("it was built"));
        let directory = path.parent().expect("it is in a directory").display();
        format!("[[directory]]\npath = \"{directory}\"\npolicy = \"pinned\"\n\n[[pin]]\nsha256 = \"{digest}\"\n\n")
    });
    let file = plugins[0].with_file_name("trust.toml");
    fs::write(&file, text.collect::<String>()).expect("its own directory");
    fs::set_permissions(file, fs::Permissions::from_mode(0o644)).expect("its own file");
}

#[test]
fn no_failing_call_ends_the_host_or_opens_it() {
    let test = "no_failing_call_ends_the_host_or_opens_it";
    // What it needs is searched for, and is in every system with glibc.
    let needs = ["-Wl,--no-as-needed", "-lresolv"];
    let first = Private::compile_file(&root().join("examples-c/codec_xor.c"), &needs);
    let second = Private::copy(&in_c!("index_sorted"));
    trust(&[&first.path, &second.path]);
    let plain = answer("none", &first.path, &second.path);
    if plain.with.starts_with("no filter") {
        return skipped(test, &plain.with);
    }
    assert_eq!((&*plain.with, &plain.wrong), ("loaded with probe", &None), "without a fault");
    let all = env::var_os(ALL).is_some();
    let mut faults = Vec::new();
    for &(side, number, count) in &plain.calls {
        let tried = |nth: &u32| all || *nth < 2 || nth + 1 == count;
        let is_exempt = EXEMPT.iter().any(|(call, _)| usize::try_from(*call) == Ok(number));
        for nth in (0..count).filter(|nth| !is_exempt && tried(nth)) {
            faults.extend(ERRORS.map(|(name, errno)| (side, number, nth, name, errno)));
        }
    }
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some((side, number, nth, name, errno)) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
            let answer = answer(&format!("{side:?} {number} {nth} {errno}"), &first.path, &second.path);
            if let Some(why) = answer.fault(*side, *number, errno) {
                let line = format!("{side:?}, call {number}, {nth}, {name}: {why}");
                wrong.lock().expect("nobody panics with it").push(line);
            }
        }
    };
    thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    let wrong = wrong.into_inner().expect("nobody panicked with it");
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), faults.len(), wrong.join("\n"));
}
