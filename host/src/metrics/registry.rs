//! All series of a manager.

use crate::base::escape::printable;
use crate::metrics::description::{About, Kept, MetricDescription};
use crate::metrics::hash_table::Table;
use crate::metrics::labels;
use crate::metrics::series::{Cell, Change, Kind, Series};
use crate::sync::call_gate::live::{is_child, watch_for_fork};
use parking_lot::Mutex;
use sochdb_plugin_sdk::{Labels, Metric, Metrics};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;
use std::time::SystemTime;

/// The most series of a manager.
pub(crate) const MAX_SERIES: usize = 10_000;
/// The most bytes of their names and labels.
pub(crate) const MAX_SERIES_BYTES: usize = 8 << 20;
/// The counter of changes that no series took.
const DROPPED: &str = "sochdb_dropped_updates";

/// Series are added and never removed: what is found stays.
pub(crate) struct Registry {
    table: Table,
    /// Counts refused ones too: each takes its memory.
    count: AtomicUsize,
    /// Of the names and labels of all of them, and of descriptions.
    bytes: AtomicUsize,
    /// Whether somebody was told that there is no room for more bytes.
    told_bytes: AtomicBool,
    dropped: Arc<Series>,
    families: Mutex<Families>,
}

#[derive(Default)]
struct Families {
    by_name: BTreeMap<Box<str>, Family>,
    /// Of names that may have no series yet.
    described: BTreeMap<Box<str>, Arc<About>>,
}

/// The series of one name.
struct Family {
    kind: Kind,
    /// Of all its histograms: one name is shown as one kind.
    buckets: Kept,
    series: Vec<Arc<Series>>,
    /// Whether somebody was told that the name is not free for another kind.
    told: bool,
}

