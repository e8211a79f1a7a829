//! The `soch_host` that each instance gets, in front of the application's services.

use crate::base::escape::printable;
use crate::instance::caller::{next_number, Caller};
use crate::instance::host_services::{default_services, HostServices};
use crate::instance::peers::Peer;
use crate::instance::untold;
use crate::metrics::description::MetricDescription;
use core::ffi::c_void;
use parking_lot::Mutex;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::machinery::barrier;
use sochdb_plugin_sdk::machinery::boundary::{self, ReadLent};
use sochdb_plugin_sdk::{Labels, LogLevel};
use std::path::Path;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

/// The `soch_host` of one instance and all it points to, at one place in memory until this is dropped.
pub(crate) struct HostSide(NonNull<Side>);

// SAFETY: what it owns is only read, and `HostServices` is `Send` and `Sync`.
unsafe impl Send for HostSide {}
// SAFETY: as above.
unsafe impl Sync for HostSide {}

/// More bytes than there are.
const NOT_TOLD: u64 = u64::MAX;

struct Side {
    raw: soch_host,
    /// The instance's.
    number: u64,
    plugin: String,
    // `raw.product`, `raw.directory` and `raw.data_dir` lead here.
    product: String,
    directory: String,
    data_dir: String,
    /// The bytes that the plugin told; [`NOT_TOLD`] before.
    memory_used: AtomicU64,
    peer: Peer,
    services: Arc<dyn HostServices>,
    /// Set when a manager takes the instance.
    registered: OnceLock<Registered>,
    /// The metrics that were described before there was somebody who keeps them: name, unit and text.
    described: Mutex<Vec<[Box<str>; 3]>>,
}

/// The most descriptions that wait for a manager; further ones are dropped.
const MOST_DESCRIBED: usize = 1000;

struct Registered {
    name: String,
    /// Of an instance whose loader has the default services: who keeps what it counts.
    metrics: Option<Arc<dyn HostServices>>,
}

impl HostSide {
    pub(crate) fn new(
        services: Arc<dyn HostServices>,
        plugin: &str,
        product: &str,
        directory: &Path,
        data_dir: &str,
        memory_budget: u64,
        abi_minor: u16,
    ) -> Self {
        let raw = soch_host {
            size: size_of::<soch_host>(),
            abi_minor: abi_minor.into(),
            log_level: services.log_level().as_raw(),
            ctx: std::ptr::null_mut(),
            product: soch_str::lend(""),
            directory: soch_str::lend(""),
            log: Some(log),
            counter_inc: Some(counter_inc),
            gauge_set: Some(gauge_set),
            histogram_observe: Some(histogram_observe),
            get_service: Some(get_service),
            data_dir: soch_str::lend(""),
            memory_budget,
            memory_used: Some(memory_used),
            describe_metric: Some(describe_metric),
        };
        // A name that is not text cannot be given as text; a wrong one would be worse than none.
        let directory = directory.to_str().unwrap_or_default().to_owned();
        let (plugin, product, data_dir) = (plugin.to_owned(), product.to_owned(), data_dir.to_owned());
        let memory_used = AtomicU64::new(NOT_TOLD);
        let number = next_number();
        let peer = Peer::new(&plugin, number, &services);
        let side = Side {
            raw,
            number,
            plugin,
            product,
            directory,
            data_dir,
            memory_used,
            peer,
            services,
            registered: OnceLock::new(),
            described: Mutex::default(),
        };
        let side = NonNull::from(Box::leak(Box::new(side)));
        // SAFETY: the box was just leaked, and nobody else has the pointer yet.
        unsafe {
            let side = side.as_ptr();
            (*side).raw.product = soch_str::lend(&(*side).product);
            (*side).raw.directory = soch_str::lend(&(*side).directory);
            (*side).raw.data_dir = soch_str::lend(&(*side).data_dir);
            (*side).raw.ctx = side.cast();
        }
        Self(side)
    }

    pub(crate) fn raw(&self) -> *const soch_host {
        // SAFETY: `self` keeps the side; only an address is made.
        unsafe { &raw const (*self.0.as_ptr()).raw }
    }

    /// The number of the instance whose host it is.
    pub(crate) fn number(&self) -> u64 {
        // SAFETY: `self` keeps the side, and nobody writes the number.
        unsafe { (*self.0.as_ptr()).number }
    }

    /// Says under which name a manager keeps the instance, and who keeps metrics that nobody else does. The first time counts.
    pub(crate) fn register(&self, name: &str, metrics: impl FnOnce() -> Arc<dyn HostServices>) {
        // SAFETY: `self` keeps the side; the lock below is its own.
        let side = unsafe { &*self.0.as_ptr() };
        let is_default = Arc::ptr_eq(&side.services, &default_services());
        side.registered.get_or_init(|| Registered { name: name.to_owned(), metrics: is_default.then(metrics) });
        let waiting = std::mem::take(&mut *side.described.lock());
        waiting.iter().for_each(|[name, unit, text]| side.describe(name, unit, text));
    }

    /// Gives the application a line of the host's own about the instance.
    pub(crate) fn say(&self, level: LogLevel, message: &str, fields: Labels<'_>) {
        // SAFETY: `self` keeps the side.
        unsafe {
            with_side(self.0.as_ptr().cast(), |side| {
                side.services.log(&Caller::new(&side.plugin, side.number), level, &printable(message), fields);
                Ok(())
            });
        }
    }

