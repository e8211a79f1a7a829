use std::sync::Arc;

/// The most bounds of a histogram.
pub(crate) const MAX_BOUNDS: usize = 64;

/// The buckets of a histogram.
///
/// ```
/// use sochdb_plugin_host::{MetricBuckets, MetricDescription};
///
/// assert_eq!(MetricDescription::new("Time that queries took").buckets, MetricBuckets::LogLinear);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum MetricBuckets<'a> {
    /// Four buckets to each power of two, from 2^-30 to 2^34: the least work an observation, and the same bounds for every
    /// histogram.
    #[default]
    LogLinear,
    /// Buckets with these upper bounds, each of which belongs to its bucket: at most 64 finite numbers, ascending. One bucket
    /// more has no bound.
    Bounds(&'a [f64]),
    /// Buckets of a base-2 exponential histogram of OpenTelemetry, as fine as 160 of them a sign can be: any amount, above and
    /// below 0, is known to the width of its bucket. An observation costs a logarithm and a lock that no other thread wants.
    /// A sink that knows no such histogram drops it or shows coarser bounds.
    Exponential,
}

/// The description of a metric: what sinks show of it, and which buckets its histograms have.
///
/// ```
/// use sochdb_plugin_host::{MetricDescription, PluginManager};
///
/// let manager = PluginManager::new();
/// let seconds = MetricDescription::new("Time that queries took").with_unit("s").with_bounds(&[0.01, 0.1, 1.0]);
/// manager.describe_metric("query_seconds", &seconds)?;
/// manager.histogram("query_seconds", &[("kind", "select")])?.observe(0.25);
/// # Ok::<(), sochdb_plugin_host::ManagerError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MetricDescription<'a> {
    /// One sentence on what is measured.
    pub text: &'a str,
    /// The unit, by UCUM, such as `s` or `By`.
    pub unit: &'a str,
    /// The buckets, if it is a histogram.
    pub buckets: MetricBuckets<'a>,
}

impl<'a> MetricDescription<'a> {
    /// Makes a description of one sentence.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, ..Self::default() }
    }

    /// The same with this unit.
    #[must_use]
    pub fn with_unit(self, unit: &'a str) -> Self {
        Self { unit, ..self }
    }

    /// The same with [`MetricBuckets::Bounds`].
    #[must_use]
    pub fn with_bounds(self, bounds: &'a [f64]) -> Self {
        Self { buckets: MetricBuckets::Bounds(bounds), ..self }
    }

    /// The same with [`MetricBuckets::Exponential`].
    #[must_use]
    pub fn with_exponential_buckets(self) -> Self {
        Self { buckets: MetricBuckets::Exponential, ..self }
    }

    /// Whether the bounds ascend, are finite, and are not too many.
    pub(crate) fn has_good_bounds(&self) -> bool {
        let MetricBuckets::Bounds(bounds) = self.buckets else { return true };
        let ascend = bounds.windows(2).all(|pair| pair[0] < pair[1]);
        ascend && bounds.iter().all(|bound| bound.is_finite()) && bounds.len() <= MAX_BOUNDS
    }
}

/// The buckets that a registry keeps.
#[derive(Clone, Default)]
pub(crate) enum Kept {
    #[default]
    LogLinear,
    Bounds(Arc<[f64]>),
    Exponential,
}

/// The description that a registry keeps.
pub(crate) struct About {
    pub(crate) text: Box<str>,
    pub(crate) unit: Box<str>,
    pub(crate) buckets: Kept,
}

impl About {
    pub(crate) fn keep(description: &MetricDescription<'_>) -> Self {
        let buckets = match description.buckets {
            MetricBuckets::LogLinear => Kept::LogLinear,
            MetricBuckets::Bounds(bounds) => Kept::Bounds(bounds.into()),
            MetricBuckets::Exponential => Kept::Exponential,
        };
        Self { text: description.text.into(), unit: description.unit.into(), buckets }
    }

    pub(crate) fn bytes(&self) -> usize {
        let bounds = match &self.buckets {
            Kept::Bounds(bounds) => size_of_val(&**bounds),
            _ => 0,
        };
        self.text.len() + self.unit.len() + bounds
    }
}
