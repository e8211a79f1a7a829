//! The samples of a page in the OpenMetrics text format, which the metrics are encoded in.

use crate::names::LabelSet;

/// A family with its series, as a page has them.
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) help: String,
    /// `counter`, `gauge` or `histogram`.
    pub(crate) kind: String,
    pub(crate) series: Vec<Series>,
}

/// A series; `value` is a histogram's sum.
pub(crate) struct Series {
    pub(crate) labels: LabelSet,
    pub(crate) value: f64,
    pub(crate) count: u64,
    /// Upper bounds, each with the number of observations up to it.
    pub(crate) buckets: Vec<(f64, u64)>,
}

/// The families of a page that was written by `metrics`.
pub(crate) fn families(page: &str) -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    for line in page.lines() {
        if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
            let (name, help) = (name.to_owned(), plain(help));
            families.push(Family { name, help, kind: String::new(), series: Vec::new() });
        } else if let Some(family) = families.last_mut() {
            match line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
                Some((_, kind)) => family.kind = kind.to_owned(),
                // The end of the page is no sample.
                None if line.starts_with('#') => {}
                None => family.sample(line),
            }
        }
    }
    families
}

impl Family {
    fn sample(&mut self, line: &str) {
        let Some((name, labels, value)) = parts(line) else { return };
        let (bound, labels): (LabelSet, LabelSet) =
            labels.into_iter().partition(|(name, _)| name == "le" && self.kind == "histogram");
        if self.series.last().is_none_or(|series| self.kind != "histogram" || series.labels != labels) {
            self.series.push(Series { labels, value: 0.0, count: 0, buckets: Vec::new() });
        }
        let Some(series) = self.series.last_mut() else { return };
        let suffix = if self.kind == "histogram" { name.strip_prefix(&*self.name) } else { None };
        match (suffix, bound.first()) {
            (Some("_count"), _) => series.count = value.parse().unwrap_or_default(),
            (Some("_bucket"), Some((_, bound))) => {
                series.buckets.push((number(bound), value.parse().unwrap_or_default()));
            }
            _ => series.value = number(value),
        }
    }
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// A line's name, labels and value.
fn parts(line: &str) -> Option<(&str, LabelSet, &str)> {
    let end = line.find(['{', ' '])?;
    let (name, mut rest) = line.split_at(end);
    let mut labels = LabelSet::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        while let Some((label, value)) = rest.split_once("=\"").filter(|_| !rest.starts_with('}')) {
            let mut escaped = false;
            let end = value.find(|character| {
                let ends = character == '"' && !escaped;
                escaped = character == '\\' && !escaped;
                ends
            })?;
            labels.push((label.trim_start_matches(',').to_owned(), plain(&value[..end])));
            rest = &value[end + 1..];
        }
        rest = rest.strip_prefix('}')?;
    }
    Some((name, labels, rest.trim_start().split(' ').next()?))
}

/// The text behind the escapes.
fn plain(text: &str) -> String {
    let mut characters = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some(escaped) => escaped,
                None => '\\',
            },
            character => character,
        });
    }
    plain
}
