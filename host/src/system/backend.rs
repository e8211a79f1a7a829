//! The trait of a system, for the steps of a load.

use crate::elf::format::Format;
use crate::elf::Facts;
use crate::files::backend::FileSystem;
use crate::probe::outcome::{NeededLibrary, ProbeError, Report};
use crate::refusal::elf_error::ElfError;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use std::any::Any;
use std::ffi::{CStr, OsStr};
use std::fmt::Debug;
use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file of a system.
pub(crate) type FileOf<Own> = <<Own as System>::Files as FileSystem>::File;

/// A system, as the steps of a load know it. Where it cannot prove what a step promises, the step refuses and says so:
/// [`Refusal::Platform`]. What never comes to be there is a type without a value.
pub(crate) trait System {
    /// The files, and how they are judged.
    type Files: FileSystem;
    /// Whether anything limits the memory of the process.
    type Headroom: Copy + Send + 'static;
    /// A file's bytes where nobody can change them any more.
    type Sealed: Debug + Send + 'static;
    /// The bytes of a sealed file.
    type Bytes: Deref<Target = [u8]>;
    /// A library that is mapped; it is never unmapped.
    type Mapping;
    /// A thread that was started. It goes on alone if this is dropped.
    type Thread: Debug;

    /// The format of the libraries that its dynamic linker loads.
    const FORMAT: Format;
    /// Why there is no probe; `None` where there is one.
    const NO_PROBE: Option<&'static str>;
    /// How it is found out who can change a file; `None` where nobody does.
    const JUDGED_BY: Option<&'static str>;
    /// Where the system keeps libraries.
    const PLACES: &'static [&'static str];

    /// Looks whether anything limits the memory now.
    fn headroom() -> Self::Headroom;
    /// Does as [`make_sure`](Self::make_sure), without a try where nothing limits the process.
    ///
    /// # Errors
    /// [`Refusal::Shortage`].
    fn make_sure_within(headroom: Self::Headroom, step: Step, bytes: u64) -> Result<(), Refusal>;
    /// Makes sure that the process can have so many bytes of memory and some more, at this moment.
    ///
    /// # Errors
    /// [`Refusal::Shortage`].
    fn make_sure(step: Step, bytes: u64) -> Result<(), Refusal>;

    /// The step `exec-policy`. `ask_kernel`: whether the kernel is asked too.
    fn exec_policy(path: &Path, file: &FileOf<Self>, ask_kernel: bool) -> Result<((), impl Words<()>), Refusal>;
    /// The step `seal`.
    fn seal(path: &Path, file: &FileOf<Self>) -> Result<(Self::Sealed, impl Words<Self::Sealed>), Refusal>;
    /// The bytes of a sealed file.
    fn bytes(sealed: &Self::Sealed) -> Result<Self::Bytes, Refusal>;

    /// The part of the step `elf` that decides for this process, on a plugin's facts and the name of its file.
    fn check(facts: &Facts, file: &OsStr) -> Result<(), ElfError>;
    /// Whether plugins need a library of this name without their authors' doing.
    fn is_standard(name: &str) -> bool;
    /// Whether the dynamic linker has a library of this name.
    fn is_resident(name: &OsStr) -> bool;
    /// The name by which the dynamic linker is to know a sealed file, and knows nothing yet.
    fn identity(sealed: &mut Self::Sealed) -> Result<PathBuf, Refusal>;
    /// Remembers that the dynamic linker knows the file's name. The file must never be closed.
    fn keep(sealed: &Self::Sealed);
    /// The probe: loads the libraries and the plugin in a process of its own, which has to have `symbol`, and waits no longer
    /// than `limit` for what comes of it.
    fn probe(
        plugin: &Self::Sealed,
        needed: &[NeededLibrary<'_, Self::Sealed>],
        symbol: &CStr,
        limit: Duration,
    ) -> Result<Report, ProbeError>;
    /// Maps the library at `path`, binds all its symbols and keeps them from other libraries. On refusal what the
    /// dynamic linker says.
    ///
    /// # Safety
    /// The caller trusts the library: its constructors run.
    unsafe fn open(path: &OsStr) -> Result<Self::Mapping, String>;
    /// Where the library has this symbol. The search goes on in the libraries that it needs.
    fn address(mapping: &Self::Mapping, symbol: &str) -> Option<*const u8>;

    /// Starts a thread with this much stack, in bytes, in which no signal is handled.
    ///
    /// # Errors
    /// There is no memory for it, or it would be one too many.
    fn start(name: &'static CStr, stack: usize, work: Box<dyn FnOnce() + Send>) -> io::Result<Self::Thread>;
    /// Waits for a thread's end.
    ///
    /// # Errors
    /// What it panicked with.
    fn join(thread: Self::Thread) -> Result<(), Box<dyn Any + Send>>;
}
