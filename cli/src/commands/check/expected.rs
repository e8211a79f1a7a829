//! How long the tests will take, said before they do.

use crate::commands::check::last_check;
use crate::commands::check::outcome::counted;
use crate::commands::check::selection::Chosen;
use sochdb_plugin_conformance::{tests, Level};
use std::path::Path;
use std::time::Duration;

/// The times of one test, of plugins in memory.
const QUICK: Duration = Duration::from_millis(80);
const FULL: Duration = Duration::from_secs(1);

/// The number of tests, and the time of those that run: as the last check of this file took, or else as most plugins do.
pub(crate) fn line(file: &Path, chosen: &Chosen, repeat: u32) -> String {
    let names = || chosen.iter().filter(|(_, left_out)| left_out.is_none()).map(|(name, _)| *name);
    let (time, as_before) = match last_check::took(file, names()) {
        Some(time) => (time, ", as the last time"),
        None => (names().map(usual).sum(), ""),
    };
    format!("{}, about {}{as_before}", counted(chosen.len()), shown(time * repeat))
}

fn usual(name: &str) -> Duration {
    let is_full = tests().iter().any(|test| test.name == name && test.level == Level::Full);
    if is_full {
        FULL
    } else {
        QUICK
    }
}

fn shown(time: Duration) -> String {
    match time.as_secs() + 1 {
        seconds @ ..100 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    }
}
