//! The services of a plugin's instances, for what its library says through the host of another one.

use crate::instance::host_services::HostServices;
use crate::sync::call_gate::live;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Weak};

/// The instances of the plugins of one name that live.
#[derive(Default)]
struct Peers {
    /// Whether their services were ever not the same: as long as they are, nobody looks for those of another instance.
    differ: AtomicBool,
    services: Mutex<HashMap<u64, Arc<dyn HostServices>>>,
}

/// One instance among those of its plugin, until this is dropped.
pub(crate) struct Peer {
    all: Arc<Peers>,
    number: u64,
}

impl Peer {
    pub(crate) fn new(plugin: &str, number: u64, services: &Arc<dyn HostServices>) -> Self {
        static PLUGINS: Mutex<Option<HashMap<String, Weak<Peers>>>> = Mutex::new(None);
        let mut plugins = PLUGINS.lock();
        let plugins = plugins.get_or_insert_default();
        let all = plugins.get(plugin).and_then(Weak::upgrade).unwrap_or_default();
        // A plugin that nobody has any more leaves only its name.
        plugins.retain(|_, peers| peers.strong_count() > 0);
        plugins.insert(plugin.to_owned(), Arc::downgrade(&all));
        let mut others = all.services.lock();
        if others.values().any(|other| !Arc::ptr_eq(other, services)) {
            all.differ.store(true, Relaxed);
        }
        others.insert(number, services.clone());
        drop(others);
        Self { all, number }
    }

    /// The services of the instance that `number` tells, unless that is this one, or has the same.
    #[inline]
    pub(crate) fn other(&self, number: impl FnOnce() -> u64) -> Option<Arc<dyn HostServices>> {
        if !self.all.differ.load(Relaxed) || live::is_child() {
            return None;
        }
        let number = number();
        if number == self.number {
            return None;
        }
        self.all.services.lock().get(&number).cloned()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if !live::is_child() {
            let gone = self.all.services.lock().remove(&self.number);
            // What the application's services do when they end, they do without the lock.
            drop(gone);
        }
    }
}
