//! Spans with all that OpenTelemetry knows of them.

use crate::attribute::Attributes;
use crate::trace_context::TraceContext;
use sochdb_plugin_abi::*;
use std::time::SystemTime;

/// The role of a span.
///
/// ```
/// use sochdb_plugin_sdk::{SpanKind, SpanStart};
///
/// assert_eq!(SpanStart::new("compact").kind, SpanKind::Internal);
/// assert_eq!(SpanStart::new("query").with_kind(SpanKind::Server).kind, SpanKind::Server);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SpanKind {
    /// Work inside of the database.
    #[default]
    Internal,
    /// The answer to a request from elsewhere.
    Server,
    /// A request to elsewhere.
    Client,
    /// A message that is sent.
    Producer,
    /// A message that is worked on.
    Consumer,
}

impl SpanKind {
    pub(crate) fn as_raw(self) -> u32 {
        match self {
            Self::Internal => SOCH_SPAN_INTERNAL,
            Self::Server => SOCH_SPAN_SERVER,
            Self::Client => SOCH_SPAN_CLIENT,
            Self::Producer => SOCH_SPAN_PRODUCER,
            Self::Consumer => SOCH_SPAN_CONSUMER,
        }
    }

    pub(crate) fn from_raw(raw: u32) -> Self {
        match raw {
            SOCH_SPAN_SERVER => Self::Server,
            SOCH_SPAN_CLIENT => Self::Client,
            SOCH_SPAN_PRODUCER => Self::Producer,
            SOCH_SPAN_CONSUMER => Self::Consumer,
            _ => Self::Internal,
        }
    }
}

/// The span that another one, or a log record, belongs to.
///
/// ```
/// use sochdb_plugin_sdk::SpanParent;
///
/// assert_eq!(SpanParent::from(Some(7)), SpanParent::Span(7));
/// assert_eq!(SpanParent::from(None), SpanParent::None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpanParent<'a> {
    /// None: the span begins a trace.
    #[default]
    None,
    /// A span of this sink, by its number.
    Span(u64),
    /// A span of another process.
    Remote(&'a TraceContext),
}

impl SpanParent<'_> {
    /// Returns the number, if it is a span of this sink.
    #[must_use]
    pub fn span(&self) -> Option<u64> {
        match self {
            Self::Span(span) => Some(*span),
            _ => None,
        }
    }
}

impl From<Option<u64>> for SpanParent<'_> {
    fn from(span: Option<u64>) -> Self {
        span.map_or(Self::None, Self::Span)
    }
}

/// A link from a span to another one that has to do with it.
///
/// ```
/// use sochdb_plugin_sdk::{SpanLink, SpanStart, TraceContext};
///
/// let batch: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let links = [SpanLink { context: batch, attributes: &[("batch", 3.into())] }];
/// assert_eq!(SpanStart::new("apply").with_links(&links).links.len(), 1);
/// # Ok::<(), sochdb_plugin_sdk::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SpanLink<'a> {
    /// The other span.
    pub context: TraceContext,
    /// The attributes of the link.
    pub attributes: Attributes<'a>,
}

/// The beginning of a span.
///
/// ```
/// use sochdb_plugin_sdk::{SpanKind, SpanParent, SpanStart, TraceContext};
///
/// let caller: TraceContext = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// let attributes = [("db.rows", 42.into())];
/// let start = SpanStart::new("query")
///     .with_kind(SpanKind::Server)
///     .with_parent(SpanParent::Remote(&caller))
///     .with_attributes(&attributes);
/// assert!(start.time.is_none(), "it begins now");
/// # Ok::<(), sochdb_plugin_sdk::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SpanStart<'a> {
    /// The name.
    pub name: &'a str,
    /// The role.
    pub kind: SpanKind,
    /// The parent.
    pub parent: SpanParent<'a>,
    /// The time of the beginning; None for now.
    pub time: Option<SystemTime>,
    /// The attributes.
    pub attributes: Attributes<'a>,
    /// The links to other spans.
    pub links: &'a [SpanLink<'a>],
}

