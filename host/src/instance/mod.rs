//! One instance of an extension, loaded or linked in: its tables, who may call it, and its end.

mod bounds;
pub(crate) mod call_options;
pub(crate) mod caller;
pub(crate) mod described;
pub(crate) mod end;
pub(crate) mod ending;
pub(crate) mod failure;
pub(crate) mod handles;
pub(crate) mod host_services;
pub(crate) mod host_side;
pub(crate) mod journal;
pub(crate) mod limits;
pub(crate) mod metrics_view;
pub(crate) mod output;
mod patience;
mod peers;
pub(crate) mod state;
pub(crate) mod succession;
pub(crate) mod successor;
pub(crate) mod untold;

use crate::base::escape::printable;
use crate::instance::caller::next_number;
use crate::instance::described::Described;
use crate::instance::end::{End, Handle};
use crate::instance::host_side::HostSide;
use crate::instance::metrics_view::Lent;
use crate::instance::succession::Succession;
use crate::sync::call_gate::enter::LongGuard;
use crate::sync::call_gate::CallGate;
use crate::sync::slab::Slab;
use core::ffi::c_void;
use parking_lot::Mutex;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::machinery::boundary::ReadLent;
use sochdb_plugin_sdk::machinery::export::is_identifier;
use sochdb_plugin_sdk::{ErrorKind, ExtensionCapability, ExtensionInfo, Metrics, Result};
use std::any::Any;
use std::fmt;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::sync::OnceLock;

use crate::instance::limits::Limits;

macro_rules! tables {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        /// The tables of an extension, complete. At least one is there, or a custom capability is.
        #[derive(Clone, Copy, Default)]
        pub(crate) struct Tables {
            $(pub(crate) $kind: Option<$table>,)+
        }
    };
}

for_each_kind!(tables);

/// The functions of an instance's life.
#[derive(Clone, Copy)]
pub(crate) struct Lifecycle {
    pub(crate) shutdown: Option<unsafe extern "C" fn(*mut c_void, *mut soch_error) -> soch_status>,
    pub(crate) destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    pub(crate) get_interface: Option<unsafe extern "C" fn(*mut c_void, soch_str) -> *const c_void>,
}

/// Where an instance comes from. It stays as long as the instance.
pub(crate) enum Origin {
    /// The entry of a library, which is never unloaded, or of the program; the host as the instance sees it, and what the
    /// instance was made from; the library's file.
    Entry { side: HostSide, recipe: Box<dyn Any + Send + Sync>, path: Option<PathBuf> },
    /// A value of the application; how to see its own type.
    Value { as_any: unsafe fn(*mut c_void) -> &'static dyn Any },
}

pub(crate) struct Instance {
    /// The number of the instance among all of this process.
    pub(crate) number: u64,
    pointer: *mut c_void,
    pub(crate) tables: Tables,
    lifecycle: Lifecycle,
    pub(crate) info: ExtensionInfo,
    /// `index_type` and `algorithm`, asked once.
    pub(crate) index_type: String,
    pub(crate) algorithm: String,
    pub(crate) described: Described,
    pub(crate) limits: Limits,
    pub(crate) gate: CallGate,
    pub(crate) poisoned_by: OnceLock<String>,
    pub(crate) end: Mutex<End>,
    /// Whether the plugin's `destroy` was called, or is.
    pub(crate) gone: AtomicBool,
    /// Exclusive calls under way that may take long.
    building: AtomicUsize,
    /// Calls of its sink that came from inside of one.
    pub(crate) echoes: AtomicU64,
    /// The handles of the plugin that are open, to be closed before `shutdown`.
    handles: Mutex<Slab<Handle>>,
    /// The metrics that were offered to it.
    pub(crate) lent: ManuallyDrop<OnceLock<Lent>>,
    pub(crate) succession: Succession<Instance>,
    pub(crate) origin: ManuallyDrop<Origin>,
}

// SAFETY: the plugin promises what the tags of the contract say: [any-thread] functions may be called from any
// thread, and the gate keeps [exclusive] ones alone.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

impl Instance {
    /// Takes a new instance, and asks for the names that do not change.
    ///
    /// # Safety
    /// `pointer` came from `create` of the library that `tables` and `lifecycle` come from, or from
    /// `into_raw` with those of its type. It is not used elsewhere.
    ///
    /// # Errors
    /// A name that is not there or not text; the instance is destroyed then.
    pub(crate) unsafe fn new(
        pointer: *mut c_void,
        tables: Tables,
        lifecycle: Lifecycle,
        info: ExtensionInfo,
        limits: Limits,
        origin: Origin,
    ) -> Result<Self> {
        let number = match &origin {
            Origin::Entry { side, .. } => side.number(),
            Origin::Value { .. } => next_number(),
        };
        let mut instance = Self {
            number,
            pointer,
            tables,
            lifecycle,
            // Of all kinds only an index is changed by calls that it gets alone.
            gate: if tables.index.is_some() {
                CallGate::for_changes(&info.name)
            } else {
                CallGate::for_calls(&info.name)
            },
            info,
            index_type: String::new(),
            algorithm: String::new(),
            described: Described::default(),
            limits,
            poisoned_by: OnceLock::new(),
            end: Mutex::default(),
            gone: AtomicBool::new(false),
            building: AtomicUsize::new(0),
            echoes: AtomicU64::new(0),
            handles: Mutex::default(),
            lent: ManuallyDrop::default(),
            succession: Succession::default(),
            origin: ManuallyDrop::new(origin),
        };
        instance.gate.belongs_to(number);
        if let Some(index_type) = tables.index.and_then(|table| table.index_type) {
            instance.index_type = instance.name("index_type", index_type)?;
        }
        if let Some(algorithm) = tables.compression.and_then(|table| table.algorithm) {
            instance.algorithm = instance.name("algorithm", algorithm)?;
        }
        instance.described = instance.describe()?;
        Ok(instance)
    }

