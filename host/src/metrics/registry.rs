//! All series of a manager.

use super::labels;
use super::series::{Cell, Change, Kind, Series};
use super::table::Table;
use crate::manager::ManagerError;
use crate::observability::Observability;
use crate::published::Published;
use parking_lot::Mutex;
use sochdb_plugin_sdk::{Labels, Metric, Metrics};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock, Weak};

/// The most series of a manager.
pub(crate) const MAX_SERIES: usize = 10_000;
/// The counter of changes that no series took.
const DROPPED: &str = "sochdb_dropped_updates";

/// Series are added and never removed: what is found stays.
pub(crate) struct Registry {
    table: Table,
    /// Counts refused ones too: each takes its memory.
    count: AtomicUsize,
    dropped: Arc<Series>,
    families: Mutex<BTreeMap<Box<str>, Family>>,
    /// Those that get each change; unset as long as there are none. Handles look here, and must not keep sinks alive.
    pub(super) pushing: OnceLock<Weak<Published<Observability>>>,
}

/// The series of one name.
struct Family {
    kind: Kind,
    series: Vec<Arc<Series>>,
    /// Whether somebody was told that the name is not free for another kind.
    told: bool,
}

impl Default for Registry {
    fn default() -> Self {
        let (kind, labels) = (Kind::Counter, labels::own(&[]));
        let dropped = Arc::new(Series { kind, name: DROPPED.into(), labels, cell: Cell::new(kind) });
        let table = Table::default();
        table.insert(table.hash(kind, DROPPED, &[]), dropped.clone());
        let family = Family { kind, series: vec![dropped.clone()], told: false };
        let families = Mutex::new(BTreeMap::from([(DROPPED.into(), family)]));
        Self { table, count: AtomicUsize::new(1), dropped, families, pushing: OnceLock::new() }
    }
}

impl Registry {
    /// Applies `change` to its series; makes it if there is room.
    pub(crate) fn update(&self, name: &str, labels: Labels<'_>, change: Change) {
        match self.resolve(change.kind(), name, labels) {
            Ok(series) => series.apply(change),
            Err(_) => self.dropped.apply(Change::Add(1)),
        }
    }

    /// The series of this name and these labels; makes it if there is room.
    ///
    /// # Errors
    /// [`ManagerError::MetricKind`], [`ManagerError::TooManySeries`].
    #[inline]
    pub(super) fn resolve(&self, kind: Kind, name: &str, labels: Labels<'_>) -> Result<&Arc<Series>, Refusal> {
        let hash = self.table.hash(kind, name, labels);
        let series = match self.table.find(hash, kind, name, labels) {
            Some(series) => series,
            None => self.add(hash, kind, name, labels)?,
        };
        match series.cell {
            Cell::Refused(is) => Err(Refusal::Kind(is)),
            _ => Ok(series),
        }
    }

    #[cold]
    fn add(&self, hash: u64, kind: Kind, name: &str, labels: Labels<'_>) -> Result<&Arc<Series>, Refusal> {
        // Before the lock: with labels without end, this is where every call ends.
        if self.count.load(Relaxed) >= MAX_SERIES {
            return Err(Refusal::Full);
        }
        let mut families = self.families.lock();
        // Another thread may have been here since.
        if let Some(series) = self.table.find(hash, kind, name, labels) {
            return Ok(series);
        }
        let count = self.count.load(Relaxed);
        if count >= MAX_SERIES {
            return Err(Refusal::Full);
        }
        self.count.store(count + 1, Relaxed);
        let family = families.entry(name.into()).or_insert_with(|| Family { kind, series: Vec::new(), told: false });
        let refused = family.kind != kind;
        let tell = refused && !family.told;
        family.told |= refused;
        let cell = if refused { Cell::Refused(family.kind) } else { Cell::new(kind) };
        let series = Arc::new(Series { kind, name: name.into(), labels: labels::own(labels), cell });
        if !refused {
            family.series.push(series.clone());
        }
        let is = family.kind;
        let series = self.table.insert(hash, series);
        drop(families);
        // Outside the lock: an application may give its events to a sink of this very manager.
        if tell {
            let (is, wanted) = (is.name(), kind.name());
            tracing::warn!(target: "sochdb_plugin", name, is, wanted, "metric dropped: its name is taken by another kind");
        }
        if count + 1 == MAX_SERIES {
            tracing::warn!(target: "sochdb_plugin", limit = MAX_SERIES, "no more series: further ones are dropped");
        }
        Ok(series)
    }

    /// All series, to read.
    pub(crate) fn to_read(self: &Arc<Self>) -> Metrics {
        let registry = self.clone();
        Metrics::new(move |visit| registry.collect(visit))
    }

    /// Gives each series to `visit`, by name, and those of one name in the order in which they came. No lock is held
    /// meanwhile.
    fn collect(&self, visit: &mut dyn FnMut(&Metric<'_>)) {
        let families = self.families.lock();
        let all: Vec<Arc<Series>> = families.values().flat_map(|family| &family.series).cloned().collect();
        drop(families);
        let mut buckets = Vec::new();
        all.iter().for_each(|series| series.show(&mut buckets, visit));
    }

    /// From now on handles also push to these.
    pub(crate) fn push_to(&self, sinks: &Arc<Published<Observability>>) {
        self.pushing.get_or_init(|| Arc::downgrade(sinks));
    }
}

/// Why there is no such series.
#[derive(Clone, Copy)]
pub(super) enum Refusal {
    /// The name is taken by this kind.
    Kind(Kind),
    Full,
}

impl Refusal {
    pub(super) fn error(self, kind: Kind, name: &str) -> ManagerError {
        match self {
            Self::Kind(is) => ManagerError::MetricKind { name: name.to_owned(), is: is.name(), wanted: kind.name() },
            Self::Full => ManagerError::TooManySeries { limit: MAX_SERIES },
        }
    }
}
