//! Processes that end, hang, or leave others behind.

use super::*;

fn shell(script: &str, limit: Duration) -> Finished {
    run(Command::new("sh").args(["-c", script]), limit).expect("sh runs")
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

#[test]
fn a_flood_of_output_neither_blocks_nor_fills_memory() {
    let flood = shell("yes | head -c 10000000; echo end", Duration::from_secs(20));
    assert_eq!(flood.ended, Ended::Exit(0));
    assert!(flood.said.ends_with("end") && flood.said.len() <= KEPT, "{} bytes", flood.said.len());
}
