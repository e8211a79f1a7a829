//! The process that runs sequences of operations, and what it notes of them: so a crash leaves behind which one it was.

use sochdb_plugin_conformance::{FuzzCase, NotPassed, Subject};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// The beginning of what a test's process is asked for that runs sequences.
pub(crate) const SEQUENCES: &str = "sequences";

/// What a process is asked for that runs sequences from `case` on for so long, and notes them in `file`.
pub(crate) fn asked(case: &FuzzCase, time: Duration, file: &Path) -> String {
    format!("{SEQUENCES}|{}|{case}|{}", time.as_millis(), file.display())
}

/// What was noted.
pub(crate) struct Noted {
    /// The last sequence that was begun.
    pub(crate) last: Option<FuzzCase>,
    /// Of each of its operations that was done, whether the plugin accepted it.
    pub(crate) accepted: Vec<bool>,
}

/// Reads what was noted. Another process may use the place then.
pub(crate) fn take(file: &Path) -> Noted {
    let noted = std::fs::read_to_string(file).unwrap_or_default();
    let _ = std::fs::remove_file(file);
    let (last, done) = noted.split_once('\n').unwrap_or_default();
    Noted { last: last.parse().ok(), accepted: done.bytes().map(|byte| byte == b'+').collect() }
}

/// Runs sequences in the process of a test, if that is what it was asked for.
pub(crate) fn in_child(test: &str, subject: &Subject) -> Option<Result<(), NotPassed>> {
    let mut parts = test.splitn(4, '|');
    if parts.next() != Some(SEQUENCES) {
        return None;
    }
    let time = parts.next()?.parse().ok().map(Duration::from_millis)?;
    let case: FuzzCase = parts.next()?.parse().ok()?;
    Some(draw(subject, case, time, Path::new(parts.next()?)))
}

/// Notes each sequence before it runs, and each operation when it was done.
fn draw(subject: &Subject, mut case: FuzzCase, time: Duration, file: &Path) -> Result<(), NotPassed> {
    let begin = Instant::now();
    loop {
        let noted = File::create(file).and_then(|mut noted| writeln!(noted, "{case}").map(|()| noted));
        let mut noted = noted.map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        // A full disk shows in what is missing.
        case.run(subject, |accepted| drop(noted.write_all(if accepted { b"+" } else { b"-" })))?;
        if begin.elapsed() >= time {
            return Ok(());
        }
        case = case.with_seed(case.seed().wrapping_add(1));
    }
}
