//! The steps `file` and `seal`: the file, opened so that others may read it and nothing else while it is open.

use crate::base::text::UntrustedText;
use crate::files::status::Status;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::windows::files::directory::vet;
use crate::system::windows::files::owners::Owners;
use crate::system::windows::files::security::Security;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek};
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::os::windows::io::AsRawHandle;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use windows_sys::Win32::Foundation::{ERROR_SHARING_VIOLATION, GENERIC_ALL, GENERIC_WRITE};
use windows_sys::Win32::Storage::FileSystem::{
    GetFileInformationByHandle, BY_HANDLE_FILE_INFORMATION, DELETE, FILE_APPEND_DATA, FILE_ATTRIBUTE_DIRECTORY,
    FILE_ATTRIBUTE_REPARSE_POINT, FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_GENERIC_READ,
    FILE_SHARE_READ, FILE_WRITE_DATA, READ_CONTROL, WRITE_DAC, WRITE_OWNER,
};

/// The rights by which a file comes to have other bytes.
const CHANGING: u32 =
    FILE_WRITE_DATA | FILE_APPEND_DATA | DELETE | WRITE_DAC | WRITE_OWNER | GENERIC_ALL | GENERIC_WRITE;
/// The bytes of the headers of a library: nothing smaller is worth a look.
const LEAST: u64 = 512;
/// The largest library that a plugin may need, in bytes.
const MOST_LIBRARY: u64 = 256 << 20;

/// Which files are taken.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) owners: Owners,
    /// In bytes.
    pub(crate) least: u64,
    /// In bytes.
    pub(crate) most: u64,
}

impl Bounds {
    /// The bounds of a plugin of at most `most` bytes.
    pub(crate) fn of_plugin(owners: Owners, most: u64) -> Self {
        Self { owners, least: LEAST, most }
    }

    /// The bounds of a library that a plugin needs.
    pub(crate) fn of_library(owners: Owners) -> Self {
        Self::of_plugin(owners, MOST_LIBRARY)
    }
}

/// A file that nobody can write, rename or delete while this lives, and its bytes once they were read.
#[derive(Debug)]
pub(crate) struct HeldFile {
    file: File,
    path: PathBuf,
    owner: String,
    identity: (u64, u64),
    size: u64,
    bytes: Arc<[u8]>,
}

