//! The metrics of an instance: families by name, each with its series, and those of the host beside them.

use crate::health::Health;
use crate::names::{self, Kind};
use crate::pulled::{LabelSet, Pulled};
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{exponential_buckets, Histogram};
use prometheus_client::registry::Registry;
use sochdb_plugin_sdk::{HealthInfo, Host, Labels, LogLevel};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

const SPANS: &str = "span_duration_seconds";
const DROPPED: &str = "sochdb_dropped_series";
/// How many refused names are remembered, so that each is complained of once.
const MAX_COMPLAINTS: usize = 1_000;

enum Series {
    Counter(Family<LabelSet, Counter>),
    Gauge(Family<LabelSet, Gauge<f64, AtomicU64>>),
    Histogram(Family<LabelSet, Histogram, fn() -> Histogram>),
}

/// What a call adds to its series.
#[derive(Clone, Copy)]
pub(crate) enum Update {
    Add(u64),
    Set(f64),
    Observe(f64),
}

impl Update {
    fn kind(self) -> Kind {
        match self {
            Self::Add(_) => Kind::Counter,
            Self::Set(_) => Kind::Gauge,
            Self::Observe(_) => Kind::Histogram,
        }
    }
}

impl Series {
    fn kind(&self) -> Kind {
        match self {
            Self::Counter(_) => Kind::Counter,
            Self::Gauge(_) => Kind::Gauge,
            Self::Histogram(_) => Kind::Histogram,
        }
    }

    /// Applies `update` if the series is there. `update` is of this kind.
    fn apply(&self, labels: &LabelSet, update: Update) -> bool {
        let found = match (self, update) {
            (Self::Counter(family), Update::Add(value)) => family.get(labels).map(|counter| {
                counter.inc_by(value);
            }),
            (Self::Gauge(family), Update::Set(value)) => family.get(labels).map(|gauge| {
                gauge.set(value);
            }),
            (Self::Histogram(family), Update::Observe(value)) => {
                family.get(labels).map(|histogram| histogram.observe(value))
            }
            _ => None,
        };
        found.is_some()
    }

    fn has(&self, labels: &LabelSet) -> bool {
        match self {
            Self::Counter(family) => family.get(labels).is_some(),
            Self::Gauge(family) => family.get(labels).is_some(),
            Self::Histogram(family) => family.get(labels).is_some(),
        }
    }

    fn create(&self, labels: &LabelSet) {
        match self {
            Self::Counter(family) => drop(family.get_or_create(labels)),
            Self::Gauge(family) => drop(family.get_or_create(labels)),
            Self::Histogram(family) => drop(family.get_or_create(labels)),
        }
    }
}

struct State {
    registry: Registry,
    families: HashMap<String, Series>,
    taken: HashSet<String>,
    /// The host's families that are shown.
    pulled: HashMap<String, (Kind, HashSet<LabelSet>)>,
    refused: HashSet<(String, &'static str)>,
    series: usize,
}

/// All metrics of an instance. Calls on series that are there do not wait for each other.
pub(crate) struct Metrics {
    host: Host,
    max_series: usize,
    dropped: Counter,
    of_host: OnceLock<sochdb_plugin_sdk::Metrics>,
    health: Arc<Health>,
    state: RwLock<State>,
}

impl Metrics {
    pub(crate) fn new(host: Host, max_series: usize) -> Self {
        let (dropped, health) = (Counter::default(), Arc::new(Health::default()));
        let mut registry = Registry::default();
        registry.register(
            DROPPED,
            "Updates, and series at a scrape, that were dropped as their series would exceed max_series",
            dropped.clone(),
        );
        registry.register_collector(Box::new(health.clone()));
        let mut taken: HashSet<String> = Kind::Counter.sample_names(DROPPED).into_iter().collect();
        taken.extend(Health::NAMES.iter().map(|name| name.to_string()));
        let (families, pulled, refused) = (HashMap::new(), HashMap::new(), HashSet::new());
        let state = RwLock::new(State { registry, families, taken, pulled, refused, series: 0 });
        let metrics = Self { host, max_series, dropped, of_host: OnceLock::new(), health, state };
        let spans = Family::new_with_constructor(span_histogram as fn() -> Histogram);
        metrics.with_state(|state| {
            state.register(SPANS, "Time from the start of a span to its end", Series::Histogram(spans))
        });
        metrics
    }

    /// Applies `update` to the series of `name` and `labels`; makes it if there is room.
    pub(crate) fn update(&self, name: &str, labels: Labels<'_>, update: Update) {
        if matches!(update, Update::Observe(value) if !value.is_finite()) {
            // It would make the sum of its series useless for ever.
            return;
        }
        let (family, labels) = (names::family(update.kind(), name), names::labels(labels));
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if state.families.get(&family).is_some_and(|series| series.apply(&labels, update)) {
            return;
        }
        drop(state);
        let refused = self.with_state(|state| match state.room_for(&family, &labels, update.kind(), self.max_series) {
            Room::Full => {
                self.dropped.inc();
                false
            }
            Room::Free => {
                state.add(&family, &labels, update);
                false
            }
            Room::Taken => state.first_complaint(&family, update.kind()),
        });
        if refused {
            self.complain(name, update.kind());
        }
    }

