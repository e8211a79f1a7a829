//! Records of a sink, in whatever format they came.

/// The form of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Objects, one a line. How fields are called is the sink's: texts and numbers are found by what they are.
    Json,
    /// The page that Prometheus scrapes.
    Prometheus,
    /// Datagrams, with labels after `#`.
    StatsD,
    /// Requests to an OpenTelemetry collector.
    Otlp,
}

/// One line, sample or message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// All texts in it, names of fields too.
    pub(crate) texts: Vec<String>,
    /// Texts that stand under a name: labels, fields, attributes.
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) numbers: Vec<f64>,
    /// The integers among them, to the last digit, of a format that has some.
    pub(crate) integers: Vec<i128>,
    /// When it happened, in nanoseconds since 1970, of a format that has a place for it: the begin of a span, and its end.
    pub(crate) moments: Vec<u64>,
    /// The values of fields that the format has of its own, under the names that it gives them.
    pub(crate) facts: Vec<(&'static str, String)>,
}

/// The integer up to which a double has each.
const DOUBLE: u64 = 1 << 53;

impl Record {
    /// Whether it is of what has this name. Sinks put words before a name, and write what is between words in their way.
    pub(crate) fn is_of(&self, name: &str) -> bool {
        let plain = |text: &str| -> String {
            text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let name = plain(name);
        self.texts.iter().any(|text| {
            let text = plain(text);
            text.strip_suffix("total").unwrap_or(&text).ends_with(&name) || text.ends_with(&name)
        })
    }

    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.pairs.iter().any(|(known, is)| known == name && is == value)
    }

    pub(crate) fn has_all(&self, labels: &[(&str, &str)]) -> bool {
        labels.iter().all(|(name, value)| self.has(name, value))
    }

    /// Whether one of its numbers is this one, as far as the digits of a text go.
    pub(crate) fn tells(&self, value: f64) -> bool {
        self.numbers.iter().any(|number| same(*number, value))
    }

    /// The facts of this name.
    pub(crate) fn facts(&self, name: &str) -> Vec<&str> {
        self.facts.iter().filter(|(known, _)| *known == name).map(|(_, is)| &**is).collect()
    }

    pub(crate) fn says(&self, text: &str) -> bool {
        self.texts.iter().any(|known| known == text)
    }
}

/// Whether two numbers are one, but for the last digits of a text.
fn same(left: f64, right: f64) -> bool {
    left == right || (left.is_nan() && right.is_nan()) || (left - right).abs() <= right.abs() * 1e-12
}

/// All that a sink told, in its order.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) format: Format,
    pub(crate) records: Vec<Record>,
}

impl Seen {
    /// The records of what has this name and these labels.
    pub(crate) fn of(&self, name: &str, labels: &[(&str, &str)]) -> Vec<&Record> {
        self.records.iter().filter(|record| record.is_of(name) && record.has_all(labels)).collect()
    }

    /// The records that have this text.
    pub(crate) fn saying(&self, text: &str) -> Vec<&Record> {
        self.records.iter().filter(|record| record.says(text)).collect()
    }

    /// Whether a record tells this count, to the last digit. Prometheus has doubles alone.
    pub(crate) fn counts(&self, record: &Record, count: u64) -> bool {
        if self.format == Format::Prometheus || count <= DOUBLE {
            return record.tells(count as f64);
        }
        record.integers.contains(&count.into())
    }

    /// Says how a counter is wrong that got these numbers, none of them twice: each is told once, or their sum at the end.
    pub(crate) fn miscounted(&self, name: &str, labels: &[(&str, &str)], added: &[u64]) -> Option<String> {
        let records = self.of(name, labels);
        let total = added.iter().sum::<u64>();
        if self.format == Format::Prometheus && records.len() > 1 {
            return Some(format!("{} samples have the name {name} and the labels {labels:?}", records.len()));
        }
        let sum = || match total {
            ..=DOUBLE => records.iter().filter_map(|record| record.numbers.first()).sum::<f64>() == total as f64,
            _ => records.iter().filter_map(|record| record.integers.first()).sum::<i128>() == total.into(),
        };
        if records.last().is_some_and(|last| self.counts(last, total)) || (self.format == Format::Otlp && sum()) {
            return None;
        }
        let times = |value: u64| records.iter().filter(|record| self.counts(record, value)).count();
        let wrong = added.iter().map(|value| (value, times(*value))).find(|(_, times)| *times != 1)?;
        Some(format!(
            "the counter {name} with the labels {labels:?} got {} numbers with the sum {total}: neither is the sum told, \
             nor each of them once: {} is told {} times{}",
            added.len(),
            wrong.0,
            wrong.1,
            told(&records)
        ))
    }
}

/// The end of a message: what was told instead.
pub(crate) fn told(records: &[&Record]) -> String {
    match records.last() {
        None => ", as nothing is told of that name and these labels".to_owned(),
        Some(last) => format!("; the last of {} that are: {:?} {:?}", records.len(), last.texts, last.numbers),
    }
}
