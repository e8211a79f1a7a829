//! The calls that the calling thread is inside of. Looked at only by whoever may have to wait.

use crate::sync::call_gate::core::Core;
use crate::sync::call_gate::live;
use crate::sync::call_gate::refusal::Hold;
use crate::sync::thread_slot;
use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

/// So many need no memory of their own.
const FEW: usize = 8;

/// The gates in which the thread is counted elsewhere than in a shard of its own, or whose turn it has.
struct HeldGates {
    few: [Cell<usize>; FEW],
    more: Cell<ManuallyDrop<Vec<usize>>>,
}

const NONE: usize = 0;

thread_local! {
    // Without a destructor, so that a thread has it to its end. The vector is freed when it gets empty.
    static HELD: HeldGates =
        const { HeldGates { few: [const { Cell::new(NONE) }; FEW], more: Cell::new(ManuallyDrop::new(Vec::new())) } };
}

/// The number of a core, as long as it lives.
pub(crate) fn id(core: &Core) -> usize {
    core as *const Core as usize
}

/// A number that no other living thread has, and that is not [`NOBODY`](crate::sync::call_gate::core::NOBODY).
pub(crate) fn thread() -> usize {
    HELD.with(|held| held as *const HeldGates as usize)
}

pub(crate) fn push(core: &Core) {
    HELD.with(|held| match held.few.iter().find(|place| place.get() == NONE) {
        Some(place) => place.set(id(core)),
        None => held.change_more(|more| more.push(id(core))),
    });
}

pub(crate) fn remove(core: &Core) {
    HELD.with(|held| match held.few.iter().rev().find(|place| place.get() == id(core)) {
        Some(place) => place.set(NONE),
        None => held.change_more(|more| {
            if let Some(at) = more.iter().rposition(|other| *other == id(core)) {
                more.swap_remove(at);
            }
        }),
    });
}

impl HeldGates {
    fn change_more(&self, change: impl FnOnce(&mut Vec<usize>)) {
        let mut more = ManuallyDrop::into_inner(self.more.take());
        change(&mut more);
        if !more.is_empty() {
            self.more.set(ManuallyDrop::new(more));
        }
    }

    fn all(&self) -> Vec<usize> {
        let more = ManuallyDrop::into_inner(self.more.take());
        let all = self.few.iter().map(Cell::get).filter(|id| *id != NONE).chain(more.iter().copied()).collect();
        self.more.set(ManuallyDrop::new(more));
        all
    }
}

/// The hold that the calling thread has of this extension, if any.
pub(crate) fn of(core: &Core) -> Option<Hold> {
    let me = thread();
    if core.owner.load(SeqCst) == me || core.ender.load(SeqCst) == me {
        return Some(Hold::Exclusive);
    }
    let counted = thread_slot::own().is_some_and(|own| core.shards[own.number()].own.load(Relaxed) > 0);
    if counted || HELD.with(HeldGates::all).contains(&id(core)) {
        return Some(Hold::Call);
    }
    stays(core, me).then_some(Hold::Reader)
}

/// Whether `thread` opened, or used last, something that stays in `core`.
pub(crate) fn stays(core: &Core, thread: usize) -> bool {
    core.stays.lock().iter().any(|other| *other == thread)
}

/// All that the calling thread is inside of.
pub(crate) struct Inside {
    /// The gates of its calls, exclusive ones too.
    pub(crate) calls: Vec<usize>,
    /// Whether a reader is its own.
    pub(crate) stays: bool,
}

impl Inside {
    pub(crate) fn of_this_thread() -> Self {
        let (me, own) = (thread(), thread_slot::own());
        let mut inside = Self { calls: HELD.with(HeldGates::all), stays: false };
        live::each(|core| {
            if own.is_some_and(|own| core.shards[own.number()].own.load(Relaxed) > 0) {
                inside.calls.push(id(core));
            }
            inside.stays |= stays(core, me);
        });
        inside
    }

    /// Whether nobody can wait for this thread.
    pub(crate) fn is_nothing(&self) -> bool {
        self.calls.is_empty() && !self.stays
    }
}
