//! The operations as the calls of a test.

use crate::fuzz::expected::{Answer, Expected};
use crate::fuzz::sink::operation::{Fact, Metric, Number, Series, SinkOperation};

/// How the calls and looks are written in a language, beside what both have alike.
struct Language {
    /// The text before a call's first argument.
    begin: fn(name: &str, step: usize) -> String,
    /// An array of so many elements.
    array: fn(elements: &[String], of_floats: bool) -> String,
    yes: &'static str,
    no: &'static str,
    parent: fn(Option<Number>) -> String,
}

const C: Language = Language {
    begin: |name, step| format!("    {name}({step}"),
    array: |elements, of_floats| {
        let of = if of_floats { "double" } else { "uint64_t" };
        format!("{}, (const {of}[]){{{}}}", elements.len(), elements.join(", "))
    },
    yes: "1",
    no: "0",
    parent: |parent| parent.map_or("-1".to_owned(), |parent| parent.to_string()),
};

const RUST: Language = Language {
    begin: |name, step| format!("    sink.{name}({step}"),
    array: |elements, _| format!("&[{}]", elements.join(", ")),
    yes: "true",
    no: "false",
    parent: |parent| format!("{parent:?}"),
};

fn series(of: &Series) -> String {
    format!("{:?}, {:?}", of.name, of.side)
}

/// A number that is given in 64ths.
fn number(value: i64) -> String {
    format!("{value}.0 / 64.0")
}

fn kind(metric: Metric) -> &'static str {
    match metric {
        Metric::Counter => "counter",
        Metric::Gauge => "gauge",
        Metric::Histogram => "histogram",
        Metric::KeptCounter => "kept_counter",
        Metric::KeptGauge => "kept_gauge",
    }
}

impl Language {
    fn line(&self, name: &str, step: usize, arguments: &[String]) -> String {
        let arguments: String = arguments.iter().map(|argument| format!(", {argument}")).collect();
        format!("{}{arguments});\n", (self.begin)(name, step))
    }

    fn flag(&self, flag: bool) -> String {
        if flag { self.yes } else { self.no }.to_owned()
    }

    fn call(&self, operation: &SinkOperation, step: usize) -> String {
        let line = |name, arguments: &[String]| self.line(name, step, arguments);
        match operation {
            SinkOperation::Change { series: of, value, swapped } => {
                let is_counter = matches!(of.metric, Metric::Counter | Metric::KeptCounter);
                let value = if is_counter { value.to_string() } else { number(*value) };
                line(kind(of.metric), &[series(of), self.flag(*swapped), value])
            }
            SinkOperation::Start { span, parent, record } => {
                line("start", &[span.to_string(), (self.parent)(*parent), self.flag(*record)])
            }
            SinkOperation::Event { span, event, record } => {
                line("event", &[span.to_string(), event.to_string(), self.flag(*record)])
            }
            SinkOperation::End { span, record } => line("stop", &[span.to_string(), self.flag(*record)]),
            SinkOperation::Log { line: number, long, level, record } => {
                line("line", &[number.to_string(), long.to_string(), level.to_string(), self.flag(*record)])
            }
            SinkOperation::Health(report) => line("health", &[report.to_string()]),
            SinkOperation::Flush => line("flush", &[]),
            SinkOperation::Look => line("look", &[]),
            SinkOperation::Again => line("shut_down", &[]),
        }
    }

    fn fact(&self, fact: &Fact, step: usize) -> String {
        let line = |name, arguments: &[String]| self.line(name, step, arguments);
        match fact {
            Fact::Counter { series: of, added } => {
                let added: Vec<String> = added.iter().map(i64::to_string).collect();
                line("counter_told", &[series(of), (self.array)(&added, false)])
            }
            Fact::Gauge { series: of, value } => line("gauge_told", &[series(of), number(*value)]),
            Fact::Histogram { series: of, seen } => {
                let seen: Vec<String> = seen.iter().map(|value| number(*value)).collect();
                line("histogram_told", &[series(of), (self.array)(&seen, true)])
            }
            Fact::Span { span, parent } => line("span_told", &[span.to_string(), (self.parent)(*parent)]),
            Fact::Event(event) => line("event_told", &[event.to_string()]),
            Fact::Line { line: number, long, level } => {
                line("line_told", &[number.to_string(), long.to_string(), level.to_string()])
            }
            Fact::Reports(reports) => {
                let reports: Vec<String> = reports.iter().map(Number::to_string).collect();
                line("reports_told", &[(self.array)(&reports, false)])
            }
        }
    }

    /// The operation with its looks; nothing of one that the sink was not given, as it drops it.
    fn written(&self, operation: &SinkOperation, step: usize, expected: &Expected, accepted: bool) -> String {
        if !accepted {
            return String::new();
        }
        let facts: String = match &expected.answer {
            Some(Answer::Told(facts)) => facts.iter().map(|fact| self.fact(fact, step)).collect(),
            _ => String::new(),
        };
        let behind =
            if *operation == SinkOperation::Again { self.line("begin_again", step, &[]) } else { String::new() };
        self.call(operation, step) + &facts + &behind
    }
}

pub(crate) fn in_c(operation: &SinkOperation, step: usize, expected: &Expected, accepted: bool) -> String {
    C.written(operation, step, expected, accepted)
}

pub(crate) fn in_rust(operation: &SinkOperation, step: usize, expected: &Expected, accepted: bool) -> String {
    RUST.written(operation, step, expected, accepted)
}
