//! Which sinks the calling thread is inside of, so that none feeds itself.

use crate::instance::Instance;
use std::cell::Cell;

/// So many sinks deep a thread may be; beyond, a sink is as one that feeds itself.
const DEEPEST: usize = 8;

struct Inside {
    sinks: [Cell<usize>; DEEPEST],
    depth: Cell<usize>,
}

thread_local! {
    // Without a destructor, so that a look at it is one load.
    static INSIDE: Inside = const { Inside { sinks: [const { Cell::new(0) }; DEEPEST], depth: Cell::new(0) } };
}

/// A call of a sink under way on this thread.
pub(crate) struct Feeding(());

impl Feeding {
    /// None if the thread is inside a call of this very sink already.
    #[inline]
    pub(crate) fn begin(instance: &Instance) -> Option<Self> {
        let sink = instance as *const Instance as usize;
        INSIDE.with(|inside| {
            let depth = inside.depth.get();
            if depth > 0 && inside.sinks[..depth].iter().any(|other| other.get() == sink) {
                return None;
            }
            inside.sinks.get(depth)?.set(sink);
            inside.depth.set(depth + 1);
            Some(Self(()))
        })
    }
}

impl Drop for Feeding {
    #[inline]
    fn drop(&mut self) {
        INSIDE.with(|inside| inside.depth.set(inside.depth.get() - 1));
    }
}