impl<'a> SpanStart<'a> {
    /// Makes the beginning, now, of a span of this name.
    #[must_use]
    pub fn new(name: &'a str) -> Self {
        let (kind, parent) = (SpanKind::default(), SpanParent::default());
        Self { name, kind, parent, time: None, attributes: &[], links: &[] }
    }

    /// The same with this role.
    #[must_use]
    pub fn with_kind(self, kind: SpanKind) -> Self {
        Self { kind, ..self }
    }

    /// The same below this parent.
    #[must_use]
    pub fn with_parent(self, parent: SpanParent<'a>) -> Self {
        Self { parent, ..self }
    }

    /// The same at this time.
    #[must_use]
    pub fn with_time(self, time: SystemTime) -> Self {
        Self { time: Some(time), ..self }
    }

    /// The same with these attributes.
    #[must_use]
    pub fn with_attributes(self, attributes: Attributes<'a>) -> Self {
        Self { attributes, ..self }
    }

    /// The same with these links.
    #[must_use]
    pub fn with_links(self, links: &'a [SpanLink<'a>]) -> Self {
        Self { links, ..self }
    }
}

/// An event in a span.
///
/// ```
/// use sochdb_plugin_sdk::SpanEvent;
///
/// let attributes = [("page", 7.into())];
/// let event = SpanEvent::new("cache miss").with_attributes(&attributes);
/// assert_eq!(event.attributes.len(), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SpanEvent<'a> {
    /// The name.
    pub name: &'a str,
    /// The time; None for now.
    pub time: Option<SystemTime>,
    /// The attributes.
    pub attributes: Attributes<'a>,
}

impl<'a> SpanEvent<'a> {
    /// Makes an event of this name that happens now.
    #[must_use]
    pub fn new(name: &'a str) -> Self {
        Self { name, time: None, attributes: &[] }
    }

    /// The same at this time.
    #[must_use]
    pub fn with_time(self, time: SystemTime) -> Self {
        Self { time: Some(time), ..self }
    }

    /// The same with these attributes.
    #[must_use]
    pub fn with_attributes(self, attributes: Attributes<'a>) -> Self {
        Self { attributes, ..self }
    }
}

/// The outcome of a span.
///
/// ```
/// use sochdb_plugin_sdk::{SpanEnd, SpanStatus};
///
/// assert_eq!(SpanEnd::new().status, SpanStatus::Unset);
/// assert_eq!(SpanEnd::failed("the disk is full").status, SpanStatus::Error("the disk is full"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpanStatus<'a> {
    /// Nobody said.
    #[default]
    Unset,
    /// A success.
    Ok,
    /// A failure, and why.
    Error(&'a str),
}

/// The end of a span.
///
/// ```
/// use sochdb_plugin_sdk::{SpanEnd, SpanStatus};
///
/// let attributes = [("db.rows", 42.into())];
/// let end = SpanEnd::new().with_status(SpanStatus::Ok).with_attributes(&attributes);
/// assert!(end.time.is_none(), "it ends now");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SpanEnd<'a> {
    /// The time of the end; None for now.
    pub time: Option<SystemTime>,
    /// The outcome.
    pub status: SpanStatus<'a>,
    /// The attributes that are known at the end; one of the same name replaces that of the beginning.
    pub attributes: Attributes<'a>,
}

impl<'a> SpanEnd<'a> {
    /// Makes an end, now, of which nobody says whether it is a good one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the end of a span that failed, and why.
    #[must_use]
    pub fn failed(why: &'a str) -> Self {
        Self::new().with_status(SpanStatus::Error(why))
    }

    /// The same with this outcome.
    #[must_use]
    pub fn with_status(self, status: SpanStatus<'a>) -> Self {
        Self { status, ..self }
    }

    /// The same at this time.
    #[must_use]
    pub fn with_time(self, time: SystemTime) -> Self {
        Self { time: Some(time), ..self }
    }

    /// The same with these attributes.
    #[must_use]
    pub fn with_attributes(self, attributes: Attributes<'a>) -> Self {
        Self { attributes, ..self }
    }
}
