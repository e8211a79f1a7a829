//! A process whose calls are supervised, and which of them concern a directory.

use crate::crash::linux::call::{Call, Memory, Place};
use crate::crash::linux::disk::Op;
use crate::crash::linux::kernel::Asked;
use rustix::fd::{AsRawFd, OwnedFd};
use rustix::fs;
use rustix::process::{pidfd_getfd, pidfd_open, ForeignRawFd, Pid, PidfdFlags, PidfdGetfdFlags};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};

/// A call that concerns the directory.
#[derive(Debug)]
pub(crate) struct Act {
    pub(crate) call: Call,
    /// The descriptor of the call, and the number of its file; None of the directory's own.
    pub(crate) file: Option<(OwnedFd, Option<usize>)>,
    /// The call's paths, below the directory.
    pub(crate) paths: Vec<PathBuf>,
    /// The call, as a message says it.
    pub(crate) what: String,
}

/// The bytes of a long write.
const LONG: u64 = 1 << 16;

/// The ways in which a call may fail.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fits {
    /// Whether it may write a part of what it was given.
    pub(crate) may_be_short: bool,
    /// Whether a signal may end it before it did anything.
    pub(crate) may_be_interrupted: bool,
    /// Whether it needs room on the disk.
    pub(crate) takes_space: bool,
    /// Whether it waits for the disk.
    pub(crate) syncs: bool,
    /// Whether it reads, and changes nothing.
    pub(crate) reads: bool,
    /// Whether it writes much: a part of what has no room in one call.
    pub(crate) is_long: bool,
    /// Whether it changes a name or a length. Plugins make few such calls, at moments that matter.
    pub(crate) is_rare: bool,
}

impl Act {
    pub(crate) fn fits(&self) -> Fits {
        use Call::{Allocate, MakeDirectory, Open, Sync, Truncate, Write};
        Fits {
            may_be_short: matches!(self.call, Write { .. }),
            may_be_interrupted: matches!(
                self.call,
                Write { .. } | Truncate { .. } | Allocate { .. } | Sync { .. } | Open { .. }
            ),
            takes_space: matches!(
                self.call,
                Write { .. } | Allocate { .. } | Open { .. } | MakeDirectory { .. } | Sync { .. }
            ),
            syncs: matches!(self.call, Sync { .. } | Call::SyncMap { .. } | Call::SyncAll),
            reads: matches!(self.call, Call::Read { .. }),
            is_long: matches!(&self.call, Write { parts, .. } if parts.iter().map(|(_, len)| len).sum::<u64>() >= LONG),
            is_rare: !matches!(self.call, Write { .. } | Sync { .. } | Call::Read { .. } | Call::Refused { .. }),
        }
    }
}

/// A directory's past: what was done to it, and the files of which that tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    pub(crate) ops: Vec<Op>,
    /// The number of each file, by device and inode.
    pub(crate) numbers: HashMap<(u64, u64), usize>,
    pub(crate) count: usize,
}

/// A process, and the directory whose changes are noted.
pub(crate) struct Process {
    process: OwnedFd,
    pid: i32,
    pub(crate) memory: Memory,
    pub(crate) directory: PathBuf,
    pub(crate) past: Past,
    /// The files that the process mapped, and what is known of their content.
    pub(crate) mapped: BTreeMap<usize, (File, Vec<u8>)>,
}

impl Process {
    /// Looks at a process with this number. `directory` is a real path, and this its past.
    ///
    /// # Errors
    /// The kernel does not let this process look.
    pub(crate) fn new(pid: u32, directory: &Path, past: Past) -> std::io::Result<Self> {
        let pid = i32::try_from(pid).map_err(std::io::Error::other)?;
        let number = Pid::from_raw(pid).ok_or_else(|| std::io::Error::other("no process"))?;
        Ok(Self {
            process: pidfd_open(number, PidfdFlags::empty())?,
            pid,
            memory: Memory(File::open(format!("/proc/{pid}/mem"))?),
            directory: directory.to_owned(),
            past,
            mapped: BTreeMap::new(),
        })
    }

    /// The process's descriptor, as one of this process.
    ///
    /// # Errors
    /// The kernel does not allow it.
    pub(crate) fn descriptor(&self, number: i32) -> std::io::Result<OwnedFd> {
        Ok(pidfd_getfd(&self.process, number as ForeignRawFd, PidfdGetfdFlags::empty())?)
    }

