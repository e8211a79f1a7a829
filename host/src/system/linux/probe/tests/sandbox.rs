//! What a constructor cannot do to others. Each one aborts if it can.

use crate::probe::sandbox::Sandbox;
use crate::system::linux::probe::tests::*;
use std::net::TcpListener;

/// What the kernel has; some kernels lack a part.
fn sandbox() -> Sandbox {
    Library::that_does("").probe().expect("a good plugin").sandbox
}

#[test]
fn the_sandbox_has_all_that_the_kernel_has() {
    let create_ruleset = 444;
    let version: libc::c_ulong = 1;
    // SAFETY: with these arguments the call reads no memory, and makes nothing; it says what the kernel has.
    let abi = unsafe { libc::syscall(create_ruleset, std::ptr::null::<u8>(), 0usize, version) };
    let landlock = u32::try_from(abi).ok();
    let seccomp = Path::new("/proc/sys/kernel/seccomp").exists();
    assert_eq!(sandbox(), Sandbox { landlock, seccomp });
}

fn is_harmless(what: &str) {
    let report = Library::that_does(what).probe();
    assert_eq!(report.expect(what).loaded, Ok(()), "{what}");
}

#[test]
fn files_are_neither_read_nor_written() {
    if sandbox().landlock.is_none() {
        eprintln!("skipped: files_are_neither_read_nor_written: the kernel has no Landlock");
        return;
    }
    let dir = directory();
    let kept = dir.path().join("kept");
    fs::write(&kept, "kept").expect("an own directory");
    let file = dir.path().join("file");
    is_harmless(&format!("if (open({file:?}, O_WRONLY | O_CREAT, 0600) >= 0) abort();"));
    assert!(!file.exists());
    is_harmless(&format!("if (unlink({kept:?}) == 0 || truncate({kept:?}, 0) == 0) abort();"));
    is_harmless(&format!("if (open({kept:?}, O_RDONLY) >= 0) abort();"));
    is_harmless("if (open(\"/etc/passwd\", O_RDONLY) >= 0) abort();");
    assert_eq!(fs::read(&kept).expect("it is still there"), b"kept");
}

#[test]
fn no_program_and_no_process_is_started() {
    if !sandbox().seccomp {
        eprintln!("skipped: no_program_and_no_process_is_started: the kernel has no seccomp");
        return;
    }
    let dir = directory();
    let file = dir.path().join("file");
    is_harmless(&format!("if (system(\"echo > {}\") == 0) abort();", file.display()));
    assert!(!file.exists());
    is_harmless("pid_t child = fork(); if (child == 0) for (;;) pause(); if (child > 0 || errno != EPERM) abort();");
    is_harmless("pid_t child = vfork(); if (child == 0) _exit(0); if (child > 0 || errno != EPERM) abort();");
    is_harmless("char *none[] = {NULL}; execve(\"/bin/true\", none, none); if (errno != EPERM) abort();");
}

#[test]
fn the_host_is_not_signalled() {
    if !sandbox().seccomp {
        eprintln!("skipped: the_host_is_not_signalled: the kernel has no seccomp");
        return;
    }
    is_harmless("if (kill(getppid(), SIGCONT) == 0 || kill(-1, 0) == 0 || kill(0, 0) == 0) abort();");
    is_harmless("if (kill(getpid(), 0) != 0) abort();");
}

#[test]
fn no_connection_is_made() {
    let sandbox = sandbox();
    if !sandbox.seccomp && sandbox.landlock < Some(4) {
        eprintln!("skipped: no_connection_is_made: the kernel has no seccomp, and no Landlock for TCP");
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    is_harmless(&format!(
        "struct sockaddr_in to = {{.sin_family = AF_INET, .sin_port = htons({port})}};\
         to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);\
         if (connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&to, sizeof to) == 0) abort();"
    ));
    listener.set_nonblocking(true).expect("it is bound");
    assert!(listener.accept().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock));
}

#[test]
fn nothing_of_the_host_is_there() {
    is_harmless("extern char **environ; if (environ && *environ) abort();");
    is_harmless("char byte; if (read(0, &byte, 1) > 0) abort();");
    is_harmless("if (signal(SIGPIPE, SIG_DFL) != SIG_DFL) abort();");
    // Its descriptors: the three standard ones, the socket, the plugin, and the plugin while it is opened.
    is_harmless("int n = 0; for (int fd = 0; fd < 1024; fd++) n += fcntl(fd, F_GETFD) >= 0; if (n > 6) abort();");
}

#[test]
fn a_sandbox_tells_what_it_lacks() {
    let whole = Sandbox { landlock: Some(6), seccomp: true };
    assert_eq!(whole.to_string(), "Landlock ABI 6, seccomp, no new privileges, limits");
    let bare = Sandbox { landlock: None, seccomp: false };
    assert_eq!(bare.to_string(), "no Landlock, no seccomp, no new privileges, limits");
}
