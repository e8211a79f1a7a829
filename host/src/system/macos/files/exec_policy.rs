//! The step `exec-policy`: the file system allows to run the file, which a copy elsewhere would step round.

use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::posix::files::open_file::OpenFile;
use rustix::fd::AsRawFd;
use std::io;
use std::path::Path;

/// The step. The kernel is not asked for more: what macOS says of signatures it says when the library is loaded.
pub(crate) fn check(path: &Path, file: &OpenFile, ask_kernel: bool) -> Result<((), impl Words<()>), Refusal> {
    let mut found = std::mem::MaybeUninit::<libc::statfs>::zeroed();
    // SAFETY: the kernel fills in the structure, whose fields may all be zero, of an open file.
    let flags = unsafe {
        let told = libc::fstatfs(file.fd.as_raw_fd(), found.as_mut_ptr());
        (told == 0).then(|| found.assume_init().f_flags)
    };
    let Some(flags) = flags else {
        let unknown = |reason| Refusal::ExecPolicyIo { path: path.into(), reason };
        return Err(Refusal::failed(Step::ExecPolicy, io::Error::last_os_error(), unknown));
    };
    if flags & libc::MNT_NOEXEC as u32 != 0 {
        return Err(Refusal::Noexec { path: path.into() });
    }
    let more = if ask_kernel { "; this system says no more before it loads" } else { "" };
    Ok(((), move |_: &()| format!("not mounted noexec{more}")))
}
