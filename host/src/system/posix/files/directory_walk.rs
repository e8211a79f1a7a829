//! The step `directories`: from `/` to the plugin's directory, one held directory at a time.

use crate::base::text::UntrustedText;
use crate::files::plain_path::PlainPath;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::posix::files::look::mode_of;
use crate::system::posix::files::own::backend::Posix;
use crate::system::posix::files::own::Own;
use crate::system::posix::files::owners::{effective_user, Owners};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::{retry_on_intr, Errno};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

const PERMISSIONS: u32 = 0o7777;
const OTHERS_WRITE: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// The plugin's directory, open.
pub(crate) struct Walked {
    pub(crate) directory: OwnedFd,
    /// Absolute, and free of symbolic links.
    pub(crate) path: PathBuf,
}

/// How one name in an open directory is opened.
pub(crate) type Open = fn(BorrowedFd<'_>, &OsStr, OFlags) -> rustix::io::Result<OwnedFd>;

pub(crate) fn check(path: &PlainPath<'_>, owners: Owners, open: Open) -> Result<(Walked, impl Words<Walked>), Refusal> {
    let mut reached = PathBuf::from("/");
    let flags = Own::DIRECTORY;
    let mut directory =
        retry_on_intr(|| rustix::fs::open("/", flags, Mode::empty())).map_err(|errno| refuse(&reached, errno))?;
    let vet_own = |fd: &OwnedFd, reached: &Path, depth: usize| vet(fd, reached, owners, depth, path);
    let mut found = vet_own(&directory, &reached, 0)?;
    for (at, name) in path.directories.iter().enumerate() {
        let parent = directory;
        reached.push(name);
        // With O_DIRECTORY an automount point is mounted; what it refuses is opened without it, to say what it is.
        directory = match open(parent.as_fd(), name, flags) {
            Ok(directory) => directory,
            Err(Errno::NOTDIR | Errno::LOOP) => return Err(not_a_directory(parent.as_fd(), name, &reached)),
            // The one above is what may not be entered.
            Err(Errno::ACCESS) => return Err(refuse(reached.parent().unwrap_or(&reached), Errno::ACCESS)),
            Err(errno) => return Err(refuse(&reached, errno)),
        };
        found = vet_own(&directory, &reached, at + 1)?;
    }
    let (count, owner, mode) = (path.directories.len() + 1, found.st_uid, mode_of(&found) & PERMISSIONS);
    let words = move |walked: &Walked| {
        format!(
            "{count} directories; {} has owner {owner}, mode {mode:04o}",
            UntrustedText::from(walked.path.as_path())
        )
    };
    Ok((Walked { directory, path: reached }, words))
}

fn not_a_directory(parent: BorrowedFd<'_>, name: &OsStr, path: &Path) -> Refusal {
    let stat = retry_on_intr(|| rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW));
    match stat.map(|stat| FileType::from_raw_mode(stat.st_mode)) {
        Ok(FileType::Symlink) => Refusal::DirSymlink { directory: path.into() },
        Ok(_) => Refusal::NotADirectory { directory: path.into() },
        Err(errno) => refuse(path, errno),
    }
}

fn refuse(path: &Path, errno: Errno) -> Refusal {
    let directory = path.into();
    match errno {
        Errno::NOENT => Refusal::DirNotFound { directory },
        Errno::ACCESS => Refusal::DirDenied { directory },
        _ => Refusal::failed(Step::Directories, errno, |reason| Refusal::DirIo { directory, reason }),
    }
}

/// Decides on the directory at `path`, which is `depth` names below `/`, on the way to `plugin`.
fn vet(fd: &OwnedFd, path: &Path, owners: Owners, depth: usize, plugin: &PlainPath<'_>) -> Result<Stat, Refusal> {
    let holds_the_plugin = depth == plugin.directories.len();
    let stat = retry_on_intr(|| rustix::fs::fstat(fd)).map_err(|errno| refuse(path, errno))?;
    if owners.unmapped(Step::Directories, stat.st_uid)? {
        return Err(Refusal::DirUnmapped { directory: path.into(), owner: stat.st_uid });
    }
    if !owners.accept(stat.st_uid) {
        let (directory, trusted, suggested_owner) = (path.into(), owners.words(), owners.suggested_owner());
        return Err(Refusal::DirOwner { directory, owner: stat.st_uid, trusted, suggested_owner });
    }
    // In a sticky directory of root others can add names, but not replace one whose owner is trusted, and the next
    // part's owner is checked on the open directory. The plugin's own directory gets no such exception.
    let sticky = owners.accept_sticky() && !holds_the_plugin && stat.st_uid == 0 && mode_of(&stat) & STICKY != 0;
    if mode_of(&stat) & OTHERS_WRITE != 0 && !sticky {
        let (mode, fix) = (mode_of(&stat) & PERMISSIONS, way_out(&stat, path, holds_the_plugin, plugin.path));
        return Err(Refusal::DirWritable { directory: path.into(), mode, fix });
    }
    Ok(stat)
}

/// `directory`, and what lies behind it on the way to `file` and is this user's to close, too: whoever works with a careless
/// umask has more than one.
fn all_open(directory: &Path, file: &Path, user: u32) -> String {
    let mut path = directory.to_path_buf();
    let mut open = vec![UntrustedText::from(directory).to_string()];
    for name in file.strip_prefix(directory).into_iter().flatten() {
        path.push(name);
        let Ok(stat) = rustix::fs::lstat(&path) else { break };
        if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink {
            break;
        }
        if stat.st_uid == user && mode_of(&stat) & OTHERS_WRITE != 0 && mode_of(&stat) & STICKY == 0 {
            open.push(UntrustedText::from(path.as_path()).to_string());
        }
    }
    open.join(" ")
}

/// The remedy for a directory that others can change. A sticky directory of root, such as `/tmp`, is meant to be
/// so, and what belongs to somebody else is not this user's to change. What is no library, such as the lock file, is
/// looked at for the sake of its directory: there is nothing to move then.
fn way_out(stat: &Stat, directory: &Path, holds_the_plugin: bool, file: &Path) -> String {
    let (user, sticky) = (effective_user(), mode_of(stat) & STICKY != 0);
    let plugin = (file.extension() == Some(OsStr::new("so"))).then(|| UntrustedText::from(file));
    let way = if stat.st_uid == user && !(sticky && user == 0) {
        let put = if plugin.is_some() { "move the plugin to" } else { "use" };
        let open = all_open(directory, file, user);
        format!("chmod go-w {open}, or {put} a directory that only its owner can change")
    } else if stat.st_uid == 0 && sticky && holds_the_plugin {
        let own = UntrustedText::from(directory.join("plugins").as_path());
        match &plugin {
            Some(plugin) => {
                format!("put the plugin into a directory of its own: mkdir -m 755 {own} && mv {plugin} {own}")
            }
            None => format!("use a directory of your own in it: mkdir -m 755 {own}"),
        }
    } else {
        let put = if plugin.is_some() { "move the plugin to where" } else { "use a directory where" };
        let then = plugin.as_ref().map_or_else(String::new, |plugin| format!(" && mv {plugin} ~/plugins/"));
        format!(
            "{put} only root or user {user} can change any directory on the way, such as one in your home directory: \
             mkdir -m 755 ~/plugins{then}"
        )
    };
    match plugin {
        Some(plugin) => format!("{way}; or copy it to where plugins are: sochdb-plugin install {plugin}"),
        None => way,
    }
}
