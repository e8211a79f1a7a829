//! What the last check of a plugin found, kept among what may be deleted at any time: the tests that it did not pass, and how long
//! each took.

use crate::commands::check::cache::cache;
use crate::commands::check::outcome::{Outcome, Tested};
use crate::output::failure::Failure;
use crate::store::locked_dir::make;
use sochdb_plugin_host::Digest;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What begins the line of a test that did not pass.
const FAILED: &str = "failed";

/// A test as it ended the last time.
struct Known {
    passed: bool,
    /// None of one that never ran.
    took: Option<Duration>,
    name: String,
}

impl Known {
    fn line(&self) -> String {
        let word = if self.passed { "passed" } else { FAILED };
        let took = self.took.map_or_else(|| "-".to_owned(), |took| took.as_millis().to_string());
        format!("{word} {took} {}\n", self.name)
    }

    fn read(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (word, millis, name) = (words.next()?, words.next()?.parse().ok(), words.next()?);
        Some(Self { passed: word != FAILED, took: millis.map(Duration::from_millis), name: name.to_owned() })
    }
}

/// Where they are of the plugin at `file`. None without a home.
fn place(file: &Path) -> Option<PathBuf> {
    Some(cache()?.join(Digest::of(file.as_os_str().as_encoded_bytes()).to_string()))
}

/// None if no check is known.
fn known(file: &Path) -> Option<Vec<Known>> {
    let text = std::fs::read_to_string(place(file)?).ok()?;
    Some(text.lines().filter_map(Known::read).collect())
}

/// Keeps how the tests ended, each of which ran so often. Where that is not possible, nothing is lost but this.
pub(crate) fn keep(file: &Path, tests: &[Tested], repeat: u32) {
    let Some(place) = place(file) else { return };
    let before = known(file).unwrap_or_default();
    let now = |tested: &Tested| {
        // Of one that did not run now, the time is as good as before.
        let earlier = || before.iter().find(|known| known.name == tested.name)?.took;
        let took = if matches!(tested.outcome, Outcome::NotRun(_)) { earlier() } else { Some(tested.took / repeat) };
        Known { passed: !tested.outcome.is_bad(), took, name: tested.name.to_owned() }
    };
    let others = before.iter().filter(|known| !tests.iter().any(|tested| tested.name == known.name));
    let others = others.map(|known| Known { passed: true, took: known.took, name: known.name.clone() });
    let lines: String = tests.iter().map(now).chain(others).map(|known| known.line()).collect();
    let _ = place.parent().map(make);
    let _ = std::fs::write(place, lines);
}

/// The time that these tests took together; None if it is not known of each.
pub(crate) fn took<'a>(file: &Path, mut names: impl Iterator<Item = &'a str>) -> Option<Duration> {
    let known = known(file)?;
    names.try_fold(Duration::ZERO, |sum, name| Some(sum + known.iter().find(|known| known.name == name)?.took?))
}

/// Returns the names of the tests that it did not pass.
///
/// # Errors
/// Nothing is known of an earlier check; nothing failed in it.
pub(crate) fn failed(file: Option<&Path>) -> Result<Vec<String>, Failure> {
    let file = file.ok_or_else(|| Failure::usage("--failed is for a plugin: name its file"))?;
    let Some(known) = known(file) else {
        return Err(Failure::usage("nothing is known of an earlier check of this file; leave out --failed"));
    };
    let failed: Vec<String> = known.into_iter().filter(|known| !known.passed).map(|known| known.name).collect();
    if failed.is_empty() {
        return Err(Failure::usage("the last check of this file found nothing; leave out --failed"));
    }
    Ok(failed)
}
