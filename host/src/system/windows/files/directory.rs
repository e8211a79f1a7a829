//! The step `directories`: from the drive to the plugin's directory, each held so that nobody can rename or delete it.

use crate::base::text::UntrustedText;
use crate::files::plain_path::PlainPath;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::windows::files::owners::Owners;
use crate::system::windows::files::security::Security;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use windows_sys::Win32::Foundation::{GENERIC_ALL, GENERIC_WRITE};
use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_ADD_FILE, FILE_ADD_SUBDIRECTORY, FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_REPARSE_POINT,
    FILE_DELETE_CHILD, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_LIST_DIRECTORY,
    FILE_READ_ATTRIBUTES, FILE_SHARE_READ, FILE_SHARE_WRITE, READ_CONTROL, WRITE_DAC, WRITE_OWNER,
};

/// The rights by which a directory's names come to mean other files.
const REPLACING: u32 = DELETE | FILE_DELETE_CHILD | WRITE_DAC | WRITE_OWNER | GENERIC_ALL | GENERIC_WRITE;
/// The same of the plugin's own directory, to which nobody else may add names either.
const ADDING: u32 = REPLACING | FILE_ADD_FILE | FILE_ADD_SUBDIRECTORY;

/// The directories on the way, open. While they are, nobody renames or deletes one.
pub(crate) struct Held {
    /// Absolute, and free of links.
    pub(crate) path: PathBuf,
    _open: Vec<File>,
}

pub(crate) fn check(path: &PlainPath<'_>, owners: Owners) -> Result<(Held, impl Words<Held>), Refusal> {
    let root = path.path.ancestors().last().unwrap_or(path.path);
    let mut held = Held { path: root.to_owned(), _open: Vec::with_capacity(path.directories.len() + 1) };
    let last = path.directories.len();
    for at in 0..=last {
        if at > 0 {
            held.path.push(path.directories[at - 1]);
        }
        let rights = if at == last { ADDING } else { REPLACING };
        held._open.push(open(&held.path, owners, rights)?);
    }
    let words = |held: &Held| {
        let (count, path) = (held._open.len(), UntrustedText::from(held.path.as_path()));
        format!("{count} directories are held, the last of them {path}")
    };
    Ok((held, words))
}

fn open(path: &Path, owners: Owners, rights: u32) -> Result<File, Refusal> {
    let mut options = OpenOptions::new();
    options.access_mode(FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | READ_CONTROL);
    options.share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE);
    options.custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT);
    let opened = options.open(path).map_err(|error| refuse(path, error))?;
    let attributes = opened.metadata().map_err(|error| refuse(path, error))?.file_attributes();
    if attributes & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
        return Err(Refusal::DirSymlink { directory: path.into() });
    }
    if attributes & FILE_ATTRIBUTE_DIRECTORY == 0 {
        return Err(Refusal::NotADirectory { directory: path.into() });
    }
    let security = Security::of(&opened).map_err(|error| refuse(path, error))?;
    vet(path, &security, owners, rights, Step::Directories)?;
    Ok(opened)
}

/// Decides on what has this descriptor: who owns it, and who else has one of `rights`.
pub(crate) fn vet(path: &Path, security: &Security, owners: Owners, rights: u32, step: Step) -> Result<(), Refusal> {
    if !owners.accept(&security.owner) {
        let (trusted, suggested) = (owners.words(), owners.suggested_owner());
        return Err(Refusal::Owner { step, path: path.into(), owner: security.owner.clone(), trusted, suggested });
    }
    let others = security.grants.iter().find(|(who, granted)| granted & rights != 0 && !owners.accept(who));
    match others {
        Some((who, granted)) => {
            Err(Refusal::AccessList { step, path: path.into(), who: who.clone(), rights: granted & rights })
        }
        None => Ok(()),
    }
}

fn refuse(path: &Path, error: io::Error) -> Refusal {
    let directory = path.into();
    match error.kind() {
        io::ErrorKind::NotFound => Refusal::DirNotFound { directory },
        io::ErrorKind::PermissionDenied => Refusal::DirDenied { directory },
        _ => Refusal::failed(Step::Directories, error, |reason| Refusal::DirIo { directory, reason }),
    }
}
