//! One series: a name with its labels, and its value.

use crate::metrics::cells::{Balance, Level, Total};
use crate::metrics::description::{About, Kept};
use crate::metrics::labels::{self, Owned};
use crate::metrics::observations::Observations;
use sochdb_plugin_sdk::{Bucket, Metric, MetricValue};
use std::sync::Arc;
use std::time::SystemTime;

/// The kind of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
    UpDownCounter,
}

impl Kind {
    /// As a person calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::UpDownCounter => "up-down counter",
        }
    }
}

/// A change of a series.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    Add(u64),
    Set(f64),
    Observe(f64),
    Shift(i64),
}

impl Change {
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Add(_) => Kind::Counter,
            Self::Set(_) => Kind::Gauge,
            Self::Observe(_) => Kind::Histogram,
            Self::Shift(_) => Kind::UpDownCounter,
        }
    }
}

pub(crate) enum Cell {
    Counter(Arc<Total>),
    Gauge(Arc<Level>),
    Histogram(Arc<Observations>),
    UpDownCounter(Arc<Balance>),
    /// There is none, as an earlier metric of this other kind has the name.
    Refused(Kind),
}

impl Cell {
    /// A histogram has these buckets.
    pub(crate) fn new(kind: Kind, buckets: &Kept) -> Self {
        match kind {
            Kind::Counter => Self::Counter(Arc::default()),
            Kind::Gauge => Self::Gauge(Arc::default()),
            Kind::Histogram => Self::Histogram(Arc::new(Observations::new(buckets))),
            Kind::UpDownCounter => Self::UpDownCounter(Arc::default()),
        }
    }
}

pub(crate) struct Series {
    pub(crate) kind: Kind,
    pub(crate) name: Box<str>,
    pub(crate) labels: Owned,
    pub(crate) cell: Cell,
    /// When it was made.
    pub(crate) start: SystemTime,
}

impl Series {
    /// `change` is of the series' kind.
    #[inline]
    pub(crate) fn apply(&self, change: Change) {
        match (&self.cell, change) {
            (Cell::Counter(total), Change::Add(value)) => total.add(value),
            (Cell::Gauge(level), Change::Set(value)) => level.set(value),
            (Cell::Histogram(observations), Change::Observe(value)) => observations.add(value),
            (Cell::UpDownCounter(balance), Change::Shift(value)) => balance.add(value),
            _ => {}
        }
    }

    /// The change as those sinks get it that do not read: they know no total that shrinks, but a gauge.
    pub(crate) fn as_pushed(&self, change: Change) -> Change {
        match &self.cell {
            Cell::UpDownCounter(balance) => Change::Set(balance.get() as f64),
            _ => change,
        }
    }

    pub(crate) fn show(&self, about: Option<&About>, buckets: &mut Vec<Bucket>, visit: &mut dyn FnMut(&Metric<'_>)) {
        let exponential;
        let value = match &self.cell {
            Cell::Counter(total) => MetricValue::Counter(total.get()),
            Cell::Gauge(level) => MetricValue::Gauge(level.get()),
            Cell::Histogram(observations) => match &**observations {
                Observations::LogLinear(observations) => {
                    let (count, sum) = observations.get(buckets);
                    MetricValue::Histogram { count, sum, buckets }
                }
                Observations::Bounded(observations) => {
                    let (count, sum) = observations.get(buckets);
                    MetricValue::Histogram { count, sum, buckets }
                }
                Observations::Exponential(observations) => {
                    exponential = observations.get();
                    MetricValue::Exponential(exponential.as_value())
                }
            },
            Cell::UpDownCounter(balance) => MetricValue::UpDown(balance.get() as f64),
            Cell::Refused(_) => return,
        };
        let mut labels = labels::borrow(&self.labels);
        labels.sort_unstable();
        let mut metric = Metric::new(&self.name, &labels, value);
        if let Some(about) = about {
            metric = metric.with_unit(&about.unit).with_description(&about.text);
        }
        metric.all_buckets = matches!(&self.cell, Cell::Histogram(it) if matches!(**it, Observations::Bounded(_)));
        if self.kind != Kind::Gauge {
            metric = metric.with_start(self.start);
        }
        visit(&metric);
    }
}
