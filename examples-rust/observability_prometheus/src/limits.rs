//! How much of the metrics is shown: each series with all its names is written at each scrape.

use crate::config::Config;
use crate::names::{Kind, Names};

/// Lines that a histogram takes on the page: its buckets, its sum and its count.
const LINES_OF_HISTOGRAM: usize = 27;

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

    /// The limit that a new series would exceed.
    pub(crate) fn exceeded_by(&self, names: &Names) -> Option<Limit> {
        if self.series >= self.max_series {
            return Some("max_series");
        }
        (self.page_bytes.saturating_add(bytes(names)) > self.max_page_bytes).then_some("max_page_bytes")
    }

    /// Counts a series that is shown from now on.
    pub(crate) fn add(&mut self, names: &Names) {
        self.series += 1;
        self.page_bytes += bytes(names);
    }
}

/// What the names of a series take on the page.
fn bytes(names: &Names) -> usize {
    let labels: usize = names.labels.iter().map(|(name, value)| name.len() + value.len()).sum();
    let lines = if names.kind == Kind::Histogram { LINES_OF_HISTOGRAM } else { 1 };
    (names.family.len() + labels) * lines
}
