//! The usual names of signals.

const NAMES: [(i32, &str); 31] = [
    (libc::SIGHUP, "SIGHUP"),
    (libc::SIGINT, "SIGINT"),
    (libc::SIGQUIT, "SIGQUIT"),
    (libc::SIGILL, "SIGILL"),
    (libc::SIGTRAP, "SIGTRAP"),
    (libc::SIGABRT, "SIGABRT"),
    (libc::SIGBUS, "SIGBUS"),
    (libc::SIGFPE, "SIGFPE"),
    (libc::SIGKILL, "SIGKILL"),
    (libc::SIGUSR1, "SIGUSR1"),
    (libc::SIGSEGV, "SIGSEGV"),
    (libc::SIGUSR2, "SIGUSR2"),
    (libc::SIGPIPE, "SIGPIPE"),
    (libc::SIGALRM, "SIGALRM"),
    (libc::SIGTERM, "SIGTERM"),
    (libc::SIGSTKFLT, "SIGSTKFLT"),
    (libc::SIGCHLD, "SIGCHLD"),
    (libc::SIGCONT, "SIGCONT"),
    (libc::SIGSTOP, "SIGSTOP"),
    (libc::SIGTSTP, "SIGTSTP"),
    (libc::SIGTTIN, "SIGTTIN"),
    (libc::SIGTTOU, "SIGTTOU"),
    (libc::SIGURG, "SIGURG"),
    (libc::SIGXCPU, "SIGXCPU"),
    (libc::SIGXFSZ, "SIGXFSZ"),
    (libc::SIGVTALRM, "SIGVTALRM"),
    (libc::SIGPROF, "SIGPROF"),
    (libc::SIGWINCH, "SIGWINCH"),
    (libc::SIGIO, "SIGIO"),
    (libc::SIGPWR, "SIGPWR"),
    (libc::SIGSYS, "SIGSYS"),
];

/// The largest number of a signal.
pub(crate) const LAST: i32 = 64;

/// The name of a signal, or its number.
pub(crate) fn name(signal: i32) -> String {
    let known = NAMES.iter().find(|(number, _)| *number == signal);
    known.map_or_else(|| format!("signal {signal}"), |(_, name)| (*name).to_owned())
}

/// The names of the signals of a mask.
pub(crate) fn names(mask: u64) -> String {
    let of_mask = (1..=LAST).filter(|signal| mask >> (signal - 1) & 1 != 0);
    match of_mask.map(name).collect::<Vec<_>>() {
        names if names.is_empty() => "none".to_owned(),
        names => names.join(" "),
    }
}

/// The signals of a set, as the kernel has them: the first signal is the lowest bit. The C library's set is larger, and the
/// rest of it is not always written.
pub(crate) fn bits(set: &libc::sigset_t) -> u64 {
    // SAFETY: a set has 128 bytes, or 8 where the C library takes the kernel's; the kernel wrote the first 8.
    unsafe { (&raw const *set).cast::<u64>().read_unaligned() }
}
