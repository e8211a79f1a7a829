//! Windows. It has no modes: who can use a file is its owner's and its access list's matter, which a new file has from its
//! directory.

mod held;
mod processes;

use crate::system::backend::{Ability, Stream, System, Unopened, Variables};
use crate::system::windows::held::Held;
use crate::system::windows::processes::Job;
use sochdb_plugin_host::UntrustedText;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{Error, ErrorKind, Result};
use std::os::windows::fs::{FileExt, OpenOptionsExt};
use std::os::windows::io::AsRawHandle;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;
use windows_sys::Win32::Storage::FileSystem::{FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT};
use windows_sys::Win32::System::Console::{GetConsoleScreenBufferInfo, CONSOLE_SCREEN_BUFFER_INFO};

pub(crate) enum Windows {}

impl System for Windows {
    type Held = Held;
    type Group = Job;

    const VARIABLES: Variables = Variables {
        home: "USERPROFILE",
        configuration: "APPDATA",
        data: "LOCALAPPDATA",
        cache: "LOCALAPPDATA",
        temporary: &["TMP", "TEMP"],
    };
    const CACHE: &'static str = r"AppData\Local";
    const RIGHTS: [&'static str; 2] = ["its token is the user's usual one", "its token is the one of full rights"];
    const LESS_RIGHTS: &'static str = "start it without the rights of an administrator";
    const SECRET: &'static str = "for whom its directory lets use it";

    /// Beside what the host knows there is nothing to try.
    fn abilities() -> Vec<Ability> {
        Vec::new()
    }

    fn in_quotes(argument: &str) -> String {
        format!("\"{}\"", argument.replace('"', "\\\""))
    }

    fn setting(variable: &str) -> String {
        format!("set {variable}=1, or for each program that is started from now on: setx {variable} 1")
    }

    fn described(metadata: &Metadata) -> String {
        if metadata.is_dir() { "a directory" } else { "no directory" }.to_owned()
    }

    fn making(directory: &str) -> String {
        format!("mkdir {directory}")
    }

    fn opening(file: &Path) -> String {
        format!("icacls {} /grant *S-1-5-11:R", UntrustedText::from(file))
    }

    /// The machine's trust file is for all users; which of them is its administrator nobody asks here.
    fn is_administrator() -> bool {
        false
    }

    fn open(path: &Path, follow: bool) -> std::result::Result<Option<File>, Unopened> {
        // A directory is opened too, to say that it is one.
        let flags = FILE_FLAG_BACKUP_SEMANTICS | if follow { 0 } else { FILE_FLAG_OPEN_REPARSE_POINT };
        let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
        let (file, metadata) = match opened.and_then(|file| Ok((file.metadata()?, file))) {
            Ok((metadata, file)) => (file, metadata),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Unopened::Failed(error)),
        };
        if metadata.is_symlink() {
            return Err(Unopened::Link);
        }
        Ok(Some(file))
    }

    /// Nobody looks: that of a file in the user's own directory is the user's.
    fn vet_private(_: &Path, _: &Metadata) -> std::result::Result<(), [String; 2]> {
        Ok(())
    }

    fn with_mode(options: &mut OpenOptions, _: u32) -> &mut OpenOptions {
        options
    }

    fn made_with_mode(_: &mut tempfile::Builder<'_, '_>, _: u32) {}

    fn set_mode(_: &File, _: u32) -> Result<()> {
        Ok(())
    }

    fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> Result<()> {
        while !bytes.is_empty() {
            match file.seek_write(bytes, at)? {
                0 => return Err(ErrorKind::WriteZero.into()),
                written => {
                    bytes = &bytes[written..];
                    at += written as u64;
                }
            }
        }
        Ok(())
    }

    fn make_directory(path: &Path) -> Result<()> {
        std::fs::create_dir(path)
    }

    /// The file system writes names down by itself.
    fn sync_directory(_: &Path) -> Result<()> {
        Ok(())
    }

    /// As people write it, behind the drive's letter.
    fn real_path(path: &Path) -> Result<PathBuf> {
        let real = path.canonicalize()?;
        let plain = real.to_str().and_then(|real| real.strip_prefix(r"\\?\"));
        let plain = plain.filter(|path| path.as_bytes().get(1) == Some(&b':')).map(PathBuf::from);
        Ok(plain.unwrap_or(real))
    }

    fn directory(path: &Path) -> Result<Held> {
        Held::of(path)
    }

    fn try_hold(directory: &mut Held) -> Result<bool> {
        directory.attempt()
    }

    fn hold(directory: &mut Held) -> Result<()> {
        directory.wait()
    }

    fn is_there(_: &Held, path: &Path) -> Result<bool> {
        Ok(path.is_dir())
    }

    fn sync(_: &Held) -> Result<()> {
        Ok(())
    }

    fn columns(stream: Stream) -> Option<usize> {
        let handle = match stream {
            Stream::Output => std::io::stdout().as_raw_handle(),
            Stream::Errors => std::io::stderr().as_raw_handle(),
        };
        // SAFETY: all zeros is such a value, which the call fills in; the handle is open as long as the program.
        let info = unsafe {
            let mut info: CONSOLE_SCREEN_BUFFER_INFO = std::mem::zeroed();
            (GetConsoleScreenBufferInfo(handle, &raw mut info) != 0).then_some(info)
        }?;
        usize::try_from(i32::from(info.srWindow.Right) - i32::from(info.srWindow.Left) + 1).ok()
    }

    /// Rust's runtime drops what is written to what is closed.
    fn closed_output() -> Option<Error> {
        None
    }

    /// No signal ends a program that writes for nobody.
    fn tells_of_pipes() -> bool {
        false
    }

    fn own_program() -> Result<Command> {
        // A program that runs is not replaced here.
        std::env::current_exe().map(Command::new)
    }

    fn spawn(command: &mut Command) -> Result<(Child, Job)> {
        processes::spawn(command)
    }

    fn has_ended(child: &mut Child) -> Result<bool> {
        Ok(child.try_wait()?.is_some())
    }

    fn queued(_: &Child) -> Duration {
        Duration::ZERO
    }

    fn waits_for_disk(_: &Child) -> bool {
        false
    }

    fn end(_: &Child, job: &Job) {
        job.end();
    }

    fn killer(status: ExitStatus) -> Option<i32> {
        processes::exception(status)
    }

    fn killer_name(number: i32) -> String {
        processes::exception_name(number)
    }

    fn begin_test() -> Result<()> {
        processes::show_no_crash();
        Ok(())
    }

    /// Of a crash the exception is known, and nobody has written yet how the way to it is.
    fn watch_for_crash(_: &Path) -> Result<()> {
        Ok(())
    }

    /// A process has no parent to lose: the job that a test runs in has all of them.
    fn adopt() {}

    /// Nobody looks: the job ends them.
    fn has_child() -> bool {
        false
    }
}
