use sochdb_plugin_abi::*;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The kind of an [`Error`]: what a caller decides by.
///
/// ```
/// use sochdb_plugin_sdk::{Error, ErrorKind};
///
/// fn may_be_tried_again(error: &Error) -> bool {
///     matches!(error.kind(), ErrorKind::Busy | ErrorKind::Conflict)
/// }
/// assert!(may_be_tried_again(&Error::new(ErrorKind::Busy, "a compaction is under way")));
/// assert!(!may_be_tried_again(&Error::corruption("page 7 has another checksum")));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The thing named does not exist.
    NotFound,
    /// An argument is outside its range.
    Invalid,
    /// This extension does not do that.
    Unsupported,
    /// Another transaction changed the same first; start this one over.
    Conflict,
    /// The call cannot be done now; the same call may work later.
    Busy,
    /// The operating system reported an error.
    Io,
    /// Bytes that are stored or were given are damaged.
    Corruption,
    /// A limit was reached.
    Limit,
    /// The caller asked to stop.
    Cancelled,
    /// The extension panicked, in this call or an earlier one, and takes no more calls. An extension that returns this
    /// kind has not panicked: its caller gets [`ErrorKind::Failed`].
    Panicked,
    /// The call failed for another reason; the message says which.
    Failed,
    /// A time limit passed; whether the call took effect is not known.
    Timeout,
    /// Whoever owns the data or the service does not allow it.
    Denied,
    /// The extension cannot change anything.
    ReadOnly,
    /// Another owner took the data over; this extension writes nothing any more.
    Fenced,
    /// The extension was shut down before the call. Only the host says so.
    ShutDown,
    /// The extension broke the contract; the message says how. Only its caller says so.
    Contract,
    /// The process is a child of `fork`; the extension runs in the process that made it. Only the host says so.
    Forked,
}

impl ErrorKind {
    /// Returns the number of this kind in the C ABI. A kind that only the caller makes has none, and gives `SOCH_FAILED`.
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
            Self::Timeout => SOCH_TIMEOUT,
            Self::Denied => SOCH_DENIED,
            Self::ReadOnly => SOCH_READ_ONLY,
            Self::Fenced => SOCH_FENCED,
            Self::Failed | Self::ShutDown | Self::Contract | Self::Forked => SOCH_FAILED,
        }
    }

    /// Returns the kind of a number of the C ABI; [`ErrorKind::Failed`] for an unknown one.
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
            SOCH_TIMEOUT => Self::Timeout,
            SOCH_DENIED => Self::Denied,
            SOCH_READ_ONLY => Self::ReadOnly,
            SOCH_FENCED => Self::Fenced,
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
            Self::Timeout => "timed out",
            Self::Denied => "denied",
            Self::ReadOnly => "read only",
            Self::Fenced => "fenced",
            Self::ShutDown => "shut down",
            Self::Contract => "contract broken",
            Self::Forked => "child of fork",
        })
    }
}

/// The failure of a call: a kind, a message, and a number if there is one. Displayed, it is its message.
///
/// A caller on the other side of the C ABI gets the first 507 bytes of the message at most, cut between two characters.
///
/// ```
/// use sochdb_plugin_sdk::{Error, ErrorKind};
///
/// let error = Error::new(ErrorKind::Limit, "the key has 300 bytes; at most 255 are possible").with_code(27);
/// assert_eq!((error.kind(), error.code()), (ErrorKind::Limit, 27));
/// assert_eq!(error.to_string(), "the key has 300 bytes; at most 255 are possible");
/// ```
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
    /// Only a host makes one.
    place: Option<Arc<Place>>,
}

/// The call of an extension in which an error arose.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    plugin: String,
    instance: u64,
    path: Option<PathBuf>,
    slot: Option<String>,
}

