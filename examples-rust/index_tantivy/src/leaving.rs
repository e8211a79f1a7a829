//! An index that a build gave up: its writer ends by itself, after the texts that it was given.

use crate::generation::Generation;
use sochdb_plugin_sdk::Result;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

/// The thread that ends it and removes its folder.
#[derive(Default)]
pub(crate) struct Leaving(Mutex<Option<JoinHandle<()>>>);

impl Leaving {
    pub(crate) fn leave(&self, generation: Generation, folder: PathBuf) -> Result<()> {
        self.wait();
        let end = move || {
            drop(generation);
            // What cannot be removed now is so by the next flush, or the next instance.
            let _removed = std::fs::remove_dir_all(folder);
        };
        let thread = Builder::new().name("leave".to_owned()).spawn(end)?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
        Ok(())
    }

    /// Waits until it is gone.
    pub(crate) fn wait(&self) {
        let thread = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A thread that panicked is gone, too.
        let _ended = thread.map(JoinHandle::join);
    }
}
