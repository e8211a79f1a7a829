//! Unix systems beside Linux and macOS, on which nobody judges yet who can change a file: its trusted directories, owners and ways to hold it are not
//! known here. What is linked into the program has no file, and works.

use crate::elf::format::Format;
use crate::elf::Facts;
use crate::files::backend::{FileSystem, Text};
use crate::files::plain_path::PlainPath;
use crate::files::status::Status;
use crate::probe::outcome::{NeededLibrary, ProbeError, Report};
use crate::refusal::elf_error::ElfError;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::backend::System;
use crate::system::posix::files::plain_path;
use crate::trust::policy::Demands;
use std::any::Any;
use std::ffi::{CStr, OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

/// The memory that a load needs whatever the plugin's size, in bytes.
const RESERVE: u64 = 16 << 20;

/// A value that never comes to be: a step before it refuses.
#[derive(Clone, Debug)]
pub(crate) enum Nothing {}

impl std::ops::Deref for Nothing {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match *self {}
    }
}

pub(crate) enum Unix {}

pub(crate) enum Unjudged {}

/// The refusal of what nobody judges here.
fn refuse<T>() -> Result<T, Refusal> {
    Err(Refusal::Platform { system: std::env::consts::OS })
}

impl FileSystem for Unjudged {
    type Owners = ();
    type Stamp = Nothing;
    type Directory = Nothing;
    type File = Nothing;

    fn owners(_: Demands) {}

    fn owners_of_the_system() {}

    fn path(path: &Path) -> Result<(PlainPath<'_>, impl Words<PlainPath<'_>>), Refusal> {
        plain_path::check(path)
    }

    fn directories(_: &PlainPath<'_>, (): ()) -> Result<(Nothing, impl Words<Nothing>), Refusal> {
        refuse::<(Nothing, fn(&Nothing) -> String)>()
    }

    fn path_of(directory: &Nothing) -> &Path {
        match *directory {}
    }

    fn file(_: &PlainPath<'_>, directory: &Nothing, (): (), _: u64) -> Result<(Nothing, impl Words<Nothing>), Refusal> {
        match *directory {}
        #[allow(unreachable_code)]
        refuse::<(Nothing, fn(&Nothing) -> String)>()
    }

    fn library(_: &Path, directory: &Nothing, _: &OsStr, (): ()) -> Result<Nothing, Refusal> {
        match *directory {}
    }

    fn status(file: &Nothing) -> Status {
        match *file {}
    }

    fn is_replaced(directory: &Nothing, _: &OsStr, _: &Status) -> Result<bool, Refusal> {
        match *directory {}
    }

    fn behind_links(directory: &Nothing, _: &OsStr) -> Result<OsString, Refusal> {
        match *directory {}
    }

    fn has(directory: &Nothing, _: &Path) -> bool {
        match *directory {}
    }

    fn read_library(_: &Path) -> Result<(Vec<u8>, PathBuf), Refusal> {
        refuse()
    }

    fn read_text(_: &Path, directory: &Nothing, _: &OsStr, (): ()) -> Result<Text<Nothing>, Refusal> {
        match *directory {}
    }

    fn is_unchanged(_: &Path, directory: &Nothing, _: &OsStr, (): (), _: &Nothing) -> bool {
        match *directory {}
    }

    fn read_text_at(_: &Path) -> Result<Text<Nothing>, Refusal> {
        refuse()
    }

    fn is_unchanged_at(_: &Path, stamp: &Nothing) -> bool {
        match *stamp {}
    }
}

impl System for Unix {
    type Files = Unjudged;
    type Headroom = ();
    type Sealed = Nothing;
    type Bytes = Nothing;
    type Mapping = Nothing;
    type Thread = JoinHandle<()>;

    const FORMAT: Format = Format::Elf;
    const NO_PROBE: Option<&'static str> = Some("nobody has made one for this system");
    const JUDGED_BY: Option<&'static str> = None;
    const PLACES: &'static [&'static str] = &[];

    fn headroom() {}

    fn make_sure_within((): (), step: Step, bytes: u64) -> Result<(), Refusal> {
        Self::make_sure(step, bytes)
    }

    fn make_sure(step: Step, bytes: u64) -> Result<(), Refusal> {
        let room = usize::try_from(bytes.saturating_add(RESERVE)).ok();
        let made = room.and_then(|room| Vec::<u8>::new().try_reserve_exact(room).ok());
        made.ok_or_else(|| Refusal::Shortage {
            step,
            lack: crate::refusal::lack::Lack::Memory,
            reason: io::ErrorKind::OutOfMemory.into(),
        })
    }

    fn exec_policy(_: &Path, file: &Nothing, _: bool) -> Result<((), impl Words<()>), Refusal> {
        match *file {}
        #[allow(unreachable_code)]
        refuse::<((), fn(&()) -> String)>()
    }

    fn seal(_: &Path, file: &Nothing) -> Result<(Nothing, impl Words<Nothing>), Refusal> {
        match *file {}
        #[allow(unreachable_code)]
        refuse::<(Nothing, fn(&Nothing) -> String)>()
    }

    fn bytes(sealed: &Nothing) -> Result<Nothing, Refusal> {
        match *sealed {}
    }

    /// The steps that ask this and what follows do not begin.
    fn check(_: &Facts, _: &OsStr) -> Result<(), ElfError> {
        Ok(())
    }

    fn is_standard(_: &str) -> bool {
        false
    }

    fn is_resident(_: &OsStr) -> bool {
        false
    }

    fn identity(sealed: &mut Nothing) -> Result<PathBuf, Refusal> {
        match *sealed {}
    }

    fn keep(sealed: &Nothing) {
        match *sealed {}
    }

    fn probe(plugin: &Nothing, _: &[NeededLibrary<'_, Nothing>], _: &CStr, _: Duration) -> Result<Report, ProbeError> {
        match *plugin {}
    }

    unsafe fn open(_: &OsStr) -> Result<Nothing, String> {
        Err(format!("no library is loaded on {} yet", std::env::consts::OS))
    }

    fn address(mapping: &Nothing, _: &str) -> Option<*const u8> {
        match *mapping {}
    }

    fn start(name: &'static CStr, stack: usize, work: Box<dyn FnOnce() + Send>) -> io::Result<JoinHandle<()>> {
        let name = name.to_string_lossy().into_owned();
        std::thread::Builder::new().name(name).stack_size(stack).spawn(work)
    }

    fn join(thread: JoinHandle<()>) -> Result<(), Box<dyn Any + Send>> {
        thread.join()
    }
}
