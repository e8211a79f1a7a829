//! What came out: the checks, one line each, and the table of calls.

use super::meter::Meter;
use crate::output::{grouped, printable, Output, Table};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use serde_json::{json, Value};
use sochdb_plugin_host::PluginManager;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// A plugin, as the table names it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Who {
    pub(super) plugin: String,
    pub(super) language: &'static str,
    pub(super) kind: &'static str,
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

/// Collects results, prints them as they come, and gives each call's time to the manager's sinks.
pub(super) struct Report<'a> {
    pub(super) out: &'a Output,
    pub(super) manager: &'a PluginManager,
    sink: Who,
    checks: Vec<Check>,
    calls: Vec<Calls>,
    span: Option<u64>,
}

impl<'a> Report<'a> {
    /// A report whose measures go to `manager`, where `sink` takes them.
    pub(super) fn new(out: &'a Output, manager: &'a PluginManager, sink: Who) -> Self {
        Self { out, manager, sink, checks: Vec::new(), calls: Vec::new(), span: None }
    }

    /// Begins a part of the work, with a span of its own.
    pub(super) fn phase(&mut self, parent: u64, span: &str, heading: &str) {
        self.phase_end(heading);
        self.span = Some(self.manager.span_start(span, Some(parent)));
    }

    /// Ends the last part and its span.
    pub(super) fn phase_end(&mut self, heading: &str) {
        if let Some(span) = self.span.take() {
            self.manager.span_end(span);
        }
        self.out.line(format!("\n{}", self.out.paint.bold(heading)));
    }

    /// Notes how a check ended, with what was found.
    pub(super) fn check(&mut self, name: &'static str, result: Result<String, String>) {
        let paint = self.out.paint;
        let (word, detail) = match &result {
            Ok(detail) => (paint.good("ok    "), paint.dim(printable(detail))),
            Err(reason) => (paint.bad("FAILED"), printable(reason)),
        };
        self.out.line(format!("  {word}  {name:<42}  {detail}").trim_end());
        if let (Some(span), Err(reason)) = (self.span, &result) {
            self.manager.span_event(span, "failed", &[("check", name), ("reason", reason)]);
        }
        self.checks.push(Check { name, result });
    }

    /// Adds calls to the table, and gives each to the manager's sinks.
    pub(super) fn measured(&mut self, who: &Who, call: &'static str, meter: &Meter) {
        let count = meter.took.len() as u64;
        self.add(Calls { who: who.clone(), call, count, took: meter.total(), bytes: meter.bytes });
        let labels: [(&str, &str); 2] = [("plugin", &who.plugin), ("call", call)];
        let begun = Instant::now();
        for _ in &meter.took {
            self.manager.counter_inc("sochdb_calls", 1, &labels);
        }
        self.sunk("counter_inc", count, begun.elapsed());
        let begun = Instant::now();
        for took in &meter.took {
            self.manager.histogram_observe("sochdb_call_seconds", took.as_secs_f64(), &labels);
        }
        self.sunk("histogram_observe", count, begun.elapsed());
    }

    fn sunk(&mut self, call: &'static str, count: u64, took: Duration) {
        let who = self.sink.clone();
        self.add(Calls { who, call, count, took, bytes: 0 });
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

    /// How often each function of each plugin was called, the sink's own left out.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&str, &'static str, u64)> {
        let others = self.calls.iter().filter(|calls| calls.who != self.sink);
        others.map(|calls| (&*calls.who.plugin, calls.call, calls.count))
    }

    /// A bar for `len` steps, cleared when it is dropped; nobody sees it unless on a terminal.
    pub(super) fn progress(&self, what: &'static str, len: usize) -> ProgressBar {
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
    pub(super) fn calls_table(&self) {
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
    pub(super) fn totals(&self) -> bool {
        let (failed, all) = (self.checks.iter().filter(|check| check.result.is_err()).count(), self.checks.len());
        let text = match failed {
            0 => self.out.paint.good(format!("{all} checks, all ok")),
            _ => self.out.paint.bad(format!("{failed} of {all} checks FAILED")),
        };
        self.out.line(format!("\n{text}"));
        failed == 0
    }

    /// The checks as JSON.
    pub(super) fn checks_json(&self) -> Vec<Value> {
        let object = |check: &Check| {
            let (Ok(detail) | Err(detail)) = &check.result;
            json!({ "name": check.name, "ok": check.result.is_ok(), "detail": detail })
        };
        self.checks.iter().map(object).collect()
    }

    /// The table of calls as JSON.
    pub(super) fn calls_json(&self) -> Vec<Value> {
        let object = |calls: &Calls| {
            let Who { plugin, language, kind } = &calls.who;
            json!({
                "plugin": plugin, "language": language, "kind": kind, "call": calls.call, "calls": calls.count,
                "ns_per_call": calls.nanoseconds(), "mb_per_s": calls.megabytes_a_second(),
            })
        };
        self.calls_in_order().map(object).collect()
    }

    /// Those of the sink last: it was called in between.
    fn calls_in_order(&self) -> impl Iterator<Item = &Calls> {
        let (sink, others): (Vec<&Calls>, Vec<&Calls>) = self.calls.iter().partition(|calls| calls.who == self.sink);
        others.into_iter().chain(sink)
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
