//! A file system in user space whose files are slow, or never answer.

use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io::{Error, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// What the kernel asks (`linux/fuse.h`).
const LOOKUP: u32 = 1;
const FORGET: u32 = 2;
const GETATTR: u32 = 3;
const OPEN: u32 = 14;
const READ: u32 = 15;
const STATFS: u32 = 17;
const RELEASE: u32 = 18;
const FLUSH: u32 = 25;
const INIT: u32 = 26;
const INTERRUPT: u32 = 36;
const BATCH_FORGET: u32 = 42;

/// One name that is looked up without an answer does not keep others waiting.
const PARALLEL_DIROPS: u32 = 1 << 18;

/// The root directory's number; the files follow.
const ROOT: u64 = 1;
/// The bytes of a request before what it is about.
const HEAD: usize = 40;

/// The files of the file system: the number of each is its place here, and 2 more.
pub const FILES: [&str; 4] = ["good.so", "slow.so", "never_read.so", "never_open.so"];
/// A name that is never found, nor not found.
const NEVER_FOUND: &str = "never_found.so";

/// The file system, mounted until this is dropped.
pub struct Fuse {
    place: CString,
}

impl Fuse {
    /// Mounts it at `place`, which is a directory; each of its files has these bytes, and a read of `slow.so` takes that
    /// long.
    ///
    /// # Errors
    /// This process may not.
    pub fn mount(place: &Path, bytes: Vec<u8>, slow: Duration) -> Result<Self, Error> {
        let device = OpenOptions::new().read(true).write(true).open("/dev/fuse")?;
        let options =
            format!("fd={},rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions", device.as_raw_fd());
        let [kind, target, options] = [b"fuse".as_slice(), place.as_os_str().as_bytes(), options.as_bytes()]
            .map(|text| CString::new(text).expect("no NUL"));
        let flags = libc::MS_NOSUID | libc::MS_NODEV;
        // SAFETY: all are NUL-terminated texts that outlive the call.
        let mounted =
            unsafe { libc::mount(kind.as_ptr(), target.as_ptr(), kind.as_ptr(), flags, options.as_ptr().cast()) };
        if mounted != 0 {
            return Err(Error::last_os_error());
        }
        thread::spawn(move || serve(&device, &bytes, slow));
        Ok(Self { place: target })
    }
}

impl Drop for Fuse {
    fn drop(&mut self) {
        // By force, which ends each request without an answer: a process whose thread waits for one that its own would
        // have to give cannot end.
        // SAFETY: a NUL-terminated text that outlives the call.
        unsafe { libc::umount2(self.place.as_ptr(), libc::MNT_FORCE | libc::MNT_DETACH) };
    }
}

/// Answers one request. Who asked may have gone.
fn reply(mut device: &File, unique: u64, answer: &Result<Vec<u8>, i32>) {
    let (error, body) = answer.as_ref().map_or_else(|error| (-error, &[][..]), |body| (0, body.as_slice()));
    let mut bytes = u32::try_from(16 + body.len()).expect("small").to_ne_bytes().to_vec();
    bytes.extend(error.to_ne_bytes());
    bytes.extend(unique.to_ne_bytes());
    bytes.extend(body);
    let _ = device.write(&bytes);
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn long(bytes: &[u8], at: usize) -> u64 {
    u64::from_ne_bytes(bytes[at..at + 8].try_into().expect("eight bytes"))
}

/// Answers until the connection ends.
fn serve(mut device: &File, bytes: &[u8], slow: Duration) {
    let mut request = vec![0; 1 << 18];
    loop {
        let len = match device.read(&mut request) {
            Ok(len) => len,
            Err(error) if matches!(error.raw_os_error(), Some(libc::EINTR | libc::ENOENT)) => continue,
            Err(_) => return,
        };
        let request = &request[..len];
        let (what, unique, node) = (number(request, 4), long(request, 8), long(request, 16));
        let name = |node: u64| node.checked_sub(ROOT + 1).and_then(|at| FILES.get(at as usize).copied());
        let answer = match what {
            FORGET | BATCH_FORGET | INTERRUPT => None,
            INIT => Some(Ok([7_u32, 31, 1 << 17, PARALLEL_DIROPS, 0, 1 << 17, 1]
                .into_iter()
                .flat_map(u32::to_ne_bytes)
                .chain([0; 36])
                .collect())),
            LOOKUP => match request[HEAD..].split(|byte| *byte == 0).next().unwrap_or_default() {
                asked if asked == NEVER_FOUND.as_bytes() => None,
                asked => Some(match FILES.iter().position(|name| name.as_bytes() == asked) {
                    Some(at) => {
                        let node = ROOT + 1 + at as u64;
                        let times = [node, 0, 0, 0, 0].into_iter().flat_map(u64::to_ne_bytes);
                        Ok(times.chain(attributes(node, bytes.len())).collect())
                    }
                    None => Err(libc::ENOENT),
                }),
            },
            GETATTR => Some(Ok([0; 16].into_iter().chain(attributes(node, bytes.len())).collect())),
            OPEN if name(node) == Some("never_open.so") => None,
            OPEN => Some(Ok([0_u32, 0, 1, 0].into_iter().flat_map(u32::to_ne_bytes).collect())),
            READ if name(node) == Some("never_read.so") => None,
            READ => {
                if name(node) == Some("slow.so") {
                    thread::sleep(slow);
                }
                let from = usize::try_from(long(request, HEAD + 8)).expect("small").min(bytes.len());
                let len = number(request, HEAD + 16) as usize;
                Some(Ok(bytes[from..bytes.len().min(from + len)].to_vec()))
            }
            STATFS => Some(Ok(vec![0; 80])),
            RELEASE | FLUSH => Some(Ok(Vec::new())),
            _ => Some(Err(libc::ENOSYS)),
        };
        if let Some(answer) = answer {
            reply(device, unique, &answer);
        }
    }
}

/// `struct fuse_attr`.
fn attributes(node: u64, size: usize) -> Vec<u8> {
    let (mode, size) = if node == ROOT { (0o040_755_u32, 0) } else { (0o100_755, size as u64) };
    let longs = [node, size, size.div_ceil(512), 0, 0, 0];
    let numbers = [0, 0, 0, mode, 1, 0, 0, 0, 4096, 0];
    longs.iter().flat_map(|n| n.to_ne_bytes()).chain(numbers.iter().flat_map(|n: &u32| n.to_ne_bytes())).collect()
}