    /// Not to be called under the lock: the host may come back here to report what it logs.
    fn complain(&self, name: &str, kind: Kind) {
        let fields = [("name", name), ("kind", kind.name())];
        self.host.log(LogLevel::Warn, "metric dropped: an earlier one has its name", &fields);
    }

    /// From now on the host's metrics are read at each scrape.
    pub(crate) fn pull_from(&self, metrics: sochdb_plugin_sdk::Metrics) {
        // The host lends them once.
        let _ = self.of_host.set(metrics);
    }

    /// What the host has now, without what there is no name or room for.
    fn pull(&self) -> Pulled {
        let mut pulled = self.of_host.get().map(Pulled::read).unwrap_or_default();
        let mut refused = Vec::new();
        self.with_state(|state| {
            pulled.retain(|family, kind, labels| match state.admit(family, kind, labels, self.max_series) {
                Room::Free => true,
                Room::Full => {
                    self.dropped.inc();
                    false
                }
                Room::Taken => {
                    if state.first_complaint(family, kind) {
                        refused.push((family.to_owned(), kind));
                    }
                    false
                }
            });
        });
        refused.iter().for_each(|(name, kind)| self.complain(name, *kind));
        pulled
    }

    /// Adds the duration of a span.
    pub(crate) fn span(&self, name: &str, seconds: f64) {
        self.update(SPANS, &[("name", name)], Update::Observe(seconds));
    }

    pub(crate) fn report_health(&self, health: &HealthInfo) {
        self.health.set(health);
    }

    /// All metrics in the OpenMetrics text format.
    pub(crate) fn encode(&self) -> String {
        let mut pulled = Registry::default();
        pulled.register_collector(Box::new(self.pull()));
        let mut text = String::new();
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let own = encode_registry(&mut text, &state.registry);
        drop(state);
        // Writing to a String cannot fail.
        own.and_then(|()| encode_registry(&mut text, &pulled)).and_then(|()| encode_eof(&mut text)).unwrap_or_default();
        text
    }

    fn with_state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner))
    }
}

enum Room {
    Free,
    Full,
    Taken,
}

impl State {
    fn room_for(&self, family: &str, labels: &LabelSet, kind: Kind, max_series: usize) -> Room {
        match self.families.get(family) {
            Some(series) if series.kind() != kind => Room::Taken,
            // Another thread may have made it since.
            Some(series) if series.has(labels) => Room::Free,
            None if kind.sample_names(family).iter().any(|name| self.taken.contains(name)) => Room::Taken,
            _ if self.series >= max_series => Room::Full,
            _ => Room::Free,
        }
    }

    /// Whether a series of the host is shown: from the first time on, its family's name is taken.
    fn admit(&mut self, family: &str, kind: Kind, labels: &LabelSet, max_series: usize) -> Room {
        match self.pulled.get(family) {
            Some((first, _)) if *first != kind => return Room::Taken,
            Some((_, series)) if series.contains(labels) => return Room::Free,
            None if kind.sample_names(family).iter().any(|name| self.taken.contains(name)) => return Room::Taken,
            _ if self.series >= max_series => return Room::Full,
            _ => {}
        }
        self.taken.extend(kind.sample_names(family));
        self.pulled.entry(family.to_owned()).or_insert_with(|| (kind, HashSet::new())).1.insert(labels.clone());
        self.series += 1;
        Room::Free
    }

    fn add(&mut self, family: &str, labels: &LabelSet, update: Update) {
        if !self.families.contains_key(family) {
            let series = match update {
                Update::Add(_) => Series::Counter(Family::default()),
                Update::Set(_) => Series::Gauge(Family::default()),
                Update::Observe(_) => {
                    Series::Histogram(Family::new_with_constructor(wide_histogram as fn() -> Histogram))
                }
            };
            self.register(family, &format!("The {} {family} of the database", update.kind().name()), series);
        }
        if let Some(series) = self.families.get(family) {
            if !series.has(labels) {
                series.create(labels);
                self.series += 1;
            }
            series.apply(labels, update);
        }
    }

    fn register(&mut self, family: &str, help: &str, series: Series) {
        match &series {
            Series::Counter(metric) => self.registry.register(family, help, metric.clone()),
            Series::Gauge(metric) => self.registry.register(family, help, metric.clone()),
            Series::Histogram(metric) => self.registry.register(family, help, metric.clone()),
        }
        self.taken.extend(series.kind().sample_names(family));
        self.families.insert(family.to_owned(), series);
    }

    fn first_complaint(&mut self, family: &str, kind: Kind) -> bool {
        self.refused.len() < MAX_COMPLAINTS && self.refused.insert((family.to_owned(), kind.name()))
    }
}

/// From a microsecond to 67 seconds.
fn span_histogram() -> Histogram {
    Histogram::new(exponential_buckets(1e-6, 4.0, 14))
}

/// From a millionth to 70 millions, as the unit is not known.
fn wide_histogram() -> Histogram {
    Histogram::new(exponential_buckets(1e-6, 4.0, 24))
}