    /// The bytes of memory that the instance takes, if it told.
    pub(crate) fn memory_used(&self) -> Option<u64> {
        // SAFETY: `self` keeps the side, and nobody has it to write.
        let told = unsafe { (*self.0.as_ptr()).memory_used.load(Relaxed) };
        (told != NOT_TOLD).then_some(told)
    }
}

impl Side {
    fn caller(&self) -> Caller<'_> {
        Caller::by_host(&self.plugin, self.number, self.registered.get().map(|registered| &*registered.name))
    }

    fn metrics(&self) -> &dyn HostServices {
        let kept = self.registered.get().and_then(|registered| registered.metrics.as_ref());
        &**kept.unwrap_or(&self.services)
    }
}

impl Side {
    /// Gives a description to whoever keeps metrics, or keeps it for them.
    fn describe(&self, name: &str, unit: &str, text: &str) {
        let mut waiting = self.described.lock();
        if self.registered.get().is_none() && Arc::ptr_eq(&self.services, &default_services()) {
            if waiting.len() < MOST_DESCRIBED {
                waiting.push([name, unit, text].map(Into::into));
            }
            return;
        }
        drop(waiting);
        let description = MetricDescription::new(text).with_unit(unit);
        self.metrics().describe_metric(&self.caller(), name, &description);
    }
}

impl Drop for HostSide {
    fn drop(&mut self) {
        // SAFETY: it came from a box in `new`, and the plugin's instance, which used it, is gone.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// Runs a callback behind the barrier: a panic of the application's services does not reach the plugin.
///
/// # Safety
/// `ctx` is that of a [`HostSide`] that lives.
unsafe fn with_side(ctx: *mut c_void, call: impl FnOnce(&Side) -> sochdb_plugin_sdk::Result<()>) {
    // SAFETY: NULL is allowed for the error; the instance keeps its side until `destroy` returned.
    let status = unsafe { barrier::guard(std::ptr::null_mut(), || call(&*ctx.cast::<Side>())) };
    if status == SOCH_PANICKED {
        // It is the application's, and no call of the plugin came to it.
        drop(untold::taken());
    }
}

unsafe extern "C" fn log(ctx: *mut c_void, level: i32, message: soch_str, fields: *const soch_label, count: usize) {
    // SAFETY: the plugin passes the host's context, and lends the rest for the call.
    unsafe {
        with_side(ctx, |side| {
            boundary::with_labeled(message, fields, count, |message, fields| {
                let caller = side.caller();
                let other = side.peer.other(|| caller.instance());
                let services = other.as_ref().unwrap_or(&side.services);
                services.log(&caller, LogLevel::from_raw(level), &printable(message), fields);
            })
        });
    }
}

unsafe extern "C" fn counter_inc(
    ctx: *mut c_void,
    name: soch_str,
    value: u64,
    labels: *const soch_label,
    count: usize,
) {
    // SAFETY: the plugin passes the host's context, and lends the rest for the call.
    unsafe {
        with_side(ctx, |side| {
            boundary::with_labeled(name, labels, count, |name, labels| {
                side.metrics().counter_inc(&side.caller(), name, value, labels);
            })
        });
    }
}

unsafe extern "C" fn gauge_set(ctx: *mut c_void, name: soch_str, value: f64, labels: *const soch_label, count: usize) {
    // SAFETY: the plugin passes the host's context, and lends the rest for the call.
    unsafe {
        with_side(ctx, |side| {
            boundary::with_labeled(name, labels, count, |name, labels| {
                side.metrics().gauge_set(&side.caller(), name, value, labels);
            })
        });
    }
}

unsafe extern "C" fn histogram_observe(
    ctx: *mut c_void,
    name: soch_str,
    value: f64,
    labels: *const soch_label,
    count: usize,
) {
    // SAFETY: the plugin passes the host's context, and lends the rest for the call.
    unsafe {
        with_side(ctx, |side| {
            boundary::with_labeled(name, labels, count, |name, labels| {
                side.metrics().histogram_observe(&side.caller(), name, value, labels);
            })
        });
    }
}

unsafe extern "C" fn describe_metric(ctx: *mut c_void, name: soch_str, unit: soch_str, description: soch_str) {
    // SAFETY: the plugin passes the host's context, and lends the rest for the call.
    unsafe {
        with_side(ctx, |side| {
            side.describe(name.read()?, unit.read()?, description.read()?);
            Ok(())
        });
    }
}

unsafe extern "C" fn memory_used(ctx: *mut c_void, bytes: u64) {
    // SAFETY: the plugin passes the host's context.
    unsafe {
        with_side(ctx, |side| {
            side.memory_used.store(bytes.min(NOT_TOLD - 1), Relaxed);
            Ok(())
        });
    }
}

unsafe extern "C" fn get_service(ctx: *mut c_void, id: soch_str) -> *const c_void {
    let mut service = std::ptr::null();
    // SAFETY: the plugin passes the host's context, and lends the id for the call.
    unsafe {
        with_side(ctx, |side| {
            service = side.services.service(id.read()?).map_or(std::ptr::null(), |service| service.table());
            Ok(())
        });
    }
    service
}
