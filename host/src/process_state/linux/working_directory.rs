//! The directory from which relative paths count.

use crate::base::text::UntrustedText;
use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::part::Part;
use rustix::fd::{AsRawFd, OwnedFd};
use rustix::fs::{Mode, OFlags};

/// The directory, held open, so that it is found again whatever its path is then; nothing if it cannot be opened.
pub(crate) struct WorkingDirectory(Option<OwnedFd>);

impl Part for WorkingDirectory {
    fn now() -> Self {
        Self(rustix::fs::open(".", OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).ok())
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        let (Some(before), Some(after)) = (&self.0, &now.0) else { return };
        let identity = |fd: &OwnedFd| rustix::fs::fstat(fd).map(|stat| (stat.st_dev, stat.st_ino));
        if identity(before) == identity(after) {
            return;
        }
        changes.add((ProcessPart::WorkingDirectory, By::AnyThread), "", (path(before), path(after)), || {
            rustix::process::fchdir(before).is_ok()
        });
    }
}

fn path(directory: &OwnedFd) -> String {
    let link = std::fs::read_link(format!("/proc/self/fd/{}", directory.as_raw_fd()));
    link.map_or_else(|_| "a directory".to_owned(), |path| UntrustedText::from(path.as_path()).to_string())
}
