//! Loads of the same bytes, loads within a load, and descriptors that the application closed.

use sochdb_plugin_host::{DynamicPluginLoader, LoadError, Step, StepOutcome, Verdict};
use std::env;
use std::fs;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{mpsc, Arc, Mutex};
use std::thread;
use support::in_c;
use support::plugins::{load_c, Private};
use support::{alone, succeed, PrivateDir, MINUTE};

/// Loads `private` by a loader that keeps the outcomes.
fn outcomes(private: &Private) -> (Result<(), LoadError>, Vec<StepOutcome>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let keep = told.clone();
    let loader = DynamicPluginLoader::new_trusted()
        .observer(move |outcome| keep.lock().expect("no test panics with it").push(outcome));
    let result = private.load_by(&loader).map(|_| ());
    let told = std::mem::take(&mut *told.lock().expect("no test panics with it"));
    (result, told)
}

/// A plugin that its constructors have run for is not mapped once more only to be refused once more.
#[test]
fn refused_bytes_do_not_run_again() {
    let directory = PrivateDir::new("refused_bytes");
    let ran = directory.join("ran");
    let flags = [format!("-DRAN=\"{}\"", ran.display()), "-DDESCRIPTION=\"\\xff\"".to_owned()];
    let private = Private::compile("wrong_entry", &[&flags[0], &flags[1]]);
    let (first, told_first) = outcomes(&private);
    let first = first.expect_err("a text that is not UTF-8");
    fs::remove_file(&ran).expect("the constructor ran");
    let elsewhere = Private::copy(&private.path);
    for private in [&private, &elsewhere] {
        let (again, told) = outcomes(private);
        let again = again.expect_err("the same bytes");
        assert_eq!(
            format!("{:?}", again.refusal()),
            format!("{:?}", first.refusal()),
            "another refusal of the same bytes"
        );
        assert_eq!((again.code(), again.step()), ("E_ENTRY_MALFORMED", Step::Entry));
        assert!(!ran.exists(), "the constructor ran again");
        let verdicts = |told: &[StepOutcome]| told.iter().map(|one| (one.step, one.verdict)).collect::<Vec<_>>();
        assert_eq!(verdicts(&told), verdicts(&told_first));
    }
}

#[test]
fn the_same_bytes_at_two_paths_keep_their_own_place() {
    let first = Private::copy(&in_c!("codec_xor"));
    let second = Private::copy(&in_c!("codec_xor"));
    let libraries = [first.load().expect("the first"), second.load().expect("the second")];
    assert_eq!(libraries[0].digest(), libraries[1].digest());
    assert_eq!([libraries[0].path(), libraries[1].path()], [first.path.as_path(), second.path.as_path()]);
}

/// Runs `body` in a thread of its own, which a deadlock leaves behind.
fn within_a_minute(what: &str, body: impl FnOnce() + Send + 'static) {
    let (done, ended) = mpsc::channel();
    thread::spawn(move || {
        body();
        let _ = done.send(());
    });
    ended.recv_timeout(MINUTE).unwrap_or_else(|error| panic!("{what}: {error}"));
}

#[test]
fn an_observer_may_load_plugins() {
    within_a_minute("an observer that loads", || {
        let (outer, inner) =
            (Private::compile("wrong_entry", &["-DAUTHOR=\"outer\""]), Private::copy(&in_c!("codec_xor")));
        let path = outer.path.clone();
        let loaded = Arc::new(AtomicBool::new(false));
        let done = loaded.clone();
        let loader = DynamicPluginLoader::new_trusted().observer(move |outcome| {
            if outcome.verdict == Verdict::Passed && outcome.step >= Step::Identity {
                inner.load().expect("another plugin");
                // SAFETY: it was compiled from this source tree.
                unsafe { DynamicPluginLoader::new_trusted().load(&path) }.expect("the same plugin");
                done.store(true, Ordering::SeqCst);
            }
        });
        outer.load_by(&loader).expect("the plugin loads");
        assert!(loaded.load(Ordering::SeqCst), "the observer was not told");
    });
}

/// Closes the descriptors of this process that lead to the bytes of the plugin `name`; which numbers they had.
fn close_descriptors_of(name: &str) -> Vec<i32> {
    let mut closed = Vec::new();
    for entry in fs::read_dir("/proc/self/fd").expect("the descriptors").flatten() {
        let leads_there = |path: &Path| path.to_string_lossy().contains(&format!("sochdb-plugin:{name}"));
        if fs::read_link(entry.path()).is_ok_and(|path| leads_there(&path)) {
            let number = entry.file_name().to_string_lossy().parse().expect("a number");
            // SAFETY: this is the fault under test. Nothing reads from it any more.
            drop(unsafe { OwnedFd::from_raw_fd(number) });
            closed.push(number);
        }
    }
    closed
}

/// Runs the test `name` once more, in a process of its own: the numbers of descriptors count. Whether this is that process.
fn is_inside(name: &str) -> bool {
    const INSIDE: &str = "SOCH_TEST_CLOSES_DESCRIPTORS";
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    let mut inside = alone!(name);
    let finished = succeed(inside.env(INSIDE, "1"), MINUTE);
    assert!(finished.stdout.contains("1 passed"), "{}", finished.stdout);
    false
}

#[test]
fn a_descriptor_that_the_application_closed_does_not_end_loading() {
    if !is_inside("a_descriptor_that_the_application_closed_does_not_end_loading") {
        return;
    }
    load_c("wrong_entry", &["-DAUTHOR=\"first\""]);
    load_c("wrong_entry", &["-DAUTHOR=\"second\""]);
    assert_eq!(close_descriptors_of("wrong_entry").len(), 2);
    for author in ["third", "fourth", "fifth"] {
        load_c("wrong_entry", &[&format!("-DAUTHOR=\"{author}\"")]);
    }
}

#[test]
fn a_name_that_the_application_gave_to_another_library_is_not_taken_for_the_plugin() {
    if !is_inside("a_name_that_the_application_gave_to_another_library_is_not_taken_for_the_plugin") {
        return;
    }
    load_c("wrong_entry", &["-DAUTHOR=\"first\""]);
    let [number] = close_descriptors_of("wrong_entry")[..] else { panic!("one descriptor") };
    // The number that the loader takes instead, and its name to the dynamic linker.
    let other = fs::File::open(in_c!("codec_xor")).expect("it was built");
    // SAFETY: nothing of this process has a number so high.
    let taken = unsafe { OwnedFd::from_raw_fd(libc::dup2(other.as_raw_fd(), number + 1)) };
    let name = format!("/proc/{}/fd/{}", std::process::id(), number + 1);
    // SAFETY: it was compiled from this source tree, and has no constructor.
    std::mem::forget(unsafe { libloading::Library::new(name) }.expect("it is a library"));
    drop((taken, other));
    let second = Private::compile("wrong_entry", &["-DAUTHOR=\"second\""]);
    let refused = second.load().expect_err("the dynamic linker would return codec_xor");
    assert_eq!(refused.code(), "E_ALIAS_LOADED");
    assert!(refused.remedy().starts_with("restart the host; "), "{}", refused.remedy());
    // Without those names, as in a host that was started again, it loads.
    let held: Vec<_> = (0..=number).map(|_| fs::File::open("/dev/null").expect("it is there")).collect();
    second.load().unwrap_or_else(|error| panic!("{error}"));
    drop(held);
}
