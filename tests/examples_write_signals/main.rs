//! Examples that write, in a host that ignores no signal: a file that may not grow and a pipe that nobody reads cost lines or
//! rows, and not the host.
#![cfg(target_os = "linux")]

use sochdb_plugin_host::sdk::{BatchOptions, ErrorKind, ObservabilityExtension, StorageExtension, Write};
use std::env;
use std::ffi::CString;
use std::fs::{self, OpenOptions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use support::in_c;
use support::plugins::{in_rust, load};
use support::{alone, run, PrivateDir, MINUTE};

const ROLE: &str = "SOCHDB_TEST_WRITE_SIGNALS";
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

/// A storage whose files may have so many bytes more than they have, as it gets one large row or a large batch.
fn stores_in(place: &Path, sync: &str, room: u64, rows: u8) {
    let what = format!("{sync}, {room} bytes, {rows} rows");
    let library = load(&in_c!("storage_lmdb"));
    let config = |name: &str| serde_json::json!({"path": place.join(name), "sync": sync}).to_string();
    let open = || {
        let plugin = library.instance(&config("rows")).expect("an instance");
        let storage = plugin.storage().expect("a storage");
        (plugin, storage)
    };
    let (plugin, storage) = open();
    (0..20_u8).for_each(|row| storage.put(1, &[row], &[row; 700], 0).expect("there is room"));
    storage.flush().expect("there is room");
    let len = fs::metadata(place.join("rows/data.mdb")).expect("its own file").len();
    limit_files(len + room);
    let (keys, value) = ((0..rows).collect::<Vec<_>>(), vec![7; 1 << 20]);
    let put = |key| Write::Put { table: 2, key: std::slice::from_ref(key), value: &value };
    let result = storage.write_batch(&keys.iter().map(put).collect::<Vec<_>>(), &BatchOptions::new());
    let error = result.and_then(|()| storage.flush()).expect_err(&what);
    assert_eq!(error.kind(), ErrorKind::Io, "{what}: {error}");
    assert!(as_it_was(libc::SIGXFSZ) && as_it_was(libc::SIGPIPE), "{what}");
    limit_files(100);
    let error = library.instance(&config("new")).map(drop).expect_err(&what);
    assert!(error.code() == "E_CREATE" && as_it_was(libc::SIGXFSZ), "{what}: {error}");
    limit_files(u64::MAX);
    // LMDB says of a write that was cut short that the disk has failed, which only a new start undoes.
    drop((storage, plugin));
    let (plugin, storage) = open();
    storage.put(1, b"after", &value, 0).expect("there is room again");
    assert_eq!(storage.scan(1, b"", b"", 100).expect("a scan").len(), 21, "{what}");
    plugin.shutdown().expect("shutdown");
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
    for (twin, library) in [in_c!(NAME), in_rust(NAME)].iter().enumerate() {
        logs_to(library, &place.join(format!("{twin}.json")), || limit_files(0), || limit_files(u64::MAX));
        let pipe = place.join(format!("{twin}.pipe"));
        let name = CString::new(pipe.as_os_str().as_bytes()).expect("no NUL");
        // SAFETY: the name outlives the call.
        assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
        let reader = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(&pipe).expect("its own pipe");
        logs_to(library, &pipe, || drop(reader), || ());
        assert!(as_it_was(libc::SIGPIPE) && as_it_was(libc::SIGXFSZ), "twin {twin}");
    }
    for (number, sync) in ["commit", "flush"].iter().enumerate() {
        for room in [0, 5_000] {
            // The larger batch is more than LMDB keeps in memory up to its end.
            for rows in [1, 200] {
                let place = place.join(format!("{number}-{room}-{rows}"));
                fs::create_dir(&place).expect("its own directory");
                stores_in(&place, sync, room, rows);
            }
        }
    }
    println!("\nall passed");
}

#[test]
fn a_write_that_fails_does_not_end_a_host_that_ignores_no_signal() {
    let place = PrivateDir::new("sink-signals");
    let mut child = alone!("inside");
    child.arg("--test-threads=1").env(ROLE, place.path());
    let finished = run(&mut child, MINUTE);
    let passed = finished.status.success() && finished.stdout.contains("all passed");
    assert!(passed, "{}\n{}{}", finished.status, finished.stdout, finished.stderr);
}
