//! Replacements that take their time: who waits, how long, and what is left of one that takes too long.

use crate::versions::not_replaced;
use sochdb_plugin_host::sdk::{ErrorKind, IndexExtension, StorageExtension};
use sochdb_plugin_host::{
    CallOptions, DynamicPluginLoader, ExtensionState, InstanceOptions, PluginInstance, PluginLibrary, PluginManager,
};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::thread;
use std::time::{Duration, Instant};
use support::plugins::Private;

const SHORT: Duration = Duration::from_secs(4);

/// A version of tests/plugins/takes_its_time.c.
fn version(version: &str, flags: &[&str]) -> PluginLibrary {
    let name = format!("-DVERSION=\"{version}\"");
    let flags: Vec<&str> = [&*name].iter().chain(flags).copied().collect();
    let loader = DynamicPluginLoader::new_trusted().drain_timeout(SHORT).build_timeout(Duration::from_secs(60));
    Private::compile("takes_its_time", &flags).load_by(&loader).expect("it loads")
}

fn works(_: &str, new: &PluginInstance) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    if let Ok(storage) = new.storage() {
        storage.get(1, b"key")?;
    }
    Ok(())
}

struct Served {
    manager: PluginManager,
    _directory: tempfile::TempDir,
}

fn serve(library: &PluginLibrary) -> Served {
    let (manager, directory) = (PluginManager::new(), tempfile::tempdir().expect("a directory"));
    let options = InstanceOptions::new().data_dir(directory.path().join("rows"));
    manager.register_as("rows", library.instance_with("{}", &options).expect("an instance")).expect("registered");
    Served { manager, _directory: directory }
}

fn says(manager: &PluginManager) -> Vec<u8> {
    manager.storage_named("rows").expect("a storage").get(1, b"key").expect("it serves").expect("a value")
}

#[test]
fn a_version_that_is_too_slow_after_it_took_the_files_gives_them_back() {
    let served = serve(&version("1.0.0", &["-DKIND=STORAGE"]));
    // A quarter of the patience is 1 s, and its first call takes longer: it is waited for once more, to free the directory.
    let slow = version("2.0.0", &["-DKIND=STORAGE", "-DGET=1500"]);
    let (why, not) = not_replaced(served.manager.upgrade(&slow, works));
    assert!(not.serves && why.contains("longer than 1s"), "{why}");
    assert_eq!(says(&served.manager), b"1.0.0");
}

