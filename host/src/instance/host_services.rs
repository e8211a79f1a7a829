//! The services of the application for its plugins.

use crate::base::escape::printable;
use crate::instance::caller::Caller;
use crate::metrics::description::MetricDescription;
use core::ffi::c_void;
use sochdb_plugin_sdk::{Labels, LogLevel};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

/// The services of the application for its plugins; [`DynamicPluginLoader::services`] takes them. Those of a manager,
/// [`PluginManager::services`], give log lines to its sinks and keep the plugins' metrics with its own.
///
/// Every method may be called from any thread, by several at once, also from inside a call that the application makes
/// into the plugin. A panic here ends before it reaches the plugin, and the call does nothing then.
///
/// Two loaders with different services may make instances of one library. A log line goes to the services of the instance that the
/// calling thread is inside of, as [`Caller::instance`] says: also one about a panic, or an event of the crates `log` and `tracing`,
/// which a library gives through one host for all its instances. On a thread of the plugin's own, such a line goes to the
/// services of the instance that was made last, of those that live.
///
/// ```
/// use sochdb_plugin_host::sdk::{Labels, LogLevel};
/// use sochdb_plugin_host::{Caller, DynamicPluginLoader, HostServices};
/// use std::sync::Arc;
///
/// struct Terminal;
/// impl HostServices for Terminal {
///     fn log(&self, from: &Caller<'_>, level: LogLevel, message: &str, _: Labels<'_>) {
///         eprintln!("{} {} {level:?}: {message}", from.plugin(), from.instance());
///     }
/// }
/// let loader = DynamicPluginLoader::new_trusted().services(Arc::new(Terminal));
/// ```
///
/// [`DynamicPluginLoader::services`]: crate::DynamicPluginLoader::services
/// [`PluginManager::services`]: crate::PluginManager::services
pub trait HostServices: Send + Sync {
    /// Takes a line of a plugin's log. `message` is as [`printable`](crate::printable()) writes it; names and values of
    /// `fields` are as the plugin gave them. The default makes a `tracing` event with target `sochdb_plugin`, whose field
    /// `fields` has all of them.
    ///
    /// A panic in a plugin is a line of the level `Error`, on whatever thread it happens. Of a plugin that is written with
    /// the SDK it has the fields `panic.text`, `panic.place` (`src/lib.rs:7:9`) and `thread`, and `panic.backtrace` if it
    /// has the SDK's feature `backtrace` and the environment asks for one (`RUST_BACKTRACE=1`). When the call returns that it panicked, the host adds a line of its own, for
    /// plugins in every language, with the fields `slot` and `panic.text`: the instance takes no more calls.
    fn log(&self, from: &Caller<'_>, level: LogLevel, message: &str, fields: Labels<'_>) {
        let (plugin, instance) = (from.plugin(), || from.instance());
        let fields = || {
            let mut text = String::new();
            for (name, value) in fields {
                let space = if text.is_empty() { "" } else { " " };
                let _ = write!(text, "{space}{}={}", printable(name), printable(value));
            }
            text
        };
        macro_rules! emit {
            ($level:ident) => {
                tracing::$level!(target: "sochdb_plugin", plugin, instance = instance(), fields = fields(), "{message}")
            };
        }
        match level {
            LogLevel::Debug => emit!(debug),
            LogLevel::Info => emit!(info),
            LogLevel::Warn => emit!(warn),
            LogLevel::Error => emit!(error),
        }
    }

    /// Returns the least level that plugins log at. Each instance asks once, when it is made; the default is `Info`.
    fn log_level(&self) -> LogLevel {
        LogLevel::Info
    }

    /// Takes what a plugin says of its metrics of this name, as a rule before it changes them; the default does nothing.
    fn describe_metric(&self, _from: &Caller<'_>, _name: &str, _description: &MetricDescription<'_>) {}

    /// Adds `value` to a counter of a plugin; the default does nothing.
    fn counter_inc(&self, _from: &Caller<'_>, _name: &str, _value: u64, _labels: Labels<'_>) {}

    /// Sets a gauge of a plugin; the default does nothing.
    fn gauge_set(&self, _from: &Caller<'_>, _name: &str, _value: f64, _labels: Labels<'_>) {}

    /// Adds an observation to a histogram of a plugin; the default does nothing.
    fn histogram_observe(&self, _from: &Caller<'_>, _name: &str, _value: f64, _labels: Labels<'_>) {}

    /// Returns the application's table of functions for `id`, such as `com.vendor.thing/1`; the default has none.
    fn service(&self, _id: &str) -> Option<Service> {
        None
    }
}

/// A table of functions that the application offers to plugins. The type of the table is a matter between the two.
///
/// ```
/// use sochdb_plugin_host::Service;
///
/// #[repr(C)]
/// struct Clock {
///     seconds: extern "C" fn() -> u64,
/// }
/// extern "C" fn seconds() -> u64 {
///     0
/// }
/// static CLOCK: Clock = Clock { seconds };
/// let service = Service::new(&CLOCK); // For `HostServices::service` to return.
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Service(*const c_void);

impl Service {
    /// Makes the service whose table is `table`: a `repr(C)` struct, or what else the plugin takes it for.
    pub fn new<T: Sync>(table: &'static T) -> Self {
        Self((&raw const *table).cast())
    }

    pub(crate) fn table(self) -> *const c_void {
        self.0
    }
}

/// The default services: they log through `tracing`, and offer no tables of functions. What a plugin counts goes to the metrics of
/// the first [`PluginManager`](crate::PluginManager) that it is registered with.
///
/// ```
/// use sochdb_plugin_host::{sdk::LogLevel, HostServices, TracingServices};
///
/// assert_eq!(TracingServices.log_level(), LogLevel::Info);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingServices;

impl HostServices for TracingServices {}

/// The services of loaders to which the application gives none.
pub(crate) fn default_services() -> Arc<dyn HostServices> {
    static DEFAULT: LazyLock<Arc<dyn HostServices>> = LazyLock::new(|| Arc::new(TracingServices));
    DEFAULT.clone()
}
