//! The sinks of a manager. One that was shut down, or panicked, is let go by the next call.

use crate::handles::observability::Observability;
use crate::instance::{end, Instance};
use crate::metrics::series::Change;
use crate::sync::published::Published;
use sochdb_plugin_sdk::{Labels, ObservabilityExtension};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A sink, and its number among all that there ever were.
pub(crate) type Sink = (u64, Observability);

/// Tells a sink that does not read metrics of a change.
pub(crate) fn push(change: Change, sink: &Observability, name: &str, labels: Labels<'_>) {
    match change {
        Change::Add(value) => sink.counter_inc(name, value, labels),
        Change::Set(value) => sink.gauge_set(name, value, labels),
        Change::Observe(value) => sink.histogram_observe(name, value, labels),
        // `Series::as_pushed` made a gauge of it.
        Change::Shift(_) => {}
    }
}

/// Whether nobody is served by it any more. One that is being replaced stays until the next one is here.
fn has_gone(sink: &Observability) -> bool {
    sink.instance.has_ended() && !sink.instance.is_succeeded()
}

#[derive(Default)]
pub(crate) struct Sinks {
    list: Published<Sink>,
    /// How many instances had ended when the list was looked through last.
    ended: AtomicUsize,
}

impl Sinks {
    pub(crate) fn add(&self, number: u64, sink: Observability) {
        self.list.change(|sinks| {
            let alive = sinks.iter().filter(|(_, sink)| !has_gone(sink));
            Some(alive.cloned().chain([(number, sink)]).collect())
        });
    }

    /// Takes the sink of this instance out; what `new` gives takes its place.
    pub(crate) fn exchange(&self, old: &Instance, new: Option<Sink>) {
        self.list.change(|sinks| {
            let (mut next, mut new) = (Vec::new(), new);
            for sink in sinks {
                if std::ptr::eq(&*sink.1.instance, old) {
                    // Others say that they were registered before or after it, and it stays so.
                    next.extend(new.take());
                } else if !has_gone(&sink.1) {
                    next.push(sink.clone());
                }
            }
            next.extend(new);
            Some(next)
        });
    }

    /// Shows those that live to `look`.
    #[inline]
    pub(crate) fn read<R>(&self, look: impl FnOnce(&[Sink]) -> R) -> R {
        self.refresh();
        self.list.read(look)
    }

    #[inline]
    pub(crate) fn each(&self, call: impl Fn(&Observability)) {
        self.read(|sinks| sinks.iter().for_each(|(_, sink)| call(sink)));
    }

    /// Gives the sinks something that this instance says: those that were registered before it, if it is a sink, and
    /// otherwise all. So what a sink says of its own work never comes back to it, however many tell of each other's.
    pub(crate) fn each_before(&self, instance: u64, call: impl Fn(&Observability)) {
        self.read(|sinks| {
            sinks.iter().take_while(|(_, sink)| sink.instance.number != instance).for_each(|(_, sink)| call(sink));
        });
    }

    /// Lets those go that ended since the last look. Whether there was something to look for.
    #[inline]
    pub(crate) fn refresh(&self) -> bool {
        let ended = end::ended();
        let stale = self.ended.load(Relaxed) != ended;
        if stale {
            self.let_go(ended);
        }
        stale
    }

    #[cold]
    fn let_go(&self, ended: usize) {
        self.ended.store(ended, Relaxed);
        self.list.change(|sinks| {
            let alive = || sinks.iter().filter(|(_, sink)| !has_gone(sink));
            (alive().count() < sinks.len()).then(|| alive().cloned().collect())
        });
    }
}
