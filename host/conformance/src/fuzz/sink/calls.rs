//! The operations as calls of a plugin.

use crate::frame::instance::Instance;
use crate::frame::must::{unseen, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::Output;
use crate::frame::subject::Subject;
use crate::fuzz::expected::Answer;
use crate::fuzz::sink::check::{check, Span};
use crate::fuzz::sink::model::Model;
use crate::fuzz::sink::operation::{health, message, word, Metric, Number, Series, SinkOperation};
use crate::sink::readable::readable;
use sochdb_plugin_host::sdk::{
    Error, ErrorKind, HealthInfo, LogLevel, LogRecord, ObservabilityExtension, SpanEnd, SpanEvent, SpanParent,
    SpanStart,
};
use sochdb_plugin_host::{Observability, PluginManager};
use std::collections::BTreeMap;

/// An instance, what it was given, and the metrics that are lent to it.
pub(crate) struct Plugin<'a> {
    subject: &'a Subject,
    instance: Option<Instance>,
    model: Model,
    spans: BTreeMap<Number, Span>,
    /// None if the sink reads none.
    kept: Option<PluginManager>,
}

fn level(number: usize) -> LogLevel {
    [LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error][number]
}

fn dropped(what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("{what} are described as not taken"))
}

fn failed(why: NotPassed) -> Error {
    Error::failed(why.to_string())
}

impl<'a> Plugin<'a> {
    pub(crate) fn new(subject: &'a Subject) -> Result<Self, NotPassed> {
        let mut made = Self { subject, instance: None, model: Model::default(), spans: BTreeMap::new(), kept: None };
        made.begin()?;
        Ok(made)
    }

    /// Makes an instance, to which nothing was given.
    fn begin(&mut self) -> Result<(), NotPassed> {
        let mut instance = readable(self.subject)?;
        match instance.output() {
            Some(Output::Collector(_)) => unseen!("these sequences read no OTLP back"),
            Some(Output::Directory(_)) => unseen!("these sequences need the file of the output: name it by {{file}}"),
            _ => {}
        }
        let sink = instance.observability()?;
        let manager = PluginManager::new();
        self.kept = match sink.attach(manager.metrics()) {
            Err(error) if error.kind() == ErrorKind::Unsupported => None,
            result => Some(manager).filter(|_| result.is_ok()).ok_or("`attach` fails")?.into(),
        };
        self.instance = Some(instance);
        Ok(())
    }

    fn instance(&mut self) -> Result<&mut Instance, Error> {
        self.instance.as_mut().ok_or_else(|| Error::failed("the next instance was not made"))
    }

    fn sink(&mut self) -> Result<&mut Observability, Error> {
        self.instance()?.observability().map_err(failed)
    }

    pub(crate) fn call(&mut self, operation: &SinkOperation) -> Result<Answer, Error> {
        let answer = self.answer(operation)?;
        self.model.apply(operation, true);
        Ok(answer)
    }

    fn answer(&mut self, operation: &SinkOperation) -> Result<Answer, Error> {
        match operation {
            SinkOperation::Change { series, value, swapped } => self.change(*series, *value, *swapped)?,
            SinkOperation::Start { span, parent, record } => return self.start(*span, *parent, *record),
            SinkOperation::Event { span, event, record } => {
                let (number, name, mark) = (self.number(*span), word("event", *event), word("mark", *event));
                let sink = self.sink()?;
                if *record {
                    let attributes = [("mark", (&*mark).into())];
                    sink.add_span_event(number, &SpanEvent::new(&name).with_attributes(&attributes));
                } else {
                    sink.span_event(number, &name, &[("mark", &mark)]);
                }
            }
            SinkOperation::End { span, record } => {
                let number = self.number(*span);
                let sink = self.sink()?;
                if *record {
                    sink.end_span(number, &SpanEnd::new());
                } else {
                    sink.span_end(number);
                }
            }
            SinkOperation::Log { line, long, level: number, record } => {
                let (level, text, mark) = (level(*number), message(*line, *long), word("mark", *line));
                let sink = self.sink()?;
                if !sink.enabled(level) {
                    return Err(dropped("lines of this level"));
                }
                if *record {
                    sink.log_record(&LogRecord::new(level, &text).with_attributes(&[("mark", (&*mark).into())]));
                } else {
                    sink.log(level, &text, &[("mark", &mark)]);
                }
            }
            SinkOperation::Health(report) => {
                let [wal, transactions, usage, age] = health(*report);
                let mut state = HealthInfo::new(true);
                (state.wal_size_bytes, state.active_txns) = (wal as u64, transactions as u64);
                (state.buffer_pool_usage, state.checkpoint_age_secs) = (usage, age as u64);
                self.sink()?.report_health(&state);
            }
            SinkOperation::Flush => self.sink()?.flush()?,
            SinkOperation::Look => {
                self.sink()?.flush()?;
                return Ok(self.look());
            }
            SinkOperation::Again => return self.again(),
        }
        Ok(Answer::Done)
    }