    fn name(
        &self,
        slot: &'static str,
        ask: unsafe extern "C" fn(*mut c_void, *mut soch_str) -> soch_status,
    ) -> Result<String> {
        let mut name = soch_str { ptr: std::ptr::null(), len: 0 };
        // SAFETY: the plugin's function on its own instance, with a place for the result.
        self.shared(slot, |instance, _| unsafe { ask(instance, &mut name) })?;
        if name.len >= SOCH_NAME_SIZE {
            let most = SOCH_NAME_SIZE - 1;
            return Err(self
                .contract_violation(slot, &format!("gave a name of {} bytes; at most {most} are allowed", name.len)));
        }
        // SAFETY: the plugin promises text that lives as long as the instance.
        match unsafe { name.read() } {
            Ok(name) if is_identifier(name, SOCH_NAME_SIZE) => Ok(name.to_owned()),
            Ok(name) => {
                let shown: String = printable(name).chars().take(SOCH_NAME_SIZE).collect();
                Err(self
                    .contract_violation(slot, &format!("gave the name \"{shown}\"; allowed are A-Z a-z 0-9 _ . + -")))
            }
            Err(error) => Err(self.contract_violation(slot, &format!("gave {error}"))),
        }
    }

    /// Lets something in that lasts; a shutdown waits until it is dropped.
    pub(crate) fn enter_long(&self, slot: &'static str) -> Result<LongGuard> {
        self.enter_patiently(slot, |patience| self.gate.enter_long(patience))
    }

