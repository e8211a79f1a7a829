//! A compaction, which whoever holds a snapshot may keep from its work.

use crate::frame::must::Must;
use crate::frame::not_passed::NotPassed;
use sochdb_plugin_host::sdk::{ErrorKind, StorageExtension};
use sochdb_plugin_host::Storage;

/// Compacts, if the storage is not busy with what it would take away.
pub(crate) fn compact(storage: &Storage) -> Result<(), NotPassed> {
    match storage.compact() {
        Err(error) if error.kind() == ErrorKind::Busy => Ok(()),
        compacted => compacted.must("compact"),
    }
}
