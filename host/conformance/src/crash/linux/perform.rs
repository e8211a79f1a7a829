//! Makes the calls of a supervised process in its place, and notes what they changed below a directory. So none is under way
//! when the process is ended, and each has one place in the order of all.

use crate::crash::linux::call::Call;
use crate::crash::linux::content::Change;
use crate::crash::linux::disk::{Name, Op};
use crate::crash::linux::kernel::Answer;
use crate::crash::linux::process::{path_of, Act, Process};
use rustix::fd::{AsFd, AsRawFd, OwnedFd};
use rustix::fs::{self, AtFlags, FallocateFlags, Mode, OFlags, SeekFrom, CWD};
use rustix::io::Errno;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Files that are mapped are compared with what is known of them at each call if they are no longer than this, else when they
/// are synced.
const COMPARED: u64 = 256 << 10;

/// The fate of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Go,
    /// Fails with this number.
    Fail(i32),
    /// Writes half of what it was given.
    Short,
    /// The process is killed before it.
    Kill,
}

impl Process {
    /// Makes the call, and notes what it changed.
    pub(crate) fn make(&mut self, act: Act, decision: Decision) -> Answer {
        match decision {
            Decision::Fail(error) => {
                if let (Call::Sync { .. }, Some((_, Some(file))), true) =
                    (&act.call, &act.file, [libc::EIO, libc::ENOSPC].contains(&error))
                {
                    self.past.ops.push(Op::Lost { file: *file });
                }
                Answer::Error(error)
            }
            Decision::Go | Decision::Short | Decision::Kill => {
                let made = self.made(act, decision == Decision::Short);
                made.unwrap_or_else(|error| Answer::Error(error.raw_os_error()))
            }
        }
    }