/// The result of a call: a value or an [`Error`].
///
/// ```
/// use sochdb_plugin_sdk::{Error, Result};
///
/// fn checked(level: i32) -> Result<i32> {
///     if (1..=9).contains(&level) { Ok(level) } else { Err(Error::invalid("the level must be from 1 to 9")) }
/// }
/// assert_eq!(checked(9), Ok(9));
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Makes an error of this kind. Its message is one sentence: what was found, and what to do.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::of(kind, message.into())
    }

    // In each place it would be more than the rest.
    #[cold]
    #[inline(never)]
    fn of(kind: ErrorKind, message: String) -> Self {
        Self { inner: Box::new(Inner { kind, code: 0, message, place: None }) }
    }

    /// Makes an [`ErrorKind::Failed`] with this message.
    #[cold]
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Failed, message)
    }

    /// Makes an [`ErrorKind::Invalid`] with this message.
    #[cold]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// Makes an [`ErrorKind::Unsupported`] whose message says that `what`, a method or a feature, is not supported.
    #[cold]
    #[must_use]
    pub fn unsupported(what: &str) -> Self {
        Self::new(ErrorKind::Unsupported, format!("`{what}` is not supported"))
    }

    /// Makes an [`ErrorKind::Corruption`] with this message.
    #[cold]
    pub fn corruption(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corruption, message)
    }

    /// Sets the extension's own error number, such as an errno.
    #[must_use]
    pub fn with_code(mut self, code: i32) -> Self {
        self.inner.code = code;
        self
    }

    /// Says which instance of an extension it is of. A host does.
    #[doc(hidden)]
    #[must_use]
    pub fn of_instance(mut self, plugin: &str, instance: u64, path: Option<&Path>) -> Self {
        let (plugin, path) = (plugin.to_owned(), path.map(Path::to_owned));
        self.inner.place = Some(Arc::new(Place { plugin, instance, path, slot: None }));
        self
    }

    /// Says of which call of the instance it is. A host does.
    #[doc(hidden)]
    #[must_use]
    pub fn in_slot(mut self, slot: &str) -> Self {
        if let Some(place) = self.inner.place.as_mut().and_then(Arc::get_mut) {
            place.slot = Some(slot.to_owned());
        }
        self
    }

    /// Returns the name of the plugin in whose call it arose; None if no host says so, as in the plugin itself.
    #[must_use]
    pub fn plugin(&self) -> Option<&str> {
        self.inner.place.as_ref().map(|place| &*place.plugin)
    }

    /// Returns the number that the host gave the instance in whose call it arose; None as for [`Error::plugin`].
    #[must_use]
    pub fn instance(&self) -> Option<u64> {
        self.inner.place.as_ref().map(|place| place.instance)
    }

    /// Returns the path of the file that the plugin was loaded from; None as for [`Error::plugin`], and if it is linked in.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.inner.place.as_ref()?.path.as_deref()
    }

    /// Returns the slot of the contract, such as `get`, whose call failed or was refused; None as for [`Error::plugin`], and if
    /// it is of no single slot.
    #[must_use]
    pub fn slot(&self) -> Option<&str> {
        self.inner.place.as_ref()?.slot.as_deref()
    }

    /// Returns the kind of the failure.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// Returns the extension's own error number, such as an errno; 0 if there is none.
    #[must_use]
    pub fn code(&self) -> i32 {
        self.inner.code
    }

    /// Returns the message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.inner.message
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { kind, code, message, place } = &*self.inner;
        let mut shown = f.debug_struct("Error");
        shown.field("kind", kind).field("code", code).field("message", message);
        if let Some(Place { plugin, instance, path, slot }) = place.as_deref() {
            // As text, whose code a plugin has anyhow.
            let path = path.as_deref().map(Path::to_string_lossy);
            shown.field("plugin", plugin).field("instance", instance).field("path", &path).field("slot", slot);
        }
        shown.finish()
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

/// Methods that turn the failures of an engine into [`Error`]s, without a `map_err` at each call.
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
    /// Turns a failure into an [`Error`] of this kind. Its message is that of the failure and of its causes, with colons
    /// between them and without what was said before. Its code is that of the first [`std::io::Error`] or [`Error`]
    /// among them, else 0.
    ///
    /// # Errors
    /// The failure.
    fn or_kind(self, kind: ErrorKind) -> Result<T>;

    /// Turns a failure into an [`Error`] as [`ResultExt::or_kind`] does, with the kind of the first [`std::io::Error`]
    /// ([`ErrorKind::Io`]) or [`Error`] among the failure and its causes, else [`ErrorKind::Failed`].
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
