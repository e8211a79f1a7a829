//! Resources of which a process, a user or a machine has only so much, and how to get more of them.

use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use std::fmt;
use std::io;

/// A resource that ran short, see [`Refusal::Shortage`](crate::Refusal::Shortage).
///
/// ```
/// use sochdb_plugin_host::Lack;
///
/// assert_eq!(Lack::Descriptors.to_string(), "file descriptors of this process");
/// assert!(Lack::Descriptors.remedy().contains("ulimit -n"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lack {
    /// File descriptors of the process (`EMFILE`).
    Descriptors,
    /// Open files of the machine (`ENFILE`).
    OpenFiles,
    /// Memory, or address space (`ENOMEM`).
    Memory,
    /// Processes and threads (a refused `clone`).
    Processes,
    /// The stack of a new process.
    Stack,
    /// Bytes that one file may have (`EFBIG`).
    FileSize,
    /// Room on a file system (`ENOSPC`, `EDQUOT`).
    Space,
}

impl Lack {
    /// The resource for whose lack a system call failed, if it did for one. `EAGAIN` has other meanings, but for `clone`.
    pub(crate) fn of(error: &io::Error) -> Option<Self> {
        let (number, of) = (error.raw_os_error()?, Own::SHORTAGES);
        let all = [
            (of.descriptors, Self::Descriptors),
            (of.open_files, Self::OpenFiles),
            (of.memory, Self::Memory),
            (of.file_size, Self::FileSize),
            (of.space, Self::Space),
        ];
        all.into_iter().find(|(numbers, _)| numbers.contains(&number)).map(|(_, lack)| lack)
    }

    /// Says how to get more of the resource.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Descriptors => {
                "raise the limit of the process: `ulimit -n`, or LimitNOFILE= of its service; each loaded plugin keeps \
                 one descriptor"
            }
            Self::OpenFiles => "raise the machine's limit: `sysctl fs.file-max`, or close files of other processes",
            Self::Memory => {
                "raise the limit of the process: `ulimit -v` and `ulimit -d`, or MemoryMax= of its service; a load needs \
                 32 MiB, what the plugin takes when it is mapped, and 256 bytes for each byte of a trust file"
            }
            Self::Processes => {
                "raise the limit of the user: `ulimit -u`, or TasksMax= of its service (pids.max of the cgroup); a load \
                 needs one thread and one process, and a seccomp filter must allow clone"
            }
            Self::Stack => {
                "raise the limit of the process: `ulimit -s`, or LimitSTACK= of its service; the probe needs 128 KiB"
            }
            Self::FileSize => {
                "raise the limit of the process: `ulimit -f`, or LimitFSIZE= of its service; sealed memory counts as a \
                 file, and needs the size of the plugin and 4 MiB"
            }
            Self::Space => "make room: `df` shows the file systems, `quota` the user's share of them",
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As a refusal's remedy writes it.
        if formatter.alternate() {
            return formatter.write_str(self.remedy());
        }
        formatter.write_str(match self {
            Self::Descriptors => "file descriptors of this process",
            Self::OpenFiles => "open files of this machine",
            Self::Memory => "memory",
            Self::Processes => "processes and threads",
            Self::Stack => "the stack of a new process",
            Self::FileSize => "the size that a file may have",
            Self::Space => "room on a file system",
        })
    }
}
