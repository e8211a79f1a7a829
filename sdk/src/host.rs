use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::machinery::boundary::{with_raw_labels, ReadLent};
use crate::opaque::opaque;
use sochdb_plugin_abi::*;
use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

opaque!(Host);

/// The level of a log line; what matters more is greater.
///
/// ```
/// use sochdb_plugin_sdk::LogLevel;
///
/// let lines = [(LogLevel::Info, "opened"), (LogLevel::Error, "the disk is full")];
/// let urgent: Vec<_> = lines.iter().filter(|(level, _)| *level >= LogLevel::Warn).collect();
/// assert_eq!(urgent.len(), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// A detail for whoever looks for the cause of a fault.
    Debug,
    /// An event that is worth knowing, with nothing to do.
    Info,
    /// A state that works, but that somebody should look at.
    Warn,
    /// A failure.
    Error,
}

impl LogLevel {
    /// Returns the number of this level in the C ABI, 0 to 3.
    #[must_use]
    pub fn as_raw(self) -> i32 {
        match self {
            Self::Debug => SOCH_LOG_DEBUG,
            Self::Info => SOCH_LOG_INFO,
            Self::Warn => SOCH_LOG_WARN,
            Self::Error => SOCH_LOG_ERROR,
        }
    }

    /// Returns the level of a number of the C ABI; for an unknown one, the nearest.
    #[must_use]
    pub fn from_raw(level: i32) -> Self {
        match level {
            ..=SOCH_LOG_DEBUG => Self::Debug,
            SOCH_LOG_INFO => Self::Info,
            SOCH_LOG_WARN => Self::Warn,
            SOCH_LOG_ERROR.. => Self::Error,
        }
    }
}

/// The host, as one instance sees it: log, metrics, configuration, the plugin's own directory.
///
/// Clones are cheap and may go to other threads, and every method may be called from any thread. Once the instance is
/// gone, log and metrics go nowhere. Hold no lock over `log` that a method of your extension takes: the application may
/// call the extension with the line.
///
/// ```
/// use sochdb_plugin_sdk::{Host, LogLevel};
///
/// let host = Host::detached(r#"{"path": "/var/lib/rows"}"#);
/// host.log(LogLevel::Info, "opened", &[("path", "/var/lib/rows")]);
/// host.describe_metric("opened_total", "{file}", "Files that were opened.");
/// host.counter_inc("opened_total", 1, &[]);
/// assert_eq!(host.config_text(), r#"{"path": "/var/lib/rows"}"#);
/// ```
#[derive(Clone)]
pub struct Host {
    inner: Arc<Inner>,
}

struct Inner {
    raw: RwLock<Option<Raw>>,
    config: String,
    product: String,
    directory: String,
    data_dir: String,
}

/// A copy of what both sides know of the host's struct; what came later is None.
struct Raw(soch_host);

// SAFETY: the host promises that a `soch_host` is constant and its functions are [any-thread].
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

/// A copy of a text, made in one place: in each it would be more than the rest.
///
/// # Safety
/// The text is lent for the call.
#[inline(never)]
unsafe fn owned(text: soch_str) -> Result<String> {
    // SAFETY: the caller passes the host's promise on.
    unsafe { text.read() }.map(str::to_owned)
}

/// The size of `soch_host` in every minor version; a field that came later is there if `size` says so.
const SIZE_IN_1_0: usize = 2 * std::mem::size_of::<u32>() + 11 * std::mem::size_of::<usize>();

impl Host {
    /// Takes the host that came with `create`.
    ///
    /// # Safety
    /// `raw` is NULL or lives until `close`; `config` is lent for the call.
    pub(crate) unsafe fn from_raw(raw: *const soch_host, config: soch_str) -> Result<Self> {
        // SAFETY: the caller passes the host's promise on.
        let config = unsafe { owned(config)? };
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
        let (product, directory) = unsafe { (owned(host.product)?, owned(host.directory)?) };
        // SAFETY: as above; a host that does not have it has an empty text.
        let data_dir = unsafe { owned(host.data_dir)? };
        let raw = RwLock::new(Some(Raw(host)));
        Ok(Self { inner: Arc::new(Inner { raw, config, product, directory, data_dir }) })
    }

    /// Makes a host that drops log and metrics, for a plugin's own tests. `config` is JSON text.
    #[must_use]
    pub fn detached(config: &str) -> Self {
        Self::detached_in(config, Path::new(""))
    }

    /// Makes what [`Host::detached`] makes, with a directory for the plugin's files; one whose path is not UTF-8 is none.
    #[must_use]
    pub fn detached_in(config: &str, data_dir: &Path) -> Self {
        let (config, product, directory) = (config.to_owned(), "detached".to_owned(), String::new());
        let data_dir = data_dir.to_str().unwrap_or_default().to_owned();
        Self { inner: Arc::new(Inner { raw: RwLock::new(None), config, product, directory, data_dir }) }
    }

