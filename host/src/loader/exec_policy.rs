//! Step 5: the file system allows to run the file. A sealed copy would otherwise step round a `noexec` mount.

use super::file::OpenFile;
use super::LoadError;
use rustix::fs::StatVfsMountFlags;
use std::path::Path;

pub(super) fn check(path: &Path, file: &OpenFile) -> Result<((), String), LoadError> {
    let mount = rustix::fs::fstatvfs(&file.fd)
        .map_err(|errno| LoadError::ExecPolicyIo { path: path.into(), reason: errno.into() })?;
    if mount.f_flag.contains(StatVfsMountFlags::NOEXEC) {
        return Err(LoadError::Noexec { path: path.into() });
    }
    Ok(((), "not mounted noexec".to_owned()))
}
