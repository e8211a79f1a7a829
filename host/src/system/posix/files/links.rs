//! Where a name in an open directory leads.

use crate::files::status::Status;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::system::posix::files::directory_walk::Walked;
use crate::system::posix::files::look::identity;
use rustix::fd::AsFd;
use rustix::fs::AtFlags;
use rustix::io::{retry_on_intr, Errno};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

/// The most links from a library's name to its file: `libz.so.1` leads to `libz.so.1.2.13` in one.
const MOST_LINKS: usize = 4;

/// The name to which links inside the directory lead. Only who can write the directory can turn one.
pub(crate) fn behind_links(walked: &Walked, name: &OsStr) -> Result<OsString, Refusal> {
    let mut name = name.to_owned();
    for _ in 0..MOST_LINKS {
        match target(walked, &name) {
            Ok(Some(next)) => name = next,
            // The opening says what is wrong, if anything is: the first of these is no link.
            Ok(None) | Err(Errno::INVAL | Errno::NOENT) => break,
            Err(errno) => {
                let path = walked.path.join(&name);
                return Err(Refusal::failed(Step::Dependencies, errno, |reason| Refusal::FileIo {
                    path: path.as_path().into(),
                    reason,
                }));
            }
        }
    }
    Ok(name)
}

/// The name that a link leads to, if it is one in the same directory.
fn target(walked: &Walked, name: &OsStr) -> Result<Option<OsString>, Errno> {
    let link = retry_on_intr(|| rustix::fs::readlinkat(walked.directory.as_fd(), name, Vec::new()))?;
    let target = OsString::from_vec(link.into_bytes());
    let plain = Path::new(&target).file_name() == Some(&target) && !target.as_bytes().contains(&b'/');
    Ok(plain.then_some(target))
}

/// Whether the directory has such a name.
pub(crate) fn has(walked: &Walked, name: &Path) -> bool {
    rustix::fs::statat(&walked.directory, name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
}

/// Whether the name leads to another file than the one that looked so when it was opened.
pub(crate) fn is_replaced(walked: &Walked, name: &OsStr, opened: &Status) -> Result<bool, Refusal> {
    match retry_on_intr(|| rustix::fs::statat(&walked.directory, name, AtFlags::SYMLINK_NOFOLLOW)) {
        Ok(now) => Ok(identity(&now) != opened.identity),
        Err(Errno::NOENT) => Ok(true),
        Err(errno) => Err(Refusal::failed(Step::File, errno, |reason| Refusal::FileIo {
            path: walked.path.join(name).as_path().into(),
            reason,
        })),
    }
}
