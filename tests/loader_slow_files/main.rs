//! Files that are slow, or never answer: a load and a command end in time.

use sochdb_plugin_host::{DynamicPluginLoader, LoadError, Step, StepOutcome, TrustFiles, Verdict};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::fuse::Fuse;
use support::in_c;
use support::plugins::Private;
use support::{private_in, skipped};

/// What a load may take here.
const LIMIT: Duration = Duration::from_millis(300);
/// What a load with that limit takes at most on a busy machine.
const SOON: Duration = Duration::from_secs(5);
/// What one read of the slow file takes.
const SLOW: Duration = Duration::from_secs(1);

/// Threads that were left behind count in the whole process.
static ALONE: Mutex<()> = Mutex::new(());

struct Mounted {
    path: PathBuf,
    // Unmounted before the directory is removed.
    _fuse: Fuse,
    _directory: tempfile::TempDir,
}

impl Mounted {
    fn new(test: &str) -> Option<Self> {
        let (directory, path) = private_in(&std::env::temp_dir()).expect("the temporary directory can be written");
        match Fuse::mount(&path, fs::read(in_c!("codec_xor")).expect("it was built"), SLOW) {
            Ok(fuse) => Some(Self { path, _fuse: fuse, _directory: directory }),
            Err(why) => {
                skipped(test, &format!("no file system in user space: {why}"));
                None
            }
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    (work(), start.elapsed())
}

fn load(loader: &DynamicPluginLoader, path: &Path) -> Result<(), LoadError> {
    // SAFETY: it was compiled from this source tree.
    unsafe { loader.load(path) }.map(drop)
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").expect("/proc is mounted").count()
}

/// The other threads of the tests come and go.
fn eventually(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "not within a minute: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_file_system_that_never_answers_is_refused_in_time() {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some(mounted) = Mounted::new("a_file_system_that_never_answers_is_refused_in_time") else { return };
    let good = Private::copy(&in_c!("codec_xor"));
    for (name, at) in [
        ("never_found.so", Step::File),
        ("never_open.so", Step::File),
        ("never_read.so", Step::File),
        ("slow.so", Step::File),
    ] {
        let told = Arc::new(Mutex::new(Vec::<StepOutcome>::new()));
        let keep = told.clone();
        let loader = DynamicPluginLoader::new_trusted()
            .load_limit(LIMIT)
            .observer(move |outcome| keep.lock().expect("nobody panics with it").push(outcome));
        let (refused, took) = timed(|| load(&loader, &mounted.file(name)));
        let error = refused.expect_err(name);
        assert_eq!((error.code(), error.step()), ("E_LOAD_TIMEOUT", at), "{name}: {error}");
        assert!(error.to_string().contains(name) && error.to_string().contains(at.name()), "{error}");
        assert!(took >= LIMIT && took < SOON, "{name}: {took:?}");
        let told = std::mem::take(&mut *told.lock().expect("nobody panics with it"));
        let (steps, verdicts): (Vec<Step>, Vec<Verdict>) = told.iter().map(|it| (it.step, it.verdict)).unzip();
        assert_eq!(steps, Step::ALL, "{name}");
        let expected = |step: &Step| match step.cmp(&at) {
            std::cmp::Ordering::Less => Verdict::Passed,
            std::cmp::Ordering::Equal => Verdict::Refused,
            std::cmp::Ordering::Greater => Verdict::Skipped,
        };
        assert_eq!(verdicts, Step::ALL.iter().map(expected).collect::<Vec<_>>(), "{name}");
        // What hangs there hangs nothing else.
        load(&loader.clone().load_limit(Duration::from_secs(30)), &good.path).expect("a good plugin");
        let judged = loader.verify(mounted.file(name)).expect_err(name);
        assert_eq!(judged.code(), "E_LOAD_TIMEOUT", "{name}: {judged}");
    }
    let files = TrustFiles::Only(vec![mounted.file("never_read.so")]);
    let loader = DynamicPluginLoader::new_trusted().load_limit(LIMIT).trust_files(files);
    let error = load(&loader, &good.path).expect_err("its trust file is not read");
    assert_eq!((error.code(), error.step()), ("E_LOAD_TIMEOUT", Step::TrustFiles), "{error}");
    let patient = DynamicPluginLoader::new_trusted().load_limit(Duration::from_secs(60));
    load(&patient, &mounted.file("slow.so")).expect("it is only slow");
}

#[test]
fn loads_that_were_given_up_do_not_pile_up() {
    const MOST: usize = 16;
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some(mounted) = Mounted::new("loads_that_were_given_up_do_not_pile_up") else { return };
    let loader = DynamicPluginLoader::new_trusted().load_limit(Duration::from_millis(20));
    let before = threads();
    for _ in 0..MOST {
        assert_eq!(load(&loader, &mounted.file("never_read.so")).expect_err("no answer").code(), "E_LOAD_TIMEOUT");
    }
    let error = load(&loader.clone().load_limit(Duration::from_secs(3600)), &mounted.file("never_read.so"));
    let error = error.expect_err("too many wait");
    assert_eq!(error.code(), "E_LOAD_TIMEOUT");
    assert!(error.to_string().contains("earlier loads"), "{error}");
    // Threads of the harness come and go beside them.
    assert!(threads() <= before + MOST + 4, "{} threads, {before} before", threads());
    drop(mounted);
    let good = Private::copy(&in_c!("codec_xor"));
    let loader = DynamicPluginLoader::new_trusted();
    eventually("loads go on when the file system is gone", || load(&loader, &good.path).is_ok());
    eventually("the threads end", || threads() <= before + 4);
}
