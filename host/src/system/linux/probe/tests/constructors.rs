//! Constructors that end the process, or never end.

use crate::system::linux::probe::tests::*;

fn ends_with(what: &str) -> ProbeError {
    Library::that_does(what).probe().expect_err(what)
}

#[test]
fn a_good_plugin_is_loaded() {
    let report = Library::that_does("").probe().expect("nothing is wrong with it");
    assert_eq!(report.loaded, Ok(()));
}

#[test]
fn a_constructor_that_crashes_is_told_by_its_signal() {
    for (what, signal) in [
        ("abort();", libc::SIGABRT),
        ("__builtin_trap();", libc::SIGILL),
        ("*(volatile int *)8 = 1;", libc::SIGSEGV),
        ("raise(SIGFPE);", libc::SIGFPE),
        ("kill(getpid(), SIGKILL);", libc::SIGKILL),
    ] {
        let error = ends_with(what);
        let trapped = signal == libc::SIGILL && error == ProbeError::Crashed { signal: libc::SIGTRAP };
        assert!(trapped || error == ProbeError::Crashed { signal }, "{what}: {error:?}");
    }
}

#[test]
fn a_constructor_that_exits_is_refused_whatever_its_code() {
    for (what, code) in [
        ("_exit(0);", 0),
        ("exit(0);", 0),
        ("_exit(83);", 83),
        ("_exit(84);", 84),
        ("_exit(127);", 127),
        ("_exit(1);", 1),
    ] {
        assert_eq!(ends_with(what), ProbeError::Exited { code: Some(code) }, "{what}");
    }
}

#[test]
fn a_constructor_that_never_ends_is_killed() {
    for what in [
        "for (;;) {}",
        "for (;;) pause();",
        "for (;;) raise(SIGSTOP);",
        "setpgid(0, getpgid(getppid())); prctl(PR_SET_PDEATHSIG, 0); setsid(); for (;;) pause();",
    ] {
        let begun = std::time::Instant::now();
        let result = Library::that_does(what).probe_shortly();
        assert_eq!(result, Err(ProbeError::Timeout { limit: SHORT }), "{what}");
        assert!(begun.elapsed() < ENOUGH, "{what}");
    }
}

#[test]
fn a_constructor_that_uses_up_its_processor_time_is_too_late() {
    assert_eq!(ends_with("raise(SIGXCPU);"), ProbeError::Timeout { limit: ENOUGH });
}

#[test]
fn a_constructor_that_closes_everything_is_refused() {
    let error = ends_with("for (int fd = 0; fd < 300; fd++) close(fd);");
    assert_eq!(error, ProbeError::Exited { code: Some(83) });
}

#[test]
fn a_constructor_that_talks_to_the_host_is_not_understood() {
    let flood =
        "for (int fd = 3; fd < 20; fd++) for (int i = 0; i < 3; i++) send(fd, \"Zx\", 2, MSG_DONTWAIT); _exit(0);";
    assert_eq!(ends_with(flood), ProbeError::Exited { code: Some(0) });
}

#[test]
fn a_constructor_that_says_what_the_probe_would_say_is_not_believed() {
    for packet in ["L", "L\\0\\0\\0\\0\\0\\0\\0\\0", "Efine", "E\\0\\0\\0\\0\\0\\0\\0\\0fine", "S\\1\\7\\0", "Unone"] {
        let forge = format!(
            "for (int fd = 3; fd < 20; fd++) (void)!write(fd, \"{packet}\", sizeof \"{packet}\" - 1); _exit(83);"
        );
        assert_eq!(ends_with(&forge), ProbeError::Exited { code: Some(83) }, "{packet}");
    }
}

#[test]
fn memory_without_end_is_not_had() {
    let eat = "char *at; while ((at = malloc(1 << 20)) != NULL) at[0] = 1; abort();";
    assert_eq!(ends_with(eat), ProbeError::Crashed { signal: libc::SIGABRT });
}

#[test]
fn a_constructor_may_start_a_thread() {
    let thread = "pthread_t t; if (pthread_create(&t, NULL, nothing, NULL) || pthread_join(t, NULL)) abort();";
    assert_eq!(Library::that_does(thread).probe().expect("threads are allowed").loaded, Ok(()));
}
