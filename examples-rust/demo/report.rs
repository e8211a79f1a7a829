//! What came out: the checks, one line each, and the table of calls.

use crate::meter::Meter;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use serde_json::{json, Value};
use sochdb_plugin_cli::Table;
use sochdb_plugin_cli::{grouped, Output};
use sochdb_plugin_host::{printable, ManagerError, PluginManager};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// The counters of each call: by a handle that is kept, and by name.
pub(crate) const COUNTED: [&str; 2] = ["sochdb_calls", "sochdb_calls_by_name"];

/// A plugin, as the table names it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) plugin: String,
    pub(crate) language: &'static str,
    pub(crate) kind: &'static str,
}

struct Calls {
    who: Who,
    call: &'static str,
    count: u64,
    took: Duration,
    bytes: usize,
}

struct Check {
    name: &'static str,
    result: Result<String, String>,
}

/// Collects results, prints them as they come, and keeps each call's time in the manager's metrics.
pub(crate) struct Report<'a> {
    pub(crate) out: &'a Output,
    pub(crate) manager: &'a PluginManager,
    /// Whose calls are shown last: the metrics, which the host keeps, and the sink that reads them.
    own: [Who; 2],
    checks: Vec<Check>,
    calls: Vec<Calls>,
    span: Option<u64>,
}

impl<'a> Report<'a> {
    /// A report whose measures go to `manager`, where `sink` reads them.
    pub(crate) fn new(out: &'a Output, manager: &'a PluginManager, sink: Who) -> Self {
        let host = Who { plugin: "(host)".to_owned(), language: "Rust", kind: "metrics" };
        Self { out, manager, own: [host, sink], checks: Vec::new(), calls: Vec::new(), span: None }
    }

    /// Begins a part of the work, with a span of its own.
    pub(crate) fn phase(&mut self, parent: u64, span: &str, heading: &str) {
        self.phase_end(heading);
        self.span = Some(self.manager.span_start(span, Some(parent)));
    }

    /// Ends the last part and its span.
    pub(crate) fn phase_end(&mut self, heading: &str) {
        if let Some(span) = self.span.take() {
            self.manager.span_end(span);
        }
        self.out.line(format!("\n{}", self.out.paint.bold(heading)));
    }

    /// Notes how a check ended, with what was found.
    pub(crate) fn check(&mut self, name: &'static str, result: Result<String, String>) {
        let paint = self.out.paint;
        let (word, detail) = match &result {
            Ok(detail) => (paint.good("ok    "), paint.dim(printable(detail))),
            Err(reason) => (paint.bad("FAILED"), printable(reason).into_owned()),
        };
        self.out.line(format!("  {word}  {name:<42}  {detail}").trim_end());
        if let (Some(span), Err(reason)) = (self.span, &result) {
            self.manager.span_event(span, "failed", &[("check", name), ("reason", reason)]);
        }
        self.checks.push(Check { name, result });
    }

    /// Adds calls to the table, and each to the manager's metrics.
    pub(crate) fn measured(&mut self, who: &Who, call: &'static str, meter: &Meter) {
        let count = meter.took.len() as u64;
        self.add(Calls { who: who.clone(), call, count, took: meter.total(), bytes: meter.bytes });
        if let Err(error) = self.keep(&[("plugin", &who.plugin), ("call", call)], &meter.took) {
            self.check("there is room for metrics", Err(error.to_string()));
        }
    }

    /// Counts each call by a handle that is kept and once more by its name, which is what most programs do: the table
    /// shows what that costs.
    fn keep(&mut self, labels: &[(&str, &str)], took: &[Duration]) -> Result<(), ManagerError> {
        let counter = self.manager.counter(COUNTED[0], labels)?;
        let begun = Instant::now();
        took.iter().for_each(|_| counter.add(1));
        self.kept("Counter::add", took.len(), begun.elapsed());
        let begun = Instant::now();
        took.iter().for_each(|_| self.manager.counter_inc(COUNTED[1], 1, labels));
        self.kept("counter_inc", took.len(), begun.elapsed());
        let histogram = self.manager.histogram("sochdb_call_seconds", labels)?;
        let begun = Instant::now();
        took.iter().for_each(|took| histogram.observe(took.as_secs_f64()));
        self.kept("Histogram::observe", took.len(), begun.elapsed());
        Ok(())
    }