#[test]
fn beside_one_that_hangs_with_the_files_nothing_is_made_again() {
    let served = serve(&version("1.0.0", &["-DKIND=STORAGE"]));
    let hangs = version("2.0.0", &["-DKIND=STORAGE", "-DGET=6000"]);
    let (why, not) = not_replaced(served.manager.upgrade(&hangs, works));
    assert!(!not.serves && why.contains("a call that does not end has its files"), "{why}");
    // Once the call has ended, the directory is free.
    let third = version("3.0.0", &["-DKIND=STORAGE"]);
    let begin = Instant::now();
    while let Err(error) = served.manager.upgrade(&third, works) {
        assert!(begin.elapsed() < 10 * SHORT, "{error}");
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(says(&served.manager), b"3.0.0");
}

#[test]
fn changes_wait_as_long_as_a_save_takes_and_that_is_told() {
    let manager = PluginManager::new();
    // Longer than the drain timeout.
    let first = version("1.0.0", &["-DKIND=INDEX", "-DSAVE=4500"]);
    manager.register_as("column", first.instance("{}").expect("an instance")).expect("registered");
    let mut column = manager.index("column").expect("an index");
    column.insert(b"key", 1).expect("insert");
    thread::scope(|scope| {
        let changing = scope.spawn(|| {
            thread::sleep(Duration::from_millis(1000));
            let mut column = manager.index("column").expect("an index");
            let late = CallOptions::new().with_timeout(Duration::from_millis(200)).run(|| column.insert(b"key", 7));
            let begin = Instant::now();
            column.insert(b"key", 2).expect("it waits for the save");
            (late, begin.elapsed())
        });
        let second = version("2.0.0", &["-DKIND=INDEX", "-DLOAD=1500"]);
        let replaced =
            manager.upgrade(&second, works).expect("a load may take longer than a quarter of the drain timeout");
        let (late, waited) = changing.join().expect("no panic");
        assert_eq!(late.expect_err("its time is over before the save is").kind(), ErrorKind::Timeout);
        assert!(waited > Duration::from_secs(2), "the insert came when nothing was saved: {waited:?}");
        assert!(replaced[0].pause + Duration::from_millis(500) > waited, "{:?} and {waited:?}", replaced[0].pause);
    });
    assert_eq!(manager.index("column").expect("an index").lookup(b"key").expect("lookup"), [1, 2]);
}

#[test]
fn who_waits_for_a_hand_over_keeps_the_limits_of_its_call() {
    let first = version("1.0.0", &["-DKIND=STORAGE"]);
    let served = serve(&first);
    let rows = served.manager.storage_named("rows").expect("a storage");
    let options = InstanceOptions::new().data_dir(served._directory.path().join("rows"));
    thread::scope(|scope| {
        let calling = scope.spawn(|| {
            thread::sleep(Duration::from_millis(500));
            let begin = Instant::now();
            let limited = CallOptions::new().with_timeout(Duration::from_millis(100)).run(|| rows.get(1, b"key"));
            let kind = limited.expect_err("the next one is made in two seconds").kind();
            (kind, begin.elapsed(), rows.get(1, b"key"))
        });
        let made = served.manager.hand_over("rows", || {
            thread::sleep(Duration::from_secs(2));
            first.instance_with("{}", &options)
        });
        made.expect("handed over");
        let (kind, took, patient) = calling.join().expect("no panic");
        assert_eq!(kind, ErrorKind::Timeout);
        assert!(took < Duration::from_millis(1000), "{took:?}");
        assert_eq!(patient.expect("it waited"), Some(b"1.0.0".to_vec()));
    });
}

#[test]
fn who_waits_longer_than_the_drain_timeout_may_call_again() {
    let first = version("1.0.0", &["-DKIND=STORAGE"]);
    let served = serve(&first);
    let rows = served.manager.storage_named("rows").expect("a storage");
    let options = InstanceOptions::new().data_dir(served._directory.path().join("rows"));
    thread::scope(|scope| {
        let calling = scope.spawn(|| {
            thread::sleep(Duration::from_millis(500));
            rows.get(1, b"key")
        });
        let made = served.manager.hand_over("rows", || {
            thread::sleep(SHORT + Duration::from_millis(1500));
            first.instance_with("{}", &options)
        });
        made.expect("handed over");
        let error = calling.join().expect("no panic").expect_err("it waits for the drain timeout at most");
        assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
        assert!(error.message().contains("call again"), "{error}");
        assert_eq!(rows.get(1, b"key").expect("again"), Some(b"1.0.0".to_vec()));
    });
}

#[test]
fn after_a_panic_of_the_step_that_makes_the_next_one_the_old_one_serves() {
    let served = serve(&version("1.0.0", &["-DKIND=STORAGE"]));
    let make = || -> Result<PluginInstance, String> { panic!("in the application") };
    let panic = catch_unwind(AssertUnwindSafe(|| served.manager.hand_over("rows", make)));
    assert_eq!(panic.expect_err("it goes on").downcast_ref(), Some(&"in the application"));
    assert_eq!(says(&served.manager), b"1.0.0");
    let second = version("2.0.0", &["-DKIND=STORAGE"]);
    let panics = served.manager.upgrade(&second, |_, _| panic!("in the check"));
    let (why, not) = not_replaced(panics);
    assert!(not.serves && why.contains("panics"), "{why}");
    assert_eq!(says(&served.manager), b"1.0.0");
}

#[test]
fn one_that_ended_keeps_no_other_from_the_next_version() {
    let (first, second) = (version("1.0.0", &["-DKIND=INDEX"]), version("2.0.0", &["-DKIND=INDEX"]));
    let manager = PluginManager::new();
    let [ended, serving] = [(); 2].map(|()| first.instance("{}").expect("an instance"));
    manager.register_as("ended", &ended).expect("registered");
    manager.register_as("serving", &serving).expect("registered");
    ended.shutdown().expect("it ends");
    let replaced = manager.upgrade(&second, works).expect("the other one is upgraded");
    let names: Vec<&str> = replaced.iter().map(|one| &*one.name).collect();
    assert_eq!(names, ["serving"]);
    let states = manager.extensions();
    assert_eq!(states[0].state, ExtensionState::ShutDown);
    assert_eq!((states[1].number, states[1].info.version.as_str()), (replaced[0].number, "2.0.0"));
    assert_eq!(manager.index("slow").expect("by type").lookup(b"key").expect("the one that serves"), [0_u64; 0]);
}
