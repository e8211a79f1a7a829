use sochdb_plugin_abi::*;
use std::fmt;

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The thing named does not exist.
    NotFound,
    /// An argument is outside its range.
    Invalid,
    /// This extension does not do that.
    Unsupported,
    /// Another transaction got there first; start over.
    Conflict,
    /// Not now; the same call may work later.
    Busy,
    /// The operating system reported an error.
    Io,
    /// Stored or given bytes are damaged.
    Corruption,
    /// A limit was reached.
    Limit,
    /// The caller asked to stop.
    Cancelled,
    /// The extension panicked, in this call or an earlier one; it takes no more calls.
    Panicked,
    /// Anything else.
    Failed,
    /// The extension was shut down before the call.
    ShutDown,
    /// The plugin broke the contract; the message says how.
    Contract,
    /// The process is a child of fork; the extension runs in the one that made it.
    Forked,
}

impl ErrorKind {
    /// The number that crosses the boundary.
    #[must_use]
    pub fn status(self) -> soch_status {
        match self {
            Self::NotFound => SOCH_NOT_FOUND,
            Self::Invalid => SOCH_INVALID,
            Self::Unsupported => SOCH_UNSUPPORTED,
            Self::Conflict => SOCH_CONFLICT,
            Self::Busy => SOCH_BUSY,
            Self::Io => SOCH_IO,
            Self::Corruption => SOCH_CORRUPTION,
            Self::Limit => SOCH_LIMIT,
            Self::Cancelled => SOCH_CANCELLED,
            Self::Panicked => SOCH_PANICKED,
            Self::Failed | Self::ShutDown | Self::Contract | Self::Forked => SOCH_FAILED,
        }
    }

    /// The kind that a status stands for; an unknown one is [`ErrorKind::Failed`].
    #[must_use]
    pub fn from_status(status: soch_status) -> Self {
        match status {
            SOCH_NOT_FOUND => Self::NotFound,
            SOCH_INVALID => Self::Invalid,
            SOCH_UNSUPPORTED => Self::Unsupported,
            SOCH_CONFLICT => Self::Conflict,
            SOCH_BUSY => Self::Busy,
            SOCH_IO => Self::Io,
            SOCH_CORRUPTION => Self::Corruption,
            SOCH_LIMIT => Self::Limit,
            SOCH_CANCELLED => Self::Cancelled,
            SOCH_PANICKED => Self::Panicked,
            _ => Self::Failed,
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::NotFound => "not found",
            Self::Invalid => "invalid argument",
            Self::Unsupported => "not supported",
            Self::Conflict => "conflict",
            Self::Busy => "busy",
            Self::Io => "input or output failed",
            Self::Corruption => "damaged data",
            Self::Limit => "limit reached",
            Self::Cancelled => "cancelled",
            Self::Panicked => "panicked",
            Self::Failed => "failed",
            Self::ShutDown => "shut down",
            Self::Contract => "contract broken",
            Self::Forked => "child of fork",
        })
    }
}

/// Why a call failed. Its text crosses the boundary cut to 507 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    // A pointer, so that a result goes through a register.
    inner: Box<Inner>,
}

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    code: i32,
    message: String,
}

/// What a call gives back.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of this kind; `message` is one sentence that says what was found and what to do.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { inner: Box::new(Inner { kind, code: 0, message: message.into() }) }
    }

    /// [`ErrorKind::Failed`] with this message.
    #[cold]
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Failed, message)
    }

    /// [`ErrorKind::Invalid`] with this message.
    #[cold]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// [`ErrorKind::Unsupported`]; `what` is the method or feature.
    #[cold]
    #[must_use]
    pub fn unsupported(what: &str) -> Self {
        Self::new(ErrorKind::Unsupported, format!("`{what}` is not supported"))
    }

    /// [`ErrorKind::Corruption`] with this message.
    #[cold]
    pub fn corruption(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corruption, message)
    }

    /// Adds the extension's own error number.
    #[must_use]
    pub fn with_code(mut self, code: i32) -> Self {
        self.inner.code = code;
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The extension's own error number, such as an errno; 0 if it gave none.
    #[must_use]
    pub fn code(&self) -> i32 {
        self.inner.code
    }

    /// The sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.inner.message
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, code, message } = &*self.inner;
        f.debug_struct("Error").field("kind", kind).field("code", code).field("message", message).finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        let code = error.raw_os_error().unwrap_or(0);
        Self::new(ErrorKind::Io, error.to_string()).with_code(code)
    }
}

/// An engine's failures as [`Error`]s, without a `map_err` at each call.
///
/// ```
/// use sochdb_plugin_sdk::{ErrorKind, Result, ResultExt};
///
/// fn port(text: &str) -> Result<u16> {
///     text.trim().parse().or_kind(ErrorKind::Invalid)
/// }
///
/// fn first_line(path: &str) -> Result<String> {
///     let text = std::fs::read_to_string(path).or_failed()?;
///     text.lines().next().map(str::to_owned).ok_or("there is no line").or_kind(ErrorKind::Corruption)
/// }
///
/// assert_eq!(port("port").unwrap_err().kind(), ErrorKind::Invalid);
/// assert_eq!(first_line("/nowhere").unwrap_err().kind(), ErrorKind::Io);
/// ```
pub trait ResultExt<T> {
    /// The success, or the failure as an [`Error`] of this kind. Its message is that of the failure and, after colons,
    /// of what caused it, each that the ones before do not say already; its code is the number of the operating
    /// system's error among them, if there is one.
    ///
    /// # Errors
    /// The failure.
    fn or_kind(self, kind: ErrorKind) -> Result<T>;

    /// As [`ResultExt::or_kind`]; the kind is [`ErrorKind::Io`] if an error of the operating system is among the causes,
    /// that of an [`Error`] which is, and else [`ErrorKind::Failed`].
    ///
    /// # Errors
    /// The failure.
    fn or_failed(self) -> Result<T>;
}

impl<T, E: Into<Box<dyn std::error::Error + Send + Sync>>> ResultExt<T> for std::result::Result<T, E> {
    fn or_kind(self, kind: ErrorKind) -> Result<T> {
        self.map_err(|failure| with_causes(Some(kind), &*failure.into()))
    }

    fn or_failed(self) -> Result<T> {
        self.map_err(|failure| with_causes(None, &*failure.into()))
    }
}

#[cold]
fn with_causes(kind: Option<ErrorKind>, failure: &(dyn std::error::Error + 'static)) -> Error {
    let (mut message, mut found) = (failure.to_string(), None);
    let mut next = Some(failure);
    while let Some(cause) = next {
        let text = cause.to_string();
        if !message.contains(&text) {
            message = format!("{message}: {text}");
        }
        found = found.or_else(|| {
            let io = cause.downcast_ref::<std::io::Error>();
            let own = || cause.downcast_ref::<Error>().map(|error| (error.kind(), error.code()));
            io.map(|error| (ErrorKind::Io, error.raw_os_error().unwrap_or(0))).or_else(own)
        });
        next = cause.source();
    }
    let (found, code) = found.unwrap_or((ErrorKind::Failed, 0));
    Error::new(kind.unwrap_or(found), message).with_code(code)
}
