//! The status of the calling thread in `/proc`: the umask, which can be read in no other way without changing it for other
//! threads, how many threads there are, which signals are not left at their default, and how many filters judge its calls.

use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::linux::handlers::{Handlers, Masks};
use crate::process_state::part::{changed, Part};
use rustix::fs::{Mode, OFlags};

/// The lines of the file that tell these things.
const FIELDS: [&[u8]; 5] = [b"Umask:", b"Threads:", b"SigIgn:", b"SigCgt:", b"Seccomp_filters:"];

/// The numbers if the kernel tells them.
pub(crate) struct Status {
    umask: Option<u32>,
    threads: Option<u32>,
    filters: Option<u32>,
    handlers: Handlers,
}

impl Status {
    /// Whether the calling thread was the only one.
    pub(crate) fn is_alone(&self) -> bool {
        self.threads == Some(1)
    }
}

impl Part for Status {
    fn now() -> Self {
        let mut room = [0; 4096];
        let text = read(&mut room).unwrap_or_default();
        let mut values = [None; FIELDS.len()];
        for line in text.split(|byte| *byte == b'\n') {
            if let Some(field) = FIELDS.iter().position(|name| line.starts_with(name)) {
                values[field] = std::str::from_utf8(&line[FIELDS[field].len()..]).ok().map(str::trim);
            }
        }
        let [umask, threads, ignored, caught, filters] = values;
        let mask = |digits: Option<&str>| u64::from_str_radix(digits?, 16).ok();
        let masks = mask(ignored).zip(mask(caught)).map(|(ignored, caught)| Masks { ignored, caught });
        Self {
            handlers: Handlers::now(masks),
            umask: umask.and_then(|digits| u32::from_str_radix(digits, 8).ok()),
            threads: threads.and_then(|digits| digits.parse().ok()),
            filters: filters.and_then(|digits| digits.parse().ok()),
        }
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        self.handlers.compare(&now.handlers, changes);
        if let Some((before, after)) = changed(self.filters, now.filters) {
            let texts = (before.to_string(), after.to_string());
            // The kernel takes them for ever.
            changes.add((ProcessPart::ThreadAttribute, By::ThisThread), "seccomp filters", texts, || false);
        }
        if let Some((before, after)) = changed(self.umask, now.umask) {
            let texts = (format!("{before:04o}"), format!("{after:04o}"));
            changes.add((ProcessPart::Umask, By::AnyThread), "", texts, || {
                rustix::process::umask(Mode::from_raw_mode(before));
                true
            });
        }
    }
}

/// The beginning of the file, which is shorter than `room`.
fn read(room: &mut [u8]) -> rustix::io::Result<&[u8]> {
    let file = rustix::fs::open("/proc/thread-self/status", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    let len = rustix::io::retry_on_intr(|| rustix::io::read(&file, &mut *room))?;
    Ok(&room[..len])
}
