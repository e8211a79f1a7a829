//! What a check found, for every form of report.

use crate::commands::check::latencies::Latencies;
use crate::commands::check::outcome::Tested;
use std::collections::BTreeMap;
use std::path::Path;

/// What a check found.
pub(crate) struct Findings<'a> {
    /// The plugin's name and version.
    pub(crate) plugin: String,
    pub(crate) file: &'a Path,
    pub(crate) digest: String,
    pub(crate) seed: u64,
    pub(crate) tests: &'a [Tested],
}

impl Findings<'_> {
    pub(super) fn count(&self, word: &str) -> usize {
        self.tests.iter().filter(|tested| tested.outcome.word() == word).count()
    }

    pub(super) fn latencies(&self) -> Latencies {
        let mut all = Latencies::default();
        self.tests.iter().for_each(|tested| all.add(&tested.slots));
        all
    }

    /// The figures by the name of their row, each with its place, in the order of the places.
    pub(super) fn measured(&self) -> BTreeMap<String, Vec<(f64, f64)>> {
        let mut rows: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
        for point in self.tests.iter().flat_map(|tested| &tested.measured) {
            if let (Some(name), Some(at), Some(value)) =
                (point["name"].as_str(), point["at"].as_f64(), point["value"].as_f64())
            {
                rows.entry(name.to_owned()).or_default().push((at, value));
            }
        }
        rows.values_mut().for_each(|row| row.sort_by(|left, right| left.0.total_cmp(&right.0)));
        rows
    }
}

/// Text as XML and HTML take it. What neither may have is shown as a host shows it.
pub(super) fn escaped(text: &str) -> String {
    let shown = text.split('\n').map(|line| sochdb_plugin_host::printable(line).to_string()).collect::<Vec<_>>();
    let mut escaped = String::new();
    for character in shown.join("\n").chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{FFFE}' | '\u{FFFF}' => escaped.push('\u{FFFD}'),
            other => escaped.push(other),
        }
    }
    escaped
}