impl Default for Registry {
    fn default() -> Self {
        watch_for_fork();
        let (kind, labels) = (Kind::Counter, labels::own(&[]));
        let dropped = Arc::new(Series {
            kind,
            name: DROPPED.into(),
            labels,
            cell: Cell::new(kind, &Kept::LogLinear),
            start: SystemTime::now(),
        });
        let table = Table::default();
        table.insert(table.hash(kind, DROPPED, &[]), dropped.clone());
        let family = Family { kind, buckets: Kept::LogLinear, series: vec![dropped.clone()], told: false };
        let by_name = BTreeMap::from([(DROPPED.into(), family)]);
        let families = Mutex::new(Families { by_name, ..Families::default() });
        let (count, bytes) = (AtomicUsize::new(1), AtomicUsize::new(DROPPED.len()));
        let told_bytes = AtomicBool::new(false);
        Self { table, count, bytes, told_bytes, dropped, families }
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
    /// Why there is none and none can be made.
    #[inline]
    pub(crate) fn resolve(&self, kind: Kind, name: &str, labels: Labels<'_>) -> Result<&Arc<Series>, Refusal> {
        let hash = self.table.hash(kind, name, labels);
        let series = match self.table.find(hash, kind, name, labels) {
            Some(series) => series,
            None => self.add(hash, kind, name, labels)?,
        };
        match series.cell {
            Cell::Refused(is) => Err(Refusal::Kind { is, wanted: kind }),
            _ => Ok(series),
        }
    }

    #[cold]
    fn add(&self, hash: u64, kind: Kind, name: &str, labels: Labels<'_>) -> Result<&Arc<Series>, Refusal> {
        // Before the lock: with labels without end, this is where every call ends.
        if self.count.load(Relaxed) >= MAX_SERIES {
            return Err(Refusal::Full);
        }
        if is_child() {
            return Err(Refusal::Forked);
        }
        let more = labels.iter().fold(name.len(), |bytes, (name, value)| bytes + name.len() + value.len());
        if more > MAX_SERIES_BYTES.saturating_sub(self.bytes.load(Relaxed)) {
            return Err(self.no_room(name, more));
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
        let bytes = self.bytes.load(Relaxed);
        if more > MAX_SERIES_BYTES.saturating_sub(bytes) {
            drop(families);
            return Err(self.no_room(name, more));
        }
        self.count.store(count + 1, Relaxed);
        self.bytes.store(bytes + more, Relaxed);
        let Families { by_name, described } = &mut *families;
        let family = by_name.entry(name.into()).or_insert_with(|| {
            let buckets = described.get(name).map(|about| about.buckets.clone()).unwrap_or_default();
            Family { kind, buckets, series: Vec::new(), told: false }
        });
        let refused = family.kind != kind;
        let tell = refused && !family.told;
        family.told |= refused;
        let cell = if refused { Cell::Refused(family.kind) } else { Cell::new(kind, &family.buckets) };
        let (labels, start) = (labels::own(labels), SystemTime::now());
        let series = Arc::new(Series { kind, name: name.into(), labels, cell, start });
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

    /// Keeps a description unless there is one.
    pub(crate) fn describe_first(&self, name: &str, description: &MetricDescription<'_>) -> Result<(), Refusal> {
        self.keep(name, description, false)
    }

    /// Keeps a description in place of the one that there was. The buckets are those of a name that has no series yet.
    pub(crate) fn describe(&self, name: &str, description: &MetricDescription<'_>) -> Result<(), Refusal> {
        self.keep(name, description, true)
    }

    fn keep(&self, name: &str, description: &MetricDescription<'_>, replaces: bool) -> Result<(), Refusal> {
        if is_child() {
            return Err(Refusal::Forked);
        }
        if !description.has_good_bounds() {
            return Err(Refusal::Bounds);
        }
        let about = About::keep(description);
        let mut families = self.families.lock();
        if !replaces && families.described.contains_key(name) {
            return Ok(());
        }
        let before = families.described.get(name).map_or(0, |about| name.len() + about.bytes());
        if before == 0 && families.described.len() >= MAX_SERIES {
            return Err(Refusal::Full);
        }
        let (bytes, more) = (self.bytes.load(Relaxed) - before, name.len() + about.bytes());
        if more > MAX_SERIES_BYTES.saturating_sub(bytes) {
            return Err(Refusal::Bytes);
        }
        self.bytes.store(bytes + more, Relaxed);
        families.described.insert(name.into(), Arc::new(about));
        Ok(())
    }

    /// Tells it once.
    #[cold]
    fn no_room(&self, name: &str, bytes: usize) -> Refusal {
        if !self.told_bytes.swap(true, Relaxed) {
            let (limit, beginning) = (MAX_SERIES_BYTES, name.chars().take(64).collect::<String>());
            let name = &*printable(&beginning);
            tracing::warn!(target: "sochdb_plugin", limit, name, bytes, "metric dropped: no room for its name and labels");
        }
        Refusal::Bytes
    }

    /// All series, to read.
    pub(crate) fn to_read(self: &Arc<Self>) -> Metrics {
        let registry = self.clone();
        Metrics::new(move |visit| registry.collect(visit))
    }

    /// Gives each series to `visit`, by name, and those of one name in the order in which they came. No lock is held
    /// meanwhile.
    fn collect(&self, visit: &mut dyn FnMut(&Metric<'_>)) {
        // In a child of fork another thread may have the lock for ever.
        let Some(families) = (if is_child() { self.families.try_lock() } else { Some(self.families.lock()) }) else {
            return;
        };
        let about = |name: &str| families.described.get(name).cloned();
        let all: Vec<_> = families.by_name.iter().map(|(name, family)| (about(name), family.series.clone())).collect();
        drop(families);
        let mut buckets = Vec::new();
        for (about, series) in &all {
            series.iter().for_each(|series| series.show(about.as_deref(), &mut buckets, visit));
        }
    }
}

/// Why there is no such series.
#[derive(Clone, Copy)]
pub(crate) enum Refusal {
    /// The name is taken by another kind.
    Kind {
        is: Kind,
        wanted: Kind,
    },
    Full,
    /// The name and labels are too long for what is left.
    Bytes,
    /// The bounds of a description are none.
    Bounds,
    Forked,
}
