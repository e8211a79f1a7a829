//! What can only be seen in a process that does nothing else: these tests start themselves again.

use crate::system::linux::probe::tests::*;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, WaitOptions};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

const ALONE: &str = "SOCH_PROBE_ALONE";

/// The program and arguments that run only the test `name`.
fn again(mut command: Command, name: &str) -> Command {
    command.args(["--exact", "--nocapture", &format!("system::linux::probe::tests::alone::{name}")]).env(ALONE, "1");
    command
}

fn own_program() -> PathBuf {
    std::env::current_exe().expect("/proc is mounted")
}

fn alone(name: &str, test: fn()) {
    if std::env::var_os(ALONE).is_some() {
        return test();
    }
    let output = again(Command::new(own_program()), name).output().expect("it is this program");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "the test has another name");
}

fn no_child_is_left() {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let left = rustix::process::waitid(WaitId::All, options);
    assert!(left.as_ref().is_err_and(|errno| *errno == Errno::CHILD), "{left:?}");
}

#[test]
fn two_hundred_probes_leave_no_descriptor_and_no_process() {
    alone("two_hundred_probes_leave_no_descriptor_and_no_process", || {
        let count = || fs::read_dir("/proc/self/fd").expect("/proc is mounted").count();
        let (good, bad) = (Library::that_does(""), Library::that_does("abort();"));
        let slow = Library::that_does("for (;;) pause();");
        assert_eq!(good.probe().expect("a good plugin").loaded, Ok(()));
        let before = count();
        for _ in 0..98 {
            assert_eq!(good.probe().expect("a good plugin").loaded, Ok(()));
            assert_eq!(bad.probe(), Err(ProbeError::Crashed { signal: libc::SIGABRT }));
        }
        for _ in 0..4 {
            let limit = Duration::from_millis(50);
            assert_eq!(run(&Request { limit, ..slow.request() }), Err(ProbeError::Timeout { limit }));
        }
        assert_eq!(count(), before);
        no_child_is_left();
    });
}

#[test]
fn a_host_that_ignores_the_end_of_children_can_probe() {
    alone("a_host_that_ignores_the_end_of_children_can_probe", || {
        let (good, bad) = (Library::that_does(""), Library::that_does("abort();"));
        let slow = Library::that_does("for (;;) pause();");
        // SAFETY: no handler is installed, and the process has no other use for the signal.
        unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
        for _ in 0..10 {
            assert_eq!(good.probe().expect("a good plugin").loaded, Ok(()));
            assert_eq!(bad.probe(), Err(ProbeError::Exited { code: None }));
        }
        assert_eq!(slow.probe_shortly(), Err(ProbeError::Timeout { limit: SHORT }));
        no_child_is_left();
    });
}

#[test]
fn a_host_that_reaps_every_child_can_probe() {
    alone("a_host_that_reaps_every_child_can_probe", || {
        let (good, bad) = (Library::that_does(""), Library::that_does("abort();"));
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    if rustix::process::wait(WaitOptions::empty()).is_err() {
                        std::thread::yield_now();
                    }
                }
            });
            for _ in 0..20 {
                let good = good.probe().map(|report| report.loaded);
                let bad = bad.probe();
                if good != Ok(Ok(())) || !matches!(bad, Err(ProbeError::Crashed { .. } | ProbeError::Exited { .. })) {
                    done.store(true, Ordering::Relaxed);
                    panic!("{good:?}, {bad:?}");
                }
            }
            done.store(true, Ordering::Relaxed);
        });
        no_child_is_left();
    });
}

#[test]
fn a_kernel_that_runs_nothing_from_memory_runs_it_from_a_file() {
    const NAME: &str = "a_kernel_that_runs_nothing_from_memory_runs_it_from_a_file";
    if std::env::var_os(ALONE).is_some() {
        let report = Library::that_does("").probe();
        assert_eq!(report.expect("it needs no memory").loaded, Ok(()));
        assert!(crate::system::linux::probe::program::memory().is_err(), "the setting has no effect");
        return;
    }
    // The setting is that of a namespace of processes, so that it changes nothing for others.
    let forbid = "echo 2 2>&- > /proc/sys/vm/memfd_noexec || exit 77; exec \"$0\" \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--pid", "--fork", "--mount-proc", "sh", "-c", forbid]).arg(own_program());
    match again(command, NAME).output() {
        Ok(output) if output.status.success() => {}
        Ok(output) if String::from_utf8_lossy(&output.stdout).contains("running 1 test") => {
            panic!("{}", String::from_utf8_lossy(&output.stderr));
        }
        _ => eprintln!("skipped: {NAME}: it needs root, unshare and Linux 6.3"),
    }
}

#[test]
fn a_probe_dies_with_its_host() {
    const NAME: &str = "a_probe_dies_with_its_host";
    if std::env::var_os(ALONE).is_some() {
        let _ = Library::that_does("prctl(PR_SET_PDEATHSIG, 0); setsid(); for (;;) pause();").probe();
        return;
    }
    let mut command = again(Command::new(own_program()), NAME);
    let mut host = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it is this program");
    let probe = probe_of(&host);
    let of_probe = |name: &str| fs::read_to_string(format!("/proc/{}/{name}", probe?.as_raw_nonzero())).ok();
    let first_to_go = of_probe("oom_score_adj");
    let session =
        of_probe("stat").and_then(|stat| Some(stat.rsplit_once(')')?.1.split_whitespace().nth(3)?.to_owned()));
    host.kill().expect("an own child");
    host.wait().expect("an own child");
    let probe = probe.expect("it was started");
    assert_eq!(first_to_go.as_deref().map(str::trim), Some("1000"));
    assert_eq!(session, Some(probe.as_raw_nonzero().to_string()));
    let until = Instant::now() + ENOUGH;
    while is_alive(probe) {
        if Instant::now() > until {
            let _ = rustix::process::kill_process(probe, Signal::KILL);
            panic!("the probe outlived its host");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Name, state and parent, as `/proc/PID/stat` has them.
fn stat(pid: &str) -> Option<(String, String, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(')')?;
    let mut rest = rest.split_whitespace();
    Some((name.to_owned(), rest.next()?.to_owned(), rest.next()?.parse().ok()?))
}

/// The probe that `host` started, once it runs.
fn probe_of(host: &Child) -> Option<Pid> {
    let until = Instant::now() + ENOUGH;
    while Instant::now() < until {
        for entry in fs::read_dir("/proc").expect("it is mounted").flatten() {
            let pid = entry.file_name().to_string_lossy().into_owned();
            if stat(&pid).is_some_and(|(name, _, parent)| name == "sochdb-probe" && parent == host.id()) {
                return Pid::from_raw(pid.parse().ok()?);
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    None
}

/// A process that nobody reaped is dead too.
fn is_alive(pid: Pid) -> bool {
    stat(&pid.to_string()).is_some_and(|(name, state, _)| name == "sochdb-probe" && state != "Z")
}
