//! What the trials of one size come to: median, spread and ratio.

use crate::trial::{Times, Trial, What};
use serde_json::{json, Value};
use sochdb_plugin_host::Step;
use std::time::Duration;

const MIB: f64 = (1 << 20) as f64;
/// What a checked load must cost beyond any other: the copy, its digest, and what runs the plugin's code; and the walk
/// over the layouts, once for a Rust plugin.
const NO_CHECK: [Step; 5] = [Step::Seal, Step::Digest, Step::Probe, Step::Open, Step::Layout];
/// What single steps may take, in microseconds.
const TARGETS: [(Step, u64); 2] = [(Step::Probe, 3000), (Step::Layout, 1000)];

/// Median and spread of some durations.
struct Spread {
    median: Duration,
    least: Duration,
    most: Duration,
}

/// One line of a table.
struct Row {
    name: String,
    target: Option<Duration>,
    first: Option<Spread>,
    later: Spread,
}

/// The table of one size.
pub struct Report {
    name: String,
    size: usize,
    trials: usize,
    rows: Vec<Row>,
}

impl Report {
    /// The table of `trials` with libraries of this name and `size` bytes.
    pub fn new(name: &str, size: usize, trials: &[Trial]) -> Self {
        let spread =
            |what: What, of: &dyn Fn(&Times) -> Duration| Spread::of(trials.iter().map(|trial| of(&trial[&what])));
        let per_mib = |duration: Duration| duration.div_f64(size as f64 / MIB);
        let row = |name: &str, target: Option<u64>, of: &dyn Fn(&Times) -> Duration| Row {
            name: name.to_owned(),
            target: target.map(Duration::from_micros),
            first: Some(spread(What::First, of)),
            later: spread(What::Later, of),
        };
        let later = |name: &str, target: Option<u64>, later: Spread| Row {
            name: name.to_owned(),
            target: target.map(Duration::from_micros),
            first: None,
            later,
        };
        // No instance is made here.
        let steps = Step::ALL.iter().filter(|step| **step != Step::Create);
        let mut rows: Vec<Row> = steps
            .map(|step| {
                let target = TARGETS.iter().find(|(of, _)| of == step).map(|(_, target)| *target);
                row(step.name(), target, &|times| times.steps[step])
            })
            .collect();
        rows.extend([
            row("all checks: without seal, digest, probe, open, layout", Some(50), &checks),
            row("whole load", None, &|times| times.whole),
            row("whole load, a MiB", Some(2000), &|times| per_mib(times.whole)),
            later("whole load without probe", None, spread(What::Unprobed, &|times| times.whole)),
            later("whole load without probe, a MiB", Some(2000), spread(What::Unprobed, &|times| per_mib(times.whole))),
            later("plain dlopen", None, spread(What::Plain, &|times| times.whole)),
        ]);
        Self { name: name.to_owned(), size, trials: trials.len(), rows }
    }

    /// How much longer a load takes than a plain `dlopen`: with the probe, and without it.
    fn ratios(&self) -> [f64; 2] {
        let median = |name: &str| {
            let row = self.rows.iter().find(|row| row.name == name);
            row.map_or(f64::NAN, |row| row.later.median.as_secs_f64())
        };
        ["whole load", "whole load without probe"].map(|name| median(name) / median("plain dlopen"))
    }

    /// Writes it as Markdown.
    pub fn print(&self) {
        println!("### {}, {:.2} MiB, {} processes\n", self.name, self.size as f64 / MIB, self.trials);
        println!("Microseconds: median (least to most).\n");
        println!("| step | first load of a process | later load | target |\n| --- | ---: | ---: | ---: |");
        for row in &self.rows {
            let first = row.first.as_ref().map(Spread::text).unwrap_or_default();
            let target = row.target.map(|target| format!("{}", target.as_micros())).unwrap_or_default();
            println!("| {} | {first} | {} | {target} |", row.name, row.later.text());
        }
        let [probed, unprobed] = self.ratios();
        println!("\nA load takes {probed:.1} times as long as a plain dlopen, without probe {unprobed:.1} times.\n");
    }

    fn json(&self) -> Value {
        let [probed, unprobed] = self.ratios();
        let rows = self.rows.iter().map(|row| {
            json!({
                "name": row.name,
                "target_ns": row.target.map(|target| target.as_nanos() as u64),
                "first": row.first.as_ref().map(Spread::json),
                "later": row.later.json(),
            })
        });
        json!({
            "name": self.name,
            "bytes": self.size,
            "processes": self.trials,
            "rows": rows.collect::<Vec<_>>(),
            "times_plain_dlopen": probed,
            "times_plain_dlopen_without_probe": unprobed,
        })
    }
}

/// All tables as one object.
pub fn json(reports: &[Report]) -> Value {
    json!({ "sizes": reports.iter().map(Report::json).collect::<Vec<_>>() })
}

fn checks(times: &Times) -> Duration {
    times.steps.iter().filter(|(step, _)| !NO_CHECK.contains(step)).map(|(_, elapsed)| *elapsed).sum()
}

impl Spread {
    fn of(durations: impl Iterator<Item = Duration>) -> Self {
        let mut sorted: Vec<Duration> = durations.collect();
        sorted.sort_unstable();
        let (least, most) = (sorted[0], sorted[sorted.len() - 1]);
        Self { median: sorted[sorted.len() / 2], least, most }
    }

    fn text(&self) -> String {
        let text = |duration: Duration| format!("{:.1}", duration.as_secs_f64() * 1e6);
        format!("{} ({} to {})", text(self.median), text(self.least), text(self.most))
    }

    fn json(&self) -> Value {
        let number = |duration: Duration| duration.as_nanos() as u64;
        json!({ "median_ns": number(self.median), "least_ns": number(self.least), "most_ns": number(self.most) })
    }
}
