//! A list that many threads read without a lock while others change it.

use crate::sync::call_gate::live::is_child;
use crate::sync::membarrier::Barrier;
use crate::sync::thread_slot::{self, SHARDS};
use parking_lot::Mutex;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering::*};
use std::sync::Arc;

/// A list that readers get as it was published last. A change copies it, so it is for lists that are short and seldom
/// change. An earlier list goes as soon as nobody reads it any more.
///
/// A reader first says which list it reads, and then looks if that is still the one; whoever changes it first publishes
/// the new one, and then looks which are read. One of the two sees the other, by a [`Barrier`] where there is one, as at
/// the gate of an instance.
pub(crate) struct Published<T> {
    barrier: Option<Barrier>,
    /// NULL as long as there was none.
    current: AtomicPtr<Vec<T>>,
    /// The list that each thread reads, in its shard. Only the thread that owns the shard writes it.
    readers: Box<[Reading<T>; SHARDS]>,
    lists: Mutex<Lists<T>>,
}

#[repr(align(128))]
struct Reading<T>(AtomicPtr<Vec<T>>);

struct Lists<T> {
    current: Option<Arc<Vec<T>>>,
    /// The lists that may still be read.
    earlier: Vec<Arc<Vec<T>>>,
}

impl<T> Default for Published<T> {
    fn default() -> Self {
        Self {
            barrier: Barrier::new(),
            current: AtomicPtr::default(),
            readers: Box::new([const { Reading(AtomicPtr::new(null_mut())) }; SHARDS]),
            lists: Mutex::new(Lists { current: None, earlier: Vec::new() }),
        }
    }
}

/// A list that is being read.
struct Reader<'a, T> {
    published: &'a Published<T>,
    place: &'a AtomicPtr<Vec<T>>,
    list: *mut Vec<T>,
}

impl<T> Drop for Reader<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.published.say(self.place, null_mut());
        if self.published.current.load(SeqCst) != self.list {
            self.published.collect();
        }
    }
}

impl<T> Published<T> {
    /// Shows the list to `look`. A look inside a look sees the same list.
    #[inline]
    pub(crate) fn read<R>(&self, look: impl FnOnce(&[T]) -> R) -> R {
        let mut list = self.current.load(Acquire);
        if list.is_null() {
            return look(&[]);
        }
        let Some(thread) = thread_slot::own() else { return self.read_shared(look) };
        let place = &self.readers[thread.number()].0;
        let outer = place.load(Relaxed);
        if !outer.is_null() {
            // SAFETY: this thread reads it further out, so it is kept; a published list is not changed.
            return look(unsafe { &*outer });
        }
        loop {
            self.say(place, list);
            let now = self.current.load(SeqCst);
            if now == list {
                break;
            }
            list = now;
        }
        let reader = Reader { published: self, place, list };
        // SAFETY: it was the current one after this thread had said that it reads it, so whoever published another one
        // since keeps it; a published list is not changed.
        look(unsafe { &*reader.list })
    }

    /// For threads that own no shard.
    #[cold]
    fn read_shared<R>(&self, look: impl FnOnce(&[T]) -> R) -> R {
        let current = if is_child() { None } else { self.lists.lock().current.clone() };
        look(current.as_deref().map_or(&[], Vec::as_slice))
    }

    /// Says what this thread reads, and orders it before a look at the current list.
    #[inline]
    fn say(&self, place: &AtomicPtr<Vec<T>>, list: *mut Vec<T>) {
        if self.barrier.is_some() {
            place.store(list, Release);
            Barrier::passed_here();
        } else {
            place.swap(list, SeqCst);
        }
    }

    /// Publishes what `change` makes of the list; nothing if it makes nothing. No lock is held when items go.
    pub(crate) fn change(&self, change: impl FnOnce(&[T]) -> Option<Vec<T>>) {
        if is_child() {
            return;
        }
        let mut lists = self.lists.lock();
        let Some(list) = change(lists.current.as_deref().map_or(&[], Vec::as_slice)) else { return };
        let list = Arc::new(list);
        self.current.store(Arc::as_ptr(&list).cast_mut(), SeqCst);
        let earlier = lists.current.replace(list);
        lists.earlier.extend(earlier);
        drop(lists);
        self.collect();
    }

    /// Lets the lists go that nobody reads.
    #[cold]
    fn collect(&self) {
        if is_child() {
            return;
        }
        let mut lists = self.lists.lock();
        if lists.earlier.is_empty() || self.barrier.as_ref().is_some_and(|barrier| !barrier.all_pass()) {
            return;
        }
        let is_read = |list: &Arc<Vec<T>>| {
            self.readers.iter().any(|reading| std::ptr::eq(reading.0.load(SeqCst), Arc::as_ptr(list)))
        };
        let (read, gone) = std::mem::take(&mut lists.earlier).into_iter().partition(is_read);
        lists.earlier = read;
        drop(lists);
        let gone: Vec<_> = gone;
        drop(gone);
    }
}

#[cfg(test)]
mod tests;
