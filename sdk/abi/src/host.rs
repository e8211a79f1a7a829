//! What the host does for a plugin.

use crate::data::{soch_label, soch_str};
use core::ffi::c_void;

/// For whoever looks for the cause of a fault. Rule 2 says what a level means that is not listed.
pub const SOCH_LOG_DEBUG: i32 = 0;
/// Worth knowing, nothing to do.
pub const SOCH_LOG_INFO: i32 = 1;
/// Works, but somebody should look.
pub const SOCH_LOG_WARN: i32 = 2;
/// Does not work.
pub const SOCH_LOG_ERROR: i32 = 3;

/// The host, as one instance of a plugin sees it. It lives until `destroy` of that instance returns.
///
/// The struct is complete: the host fills every function that its minor version has. A plugin built for a
/// newer minor compares `size` before it uses what is newer than `min_host_minor`. Grows at its end.
#[repr(C)]
#[derive(Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_host {
    /// `sizeof(soch_host)` of the host.
    pub size: usize,
    /// The minor version that both sides have: the smaller of the host's and the plugin's.
    pub abi_minor: u32,
    /// The least level of `log` that the host keeps: one of `SOCH_LOG_*`.
    pub log_level: i32,
    /// The first argument of the functions below.
    pub ctx: *mut c_void,
    /// Name and version of the application, such as `sochdb 2.1.0`.
    pub product: soch_str,
    /// Absolute path of the directory that the library was loaded from. The plugin's own files are
    /// here; `dladdr` does not tell, as the host maps a private copy. Empty if it is not UTF-8, or if the plugin has no
    /// files (rule 10).
    pub directory: soch_str,
    /// Gives a line to the host's log. Control characters are escaped. [any-thread]
    pub log: Option<
        unsafe extern "C" fn(ctx: *mut c_void, level: i32, message: soch_str, fields: *const soch_label, count: usize),
    >,
    /// Adds to a counter that the host keeps for this plugin. [any-thread]
    pub counter_inc: Option<
        unsafe extern "C" fn(ctx: *mut c_void, name: soch_str, value: u64, labels: *const soch_label, count: usize),
    >,
    /// Sets a gauge. [any-thread]
    pub gauge_set: Option<
        unsafe extern "C" fn(ctx: *mut c_void, name: soch_str, value: f64, labels: *const soch_label, count: usize),
    >,
    /// Adds one observation to a histogram. [any-thread]
    pub histogram_observe: Option<
        unsafe extern "C" fn(ctx: *mut c_void, name: soch_str, value: f64, labels: *const soch_label, count: usize),
    >,
    /// A table of functions that the application offers under `id` (`com.vendor.thing/1`), or NULL, always so where the
    /// plugin does not share the application's memory. It lives as long as this host. [any-thread]
    pub get_service: Option<unsafe extern "C" fn(ctx: *mut c_void, id: soch_str) -> *const c_void>,
    /// Absolute path of a directory for the files of this instance, which the application gives to no other one meanwhile. It
    /// is there, and what the plugin leaves in it is there again when the application makes the instance anew. Empty if the application
    /// gives none: a plugin that cannot do without files takes a path of its configuration, or refuses `create` with
    /// `SOCH_INVALID`. Since 1.1.
    pub data_dir: soch_str,
    /// Bytes of memory that the instance is to keep to, for caches and buffers too; 0 if the application sets no such limit.
    /// One that cannot do with so little refuses `create` with `SOCH_LIMIT` and says what it needs. Since 1.1.
    pub memory_budget: u64,
    /// Tells the host how many bytes of memory the instance takes now, in place of what was told before. Since 1.1. [any-thread]
    pub memory_used: Option<unsafe extern "C" fn(ctx: *mut c_void, bytes: u64)>,
    /// Says what the metrics of this name are, which the functions above change: their unit by UCUM, such as `s` or `By`, empty
    /// for none, and what they measure in one sentence. It comes once, such as in `create`, before the first change. Of several
    /// descriptions of a name the first one counts, and the application's before all. Since 1.1. [any-thread]
    pub describe_metric:
        Option<unsafe extern "C" fn(ctx: *mut c_void, name: soch_str, unit: soch_str, description: soch_str)>,
}