impl HeldFile {
    /// Opens the file at `path`, in a directory that is held.
    pub(crate) fn open(path: &Path, bounds: Bounds) -> Result<Self, Refusal> {
        let failed = |error| refuse(path, error);
        let file = opened(path).map_err(failed)?;
        let found = file.metadata().map_err(failed)?;
        if found.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
            return Err(Refusal::FileSymlink { path: path.into() });
        }
        if found.file_attributes() & FILE_ATTRIBUTE_DIRECTORY != 0 {
            return Err(Refusal::NotRegular { path: path.into(), kind: "directory" });
        }
        let security = Security::of(&file).map_err(failed)?;
        vet(path, &security, bounds.owners, CHANGING, Step::File)?;
        let size = found.file_size();
        if size < bounds.least {
            return Err(Refusal::TooSmall { path: path.into(), size });
        }
        if size > bounds.most {
            return Err(Refusal::TooLarge { path: path.into(), size, limit: bounds.most });
        }
        let identity = identity(&file).map_err(failed)?;
        Ok(Self { file, path: path.to_owned(), owner: security.owner, identity, size, bytes: Arc::default() })
    }

    /// How it looked then. Of its owner's identifier the last number stands for all of it; there are no modes.
    pub(crate) fn status(&self) -> Status {
        let owner = self.owner.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(u32::MAX);
        Status { identity: self.identity, size: self.size, owner, mode: 0 }
    }

    /// The bytes of the file.
    pub(crate) fn read(&self, path: &Path, step: Step) -> Result<Vec<u8>, Refusal> {
        let failed = |error| Refusal::failed(step, error, |reason| Refusal::Copy { path: path.into(), reason });
        let mut bytes = Vec::new();
        let room = usize::try_from(self.size).map_err(|_| failed(io::ErrorKind::OutOfMemory.into()))?;
        bytes.try_reserve_exact(room).map_err(|_| failed(io::ErrorKind::OutOfMemory.into()))?;
        let mut file = &self.file;
        file.rewind().and_then(|()| file.take(self.size + 1).read_to_end(&mut bytes)).map_err(failed)?;
        if bytes.len() as u64 != self.size {
            return Err(Refusal::FileChanged { path: path.into() });
        }
        Ok(bytes)
    }

    /// The same file with its bytes.
    pub(crate) fn with_bytes(&self, path: &Path) -> Result<(Self, impl Words<Self>), Refusal> {
        let bytes = self.read(path, Step::Seal)?.into();
        let again = self.file.try_clone();
        let file = again.map_err(|error| {
            Refusal::failed(Step::Seal, error, |reason| Refusal::Copy { path: path.into(), reason })
        })?;
        let (path, owner) = (self.path.clone(), self.owner.clone());
        let held = Self { file, path, owner, identity: self.identity, size: self.size, bytes };
        Ok((held, |held: &Self| {
            format!("{} bytes read; the file is held, nobody can write, rename or delete it", held.size)
        }))
    }

    /// The bytes that were read.
    pub(crate) fn bytes(&self) -> Arc<[u8]> {
        self.bytes.clone()
    }

    /// The path by which the system finds this file.
    ///
    /// # Errors
    /// [`Refusal::ProcIo`] if it finds another, or none.
    pub(crate) fn path(&self) -> Result<PathBuf, Refusal> {
        let found = opened(&self.path).and_then(|file| identity(&file));
        let unknown = |reason| Refusal::ProcIo { what: "the look at the plugin's path".to_owned(), reason };
        match found {
            Ok(found) if found == self.identity => Ok(self.path.clone()),
            Ok(_) => Err(unknown(io::Error::other("it leads to another file"))),
            Err(error) => Err(Refusal::failed(Step::Identity, error, unknown)),
        }
    }
}

fn opened(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.access_mode(FILE_GENERIC_READ | READ_CONTROL).share_mode(FILE_SHARE_READ);
    options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS).open(path)
}

/// The volume of a file, and its number there.
fn identity(file: &File) -> io::Result<(u64, u64)> {
    let mut found = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open, and the place outlives the call.
    if unsafe { GetFileInformationByHandle(file.as_raw_handle(), &mut found) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let number = u64::from(found.nFileIndexHigh) << 32 | u64::from(found.nFileIndexLow);
    Ok((found.dwVolumeSerialNumber.into(), number))
}

/// The step: opens the plugin.
pub(crate) fn check(path: &Path, bounds: Bounds) -> Result<(HeldFile, impl Words<HeldFile>), Refusal> {
    let file = HeldFile::open(path, bounds)?;
    Ok((file, |file: &HeldFile| format!("{} bytes, owner {}", file.size, file.owner)))
}

/// Whether a path leads to another file than the one that looked so.
pub(crate) fn is_another(path: &Path, known: &Status) -> Result<bool, Refusal> {
    match opened(path).and_then(|file| identity(&file)) {
        Ok(found) => Ok(found != known.identity),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(refuse(path, error)),
    }
}

fn refuse(path: &Path, error: io::Error) -> Refusal {
    let shown = UntrustedText::from(path);
    match error.kind() {
        io::ErrorKind::NotFound => Refusal::FileNotFound { path: shown },
        io::ErrorKind::PermissionDenied => {
            Refusal::FileDenied { fix: format!("icacls {shown} /grant the user who runs the host:R"), path: shown }
        }
        // Somebody has it open for writing.
        _ if error.raw_os_error() == Some(ERROR_SHARING_VIOLATION as i32) => Refusal::FileChanged { path: shown },
        _ => Refusal::failed(Step::File, error, |reason| Refusal::FileIo { path: shown, reason }),
    }
}
