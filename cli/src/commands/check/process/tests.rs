//! Processes that end, hang, or leave others behind.

use super::*;

fn shell(script: &str, limit: Duration) -> Finished {
    run(Command::new("sh").args(["-c", script]), limit, || None).expect("sh runs")
}

#[test]
fn tells_exit_signal_and_hang_apart() {
    let long = Duration::from_secs(20);
    assert_eq!(shell("echo no >&2; exit 3", long).ended, Ended::Exit(3));
    assert_eq!(shell("echo no >&2; exit 3", long).said, "no");
    let crash = shell("kill -SEGV $$", long).ended;
    assert_eq!(crash, Ended::Killed(libc::SIGSEGV));
    assert_eq!(Native::killer_name(libc::SIGSEGV), "SIGSEGV");
    assert_eq!(shell("sleep 600 & sleep 600", Duration::from_millis(200)).ended, Ended::Hung);
}

/// Where others want the same processor a second of its time takes longer.
#[cfg(target_os = "linux")]
#[test]
fn what_waits_for_a_processor_has_not_hung() {
    let busy = "while :; do :; done";
    let others = format!("for each in 1 2 3; do timeout 20 sh -c '{busy}' & done; ulimit -t 1; {busy}");
    let limit = Duration::from_millis(1500);
    let finished =
        run(Command::new("taskset").args(["-c", "0", "sh", "-c", &others]), limit, || None).expect("taskset runs");
    assert!(finished.took > limit, "nobody was in its way: {:?}", finished.took);
    assert_ne!(finished.ended, Ended::Hung);
}

/// Where a disk is slow, each sync takes longer.
#[cfg(target_os = "linux")]
#[test]
fn what_waits_for_a_disk_has_not_hung() {
    const WAITS: &str = "SOCH_TEST_WAITS";
    if std::env::var_os(WAITS).is_some() {
        // As whoever waits for a disk: the kernel wakes nobody up who waits for a child that was made so.
        // SAFETY: the child has memory of its own, and ends without running anything of this program.
        unsafe {
            if libc::syscall(libc::SYS_clone, libc::CLONE_VFORK | libc::SIGCHLD, 0, 0, 0, 0) == 0 {
                libc::usleep(900_000);
                libc::_exit(0);
            }
        }
        return;
    }
    let name = "commands::check::process::tests::what_waits_for_a_disk_has_not_hung";
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    let limit = Duration::from_millis(400);
    let finished = run(command.args([name, "--exact"]).env(WAITS, "1"), limit, || None).expect("this program runs");
    assert!(finished.took > limit, "it waited for nothing: {:?}", finished.took);
    assert_eq!(finished.ended, Ended::Exit(0));
}

#[test]
fn each_part_has_the_whole_limit() {
    let (limit, parts) = (Duration::from_millis(200), std::cell::Cell::new(0));
    let sleeps =
        |part: &dyn Fn() -> Option<u64>| run(Command::new("sleep").arg("1"), limit, part).expect("sleep runs").ended;
    assert_eq!(sleeps(&|| Some(parts.replace(parts.get() + 1))), Ended::Exit(0));
    assert!(parts.get() >= 2, "{} parts in a second", parts.get());
    assert_eq!(sleeps(&|| Some(7)), Ended::Hung);
}

#[test]
fn a_flood_of_output_neither_blocks_nor_fills_memory() {
    let flood = shell("yes | head -c 10000000; echo end", Duration::from_secs(20));
    assert_eq!(flood.ended, Ended::Exit(0));
    assert!(flood.said.ends_with("end") && flood.said.len() <= KEPT, "{} bytes", flood.said.len());
}
