use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::machinery::boundary::{with_raw_labels, ReadLent};
use crate::opaque::opaque;
use sochdb_plugin_abi::*;
use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

opaque!(Host);

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// For whoever looks for the cause of a fault.
    Debug,
    /// Worth knowing, nothing to do.
    Info,
    /// Works, but somebody should look.
    Warn,
    /// Does not work.
    Error,
}

impl LogLevel {
    /// The number that crosses the boundary.
    #[must_use]
    pub fn as_raw(self) -> i32 {
        match self {
            Self::Debug => SOCH_LOG_DEBUG,
            Self::Info => SOCH_LOG_INFO,
            Self::Warn => SOCH_LOG_WARN,
            Self::Error => SOCH_LOG_ERROR,
        }
    }

    /// The level of a number; an unknown one is [`LogLevel::Error`].
    #[must_use]
    pub fn from_raw(level: i32) -> Self {
        match level {
            SOCH_LOG_DEBUG => Self::Debug,
            SOCH_LOG_INFO => Self::Info,
            SOCH_LOG_WARN => Self::Warn,
            _ => Self::Error,
        }
    }
}

/// The host, as one instance sees it: log, metrics, configuration, the plugin's own directory. Clones are cheap
/// and may go to other threads; once the instance is gone, calls do nothing.
#[derive(Clone)]
pub struct Host {
    inner: Arc<Inner>,
}

struct Inner {
    raw: RwLock<Option<Raw>>,
    config: String,
    product: String,
    directory: String,
}

/// A copy of what both sides know of the host's struct; what came later is None.
struct Raw(soch_host);

// SAFETY: the host promises that a `soch_host` is constant and its functions are [any-thread].
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

/// What `soch_host` has in every minor version; a field that came later is there if `size` says so.
const SIZE_IN_1_0: usize = 2 * std::mem::size_of::<u32>() + 11 * std::mem::size_of::<usize>();

impl Host {
    /// Takes the host that came with `create`.
    ///
    /// # Safety
    /// `raw` is NULL or lives until `close`; `config` is lent for the call.
    pub(crate) unsafe fn from_raw(raw: *const soch_host, config: soch_str) -> Result<Self> {
        // SAFETY: the caller passes the host's promise on.
        let config = unsafe { config.read()? };
        if raw.is_null() {
            return Err(Error::invalid("the host is NULL"));
        }
        // SAFETY: the size is the first field of a host of every version.
        let size = unsafe { raw.cast::<usize>().read() };
        if size < SIZE_IN_1_0 {
            return Err(Error::invalid("the host is shorter than in any version of the contract"));
        }
        let mut copy = MaybeUninit::<soch_host>::zeroed();
        // SAFETY: the host has `size` bytes and the copy its own; zeros are NULL, None and 0.
        let host = unsafe {
            let known = size.min(std::mem::size_of::<soch_host>());
            raw.cast::<u8>().copy_to_nonoverlapping(copy.as_mut_ptr().cast(), known);
            copy.assume_init()
        };
        // SAFETY: both texts live as long as the host.
        let (product, directory) = unsafe { (host.product.read()?, host.directory.read()?) };
        let (product, directory) = (product.to_owned(), directory.to_owned());
        let raw = RwLock::new(Some(Raw(host)));
        Ok(Self { inner: Arc::new(Inner { raw, config: config.to_owned(), product, directory }) })
    }

    /// A host that drops log and metrics: for a plugin's own tests, with `config` as JSON text.
    #[must_use]
    pub fn detached(config: &str) -> Self {
        let (config, product, directory) = (config.to_owned(), "detached".to_owned(), String::new());
        Self { inner: Arc::new(Inner { raw: RwLock::new(None), config, product, directory }) }
    }

    /// The configuration of this instance as JSON text, `{}` if none was given.
    #[must_use]
    pub fn config_text(&self) -> &str {
        &self.inner.config
    }

    /// The configuration of this instance.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) with the key or place that does not fit `T`.
    #[cfg(feature = "serde")]
    pub fn config<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.inner.config).map_err(|error| Error::invalid(format!("configuration: {error}")))
    }

    /// Name and version of the application.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.inner.product
    }

    /// The directory that the library was loaded from; None for an extension that is linked in.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        if self.inner.directory.is_empty() {
            None
        } else {
            Some(Path::new(&self.inner.directory))
        }
    }

    /// Gives a line to the host's log.
    pub fn log(&self, level: LogLevel, message: &str, fields: Labels<'_>) {
        self.with(|host| {
            if level.as_raw() < host.log_level {
                return;
            }
            if let Some(log) = host.log {
                with_raw_labels(fields, |fields, count| {
                    // SAFETY: the host's function, with its context; the rest is lent for the call.
                    unsafe { log(host.ctx, level.as_raw(), soch_str::lend(message), fields, count) }
                });
            }
        });
    }

    /// Adds to a counter that the host keeps for this plugin.
    pub fn counter_inc(&self, name: &str, value: u64, labels: Labels<'_>) {
        self.with(|host| {
            if let Some(counter_inc) = host.counter_inc {
                with_raw_labels(labels, |labels, count| {
                    // SAFETY: the host's function, with its context; the rest is lent for the call.
                    unsafe { counter_inc(host.ctx, soch_str::lend(name), value, labels, count) }
                });
            }
        });
    }

    /// Sets a gauge.
    pub fn gauge_set(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.with(|host| {
            if let Some(gauge_set) = host.gauge_set {
                with_raw_labels(labels, |labels, count| {
                    // SAFETY: the host's function, with its context; the rest is lent for the call.
                    unsafe { gauge_set(host.ctx, soch_str::lend(name), value, labels, count) }
                });
            }
        });
    }

    /// Adds one observation to a histogram.
    pub fn histogram_observe(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.with(|host| {
            if let Some(histogram_observe) = host.histogram_observe {
                with_raw_labels(labels, |labels, count| {
                    // SAFETY: the host's function, with its context; the rest is lent for the call.
                    unsafe { histogram_observe(host.ctx, soch_str::lend(name), value, labels, count) }
                });
            }
        });
    }

    fn with(&self, call: impl FnOnce(&soch_host)) {
        let raw = self.inner.raw.read().unwrap_or_else(PoisonError::into_inner);
        // Its context lives until `close`, which waits for this lock.
        if let Some(Raw(host)) = &*raw {
            call(host);
        }
    }

    /// Cuts the tie, after the calls that are under way.
    pub(crate) fn close(&self) {
        *self.inner.raw.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
