//! Both JSON sinks in a host that ignores no signal: a file that may not grow and a pipe that nobody reads cost lines, and
//! not the host.
#![cfg(target_os = "linux")]

#[path = "support/plugins.rs"]
mod plugins;
mod support;

use plugins::{in_c, in_rust, load};
use sochdb_plugin_host::sdk::ObservabilityExtension;
use std::env;
use std::ffi::CString;
use std::fs::OpenOptions;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;
use support::{run, PrivateDir, MINUTE};

const ROLE: &str = "SOCHDB_TEST_SINK_SIGNALS";
const NAME: &str = "observability_json";

/// How the host takes a signal, and whether one waits for it.
fn as_it_was(signal: i32) -> bool {
    // SAFETY: each call reads or writes a value of this function.
    unsafe {
        let (mut action, mut mask, mut pending) = (std::mem::zeroed(), std::mem::zeroed(), std::mem::zeroed());
        libc::sigaction(signal, std::ptr::null(), &mut action);
        libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), &mut mask);
        libc::sigpending(&mut pending);
        action.sa_sigaction == libc::SIG_DFL
            && libc::sigismember(&mask, signal) == 0
            && libc::sigismember(&pending, signal) == 0
    }
}

fn limit_files(bytes: u64) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` outlives both calls.
    unsafe {
        assert_eq!(libc::getrlimit(libc::RLIMIT_FSIZE, &mut limit), 0);
        limit.rlim_cur = bytes.min(limit.rlim_max);
        assert_eq!(libc::setrlimit(libc::RLIMIT_FSIZE, &limit), 0);
    }
}

fn logs_to(library: &Path, path: &Path, before: impl FnOnce(), after: impl FnOnce()) {
    let config = serde_json::json!({"path": path}).to_string();
    let plugin = load(library).instance(&config).expect("an instance");
    let sink = plugin.observability().expect("a sink");
    before();
    (0..20).for_each(|_| sink.log_info("a line that is lost", &[]));
    let error = plugin.shutdown().expect_err("lines are lost");
    assert!(error.to_string().contains("20 lines of "), "{error}");
    after();
}

/// What the next test starts.
#[test]
fn inside() {
    let Some(place) = env::var_os(ROLE) else { return };
    let place = Path::new(&place);
    // SAFETY: the default runs no code.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        libc::signal(libc::SIGXFSZ, libc::SIG_DFL);
    }
    for (twin, library) in [in_c(NAME), in_rust(NAME)].iter().enumerate() {
        logs_to(library, &place.join(format!("{twin}.json")), || limit_files(0), || limit_files(u64::MAX));
        let pipe = place.join(format!("{twin}.pipe"));
        let name = CString::new(pipe.as_os_str().as_bytes()).expect("no NUL");
        // SAFETY: the name outlives the call.
        assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
        let reader = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(&pipe).expect("its own pipe");
        logs_to(library, &pipe, || drop(reader), || ());
        assert!(as_it_was(libc::SIGPIPE) && as_it_was(libc::SIGXFSZ), "twin {twin}");
    }
    println!("\nall passed");
}

#[test]
fn a_write_that_fails_does_not_end_a_host_that_ignores_no_signal() {
    let place = PrivateDir::new("sink-signals");
    let mut child = Command::new(env::current_exe().expect("this test's own path"));
    child.args(["--exact", "inside", "--nocapture", "--test-threads=1"]).env(ROLE, place.path());
    let finished = run(&mut child, MINUTE);
    let passed = finished.status.success() && finished.stdout.contains("all passed");
    assert!(passed, "{}\n{}{}", finished.status, finished.stdout, finished.stderr);
}
