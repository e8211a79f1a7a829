//! Standard input, output and error. A copy of their descriptors is not kept to put them back: to close a copy gives up the
//! locks that the program has on the file.

use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::part::Part;
use rustix::fd::BorrowedFd;
use rustix::fs::{fcntl_getfl, fcntl_setfl, fstat, OFlags};

const STANDARD: [(i32, &str); 3] = [(0, "stdin"), (1, "stdout"), (2, "stderr")];

/// The file that is open under a number.
#[derive(PartialEq, Eq)]
struct Open {
    device: u64,
    inode: u64,
    flags: OFlags,
}

pub(crate) struct Descriptors([Option<Open>; STANDARD.len()]);

impl Part for Descriptors {
    fn now() -> Self {
        Self(STANDARD.map(|(number, _)| open(number)))
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        for (((number, name), before), after) in STANDARD.into_iter().zip(&self.0).zip(&now.0) {
            if before == after {
                continue;
            }
            let same = matches!((before, after), (Some(before), Some(after))
                if (before.device, before.inode) == (after.device, after.inode));
            changes.add((ProcessPart::Descriptor, By::AnyThread), name, (text(before), text(after)), || {
                let flags = before.as_ref().map(|open| open.flags).filter(|_| same);
                flags.is_some_and(|flags| {
                    // SAFETY: whatever is open under this number, it is only asked to be read and written as before.
                    fcntl_setfl(unsafe { BorrowedFd::borrow_raw(number) }, flags).is_ok()
                })
            });
        }
    }
}

fn open(number: i32) -> Option<Open> {
    // SAFETY: whatever is open under this number is only asked what it is; that nothing is open is an answer too.
    let fd = unsafe { BorrowedFd::borrow_raw(number) };
    let (stat, flags) = (fstat(fd).ok()?, fcntl_getfl(fd).ok()?);
    Some(Open { device: stat.st_dev, inode: stat.st_ino, flags })
}

fn text(open: &Option<Open>) -> String {
    match open {
        None => "closed".to_owned(),
        Some(Open { device, inode, flags }) => format!("device {device:#x}, inode {inode}, flags {:#o}", flags.bits()),
    }
}
