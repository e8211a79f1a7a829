//! Spans that are open.

use crate::attributes;
use opentelemetry::trace::{Link, Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SdkTracer, Span};
use sochdb_plugin_sdk::{Host, LogLevel, SpanEnd, SpanParent, SpanStart, SpanStatus};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::SystemTime;

/// More open spans than this are not sent: somebody forgets to end them.
const MAX_OPEN: usize = 100_000;

struct Open {
    span: Span,
    /// They go to the span at its end, which may replace some: the SDK would have both.
    attributes: Vec<KeyValue>,
}

pub(crate) struct OpenSpans {
    tracer: SdkTracer,
    host: Host,
    /// Whether the host's log was told that there are too many.
    told: Once,
    last: AtomicU64,
    open: Mutex<HashMap<u64, Open>>,
}

impl OpenSpans {
    pub(crate) fn new(tracer: SdkTracer, host: Host) -> Self {
        Self { tracer, host, told: Once::new(), last: AtomicU64::new(0), open: Mutex::default() }
    }

    /// Begins a span; its number counts from 1.
    pub(crate) fn start(&self, start: &SpanStart<'_>) -> u64 {
        let number = self.last.fetch_add(1, Relaxed) + 1;
        let parent = self.context_of(start.parent);
        let links = start
            .links
            .iter()
            .map(|link| Link::new(attributes::remote(&link.context), attributes::of(link.attributes), 0));
        let builder = SpanBuilder::from_name(start.name.to_owned())
            .with_kind(kind(start.kind))
            .with_start_time(start.time.unwrap_or_else(SystemTime::now))
            .with_links(links.collect());
        let parent = parent.map_or_else(Context::new, |parent| Context::new().with_remote_span_context(parent));
        let span = self.tracer.build_with_context(builder, &parent);
        let attributes = attributes::of(start.attributes);
        let mut open = self.open();
        if open.len() < MAX_OPEN {
            open.insert(number, Open { span, attributes });
            return number;
        }
        drop(open);
        self.told.call_once(|| {
            let limit = MAX_OPEN.to_string();
            self.host.log(LogLevel::Warn, "spans are not sent: too many are open, end them", &[("limit", &limit)]);
        });
        number
    }

    pub(crate) fn event(&self, number: u64, name: &str, time: Option<SystemTime>, attributes: Vec<KeyValue>) {
        if let Some(open) = self.open().get_mut(&number) {
            let time = time.unwrap_or_else(SystemTime::now);
            open.span.add_event_with_timestamp(name.to_owned(), time, attributes);
        }
    }

    pub(crate) fn end(&self, number: u64, end: &SpanEnd<'_>) {
        // The lock is not held while the span is queued.
        let ended = self.open().remove(&number);
        let Some(Open { mut span, attributes: mut kept }) = ended else { return };
        attributes::of(end.attributes).into_iter().for_each(|attribute| attributes::put(&mut kept, attribute));
        span.set_attributes(kept);
        match end.status {
            SpanStatus::Unset => {}
            SpanStatus::Ok => span.set_status(Status::Ok),
            SpanStatus::Error(why) => span.set_status(Status::error(why.to_owned())),
        }
        span.end_with_timestamp(end.time.unwrap_or_else(SystemTime::now));
    }

    /// Ends what nobody ended, so that it is sent.
    pub(crate) fn end_all(&self) {
        let numbers: Vec<u64> = self.open().keys().copied().collect();
        numbers.into_iter().for_each(|number| self.end(number, &SpanEnd::new()));
    }

    pub(crate) fn context(&self, number: u64) -> Option<SpanContext> {
        self.open().get(&number).map(|open| open.span.span_context().clone())
    }

    /// None: there is no parent, or it is no open span.
    pub(crate) fn context_of(&self, parent: SpanParent<'_>) -> Option<SpanContext> {
        match parent {
            SpanParent::None => None,
            SpanParent::Span(number) => self.context(number),
            SpanParent::Remote(context) => Some(attributes::remote(context)),
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn kind(kind: sochdb_plugin_sdk::SpanKind) -> SpanKind {
    use sochdb_plugin_sdk::SpanKind as Theirs;
    match kind {
        Theirs::Internal => SpanKind::Internal,
        Theirs::Server => SpanKind::Server,
        Theirs::Client => SpanKind::Client,
        Theirs::Producer => SpanKind::Producer,
        Theirs::Consumer => SpanKind::Consumer,
    }
}