    fn change(&mut self, series: Series, value: i64, swapped: bool) -> Result<(), Error> {
        if !self.sink()?.describe().takes_metrics {
            return Err(dropped("metrics"));
        }
        let (labels, number) = (series.labels(swapped), value as f64 / 64.0);
        let kept = self.kept.as_ref().ok_or_else(|| Error::new(ErrorKind::Unsupported, "it reads no metrics"));
        match series.metric {
            Metric::KeptCounter => {
                let counter = kept?.counter(series.name, &labels);
                counter.map_err(|error| Error::failed(error.to_string()))?.add(value.unsigned_abs());
            }
            Metric::KeptGauge => kept?.gauge_set(series.name, number, &labels),
            Metric::Counter => self.sink()?.counter_inc(series.name, value.unsigned_abs(), &labels),
            Metric::Gauge => self.sink()?.gauge_set(series.name, number, &labels),
            Metric::Histogram => self.sink()?.histogram_observe(series.name, number, &labels),
        }
        Ok(())
    }

    /// The sink's number of a span.
    fn number(&self, span: Number) -> u64 {
        self.spans.get(&span).map_or(0, |span| span.number)
    }

    fn start(&mut self, span: Number, parent: Option<Number>, record: bool) -> Result<Answer, Error> {
        let (parent, name) = (parent.map(|parent| self.number(parent)), word("span", span));
        let sink = self.sink()?;
        if !sink.describe().takes_spans {
            return Err(dropped("spans"));
        }
        let number = if record {
            let start = SpanStart::new(&name);
            sink.start_span(&parent.map_or(start, |parent| start.with_parent(SpanParent::Span(parent))))
        } else {
            sink.span_start(&name, parent)
        };
        if number == 0 {
            return Ok(Answer::Wrong("a span with the number 0".to_owned()));
        }
        let id = sink.span_context(number);
        let id = id.map(|context| context.span_id().iter().map(|byte| format!("{byte:02x}")).collect());
        self.spans.insert(span, Span { number, id });
        Ok(Answer::Done)
    }

    /// Whether it told what it was given.
    fn look(&self) -> Answer {
        let facts = self.model.facts();
        let output = self.instance.as_ref().and_then(Instance::output);
        let told = output.ok_or_else(|| "no output".into()).and_then(Output::seen);
        match told.and_then(|seen| check(&facts, &seen, &self.spans)) {
            Ok(()) => Answer::Told(facts),
            Err(why) => Answer::Wrong(why.to_string()),
        }
    }

    fn again(&mut self) -> Result<Answer, Error> {
        let instance = self.instance()?;
        let output = instance.output().ok_or_else(|| Error::failed("no output"))?;
        // Whether it stays is known once it was read.
        output.seen().map_err(failed)?;
        let stays = output.stays();
        instance.shutdown().must("before the next instance").map_err(failed)?;
        let answer = if stays { self.look() } else { Answer::Told(self.model.facts()) };
        self.instance = None;
        self.spans.clear();
        self.begin().map_err(failed)?;
        Ok(answer)
    }
}
