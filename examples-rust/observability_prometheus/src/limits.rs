//! How much of the metrics is shown: each series with all its names is written at each scrape.

use crate::config::Config;
use crate::names::Names;

/// What is used of a limit, and how much there may be.
pub(crate) struct Limits {
    max_series: usize,
    max_label_bytes: usize,
    max_page_bytes: usize,
    series: usize,
    page_bytes: usize,
}

/// The key of the configuration that names the limit.
pub(crate) type Limit = &'static str;

impl Limits {
    pub(crate) fn new(config: &Config) -> Self {
        let Config { max_series, max_label_bytes, max_page_bytes, .. } = *config;
        Self { max_series, max_label_bytes, max_page_bytes, series: 0, page_bytes: 0 }
    }

    /// Whether a name or a label's value is short enough.
    pub(crate) fn takes(&self, text: &str) -> bool {
        text.len() <= self.max_label_bytes
    }

    /// The limit that a new series of so many lines would exceed.
    pub(crate) fn exceeded_by(&self, names: &Names, lines: usize) -> Option<Limit> {
        if self.series >= self.max_series {
            return Some("max_series");
        }
        (self.page_bytes.saturating_add(bytes(names, lines)) > self.max_page_bytes).then_some("max_page_bytes")
    }

    /// Counts a series that is shown from now on.
    pub(crate) fn add(&mut self, names: &Names, lines: usize) {
        self.series += 1;
        self.page_bytes += bytes(names, lines);
    }
}

/// What the names of a series of so many lines take on the page.
fn bytes(names: &Names, lines: usize) -> usize {
    let labels: usize = names.labels.iter().map(|(name, value)| name.len() + value.len()).sum();
    (names.family.len() + labels) * lines
}
