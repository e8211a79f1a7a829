//! The index that is changed, and the thread that commits it: a commit of tantivy cannot be stopped, but its caller can go.

use crate::generation::Generation;
use sochdb_plugin_sdk::prelude::*;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The time between two questions whether the call is to go on.
const ASK_EVERY: Duration = Duration::from_millis(5);

/// What is changed.
pub(crate) enum Changed {
    Idle(Box<Generation>),
    /// A flush that was cancelled has left this commit behind. Whoever comes next waits for it.
    Committing(JoinHandle<Box<Generation>>),
    Ended,
}

impl Changed {
    /// Ends with what is changed, when nothing commits it any more.
    pub(crate) fn take(&mut self) -> Option<Box<Generation>> {
        match std::mem::replace(self, Self::Ended) {
            Self::Idle(generation) => Some(generation),
            Self::Committing(thread) => thread.join().ok(),
            Self::Ended => None,
        }
    }

    /// What is changed, when nothing commits it any more.
    pub(crate) fn idle(&mut self) -> Result<&mut Generation> {
        if let Self::Committing(_) = self {
            *self = self.take().map_or(Self::Ended, Self::Idle);
        }
        match self {
            Self::Idle(generation) => Ok(generation),
            _ => Err(Error::failed("the index was dropped, or its writer has ended")),
        }
    }

    /// Commits all changes. One that is cancelled goes on alone: nobody is shown its changes, and the next one says how it
    /// ended.
    pub(crate) fn commit(&mut self, watermark: u64) -> Result<&mut Generation> {
        self.idle()?;
        let Some(mut generation) = self.take() else { return self.idle() };
        let caller = thread::current();
        let committing = thread::Builder::new().name("commit".to_owned()).spawn(move || {
            generation.commit(watermark);
            caller.unpark();
            generation
        })?;
        *self = Self::Committing(committing);
        while matches!(self, Self::Committing(thread) if !thread.is_finished()) {
            Call::current(|call| call.go_on())?;
            thread::park_timeout(ASK_EVERY);
        }
        let generation = self.idle()?;
        generation.holds_all()?;
        Ok(generation)
    }
}
