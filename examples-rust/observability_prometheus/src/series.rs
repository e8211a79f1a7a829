//! Series that the plugin keeps itself, family by family.

use crate::names::{Kind, LabelSet};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{exponential_buckets, Histogram};
use prometheus_client::registry::Registry;
use std::sync::atomic::AtomicU64;

/// What a call adds to its series.
#[derive(Clone, Copy)]
pub(crate) enum Update {
    Add(u64),
    Set(f64),
    Observe(f64),
}

impl Update {
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Add(_) => Kind::Counter,
            Self::Set(_) => Kind::Gauge,
            Self::Observe(_) => Kind::Histogram,
        }
    }
}

/// The series of one family.
pub(crate) enum Series {
    Counter(Family<LabelSet, Counter>),
    Gauge(Family<LabelSet, Gauge<f64, AtomicU64>>),
    Histogram(Family<LabelSet, Histogram, fn() -> Histogram>),
}

impl Series {
    /// An empty family for updates like this one.
    pub(crate) fn of(update: Update) -> Self {
        match update {
            Update::Add(_) => Self::Counter(Family::default()),
            Update::Set(_) => Self::Gauge(Family::default()),
            Update::Observe(_) => Self::Histogram(Family::new_with_constructor(wide_histogram as fn() -> Histogram)),
        }
    }

    /// An empty family for the durations of spans.
    pub(crate) fn of_spans() -> Self {
        Self::Histogram(Family::new_with_constructor(span_histogram as fn() -> Histogram))
    }

    /// Applies `update` if the series is there. `update` is of this kind.
    pub(crate) fn apply(&self, labels: &LabelSet, update: Update) -> bool {
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

    pub(crate) fn has(&self, labels: &LabelSet) -> bool {
        match self {
            Self::Counter(family) => family.get(labels).is_some(),
            Self::Gauge(family) => family.get(labels).is_some(),
            Self::Histogram(family) => family.get(labels).is_some(),
        }
    }

    pub(crate) fn create(&self, labels: &LabelSet) {
        match self {
            Self::Counter(family) => drop(family.get_or_create(labels)),
            Self::Gauge(family) => drop(family.get_or_create(labels)),
            Self::Histogram(family) => drop(family.get_or_create(labels)),
        }
    }

    pub(crate) fn register(&self, registry: &mut Registry, family: &str, help: &str) {
        match self {
            Self::Counter(metric) => registry.register(family, help, metric.clone()),
            Self::Gauge(metric) => registry.register(family, help, metric.clone()),
            Self::Histogram(metric) => registry.register(family, help, metric.clone()),
        }
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
