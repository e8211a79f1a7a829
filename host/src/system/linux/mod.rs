//! Linux: everything is proved, see the table of steps.

pub(crate) mod base;
pub(crate) mod files;
pub(crate) mod libraries;
pub(crate) mod linker;
pub(crate) mod probe;
pub(crate) mod sync;

use crate::elf::format::Format;
use crate::elf::Facts;
use crate::probe::outcome::{NeededLibrary, ProbeError, Report};
use crate::refusal::elf_error::ElfError;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::backend::System;
use crate::system::linux::files::headroom::Headroom;
use crate::system::linux::files::mapped_file::Mapped;
use crate::system::linux::files::sealed_file::SealedFile;
use crate::system::linux::files::{exec_policy, fd_paths};
use crate::system::linux::linker::Mapping;
use crate::system::linux::probe::request::{Needed, Request};
use crate::system::linux::sync::signals::Blocked;
use crate::system::linux::sync::thread::Thread;
use crate::system::posix::files::file_system::PosixFiles;
use crate::system::posix::files::memory;
use crate::system::posix::files::open_file::OpenFile;
use rustix::fd::AsFd;
use std::any::Any;
use std::ffi::{CStr, OsStr};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) enum Linux {}

impl System for Linux {
    type Files = PosixFiles;
    type Headroom = Headroom;
    type Sealed = SealedFile;
    type Bytes = Mapped;
    type Mapping = Mapping;
    type Thread = Thread;

    const FORMAT: Format = Format::Elf;
    const NO_PROBE: Option<&'static str> = None;
    const JUDGED_BY: Option<&'static str> = Some("by owners and modes, from / on");
    const PLACES: &'static [&'static str] = libraries::PLACES;

    fn headroom() -> Headroom {
        Headroom::look()
    }

    fn make_sure_within(headroom: Headroom, step: Step, bytes: u64) -> Result<(), Refusal> {
        headroom.make_sure(step, bytes)
    }

    fn make_sure(step: Step, bytes: u64) -> Result<(), Refusal> {
        memory::make_sure(step, bytes)
    }

    fn exec_policy(path: &Path, file: &OpenFile, ask_kernel: bool) -> Result<((), impl Words<()>), Refusal> {
        exec_policy::check(path, file, ask_kernel)
    }

    fn seal(path: &Path, file: &OpenFile) -> Result<(SealedFile, impl Words<SealedFile>), Refusal> {
        SealedFile::copy(path, file)
    }

    fn bytes(sealed: &SealedFile) -> Result<Mapped, Refusal> {
        sealed.map()
    }

    fn check(facts: &Facts, file: &OsStr) -> Result<(), ElfError> {
        facts.check(file)
    }

    fn is_standard(name: &str) -> bool {
        libraries::STANDARD.contains(&name)
    }

    fn is_resident(name: &OsStr) -> bool {
        linker::is_resident(name)
    }

    fn identity(sealed: &mut SealedFile) -> Result<PathBuf, Refusal> {
        fd_paths::path_of(sealed)
    }

    fn keep(sealed: &SealedFile) {
        fd_paths::keep(sealed);
    }

    fn probe(
        plugin: &SealedFile,
        needed: &[NeededLibrary<'_, SealedFile>],
        symbol: &CStr,
        limit: Duration,
    ) -> Result<Report, ProbeError> {
        let sealed = needed.iter().filter_map(|library| match library {
            NeededLibrary::File(_) => None,
            NeededLibrary::Sealed(file) => Some(file.size()),
        });
        let bytes = plugin.size() + sealed.sum::<u64>();
        let needed: Vec<Needed<'_>> = needed
            .iter()
            .map(|library| match library {
                NeededLibrary::File(path) => Needed::File(path),
                NeededLibrary::Sealed(file) => Needed::Sealed(file.as_fd()),
            })
            .collect();
        probe::run(&Request { plugin: plugin.as_fd(), bytes, needed: &needed, symbol, limit })
    }

    unsafe fn open(path: &OsStr) -> Result<Mapping, String> {
        // SAFETY: the caller promises it.
        unsafe { Mapping::open(path) }
    }

    fn address(mapping: &Mapping, symbol: &str) -> Option<*const u8> {
        mapping.address(symbol)
    }

    fn start(name: &'static CStr, stack: usize, work: Box<dyn FnOnce() + Send>) -> io::Result<Thread> {
        // The thread inherits what is blocked.
        let _blocked = Blocked::all()?;
        Thread::start(name, stack, work)
    }

    fn join(thread: Thread) -> Result<(), Box<dyn Any + Send>> {
        thread.join()
    }
}