    /// Returns the configuration of this instance as JSON text, `{}` if none was given.
    #[must_use]
    pub fn config_text(&self) -> &str {
        &self.inner.config
    }

    /// Reads the configuration of this instance into the author's own type. Needs the feature `serde`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) with the key or the place that does not fit `T`.
    ///
    /// ```
    /// # use sochdb_plugin_sdk::{Error, Host};
    /// let config: std::collections::BTreeMap<String, u32> = Host::detached(r#"{"level": 3}"#).config()?;
    /// assert_eq!(config["level"], 3);
    /// # Ok::<(), Error>(())
    /// ```
    #[cfg(feature = "serde")]
    pub fn config<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.inner.config).map_err(|error| Error::invalid(format!("configuration: {error}")))
    }

    /// Returns name and version of the application, such as `sochdb 2.1.0`.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.inner.product
    }

    /// Returns the absolute path of the directory that the library was loaded from, where the plugin's own files are;
    /// None if it is not UTF-8, and of a detached host.
    #[must_use]
    pub fn directory(&self) -> Option<&Path> {
        if self.inner.directory.is_empty() {
            None
        } else {
            Some(Path::new(&self.inner.directory))
        }
    }

    /// Returns the absolute path of a directory for the files of this instance, which the application gives to no other one
    /// meanwhile. It is there, and what the plugin leaves in it is there again when the application makes the instance anew. None if the application
    /// gives none.
    ///
    /// ```
    /// # use sochdb_plugin_sdk::{Error, Host, Result};
    /// use std::path::{Path, PathBuf};
    ///
    /// fn rows(host: &Host) -> Result<PathBuf> {
    ///     let directory = host.data_dir().ok_or_else(|| Error::invalid("it needs a `data_dir`: give the instance one"))?;
    ///     Ok(directory.join("rows"))
    /// }
    /// assert_eq!(rows(&Host::detached_in("{}", Path::new("/var/lib/x")))?, Path::new("/var/lib/x/rows"));
    /// assert!(rows(&Host::detached("{}")).is_err());
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn data_dir(&self) -> Option<&Path> {
        if self.inner.data_dir.is_empty() {
            None
        } else {
            Some(Path::new(&self.inner.data_dir))
        }
    }

    /// Returns the bytes of memory that the instance is to keep to, for caches and buffers too; None if the application sets no
    /// such limit. An instance that cannot do with so little refuses `create` with
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit), and says what it needs.
    #[must_use]
    pub fn memory_budget(&self) -> Option<u64> {
        let mut budget = 0;
        self.with(|host| budget = host.memory_budget);
        (budget > 0).then_some(budget)
    }

    /// Tells the host how many bytes of memory the instance takes now, in place of what was told before.
    pub fn memory_used(&self, bytes: u64) {
        self.with(|host| {
            if let Some(memory_used) = host.memory_used {
                // SAFETY: the host's function, with its context.
                unsafe { memory_used(host.ctx, bytes) }
            }
        });
    }

    /// Gives a line with its fields to the host's log. The host drops what is below its own least level.
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

    /// Says in which unit, by UCUM, such as `s` or `By`, the metrics `name` of this plugin are and, in one sentence, what they
    /// measure: once, such as in `create`, before the first of them changes. Of several descriptions of a name the first one
    /// counts, and the application's before all.
    pub fn describe_metric(&self, name: &str, unit: &str, description: &str) {
        self.with(|host| {
            if let Some(describe_metric) = host.describe_metric {
                let [name, unit, description] = [name, unit, description].map(soch_str::lend);
                // SAFETY: the host's function, with its context; the rest is lent for the call.
                unsafe { describe_metric(host.ctx, name, unit, description) }
            }
        });
    }

    /// Adds `value` to the counter `name` with these labels, which the host keeps for this plugin.
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

    /// Sets the gauge `name` with these labels, which the host keeps for this plugin.
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

    /// Adds one observation to the histogram `name` with these labels, which the host keeps for this plugin.
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

    /// The number of the least level that the host keeps; that of errors once the instance is gone.
    #[cfg(any(feature = "log", feature = "tracing"))]
    pub(crate) fn least_level(&self) -> i32 {
        let mut least = SOCH_LOG_ERROR;
        self.with(|host| least = host.log_level);
        least
    }

    /// Whether both are the same instance's.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Cuts the tie, after the calls that are under way.
    pub(crate) fn close(&self) {
        *self.inner.raw.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
