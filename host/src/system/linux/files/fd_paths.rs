//! The names by which the dynamic linker knows sealed files: `/proc/PID/fd/N`.

use crate::refusal::refusals::Refusal;
use crate::system::linux::files::sealed_file::SealedFile;
use crate::system::linux::linker;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, Ordering};

/// One more than the largest descriptor whose name the dynamic linker knows as a library's.
static UNKNOWN_NUMBER: AtomicI32 = AtomicI32::new(0);

/// Remembers that the dynamic linker knows the file's name. The file must never be closed.
pub(crate) fn keep(file: &SealedFile) {
    UNKNOWN_NUMBER.fetch_max(file.number().saturating_add(1), Ordering::Relaxed);
}

/// The path for the dynamic linker, which knows a library by the name it was opened with before it looks at the file.
pub(crate) fn path_of(file: &mut SealedFile) -> Result<PathBuf, Refusal> {
    let is_known = |path: &Path| linker::is_resident(path.as_os_str());
    let mut path = file.path()?;
    if is_known(&path) {
        // Somebody closed the descriptor of another library, and this file got its number.
        file.renumber(UNKNOWN_NUMBER.load(Ordering::Relaxed).max(file.number().saturating_add(1)))?;
        path = file.path()?;
        if is_known(&path) {
            return Err(Refusal::AliasLoaded);
        }
    }
    Ok(path)
}
