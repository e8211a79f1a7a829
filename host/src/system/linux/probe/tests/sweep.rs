//! A constructor that tries every system call: nothing outside of the probe differs afterwards.

use crate::system::linux::probe::tests::watch::{self, Watched};
use crate::system::linux::probe::tests::*;
use rustix::process::{Gid, Uid};
use std::sync::Mutex;

const SOURCE: &str = include_str!("tries_everything.c");
const MARK: &[u8] = b"SOCHDB-SWEEP-AT\0";
/// What the constructor does is behind the mark.
const BY_NAME: u32 = 0xFFFF_FFFF;
const ALL: u32 = 0xFFFF_FFFE;
/// What a process of the test does: the name of a [`Backend`], or [`CONTROL`].
const ROLE: &str = "SOCH_SWEEP_ROLE";
const CONTROL: &str = "control";
const PLACE: &str = "SOCH_SWEEP_PLACE";
/// One at a time, as the watch looks at what all processes share.
static ALONE: Mutex<()> = Mutex::new(());

/// Calls that are allowed and would end, block or wreck the constructor's own process: each has a probe of its own.
const ENDS_ITSELF: &[libc::c_long] = &[
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigsuspend,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_sigaltstack,
    libc::SYS_setitimer,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_tgkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_clone,
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_set_tid_address,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_futex,
    // The kernel lets them through any filter, and answers with SIGILL (uretprobe, uprobe).
    #[cfg(target_arch = "x86_64")]
    335,
    #[cfg(target_arch = "x86_64")]
    336,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_arch_prctl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_pause,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_alarm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_dup2,
];

/// A directory with what the constructor tries to change, and the library.
fn compile_for(place: &Path, port: u16) -> PathBuf {
    let alone: Vec<String> = ENDS_ITSELF.iter().map(ToString::to_string).collect();
    let define = [
        format!("-DDIRECTORY=\"{}\"", place.join("target").display()),
        format!("-DTCP_PORT={port}"),
        format!("-DKEY={}", watch::key()),
        format!("-DQUEUE=\"{}\"", watch::queue()),
        format!("-DCANARY={:#x}", watch::CANARY),
        format!("-DALONE={}", alone.join(",")),
    ];
    let flags: Vec<&OsStr> = define.iter().map(OsStr::new).collect();
    compile(place, "tries_everything.c", SOURCE, &flags)
}

/// The library at `path`, whose constructor does `what`.
fn ordered(path: &Path, what: u32) -> PathBuf {
    let mut bytes = fs::read(path).expect("the compiler made it");
    let at = bytes.windows(MARK.len()).position(|window| window == MARK).expect("it has the mark") + MARK.len();
    bytes[at..at + 4].copy_from_slice(&what.to_ne_bytes());
    let ordered = path.with_extension(format!("{what}.so"));
    fs::write(&ordered, bytes).expect("an own directory");
    ordered
}

/// What the probe lacks, and who its host is.
#[derive(Clone, Copy)]
struct Backend {
    name: &'static str,
    missing: &'static [libc::c_long],
    /// Not root.
    as_user: bool,
    in_namespace: bool,
}

