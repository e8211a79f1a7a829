//! The model of a sink: what it was given since its instance began.

use crate::fuzz::expected::{Answer, Expected};
use crate::fuzz::sink::operation::{Fact, Metric, Number, Series, SinkOperation};
use sochdb_plugin_host::sdk::ErrorKind;
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Model {
    values: BTreeMap<Series, Vec<i64>>,
    /// The open spans, each with its parent and its events.
    open: BTreeMap<Number, (Option<Number>, Vec<Number>)>,
    /// The facts of spans that have ended, and of lines.
    told: Vec<Fact>,
    reports: Vec<Number>,
}

impl Model {
    /// All that the sink must have told.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        let metric = |(series, values): (&Series, &Vec<i64>)| match series.metric {
            Metric::Counter | Metric::KeptCounter => Fact::Counter { series: *series, added: values.clone() },
            Metric::Histogram => Fact::Histogram { series: *series, seen: values.clone() },
            Metric::Gauge | Metric::KeptGauge => {
                Fact::Gauge { series: *series, value: values.last().copied().unwrap_or(0) }
            }
        };
        let reports = (!self.reports.is_empty()).then(|| Fact::Reports(self.reports.clone()));
        self.values.iter().map(metric).chain(self.told.iter().cloned()).chain(reports).collect()
    }

    pub(crate) fn expected(&self, operation: &SinkOperation) -> Option<Expected> {
        // What a sink drops, as it describes, it is not given.
        let given = Expected::done().or(true, &[ErrorKind::Unsupported]);
        match operation {
            SinkOperation::Change { .. } | SinkOperation::Log { .. } => Some(given),
            SinkOperation::Start { parent, .. } => {
                parent.is_none_or(|parent| self.open.contains_key(&parent)).then_some(given)
            }
            SinkOperation::Event { span, .. } | SinkOperation::End { span, .. } => {
                self.open.contains_key(span).then(Expected::done)
            }
            SinkOperation::Health(_) | SinkOperation::Flush => Some(Expected::done()),
            SinkOperation::Look | SinkOperation::Again => Some(Expected::answer(Answer::Told(self.facts()))),
        }
    }

    pub(crate) fn apply(&mut self, operation: &SinkOperation, accepted: bool) {
        match operation {
            _ if !accepted => {}
            SinkOperation::Change { series, value, .. } => self.values.entry(*series).or_default().push(*value),
            SinkOperation::Start { span, parent, .. } => _ = self.open.insert(*span, (*parent, Vec::new())),
            SinkOperation::Event { span, event, .. } => {
                self.open.entry(*span).and_modify(|(_, events)| events.push(*event));
            }
            SinkOperation::End { span, .. } => {
                let Some((parent, events)) = self.open.remove(span) else { return };
                self.told.push(Fact::Span { span: *span, parent });
                self.told.extend(events.into_iter().map(Fact::Event));
            }
            SinkOperation::Log { line, long, level, .. } => {
                self.told.push(Fact::Line { line: *line, long: *long, level: *level });
            }
            SinkOperation::Health(report) => self.reports.push(*report),
            SinkOperation::Again => *self = Self::default(),
            SinkOperation::Flush | SinkOperation::Look => {}
        }
    }
}
