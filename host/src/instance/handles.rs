//! Handles that the plugin opened for the host, until they are closed.

use crate::instance::end::Handle;
use crate::instance::{untold, Instance};

impl Instance {
    /// Keeps a handle that the plugin just opened, for [`Self::release`] or the shutdown. Returns its number.
    pub(crate) fn keep(&self, handle: Handle) -> usize {
        self.handles.lock().insert(handle)
    }

    /// Closes the handle of this number. One that cannot be closed now, as calls do not end, is closed by the shutdown;
    /// after a panic nothing is closed.
    ///
    /// # Safety
    /// The caller kept it and does not use it again.
    pub(crate) unsafe fn release(&self, kept: usize) {
        let Ok(_pass) = self.gate.enter(|| self.limits.drain_timeout) else { return };
        let handle = self.handles.lock().remove(kept);
        if let Some(handle) = handle {
            // SAFETY: the plugin's function on its own handle, once; the caller promises that nobody uses it.
            unsafe { self.close(handle) };
        }
    }

    /// Forgets the handle of this number, which the plugin's own function ends.
    pub(crate) fn forget(&self, kept: usize) {
        self.handles.lock().remove(kept);
    }

    /// All handles that are open, for who closes them.
    pub(crate) fn take_handles(&self) -> Vec<Handle> {
        std::mem::take(&mut *self.handles.lock()).into_items().collect()
    }

    /// Whether what stays may be closed by the plugin.
    pub(crate) fn may_close(&self) -> bool {
        self.gate.goes_on().is_ok()
    }

    /// Closes what the plugin opened. A panic of a plugin that is linked in is told here, as the call tells of none.
    ///
    /// # Safety
    /// It is one of this instance, not closed before, and nobody uses it again.
    #[inline]
    pub(crate) unsafe fn close(&self, handle: Handle) {
        // SAFETY: the caller promises it.
        unsafe { (handle.close)(handle.raw) };
        if let Some(text) = untold::taken() {
            self.tell_of_panic(handle.slot, "what it closed is gone", &text);
        }
    }
}
