//! Operations of a sink: metrics, those that the host keeps too, spans, lines of the log, reports of health, and the next instance.
//!
//! What came out is read back as JSON lines, as the page that Prometheus scrapes, or as StatsD. What goes to an OpenTelemetry
//! collector is not looked at: a printed test would have to be one.

mod calls;
mod check;
mod draw;
mod model;
pub(crate) mod operation;
mod print;

use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::fuzz::expected::{Answer, Expected};
use crate::fuzz::operation::Operation;
use crate::fuzz::sink::operation::SinkOperation;
use sochdb_plugin_host::sdk::Error;

impl Operation for SinkOperation {
    type Model = model::Model;
    type Plugin<'a> = calls::Plugin<'a>;
    type Before = draw::Before;

    fn draw(random: &mut Random, before: &mut Self::Before) -> Self {
        draw::operation(random, before)
    }

    /// None: all its texts come from numbers.
    fn bytes(&mut self) -> Vec<&mut Vec<u8>> {
        Vec::new()
    }

    fn simpler(&self) -> Vec<Self> {
        match self {
            Self::Change { series, value, swapped: true } => {
                vec![Self::Change { series: *series, value: *value, swapped: false }]
            }
            Self::Start { span, parent, record } => {
                let alone = parent.map(|_| Self::Start { span: *span, parent: None, record: *record });
                let plain = record.then_some(Self::Start { span: *span, parent: *parent, record: false });
                alone.into_iter().chain(plain).collect()
            }
            Self::Event { span, event, record: true } => {
                vec![Self::Event { span: *span, event: *event, record: false }]
            }
            Self::End { span, record: true } => vec![Self::End { span: *span, record: false }],
            Self::Log { line, long, level, record } => {
                let with = |long, record| Self::Log { line: *line, long, level: *level, record };
                let shorter = (*long > 0).then(|| [with(0, *record), with(long / 2, *record)]);
                shorter.into_iter().flatten().chain(record.then(|| with(*long, false))).collect()
            }
            _ => Vec::new(),
        }
    }

    fn expected(&self, model: &Self::Model) -> Option<Expected> {
        model.expected(self)
    }

    fn apply(&self, model: &mut Self::Model, accepted: bool) {
        model.apply(self, accepted);
    }

    fn plugin(subject: &Subject) -> Result<Self::Plugin<'_>, NotPassed> {
        calls::Plugin::new(subject)
    }

    fn call(&self, plugin: &mut Self::Plugin<'_>) -> Result<Answer, Error> {
        plugin.call(self)
    }

    fn in_c(&self, step: usize, expected: &Expected, accepted: bool) -> String {
        print::in_c(self, step, expected, accepted)
    }

    fn in_rust(&self, step: usize, expected: &Expected, accepted: bool) -> String {
        print::in_rust(self, step, expected, accepted)
    }
}
