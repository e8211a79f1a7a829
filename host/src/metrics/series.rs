//! One series: a name with its labels, and its value.

use crate::metrics::cells::{Level, Observations, Total};
use crate::metrics::labels::{self, Owned};
use sochdb_plugin_sdk::{Bucket, Metric, MetricValue};
use std::sync::Arc;

/// The kind of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    /// As a person calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A change of a series.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    Add(u64),
    Set(f64),
    Observe(f64),
}

impl Change {
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Add(_) => Kind::Counter,
            Self::Set(_) => Kind::Gauge,
            Self::Observe(_) => Kind::Histogram,
        }
    }
}

pub(crate) enum Cell {
    Counter(Arc<Total>),
    Gauge(Arc<Level>),
    Histogram(Arc<Observations>),
    /// There is none, as an earlier metric of this other kind has the name.
    Refused(Kind),
}

impl Cell {
    pub(crate) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Counter => Self::Counter(Arc::default()),
            Kind::Gauge => Self::Gauge(Arc::default()),
            Kind::Histogram => Self::Histogram(Arc::default()),
        }
    }
}

pub(crate) struct Series {
    pub(crate) kind: Kind,
    pub(crate) name: Box<str>,
    pub(crate) labels: Owned,
    pub(crate) cell: Cell,
}

impl Series {
    /// `change` is of the series' kind.
    #[inline]
    pub(crate) fn apply(&self, change: Change) {
        match (&self.cell, change) {
            (Cell::Counter(total), Change::Add(value)) => total.add(value),
            (Cell::Gauge(level), Change::Set(value)) => level.set(value),
            (Cell::Histogram(observations), Change::Observe(value)) => observations.add(value),
            _ => {}
        }
    }

    pub(crate) fn show(&self, buckets: &mut Vec<Bucket>, visit: &mut dyn FnMut(&Metric<'_>)) {
        let value = match &self.cell {
            Cell::Counter(total) => MetricValue::Counter(total.get()),
            Cell::Gauge(level) => MetricValue::Gauge(level.get()),
            Cell::Histogram(observations) => {
                let (count, sum) = observations.get(buckets);
                MetricValue::Histogram { count, sum, buckets }
            }
            Cell::Refused(_) => return,
        };
        let mut labels = labels::borrow(&self.labels);
        labels.sort_unstable();
        visit(&Metric::new(&self.name, &labels, value));
    }
}
