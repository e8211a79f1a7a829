//! All gates of this process.

use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use crate::sync::call_gate::core::{Core, FORKED};
use crate::sync::slab::Slab;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Once, Weak};

static LIVE: Mutex<Slab<Weak<Core>>> = Mutex::new(Slab::new());

/// Whether this process is a child of fork, made since there was a gate.
static IS_CHILD: AtomicBool = AtomicBool::new(false);

pub(crate) fn add(core: &Arc<Core>) -> usize {
    watch_for_fork();
    if is_child() {
        core.state.store(FORKED, SeqCst);
        return usize::MAX;
    }
    LIVE.lock().insert(Arc::downgrade(core))
}

/// Sees to it that children of fork are known from now on.
pub(crate) fn watch_for_fork() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(watch);
}

pub(crate) fn remove(place: usize) {
    // In a child, another thread may have held the lock for ever.
    if !is_child() {
        LIVE.lock().remove(place);
    }
}

pub(crate) fn each(look: impl FnMut(&Core)) {
    let mut look = look;
    for core in LIVE.lock().iter().filter_map(Weak::upgrade) {
        look(&core);
    }
}

/// Whether this process is a child that fork made, where other threads' locks are held for ever.
#[inline]
pub(crate) fn is_child() -> bool {
    IS_CHILD.load(SeqCst)
}

/// Makes every fork of this process, by way of the C library, close the gates in the child.
fn watch() {
    if !Own::watch_for_fork(before, after_in_parent, after_in_child) {
        tracing::warn!(target: "sochdb_plugin", "no memory to watch for fork: calls in a forked child may hang");
    }
}

/// Holds the list still, so that the child gets a whole one.
extern "C" fn before() {
    if !is_child() {
        std::mem::forget(LIVE.lock());
    }
}

extern "C" fn after_in_parent() {
    if !is_child() {
        // SAFETY: `before` locked it on this thread, and forgot the guard.
        unsafe { LIVE.force_unlock() };
    }
}

/// Stays locked: to unlock could mean to look for waiting threads, of which there are none here.
extern "C" fn after_in_child() {
    if is_child() {
        return;
    }
    IS_CHILD.store(true, SeqCst);
    // SAFETY: `before` locked it on this thread, and nothing else runs here.
    let live = unsafe { &*LIVE.data_ptr() };
    // No memory is given back here: that could take a lock of the allocator's.
    live.iter().for_each(|core| {
        if let Some(core) = core.upgrade() {
            core.state.store(FORKED, SeqCst);
            std::mem::forget(core);
        }
    });
}
