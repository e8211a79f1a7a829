//! Windows: the file is held, from before it is hashed for as long as the process lives, such that nobody can write, rename or
//! delete it; it needs no copy.

pub(crate) mod files;
pub(crate) mod linker;

use crate::elf::format::Format;
use crate::elf::Facts;
use crate::probe::outcome::{NeededLibrary, ProbeError, Report};
use crate::refusal::elf_error::ElfError;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::backend::System;
use crate::system::closed_world;
use crate::system::windows::files::file_system::WindowsFiles;
use crate::system::windows::files::held_file::HeldFile;
use crate::system::windows::files::{imports, memory};
use crate::system::windows::linker::Mapping;
use std::any::Any;
use std::ffi::{CStr, OsStr};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

pub(crate) enum Windows {}

impl System for Windows {
    type Files = WindowsFiles;
    type Headroom = ();
    type Sealed = HeldFile;
    type Bytes = Arc<[u8]>;
    type Mapping = Mapping;
    type Thread = JoinHandle<()>;

    const FORMAT: Format = Format::Pe;
    const NO_PROBE: Option<&'static str> = Some("nobody has made one for Windows");
    const JUDGED_BY: Option<&'static str> = Some("by owners and access lists, from the drive on");
    const PLACES: &'static [&'static str] = &[];

    fn headroom() {}

    fn make_sure_within((): (), step: Step, bytes: u64) -> Result<(), Refusal> {
        memory::make_sure(step, bytes)
    }

    fn make_sure(step: Step, bytes: u64) -> Result<(), Refusal> {
        memory::make_sure(step, bytes)
    }

    fn exec_policy(_: &Path, _: &HeldFile, _: bool) -> Result<((), impl Words<()>), Refusal> {
        Ok(((), |_: &()| "what this system's policy says it says when the library is loaded".to_owned()))
    }

    fn seal(path: &Path, file: &HeldFile) -> Result<(HeldFile, impl Words<HeldFile>), Refusal> {
        file.with_bytes(path)
    }

    fn bytes(sealed: &HeldFile) -> Result<Arc<[u8]>, Refusal> {
        Ok(sealed.bytes())
    }

    fn check(facts: &Facts, _: &OsStr) -> Result<(), ElfError> {
        closed_world::check(facts, Self::is_standard)
    }

    fn is_standard(name: &str) -> bool {
        imports::is_of_the_system(name)
    }

    /// The system's are found in its own directory, whenever they are asked for; no plugin may have the name of one.
    fn is_resident(name: &OsStr) -> bool {
        name.to_str().is_some_and(Self::is_standard)
    }

    fn identity(sealed: &mut HeldFile) -> Result<PathBuf, Refusal> {
        sealed.path()
    }

    /// Does nothing: who has the file keeps it.
    fn keep(_: &HeldFile) {}

    fn probe(_: &HeldFile, _: &[NeededLibrary<'_, HeldFile>], _: &CStr, _: Duration) -> Result<Report, ProbeError> {
        Err(ProbeError::Unavailable { why: Self::NO_PROBE.unwrap_or_default().to_owned() })
    }

    unsafe fn open(path: &OsStr) -> Result<Mapping, String> {
        // SAFETY: the caller promises it.
        unsafe { Mapping::open(path) }
    }

    fn address(mapping: &Mapping, symbol: &str) -> Option<*const u8> {
        mapping.address(symbol)
    }

    fn start(name: &'static CStr, stack: usize, work: Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>> {
        std::thread::Builder::new().name(name.to_string_lossy().into_owned()).stack_size(stack).spawn(work)
    }

    fn join(thread: JoinHandle<()>) -> Result<(), Box<dyn Any + Send>> {
        thread.join()
    }
}
