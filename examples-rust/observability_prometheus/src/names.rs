//! Names as Prometheus takes them.

use prometheus_client::metrics::MetricType;

/// The labels of a series, by name.
pub(crate) type LabelSet = Vec<(String, String)>;

/// What a metric is; it decides on the names of its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

    /// As Prometheus calls it.
    pub(crate) fn metric_type(self) -> MetricType {
        match self {
            Self::Counter => MetricType::Counter,
            Self::Gauge => MetricType::Gauge,
            Self::Histogram => MetricType::Histogram,
        }
    }

    /// The names that a family of this kind and name takes for itself and its samples.
    pub(crate) fn sample_names(self, family: &str) -> Vec<String> {
        let suffixes: &[&str] = match self {
            Self::Counter => &["", "_total", "_created"],
            Self::Gauge => &[""],
            Self::Histogram => &["", "_bucket", "_sum", "_count", "_created"],
        };
        suffixes.iter().map(|suffix| format!("{family}{suffix}")).collect()
    }
}

/// The name of the family for a metric called `name`, with the suffix that its kind has or must not have: a
/// counter's `_total` is added where it is written. A unit in the name stays as it is, since the values do.
fn family(kind: Kind, name: &str) -> String {
    let name = snake_case(name);
    let stem = name.strip_suffix("_total").filter(|stem| !stem.is_empty()).unwrap_or(&name);
    let reserved = ["_bucket", "_count", "_sum"].iter().any(|suffix| stem.ends_with(suffix));
    if kind == Kind::Gauge && reserved {
        format!("{stem}_value")
    } else {
        stem.to_owned()
    }
}

/// The names of one series, for Prometheus and in the database.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) kind: Kind,
    pub(crate) family: String,
    /// The labels for Prometheus, by name.
    pub(crate) labels: LabelSet,
    /// The metric's name in the database.
    pub(crate) name: String,
    /// The labels' names in the database, in the order of `labels`.
    label_names: Vec<String>,
    /// Whether no two labels come out equal.
    pub(crate) are_distinct: bool,
}

impl Names {
    pub(crate) fn new(kind: Kind, name: &str, labels: &[(&str, &str)]) -> Self {
        let mut all: Vec<_> = labels.iter().map(|&(name, value)| ((label(name), value.to_owned()), name)).collect();
        all.sort_by(|a, b| a.0 .0.cmp(&b.0 .0));
        let are_distinct = all.windows(2).all(|pair| pair[0].0 .0 != pair[1].0 .0);
        let (labels, label_names) = all.into_iter().map(|(label, name)| (label, name.to_owned())).unzip();
        Self { kind, family: family(kind, name), labels, name: name.to_owned(), label_names, are_distinct }
    }

    /// Those of the plugin's own family `name`, which is no metric of the database.
    pub(crate) fn of_own(kind: Kind, name: &str) -> Self {
        let mut own = Self::new(kind, name, &[]);
        own.family = name.to_owned();
        own
    }

    /// The labels' names, for Prometheus and in the database.
    pub(crate) fn origins(&self) -> impl Iterator<Item = (&str, &str)> {
        self.labels.iter().zip(&self.label_names).map(|((label, _), name)| (&**label, &**name))
    }
}

/// Two leading underscores are Prometheus' own; `le` and `quantile` belong to histograms and summaries.
fn label(name: &str) -> String {
    let name = snake_case(name);
    let name = name.trim_start_matches('_');
    match name {
        "" => "unnamed".to_owned(),
        "le" | "quantile" => format!("exported_{name}"),
        name if name.starts_with(|first: char| first.is_ascii_digit()) => format!("_{name}"),
        name => name.to_owned(),
    }
}

/// `name` in lower case with words divided by `_`, of letters, digits and `_` only. A colon is for recording rules.
fn snake_case(name: &str) -> String {
    let mut clean = String::with_capacity(name.len() + 1);
    let mut after_lower = false;
    for character in name.chars() {
        if after_lower && character.is_ascii_uppercase() {
            clean.push('_');
        }
        after_lower = character.is_ascii_lowercase();
        clean.push(if character.is_ascii_alphanumeric() { character.to_ascii_lowercase() } else { '_' });
    }
    if clean.starts_with(|first: char| first.is_ascii_digit()) || clean.is_empty() {
        clean.insert(0, '_');
    }
    clean
}
