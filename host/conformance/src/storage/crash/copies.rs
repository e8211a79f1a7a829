//! The copy that `checkpoint` makes while a storage takes its steps: as durable as the storage is after a flush.

use crate::crash::promise::{Fate, Promise};
use crate::frame::instance::Handles;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::{new_directory, Subject};
use crate::storage::checkpoint::copied;
use crate::storage::crash::history::check;
use crate::storage::crash::rows::{rows_of, Rows};
use crate::storage::crash::steps::Step;
use sochdb_plugin_host::sdk::{Result as Called, StorageExtension};
use sochdb_plugin_host::Storage;
use std::fs::{create_dir_all, File};
use std::path::{Path, PathBuf};

/// The directory of the instance that opens the copy, below that of the storage.
const COPY: &str = "copy";

/// The copy of a durable storage.
pub(crate) struct Copies;

/// A step of the storage, or the copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CopyStep {
    Of(Step),
    Copy,
}

/// A storage, its directory, and where its copy belongs.
pub(crate) struct Copied {
    storage: Storage,
    directory: PathBuf,
    place: PathBuf,
}

impl Copied {
    /// The directory in which the copy is to be made is there, and stays, before the plugin makes the copy.
    fn copy(&self) -> Called<()> {
        let above = self.place.parent().unwrap_or(&self.directory);
        create_dir_all(above)?;
        let mut made: Vec<&Path> = above.ancestors().take_while(|path| path.starts_with(&self.directory)).collect();
        made.reverse();
        made.into_iter().try_for_each(|path| File::open(path)?.sync_all())?;
        self.storage.checkpoint(&self.place)
    }
}

impl Promise for Copies {
    const KIND: &'static str = "copy";
    type Step = CopyStep;
    type Taker = Copied;

    fn is_made(subject: &Subject) -> Result<(), NotPassed> {
        Rows::is_made(subject)?;
        let directory = new_directory()?;
        copied(subject.instance()?.storage()?, subject, directory.path())
    }

    /// The steps of the storage, with the copy among them.
    fn steps(seed: u64, count: usize) -> Vec<CopyStep> {
        let mut steps: Vec<CopyStep> = Rows::steps(seed, count).into_iter().map(CopyStep::Of).collect();
        let at = count / 4 + (seed % (count as u64 / 2).max(1)) as usize;
        steps[at] = CopyStep::Copy;
        steps
    }

    fn name(step: &CopyStep) -> String {
        match step {
            CopyStep::Of(step) => step.name(),
            CopyStep::Copy => "checkpoint".to_owned(),
        }
    }

    fn is_kept(step: &CopyStep) -> bool {
        *step == CopyStep::Copy
    }

    fn taker(subject: &Subject, directory: &Path, handles: Handles) -> Result<Copied, NotPassed> {
        let storage = Rows::taker(subject, directory, handles)?;
        Ok(Copied { storage, directory: directory.to_owned(), place: subject.place_of_data(&directory.join(COPY)) })
    }

    fn take(taker: &mut Copied, step: &CopyStep) -> Called<()> {
        match step {
            CopyStep::Of(step) => Rows::take(&mut taker.storage, step),
            CopyStep::Copy => taker.copy(),
        }
    }

    fn flush(taker: &mut Copied) -> Called<()> {
        Rows::flush(&mut taker.storage)
    }

    fn look(taker: &mut Copied) -> Result<Vec<String>, String> {
        Rows::look(&mut taker.storage)
    }

    fn said(line: &str) -> String {
        Rows::said(line)
    }

    fn is_unchanged(seen: &[String], again: &[String]) -> Result<(), String> {
        Rows::is_unchanged(seen, again)
    }

    fn looked_at(steps: &[CopyStep], fates: &[Fate], directory: &Path) -> Option<PathBuf> {
        let made = steps.iter().zip(fates).any(|(step, fate)| Self::is_kept(step) && *fate == Fate::Done);
        made.then(|| directory.join(COPY))
    }

    fn check(steps: &[CopyStep], fates: &[Fate], seen: &[String]) -> Result<(), String> {
        let before = steps.iter().zip(fates).map_while(|(step, fate)| match step {
            CopyStep::Of(step) => Some((step.clone(), *fate)),
            CopyStep::Copy => None,
        });
        // What was written before the copy is in it as if it had been flushed, and nothing else is.
        let (steps, fates): (Vec<Step>, Vec<Fate>) = before.chain([(Step::Flush, Fate::Done)]).unzip();
        check(&steps, &fates, &rows_of(seen)?)
            .map_err(|why| format!("in a copy, which is as durable as after a flush, {why}"))
    }
}