    fn kept(&mut self, call: &'static str, count: usize, took: Duration) {
        let who = self.own[0].clone();
        self.add(Calls { who, call, count: count as u64, took, bytes: 0 });
    }

    /// Adds calls of the sink to the table.
    pub(crate) fn scraped(&mut self, meter: &Meter) {
        let (who, count) = (self.own[1].clone(), meter.took.len() as u64);
        self.add(Calls { who, call: "GET /metrics", count, took: meter.total(), bytes: meter.bytes });
    }

    fn add(&mut self, new: Calls) {
        match self.calls.iter_mut().find(|calls| calls.who == new.who && calls.call == new.call) {
            Some(calls) => {
                calls.count += new.count;
                calls.took += new.took;
                calls.bytes += new.bytes;
            }
            None => self.calls.push(new),
        }
    }

    /// How often each function of each plugin was called, the sink left out.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (&str, &'static str, u64)> {
        let others = self.calls.iter().filter(|calls| !self.own.contains(&calls.who));
        others.map(|calls| (&*calls.who.plugin, calls.call, calls.count))
    }

    /// A bar for `len` steps, cleared when it is dropped; nobody sees it unless on a terminal.
    pub(crate) fn progress(&self, what: &'static str, len: usize) -> ProgressBar {
        let seen = !self.out.json && std::io::stdout().is_terminal() && std::io::stderr().is_terminal();
        let target = if seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(len as u64), target).with_message(what);
        let bar = bar.with_finish(ProgressFinish::AndClear);
        match ProgressStyle::with_template("          {msg:<42}  {bar:30} {percent}%") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }

    /// Prints how long the calls took.
    pub(crate) fn calls_table(&self) {
        let headings = ["plugin", "language", "kind", "call", "calls", "ns a call", "MB/s"];
        let mut table = Table::new(&headings, &[false, false, false, false, true, true, true]);
        for calls in self.calls_in_order() {
            let Who { plugin, language, kind } = &calls.who;
            let speed = calls.megabytes_a_second().map_or_else(|| "-".to_owned(), |speed| format!("{speed:.1}"));
            let names = [plugin, *language, *kind, calls.call].map(str::to_owned);
            let numbers = [grouped(calls.count), grouped(calls.nanoseconds()), speed];
            table.row(names.into_iter().chain(numbers).collect());
        }
        self.out.line("");
        table.print(self.out);
    }

    /// Prints how many checks passed; true if all did.
    pub(crate) fn totals(&self) -> bool {
        let (failed, all) = (self.checks.iter().filter(|check| check.result.is_err()).count(), self.checks.len());
        let text = match failed {
            0 => self.out.paint.good(format!("{all} checks, all ok")),
            _ => self.out.paint.bad(format!("{failed} of {all} checks FAILED")),
        };
        self.out.line(format!("\n{text}"));
        failed == 0
    }

    /// The checks as JSON.
    pub(crate) fn checks_json(&self) -> Vec<Value> {
        let object = |check: &Check| {
            let (Ok(detail) | Err(detail)) = &check.result;
            json!({ "name": check.name, "ok": check.result.is_ok(), "detail": detail })
        };
        self.checks.iter().map(object).collect()
    }

    /// The table of calls as JSON.
    pub(crate) fn calls_json(&self) -> Vec<Value> {
        let object = |calls: &Calls| {
            let Who { plugin, language, kind } = &calls.who;
            json!({
                "plugin": plugin, "language": language, "kind": kind, "call": calls.call, "calls": calls.count,
                "ns_per_call": calls.nanoseconds(), "mb_per_s": calls.megabytes_a_second(),
            })
        };
        self.calls_in_order().map(object).collect()
    }

    /// Those of the metrics and the sink last: they were called in between.
    fn calls_in_order(&self) -> impl Iterator<Item = &Calls> {
        let (own, others): (Vec<&Calls>, Vec<&Calls>) =
            self.calls.iter().partition(|calls| self.own.contains(&calls.who));
        others.into_iter().chain(own)
    }
}

impl Calls {
    fn nanoseconds(&self) -> u64 {
        u64::try_from(self.took.as_nanos() / u128::from(self.count.max(1))).unwrap_or(u64::MAX)
    }

    fn megabytes_a_second(&self) -> Option<f64> {
        let seconds = self.took.as_secs_f64();
        (self.bytes > 0 && seconds > 0.0).then(|| self.bytes as f64 / 1e6 / seconds)
    }
}
