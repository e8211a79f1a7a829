//! Unix systems: what they have in common, and with `own` what each has alone.

mod own;
mod processes;
mod standard;
mod usual;

use crate::system::backend::{Ability, Stream, System, Unopened, Variables};
use rustix::fs::{access, flock, Access, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use sochdb_plugin_host::UntrustedText;
use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{Error, Result};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;

pub(crate) enum Posix {}

impl System for Posix {
    type Held = File;
    type Group = ();

    const VARIABLES: Variables = Variables {
        home: "HOME",
        configuration: "XDG_CONFIG_HOME",
        data: "XDG_DATA_HOME",
        cache: "XDG_CACHE_HOME",
        temporary: &["TMPDIR"],
    };
    const CACHE: &'static str = ".cache";
    const RIGHTS: [&'static str; 2] = own::RIGHTS;
    const LESS_RIGHTS: &'static str = "take the set-user-ID bit or the file's capabilities from this command";
    const SECRET: &'static str = "mode 0600";

    fn abilities() -> Vec<Ability> {
        own::abilities()
    }

    fn in_quotes(argument: &str) -> String {
        format!("'{}'", argument.replace('\'', "'\\''"))
    }

    fn setting(variable: &str) -> String {
        format!("export {variable}=1, or in a unit of systemd Environment={variable}=1")
    }

    fn described(metadata: &Metadata) -> String {
        format!("owner {}, mode {:04o}", metadata.uid(), metadata.mode() & 0o7777)
    }

    fn making(directory: &str) -> String {
        format!("mkdir -m 755 -p {directory}")
    }

    /// Of the directories on the way, the first that is closed.
    fn opening(file: &Path) -> String {
        let closed = |directory: &&Path| access(*directory, Access::EXEC_OK).is_err_and(|errno| errno == Errno::ACCESS);
        let mut above: Vec<&Path> =
            file.ancestors().skip(1).filter(|directory| !directory.as_os_str().is_empty()).collect();
        above.reverse();
        match above.iter().find(|directory| closed(directory)) {
            Some(directory) => format!("chmod a+x {}", UntrustedText::from(*directory)),
            None => format!("chmod a+r {}", UntrustedText::from(file)),
        }
    }

    fn is_administrator() -> bool {
        rustix::process::geteuid().is_root()
    }

    fn open(path: &Path, follow: bool) -> std::result::Result<Option<File>, Unopened> {
        // A FIFO or a device must not block.
        let mut flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        if !follow {
            flags |= OFlags::NOFOLLOW;
        }
        match rustix::io::retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty())) {
            Ok(file) => Ok(Some(File::from(file))),
            Err(Errno::NOENT) => Ok(None),
            // FreeBSD says the second of a link that is not to be followed.
            Err(Errno::LOOP | Errno::MLINK) => Err(Unopened::Link),
            // A socket, or a device without a driver.
            Err(Errno::NXIO) => Err(Unopened::NotRegular),
            Err(errno) => Err(Unopened::Failed(errno.into())),
        }
    }

    fn vet_private(file: &Path, metadata: &Metadata) -> std::result::Result<(), [String; 2]> {
        let (name, user) = (UntrustedText::from(file), rustix::process::geteuid().as_raw());
        if metadata.uid() != user && metadata.uid() != 0 {
            let reason = format!("{name} belongs to user {}, who can read and change it", metadata.uid());
            return Err([reason, format!("chown {user} {name}")]);
        }
        if metadata.mode() & 0o077 != 0 {
            let mode = metadata.mode() & 0o7777;
            return Err([format!("{name} can be used by others (mode {mode:04o})"), format!("chmod 600 {name}")]);
        }
        Ok(())
    }

    fn with_mode(options: &mut OpenOptions, mode: u32) -> &mut OpenOptions {
        options.mode(mode)
    }

    fn made_with_mode(builder: &mut tempfile::Builder<'_, '_>, mode: u32) {
        builder.permissions(Permissions::from_mode(mode));
    }

    fn set_mode(file: &File, mode: u32) -> Result<()> {
        file.set_permissions(Permissions::from_mode(mode))
    }

    fn write_at(file: &File, bytes: &[u8], at: u64) -> Result<()> {
        file.write_all_at(bytes, at)
    }

    fn make_directory(path: &Path) -> Result<()> {
        DirBuilder::new().mode(0o755).create(path)?;
        // Not by its name, which others may have given to a link where the directory above is theirs.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = File::from(rustix::fs::open(path, flags, Mode::empty())?);
        opened.set_permissions(Permissions::from_mode(0o755))
    }

    fn sync_directory(path: &Path) -> Result<()> {
        File::open(path)?.sync_all()
    }

    fn real_path(path: &Path) -> Result<PathBuf> {
        path.canonicalize()
    }

    fn directory(path: &Path) -> Result<File> {
        File::open(path)
    }

    fn try_hold(directory: &mut File) -> Result<bool> {
        Ok(flock(&*directory, FlockOperation::NonBlockingLockExclusive).is_ok())
    }

    fn hold(directory: &mut File) -> Result<()> {
        Ok(rustix::io::retry_on_intr(|| flock(&*directory, FlockOperation::LockExclusive))?)
    }

    fn is_there(directory: &File, path: &Path) -> Result<bool> {
        let (held, there) = (directory.metadata()?, std::fs::metadata(path)?);
        Ok((held.dev(), held.ino()) == (there.dev(), there.ino()))
    }

    fn sync(directory: &File) -> Result<()> {
        directory.sync_all()
    }

    fn columns(stream: Stream) -> Option<usize> {
        standard::columns(stream)
    }

    fn closed_output() -> Option<Error> {
        standard::closed()
    }

    fn tells_of_pipes() -> bool {
        standard::is_pipe_ignored()
    }

    fn own_program() -> Result<Command> {
        own::own_program()
    }

    fn spawn(command: &mut Command) -> Result<(Child, ())> {
        processes::spawn(command)
    }

    fn has_ended(child: &mut Child) -> Result<bool> {
        processes::has_ended(child)
    }

    fn queued(child: &Child) -> Duration {
        own::queued(child.id())
    }

    fn waits_for_disk(child: &Child) -> bool {
        own::waits_for_disk(child.id())
    }

    fn end(child: &Child, (): &()) {
        processes::end(child);
    }

    fn killer(status: ExitStatus) -> Option<i32> {
        processes::killer(status)
    }

    fn killer_name(number: i32) -> String {
        processes::signal_name(number)
    }

    fn begin_test() -> Result<()> {
        own::become_test()?;
        usual::differ()?;
        processes::dump_no_core()
    }

    fn watch_for_crash(file: &Path) -> Result<()> {
        own::watch_for_crash(file)
    }

    fn adopt() {
        own::adopt();
    }

    fn has_child() -> bool {
        processes::has_child()
    }
}
