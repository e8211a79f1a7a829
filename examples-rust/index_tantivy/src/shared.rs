//! What an index has in common with the build that will replace it.

use crate::files::Files;
use crate::leaving::Leaving;
use sochdb_plugin_sdk::Host;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

pub(crate) struct Shared {
    host: Host,
    pub(crate) files: Files,
    /// The bytes of memory of a writer.
    pub(crate) memory: usize,
    /// What a build gave up.
    pub(crate) leaving: Leaving,
    waits: AtomicBool,
}

impl Shared {
    pub(crate) fn new(host: Host, files: Files, memory: usize) -> Self {
        Self { host, files, memory, leaving: Leaving::default(), waits: AtomicBool::new(false) }
    }

    /// Notes whether changes wait for a flush.
    pub(crate) fn set_waits(&self, waits: bool) {
        if self.waits.swap(waits, SeqCst) != waits {
            self.report();
        }
    }

    /// Tells the host what the writers take at most: that of changes that wait, and that of a build.
    pub(crate) fn report(&self) {
        let writers = u64::from(self.waits.load(SeqCst)) + u64::from(self.files.is_building());
        self.host.memory_used(writers * self.memory as u64);
    }
}