    fn made(&mut self, act: Act, short: bool) -> Result<Answer, Errno> {
        let Act { call, file, paths, .. } = act;
        let number = file.as_ref().and_then(|(_, number)| *number);
        let change = |change| Op::Change { file: number.unwrap_or_default(), change };
        match (call, file) {
            (Call::Write { parts, at, .. }, Some((file, Some(_)))) => {
                let mut data = self.memory.bytes(&parts).ok_or(Errno::FAULT)?;
                if short {
                    data.truncate(data.len().div_ceil(2));
                }
                let flags = fs::fcntl_getfl(&file)?;
                let end = fs::fstat(&file)?.st_size as u64;
                let begin = match at {
                    _ if flags.contains(OFlags::APPEND) => end,
                    Some(at) => at,
                    None => fs::tell(&file)?,
                };
                let written = match at {
                    _ if flags.contains(OFlags::DIRECT) => write_through_cache(&file, &data, begin, at.is_none())?,
                    Some(at) => rustix::io::pwrite(&file, &data, at)?,
                    None => rustix::io::write(&file, &data)?,
                };
                data.truncate(written);
                self.past.ops.push(change(Change::Write { at: begin, data }));
                if flags.intersects(OFlags::DSYNC | OFlags::SYNC) {
                    self.past.ops.push(Op::Sync { file: number.unwrap_or_default() });
                }
                Ok(Answer::Value(written as i64))
            }
            (Call::Truncate { len, .. }, Some((file, Some(_)))) => {
                fs::ftruncate(&file, len)?;
                self.past.ops.push(change(Change::Length(len)));
                Ok(Answer::Value(0))
            }
            (Call::Read { .. }, _) => Ok(Answer::Continue),
            (Call::TruncatePath { len, .. }, _) => {
                let file = fs::open(self.directory.join(&paths[0]), OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
                fs::ftruncate(&file, len)?;
                if let Some(file) = self.number_of(&file)? {
                    self.past.ops.push(Op::Change { file, change: Change::Length(len) });
                }
                Ok(Answer::Value(0))
            }
            (Call::Allocate { mode, at, len, .. }, Some((file, Some(_)))) => {
                let flags = FallocateFlags::from_bits_retain(mode);
                if flags.intersects(FallocateFlags::COLLAPSE_RANGE | FallocateFlags::INSERT_RANGE) {
                    return Err(Errno::OPNOTSUPP);
                }
                let end = fs::fstat(&file)?.st_size as u64;
                fs::fallocate(&file, flags, at, len)?;
                let new = fs::fstat(&file)?.st_size as u64;
                if flags.intersects(FallocateFlags::PUNCH_HOLE | FallocateFlags::ZERO_RANGE) && at < end {
                    let data = vec![0; (len.min(end - at)) as usize];
                    self.past.ops.push(change(Change::Write { at, data }));
                }
                if new != end {
                    self.past.ops.push(change(Change::Length(new)));
                }
                Ok(Answer::Value(0))
            }
            // The disk is the one that is noted: the real one need not be waited for.
            (Call::Sync { .. }, Some((file, None))) => {
                let path = path_of(&file).ok_or(Errno::IO)?;
                let path = path.strip_prefix(&self.directory).map_err(|_| Errno::IO)?.to_owned();
                self.past.ops.push(Op::SyncDirectory { path });
                Ok(Answer::Value(0))
            }
            (Call::Sync { .. }, Some((_, Some(file)))) => {
                self.compare(Some(file));
                self.past.ops.push(Op::Sync { file });
                Ok(Answer::Value(0))
            }
            (Call::SyncAll, _) => {
                self.compare(None);
                self.past.ops.push(Op::SyncAll);
                Ok(Answer::Value(0))
            }
            (Call::SyncMap { address }, _) => {
                if let Some(file) = self.mapped_at(address) {
                    self.compare(Some(file));
                    self.past.ops.push(Op::Sync { file });
                }
                Ok(Answer::Value(0))
            }
            (Call::Map { .. }, Some((file, Some(number)))) => {
                self.map(&file, number)?;
                Ok(Answer::Continue)
            }
            (Call::Open { flags, mode, .. }, _) => self.open(&paths[0], flags, mode),
            (Call::MakeDirectory { mode, .. }, _) => {
                fs::mkdir(self.directory.join(&paths[0]), Mode::from_raw_mode(mode))?;
                self.name(Name::MakeDirectory { path: paths[0].clone() })
            }
            (Call::Remove { directory, .. }, _) => {
                let flags = if directory { AtFlags::REMOVEDIR } else { AtFlags::empty() };
                fs::unlinkat(CWD, self.directory.join(&paths[0]), flags)?;
                self.name(Name::Remove { path: paths[0].clone() })
            }
            (Call::Rename { flags, .. }, _) => {
                let flags = fs::RenameFlags::from_bits_retain(flags);
                if flags.intersects(fs::RenameFlags::EXCHANGE | fs::RenameFlags::WHITEOUT) {
                    return Err(Errno::INVAL);
                }
                let [from, to] = [&paths[0], &paths[1]].map(|path| self.directory.join(path));
                fs::renameat_with(CWD, from, CWD, to, flags)?;
                self.name(Name::Rename { from: paths[0].clone(), to: paths[1].clone() })
            }
            (Call::Link { .. }, _) => {
                let [from, to] = [&paths[0], &paths[1]].map(|path| self.directory.join(path));
                let file = fs::open(&from, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
                fs::link(&from, &to)?;
                match self.number_of(&file)? {
                    Some(file) => self.name(Name::Link { path: paths[1].clone(), file }),
                    None => Ok(Answer::Value(0)),
                }
            }
            (Call::Refused { error, .. }, _) => Ok(Answer::Error(error)),
            _ => Ok(Answer::Continue),
        }
    }

    fn name(&mut self, name: Name) -> Result<Answer, Errno> {
        self.past.ops.push(Op::Name(name));
        Ok(Answer::Value(0))
    }

    fn number_of(&self, file: impl AsFd) -> Result<Option<usize>, Errno> {
        let stat = fs::fstat(file)?;
        Ok(self.past.numbers.get(&(stat.st_dev, stat.st_ino)).copied())
    }

    fn open(&mut self, path: &Path, flags: u32, mode: u32) -> Result<Answer, Errno> {
        let flags = OFlags::from_bits_retain(flags);
        if flags.contains(OFlags::TMPFILE) {
            return Err(Errno::OPNOTSUPP);
        }
        let there = self.directory.join(path);
        let before = fs::stat(&there).ok();
        let file = fs::open(&there, flags | OFlags::CLOEXEC, Mode::from_raw_mode(mode))?;
        let stat = fs::fstat(&file)?;
        match before {
            None => {
                self.past.numbers.insert((stat.st_dev, stat.st_ino), self.past.count);
                self.past.ops.push(Op::Name(Name::Create { path: path.to_owned(), file: self.past.count }));
                self.past.count += 1;
            }
            Some(before) if flags.contains(OFlags::TRUNC) && before.st_size > 0 => {
                if let Some(file) = self.number_of(&file)? {
                    self.past.ops.push(Op::Change { file, change: Change::Length(0) });
                }
            }
            Some(_) => {}
        }
        let flags = if flags.contains(OFlags::CLOEXEC) { libc::O_CLOEXEC as u32 } else { 0 };
        Ok(Answer::Descriptor(file, flags))
    }

    /// From now on the file changes without a call.
    fn map(&mut self, file: &OwnedFd, number: usize) -> Result<(), Errno> {
        if self.mapped.contains_key(&number) {
            return Ok(());
        }
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        let file = File::open(path).map_err(|_| Errno::ACCESS)?;
        let content = content(&file).ok_or(Errno::IO)?;
        self.mapped.insert(number, (file, content));
        Ok(())
    }

    /// Notes what changed in short mapped files without a call.
    pub(crate) fn compare_short(&mut self) {
        let short = |(file, _): &(File, Vec<u8>)| file.metadata().is_ok_and(|meta| meta.len() <= COMPARED);
        let short: Vec<usize> = self.mapped.iter().filter(|(_, it)| short(it)).map(|(number, _)| *number).collect();
        short.into_iter().for_each(|number| self.compare(Some(number)));
    }

    /// Notes what changed in a mapped file without a call, or in all.
    pub(crate) fn compare(&mut self, file: Option<usize>) {
        let mapped = self.mapped.iter_mut().filter(|(number, _)| file.is_none_or(|file| file == **number));
        for (number, (file, known)) in mapped {
            let Some(now) = content(file) else { continue };
            known.resize(now.len(), 0);
            for (page, (old, new)) in (0_u64..).zip(known.chunks(4096).zip(now.chunks(4096))) {
                if old != new {
                    let change = Change::Write { at: page * 4096, data: new.to_vec() };
                    self.past.ops.push(Op::Change { file: *number, change });
                }
            }
            *known = now;
        }
    }
}

/// Writes what a process has written around the cache of the kernel, which wants it at addresses that these bytes need not have.
fn write_through_cache(file: &OwnedFd, data: &[u8], at: u64, moves: bool) -> Result<usize, Errno> {
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let written = rustix::io::pwrite(fs::open(path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?, data, at)?;
    if moves {
        fs::seek(file, SeekFrom::Start(at + written as u64))?;
    }
    Ok(written)
}

fn content(file: &File) -> Option<Vec<u8>> {
    let mut content = vec![0; usize::try_from(file.metadata().ok()?.len()).ok()?];
    file.read_exact_at(&mut content, 0).ok()?;
    Some(content)
}
