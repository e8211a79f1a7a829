use std::sync::Arc;

/// The most bounds of a histogram.
pub(crate) const MAX_BOUNDS: usize = 64;

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
    /// The bounds of the buckets of a histogram, ascending; none for those that every histogram has.
    pub bounds: &'a [f64],
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

    /// The same with buckets of these bounds, each of which belongs to its bucket; the last bucket has no bound.
    #[must_use]
    pub fn with_bounds(self, bounds: &'a [f64]) -> Self {
        Self { bounds, ..self }
    }

    /// Whether the bounds ascend, are finite, and are not too many.
    pub(crate) fn has_good_bounds(&self) -> bool {
        let ascend = self.bounds.windows(2).all(|pair| pair[0] < pair[1]);
        ascend && self.bounds.iter().all(|bound| bound.is_finite()) && self.bounds.len() <= MAX_BOUNDS
    }
}

/// The description that a registry keeps.
pub(crate) struct About {
    pub(crate) text: Box<str>,
    pub(crate) unit: Box<str>,
    /// None for the bounds that every histogram has.
    pub(crate) bounds: Option<Arc<[f64]>>,
}

impl About {
    pub(crate) fn keep(description: &MetricDescription<'_>) -> Self {
        let MetricDescription { text, unit, bounds } = *description;
        Self { text: text.into(), unit: unit.into(), bounds: (!bounds.is_empty()).then(|| bounds.into()) }
    }

    pub(crate) fn bytes(&self) -> usize {
        let bounds = self.bounds.as_ref().map_or(0, |bounds| size_of_val(&**bounds));
        self.text.len() + self.unit.len() + bounds
    }
}
