//! The promises of a kind of plugins about their files: the steps that they are made to take, and what may be there after them.

use crate::frame::instance::Handles;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use sochdb_plugin_host::sdk::Result as Called;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The knowledge of how a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Not begun, or the plugin does not do it.
    Never,
    /// Begun, and nobody was told how it ended; or failed.
    Perhaps,
    /// Returned without an error.
    Done,
}

/// The end of the line of a call that failed.
pub(crate) const FAILED: &str = "failed";

/// The promise of a kind, for the tests that break what it must outlive.
pub(crate) trait Promise {
    /// The kind, as a process is asked for it, and as a message calls the plugin.
    const KIND: &'static str;
    /// How long a call takes that waits for the disk, for threads that go on meanwhile.
    const SYNC: Duration = Duration::ZERO;
    type Step;
    /// An instance that takes steps.
    type Taker;

    /// Skips the test if the plugin promises nothing of its files.
    fn is_made(subject: &Subject) -> Result<(), NotPassed>;

    /// The steps of a seed.
    fn steps(seed: u64, count: usize) -> Vec<Self::Step>;

    /// The step, as a message says it.
    fn name(step: &Self::Step) -> String;

    /// Whether what it made is promised to be there when it has returned.
    fn is_kept(step: &Self::Step) -> bool;

    /// The taker of steps, by the handles of an instance with this directory.
    ///
    /// # Errors
    /// The instance is of another kind, or does not say what it takes.
    fn taker(subject: &Subject, directory: &Path, handles: Handles) -> Result<Self::Taker, NotPassed>;

    /// # Errors
    /// Those of the plugin.
    fn take(taker: &mut Self::Taker, step: &Self::Step) -> Called<()>;

    /// Brings what is there to the disk.
    ///
    /// # Errors
    /// Those of the plugin.
    fn flush(taker: &mut Self::Taker) -> Called<()>;

    /// Reads all that is there, a line for each part of it that [`Self::check`] reads, and sees that the instance goes on working.
    ///
    /// # Errors
    /// What is wrong, whatever was written.
    fn look(taker: &mut Self::Taker) -> Result<Vec<String>, String>;

    /// One line of a look, as a message says it.
    fn said(line: &str) -> String;

    /// Reads all that is there by each way, a line for each thing that is read: what it is, or [`FAILED`] at its end. Nothing where a
    /// look failed.
    fn read(taker: &mut Self::Taker) -> Vec<String> {
        Self::look(taker).unwrap_or_default()
    }

    /// Compares what a look has found with what the next one finds.
    ///
    /// # Errors
    /// What has changed.
    fn is_unchanged(seen: &[String], again: &[String]) -> Result<(), String>;

    /// The directory of the instance that is looked at after steps with these fates were taken in `directory`; None if nothing is
    /// promised of it yet.
    fn looked_at(_steps: &[Self::Step], _fates: &[Fate], directory: &Path) -> Option<PathBuf> {
        Some(directory.to_owned())
    }

    /// Looks whether this may be there after steps with these fates.
    ///
    /// # Errors
    /// What is wrong.
    fn check(steps: &[Self::Step], fates: &[Fate], seen: &[String]) -> Result<(), String>;
}