    /// The call, if it concerns the directory.
    pub(crate) fn act(&self, asked: &Asked) -> Option<Act> {
        // A process that the plugin started has descriptors of its own.
        if !Path::new(&format!("/proc/{}/task/{}", self.pid, asked.thread)).exists() {
            return None;
        }
        let call = Call::read(asked, &self.memory)?;
        let (descriptor, places): (Option<i32>, Vec<&Place>) = match &call {
            Call::Write { file, .. }
            | Call::Truncate { file, .. }
            | Call::Allocate { file, .. }
            | Call::Sync { file }
            | Call::Map { file }
            | Call::Read { file } => (Some(*file), vec![]),
            Call::Refused { file, .. } => (*file, vec![]),
            Call::TruncatePath { path, .. } => (None, vec![path]),
            Call::Open { path, .. } | Call::MakeDirectory { path, .. } | Call::Remove { path, .. } => {
                (None, vec![path])
            }
            Call::Rename { from, to, .. } | Call::Link { from, to } => (None, vec![from, to]),
            Call::SyncAll => (None, vec![]),
            Call::SyncMap { address } => {
                self.mapped_at(*address)?;
                (None, vec![])
            }
        };
        let file = match descriptor {
            Some(number) => Some(self.known(number)?),
            None => None,
        };
        let paths: Vec<PathBuf> = places.iter().filter_map(|place| self.below(place)).collect();
        if paths.len() != places.len() {
            return None;
        }
        let what = what(&call, file.as_ref().map(|file| &file.0), &self.directory, &paths);
        Some(Act { call, file, paths, what })
    }

    /// The descriptor, and which of the known files it is.
    fn known(&self, number: i32) -> Option<(OwnedFd, Option<usize>)> {
        let file = self.descriptor(number).ok()?;
        let stat = fs::fstat(&file).ok()?;
        // Its inode may have been that of a file which is gone.
        if !fs::FileType::from_raw_mode(stat.st_mode).is_dir() {
            return Some((file, Some(*self.past.numbers.get(&(stat.st_dev, stat.st_ino))?)));
        }
        path_of(&file)?.starts_with(&self.directory).then_some((file, None))
    }

    /// The path below the directory that is meant; None of another one. The last part is not followed.
    fn below(&self, place: &Place) -> Option<PathBuf> {
        let from = if place.from == libc::AT_FDCWD {
            format!("/proc/{}/cwd", self.pid)
        } else {
            format!("/proc/{}/fd/{}", self.pid, place.from)
        };
        let path = if place.path.is_absolute() {
            place.path.clone()
        } else {
            std::fs::read_link(from).ok()?.join(&place.path)
        };
        let parent = std::fs::canonicalize(path.parent()?).ok()?;
        Some(parent.join(path.file_name()?).strip_prefix(&self.directory).ok()?.to_owned())
    }

    /// The known file that is mapped at this address.
    pub(crate) fn mapped_at(&self, address: u64) -> Option<usize> {
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", self.pid)).ok()?;
        let path = maps.lines().find_map(|line| {
            let (range, rest) = line.split_once(' ')?;
            let (from, to) = range.split_once('-')?;
            let of = |text| u64::from_str_radix(text, 16).ok();
            (of(from)? <= address && address < of(to)?).then(|| rest.splitn(5, ' ').nth(4).map(str::trim_start))?
        })?;
        let stat = fs::stat(path).ok()?;
        self.past.numbers.get(&(stat.st_dev, stat.st_ino)).copied()
    }
}

/// The path of an open file.
pub(crate) fn path_of(file: &OwnedFd) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

/// A call, as a message says it.
fn what(call: &Call, file: Option<&OwnedFd>, directory: &Path, paths: &[PathBuf]) -> String {
    let name = |file: &OwnedFd| {
        let path = path_of(file)?;
        let below = path.strip_prefix(directory).ok()?.to_owned();
        Some(if below.as_os_str().is_empty() { "the directory".to_owned() } else { below.display().to_string() })
    };
    let file = file.and_then(name).unwrap_or_default();
    let shown = |at: usize| paths[at].display();
    match call {
        Call::Write { parts, at, .. } => {
            let len: u64 = parts.iter().map(|(_, len)| len).sum();
            let place = at.map_or_else(String::new, |at| format!(" at {at}"));
            format!("write of {len} bytes{place} to {file}")
        }
        Call::Truncate { len, .. } => format!("ftruncate of {file} to {len} bytes"),
        Call::TruncatePath { len, .. } => format!("truncate of {} to {len} bytes", shown(0)),
        Call::Allocate { at, len, .. } => format!("fallocate of {len} bytes at {at} of {file}"),
        Call::Sync { .. } => format!("fsync of {file}"),
        Call::SyncAll => "sync".to_owned(),
        Call::SyncMap { .. } => "msync".to_owned(),
        Call::Map { .. } => format!("mmap of {file}"),
        Call::Read { .. } => format!("read of {file}"),
        Call::Open { .. } => format!("open of {}", shown(0)),
        Call::Rename { .. } => format!("rename of {} to {}", shown(0), shown(1)),
        Call::Link { .. } => format!("link of {} as {}", shown(0), shown(1)),
        Call::Remove { .. } => format!("unlink of {}", shown(0)),
        Call::MakeDirectory { .. } => format!("mkdir of {}", shown(0)),
        Call::Refused { .. } => format!("another call on {file}"),
    }
}
