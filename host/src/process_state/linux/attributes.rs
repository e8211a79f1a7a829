//! Small things that the kernel keeps for a thread or a process.

use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::part::{changed, Part};
use libc::{c_int, c_ulong, prctl};

/// How an attribute is read and written.
struct Attribute {
    name: &'static str,
    of: (ProcessPart, By),
    read: fn() -> Option<c_ulong>,
    write: fn(c_ulong) -> bool,
}

const THREAD: (ProcessPart, By) = (ProcessPart::ThreadAttribute, By::ThisThread);
const PROCESS: (ProcessPart, By) = (ProcessPart::ProcessAttribute, By::AnyThread);
/// `personality` with this value changes nothing.
const ASK: c_ulong = 0xffff_ffff;

const ATTRIBUTES: [Attribute; 6] = [
    Attribute {
        name: "timer slack",
        of: THREAD,
        read: || answer(libc::PR_GET_TIMERSLACK),
        write: |value| set(libc::PR_SET_TIMERSLACK, value),
    },
    Attribute {
        name: "signal at the parent's death",
        of: THREAD,
        read: || written(libc::PR_GET_PDEATHSIG),
        write: |value| set(libc::PR_SET_PDEATHSIG, value),
    },
    Attribute {
        name: "no new privileges",
        of: THREAD,
        read: || answer(libc::PR_GET_NO_NEW_PRIVS),
        // The kernel takes them for ever.
        write: |_| false,
    },
    Attribute { name: "personality", of: THREAD, read: || personality(ASK), write: |old| personality(old).is_some() },
    Attribute {
        name: "dumpable",
        of: PROCESS,
        read: || answer(libc::PR_GET_DUMPABLE),
        write: |value| set(libc::PR_SET_DUMPABLE, value),
    },
    Attribute {
        name: "child subreaper",
        of: PROCESS,
        read: || written(libc::PR_GET_CHILD_SUBREAPER),
        write: |value| set(libc::PR_SET_CHILD_SUBREAPER, value),
    },
];

pub(crate) struct Attributes([Option<c_ulong>; ATTRIBUTES.len()]);

impl Part for Attributes {
    fn now() -> Self {
        Self(std::array::from_fn(|at| (ATTRIBUTES[at].read)()))
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        for ((attribute, before), after) in ATTRIBUTES.iter().zip(self.0).zip(now.0) {
            if let Some((before, after)) = changed(before, after) {
                let texts = (before.to_string(), after.to_string());
                changes.add(attribute.of, attribute.name, texts, || (attribute.write)(before));
            }
        }
    }
}

/// The kernel's answer.
fn answer(option: c_int) -> Option<c_ulong> {
    // SAFETY: the options that are asked here take no further argument.
    let answer = unsafe { prctl(option, 0 as c_ulong, 0 as c_ulong, 0 as c_ulong, 0 as c_ulong) };
    c_ulong::try_from(answer).ok()
}

/// The number that the kernel writes.
fn written(option: c_int) -> Option<c_ulong> {
    let mut value: c_int = 0;
    // SAFETY: the options that are asked here write one `int` to where their argument leads.
    let status = unsafe { prctl(option, &raw mut value, 0 as c_ulong, 0 as c_ulong, 0 as c_ulong) };
    c_ulong::try_from(value).ok().filter(|_| status == 0)
}

fn set(option: c_int, value: c_ulong) -> bool {
    // SAFETY: the options that are set here take one number, which they had before.
    unsafe { prctl(option, value, 0 as c_ulong, 0 as c_ulong, 0 as c_ulong) == 0 }
}

fn personality(value: c_ulong) -> Option<c_ulong> {
    // SAFETY: it takes a number that the kernel gave, or asks.
    c_ulong::try_from(unsafe { libc::personality(value) }).ok()
}
