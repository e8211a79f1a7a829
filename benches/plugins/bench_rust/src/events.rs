//! One line with one field to the host's log, by each way that a plugin has.

use sochdb_plugin_sdk::{Host, LogLevel};
use std::sync::{Mutex, PoisonError};

static NEWEST: Mutex<Option<Host>> = Mutex::new(None);

/// Remembers the host of the instance that is made.
pub fn keep(host: &Host) {
    *NEWEST.lock().unwrap_or_else(PoisonError::into_inner) = Some(host.clone());
}

/// The table of `sochdb.bench.events/1`, which only a host of the same compiler can read. Each line goes to the host of the
/// instance that was made last, `Info`, with the field `target`.
pub struct EventsTable {
    /// This host, which stays for the rest of the process.
    pub host: fn() -> &'static Host,
    /// A line of `Host::log`.
    pub line: fn(&Host),
    /// An event of the crate `log`.
    pub log: fn(&Host),
    /// An event of the crate `tracing`.
    pub tracing: fn(&Host),
}

/// See [`EventsTable`].
pub static EVENTS: EventsTable = EventsTable {
    host: || {
        let newest = NEWEST.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::leak(Box::new(newest.expect("an instance was made")))
    },
    line: |host| host.log(LogLevel::Info, "compacted", &[("target", "rows")]),
    log: |_| log::info!(target: "rows", "compacted"),
    tracing: |_| tracing::info!(target: "rows", "compacted"),
};