const BACKENDS: &[Backend] = &[
    Backend { name: "whole", missing: &[], as_user: false, in_namespace: false },
    Backend { name: "without Landlock", missing: &[444], as_user: false, in_namespace: false },
    Backend { name: "without memfd", missing: &[libc::SYS_memfd_create], as_user: false, in_namespace: false },
    Backend { name: "user", missing: &[], as_user: true, in_namespace: false },
    Backend { name: "user without Landlock", missing: &[444], as_user: true, in_namespace: false },
    Backend { name: "namespace", missing: &[], as_user: false, in_namespace: true },
    Backend { name: "namespace without Landlock", missing: &[444], as_user: false, in_namespace: true },
];

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs the test `inside` of this file as another process in this role.
fn inside_as(role: &str, place: &Path, in_namespace: bool) -> std::process::Output {
    let program = std::env::current_exe().expect("/proc is mounted");
    let mut command = if in_namespace {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.args(["--exact", "--nocapture", "system::linux::probe::tests::sweep::inside"]);
    command.env(ROLE, role).env(PLACE, place).output().expect("it is this program")
}

/// What differs after a run in this role, a line each; None if the role cannot be played here.
fn differences(role: &str, as_user: bool, in_namespace: bool) -> Option<String> {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let place = directory();
    fs::set_permissions(place.path(), Permissions::from_mode(0o755)).expect("an own directory");
    watch::furnish(&place.path().join("target"), as_user && is_root());
    let output = inside_as(role, place.path(), in_namespace);
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if in_namespace && !text.contains("running 1 test") {
        return None;
    }
    assert!(output.status.success(), "{role}: {:?}: {text}{errors}", output.status);
    let (_, rest) = text.split_once("differences: [").unwrap_or_else(|| panic!("{role}: {text}{errors}"));
    Some(rest.split_once("]\n").expect("the end of the list").0.to_owned())
}

/// Not a test of its own: the host of a probe, or of the process of the control.
#[test]
fn inside() {
    let (Ok(role), Some(place)) = (std::env::var(ROLE), std::env::var_os(PLACE)) else { return };
    let place = PathBuf::from(place);
    if role == "victim" {
        let path = std::ffi::CString::new(place.into_os_string().into_encoded_bytes()).expect("a path");
        // SAFETY: the library is this test's own; what it does is done to this test's parent and directory.
        assert!(!unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) }.is_null());
        return;
    }
    let watched = Watched::new(&place.join("target"));
    let library = compile_for(&place, watched.port());
    let backend = BACKENDS.iter().find(|backend| backend.name == role);
    let orders: Vec<u32> = match backend {
        Some(_) => {
            [ALL].into_iter().chain(ENDS_ITSELF.iter().map(|call| u32::try_from(*call).expect("a number"))).collect()
        }
        None => vec![BY_NAME],
    };
    let paths: Vec<PathBuf> = orders.iter().map(|what| ordered(&library, *what)).collect();
    if backend.is_some_and(|backend| backend.as_user) && is_root() {
        let (user, group) = (Uid::from_raw(65534), Gid::from_raw(65534));
        // SAFETY: libc's functions change all threads; no other thread needs rights.
        let changed = unsafe { libc::setgid(group.as_raw()) == 0 && libc::setuid(user.as_raw()) == 0 };
        assert!(changed, "{}", std::io::Error::last_os_error());
        watch::until_all_threads_changed();
    }
    // While there is memory for them.
    let libraries: Vec<Library> = paths.iter().map(|path| Library::of(path)).collect();
    if let Some(backend) = backend {
        watch::take_away(backend.missing);
    }
    let before = watched.look();
    for (library, what) in libraries.iter().zip(&orders) {
        if backend.is_none() {
            let output = inside_as("victim", &paths[0], false);
            assert!(output.status.success(), "{output:?}");
            continue;
        }
        let limit = if *what == ALL { ENOUGH } else { SHORT };
        let result = run(&Request { limit, ..library.request() });
        if *what == ALL {
            let report = result.expect("no call ends the probe");
            assert_eq!(report.loaded, Ok(()));
            assert!(report.sandbox.seccomp, "the kernel has no seccomp");
        }
    }
    println!("differences: [{}]", watched.differences(&before).join("\n"));
}

#[test]
fn nothing_differs_after_every_call_was_tried() {
    for backend in BACKENDS {
        if backend.as_user && !is_root() {
            continue; // The others run as this user.
        }
        match differences(backend.name, backend.as_user, backend.in_namespace) {
            Some(differences) => assert_eq!(differences, "", "{}", backend.name),
            None => {
                eprintln!("skipped: nothing_differs_after_every_call_was_tried: {}: no user namespaces", backend.name)
            }
        }
    }
}

#[test]
fn the_watch_sees_what_is_done_without_a_sandbox() {
    let seen = differences(CONTROL, false, false).expect("no namespace is needed");
    let wanted = [
        "file: mode",
        "directory: mode",
        "timed: times",
        "truncated: content",
        "unlinked",
        "renamed",
        "linked",
        "symlinked",
        "made",
        "created",
        "limits",
        "priority",
        "shared memory",
        "memory of the host",
        "a connection by TCP",
        "a connection by a path",
        "a reader of the FIFO",
        "a child",
        "a signal",
    ];
    let missed: Vec<_> = wanted.iter().filter(|wanted| !seen.contains(**wanted)).collect();
    assert!(missed.is_empty(), "not seen: {missed:?} of {seen}");
}
