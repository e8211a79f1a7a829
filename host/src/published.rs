//! A list that many threads read without a lock while one appends to it.

use parking_lot::Mutex;
use std::sync::atomic::{AtomicPtr, Ordering};

/// An append-only list. A reader gets the list as it was published last; earlier ones stay until the end, as a
/// reader may still be on them. Appending copies, so it is for lists that are short and seldom change.
pub(crate) struct Published<T> {
    /// NULL as long as nothing was appended.
    current: AtomicPtr<Vec<T>>,
    /// Every list that was ever published, the current one last.
    lists: Mutex<Vec<Owned<T>>>,
}

struct Owned<T>(*mut Vec<T>);

// SAFETY: it owns the list, which readers on other threads share.
unsafe impl<T: Send + Sync> Send for Owned<T> {}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: it came from `Box::into_raw`, and readers borrow the `Published` that ends here.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

impl<T> Default for Published<T> {
    fn default() -> Self {
        Self { current: AtomicPtr::default(), lists: Mutex::default() }
    }
}

impl<T: Clone> Published<T> {
    pub(crate) fn get(&self) -> &[T] {
        // SAFETY: a published list is not changed, and lives as long as `self`.
        unsafe { self.current.load(Ordering::Acquire).as_ref() }.map_or(&[], Vec::as_slice)
    }

    pub(crate) fn push(&self, item: T) {
        let mut lists = self.lists.lock();
        let mut list = self.get().to_vec();
        list.push(item);
        let list = Box::into_raw(Box::new(list));
        lists.push(Owned(list));
        self.current.store(list, Ordering::Release);
    }
}