    /// Runs a function of something that stays. Refused once the instance is poisoned, and in a child of fork.
    #[inline]
    pub(crate) fn run_inside(
        &self,
        slot: &'static str,
        call: impl FnOnce(*mut c_void, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        match self.gate.goes_on() {
            Ok(()) => self.run(slot, (), call),
            Err(refusal) => Err(self.refused(slot, refusal)),
        }
    }

    /// Runs an [any-thread] function. False for `SOCH_NOT_FOUND`.
    #[inline(always)]
    pub(crate) fn shared(
        &self,
        slot: &'static str,
        call: impl FnOnce(*mut c_void, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        let pass = match self.gate.enter(|| self.patience()) {
            Ok(pass) => pass,
            Err(refusal) => self.enter_again(slot, refusal)?,
        };
        self.run(slot, pass, call)
    }

    /// Runs an exclusive function of the instance. False for `SOCH_NOT_FOUND`.
    pub(crate) fn exclusive(
        &self,
        slot: &'static str,
        call: impl FnOnce(*mut c_void, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        let alone = self.enter_patiently(slot, |patience| self.gate.enter_exclusive(patience))?;
        self.run(slot, alone, call)
    }

    /// Runs an exclusive function that may take long: others wait for it as long as the program says of a build. False for
    /// `SOCH_NOT_FOUND`.
    pub(crate) fn exclusive_build(
        &self,
        slot: &'static str,
        call: impl FnOnce(*mut c_void, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        let alone = self.enter_patiently(slot, |patience| self.gate.enter_exclusive(patience))?;
        let building = self.begin_building();
        self.run(slot, (alone, building), call)
    }

    /// Runs an exclusive function after which nothing comes but the end, unless it is unsupported. False for
    /// `SOCH_NOT_FOUND`.
    pub(crate) fn exclusive_and_last(
        &self,
        slot: &'static str,
        call: impl FnOnce(*mut c_void, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        let alone = self.enter_patiently(slot, |patience| self.gate.enter_exclusive(patience))?;
        let result = self.run(slot, (), call);
        if result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Unsupported) {
            return result;
        }
        alone.close();
        drop(alone);
        let ended = self.shutdown();
        result.and_then(|found| ended.map(|()| found))
    }

    /// Runs a function of the instance. `inside` is what let the call in; it ends when the answer is known, so that
    /// nobody gets in behind a panic.
    #[inline(always)]
    pub(crate) fn run(
        &self,
        slot: &'static str,
        inside: impl Sized,
        call: impl FnOnce(*mut c_void, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        let mut error = MaybeUninit::<soch_error>::uninit();
        let place = error.as_mut_ptr();
        // SAFETY: the place is ours. The rest of the message is only read up to a NUL, see `Self::failure`.
        unsafe {
            (&raw mut (*place).code).write(0);
            (&raw mut (*place).message).cast::<u8>().write(0);
        }
        match call(self.pointer, place) {
            SOCH_OK => {
                drop(inside);
                Ok(true)
            }
            SOCH_NOT_FOUND => {
                drop(inside);
                Ok(false)
            }
            status => Err(self.failure(slot, status, place)),
        }
    }

    pub(crate) fn pointer(&self) -> *mut c_void {
        self.pointer
    }

    pub(crate) fn lifecycle(&self) -> Lifecycle {
        self.lifecycle
    }

    pub(crate) fn is_poisoned(&self) -> bool {
        self.gate.is_poisoned()
    }

    /// The plugin's table for a capability's id, or None.
    pub(crate) fn interface(&self, id: &str) -> Option<*const c_void> {
        let listed = ExtensionCapability::from_id(id);
        let get_interface = self.lifecycle.get_interface.filter(|_| self.info.capabilities.contains(&listed))?;
        let mut table = std::ptr::null();
        // SAFETY: the plugin's function on its own instance; the id is lent for the call.
        let call = |instance: *mut c_void, _: *mut soch_error| unsafe {
            table = get_interface(instance, soch_str::lend(id));
            SOCH_OK
        };
        self.shared("get_interface", call).ok()?;
        (!table.is_null()).then_some(table)
    }

    /// Keeps `metrics` until the instance is gone, in the form that it reads.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] the second time: an instance reads the metrics of one host only.
    pub(crate) fn lend(&self, metrics: Metrics) -> Result<*const soch_metrics> {
        let mut metrics = Some(metrics);
        let lent = self.lent.get_or_init(|| Lent::new(metrics.take().expect("this runs at most once")));
        if metrics.is_some() {
            return Err(self.error_in(
                "attach",
                ErrorKind::Invalid,
                "`attach`: other metrics were lent to it before".to_owned(),
            ));
        }
        Ok(lent.raw())
    }

    /// Shows the extension's own value, if it is linked in, to `look`.
    pub(crate) fn inspect<R>(&self, look: impl FnOnce(&dyn Any) -> R) -> Option<R> {
        let Origin::Value { as_any } = *self.origin else { return None };
        let mut seen = None;
        let call = |instance: *mut c_void, _: *mut soch_error| {
            // SAFETY: `as_any` belongs to the type of this instance, and the gate keeps exclusive calls away.
            seen = Some(look(unsafe { as_any(instance) }));
            SOCH_OK
        };
        self.shared("as_any", call).ok()?;
        seen
    }
}

/// Writes the `Debug` text of a handle.
pub(crate) fn describe(formatter: &mut fmt::Formatter<'_>, handle: &str, info: &ExtensionInfo) -> fmt::Result {
    formatter.debug_struct(handle).field("name", &info.name).field("version", &info.version).finish_non_exhaustive()
}
