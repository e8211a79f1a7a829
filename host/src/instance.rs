//! One instance of an extension, loaded or linked in: its tables, who may call it, and its end.

use crate::gate::{Gate, Refusal};
use crate::services::HostSide;
use core::ffi::c_void;
use parking_lot::Mutex;
use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::{boundary, export};
use sochdb_plugin_sdk::{Error, ErrorKind, Extension, ExtensionCapability, ExtensionInfo, Result, VecWriter};
use std::any::Any;
use std::mem::MaybeUninit;
use std::sync::OnceLock;
use std::time::Duration;

/// How the host treats an instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The most bytes that one call may write.
    pub(crate) output: u64,
    /// How long to wait for calls under way.
    pub(crate) patience: Duration,
    /// Whether to look for a plugin that writes where it must not.
    pub(crate) checking: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { output: 1 << 30, patience: Duration::from_secs(30), checking: false }
    }
}

/// The tables of an extension, complete. At least one is there, or a custom capability is.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tables {
    pub(crate) storage: Option<soch_storage>,
    pub(crate) index: Option<soch_index>,
    pub(crate) observability: Option<soch_observability>,
    pub(crate) compression: Option<soch_compression>,
}

/// The functions of an instance's life.
#[derive(Clone, Copy)]
pub(crate) struct Lifecycle {
    pub(crate) shutdown: Option<unsafe extern "C" fn(*mut c_void, *mut soch_error) -> soch_status>,
    pub(crate) destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    pub(crate) get_interface: Option<unsafe extern "C" fn(*mut c_void, soch_str) -> *const c_void>,
}

/// Where an instance comes from. It stays as long as the instance.
pub(crate) enum Origin {
    /// A library, which is never unloaded; the host as the instance sees it.
    Loaded { _side: Box<HostSide> },
    /// The application itself; how to see the extension's own type.
    InProcess { as_any: unsafe fn(*mut c_void) -> &'static dyn Any },
}

pub(crate) struct Instance {
    pointer: *mut c_void,
    pub(crate) tables: Tables,
    lifecycle: Lifecycle,
    pub(crate) info: ExtensionInfo,
    /// `index_type` and `algorithm`, asked once.
    pub(crate) index_type: String,
    pub(crate) algorithm: String,
    pub(crate) limits: Limits,
    gate: Gate,
    poisoned_by: OnceLock<String>,
    /// Whether `shutdown` ran.
    shut: Mutex<bool>,
    origin: Origin,
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
    /// `export::in_process` with those of its type. It is not used elsewhere.
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
        let mut instance = Self {
            pointer,
            tables,
            lifecycle,
            info,
            index_type: String::new(),
            algorithm: String::new(),
            limits,
            gate: Gate::default(),
            poisoned_by: OnceLock::new(),
            shut: Mutex::new(false),
            origin,
        };
        if let Some(index_type) = tables.index.and_then(|table| table.index_type) {
            instance.index_type = instance.name("index_type", index_type)?;
        }
        if let Some(algorithm) = tables.compression.and_then(|table| table.algorithm) {
            instance.algorithm = instance.name("algorithm", algorithm)?;
        }
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
        if name.len > SOCH_NAME_SIZE {
            return Err(self.broke(slot, &format!("named itself with {} bytes; at most {SOCH_NAME_SIZE} are allowed", name.len)));
        }
        // SAFETY: the plugin promises text that lives as long as the instance.
        match unsafe { name.read() } {
            Ok("") => Err(self.broke(slot, "gave an empty name")),
            Ok(name) => Ok(name.to_owned()),
            Err(error) => Err(self.broke(slot, &format!("gave {error}"))),
        }
    }

    /// Runs an [any-thread] function. False for `SOCH_NOT_FOUND`.
    pub(crate) fn shared(
        &self,
        slot: &'static str,
        call: impl FnOnce(*mut c_void, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        let _pass = self.gate.enter(self.limits.patience).map_err(|refusal| self.refused(slot, refusal))?;
        self.run(slot, call)
    }

    /// Runs an [exclusive] function of the instance. False for `SOCH_NOT_FOUND`.
    pub(crate) fn exclusive(
        &self,
        slot: &'static str,
        call: impl FnOnce(*mut c_void, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        let _alone = self.gate.enter_alone(self.limits.patience).map_err(|refusal| self.refused(slot, refusal))?;
        self.run(slot, call)
    }

    /// Runs an [any-thread] function that writes to `output`, and holds the plugin to the writer's contract.
    pub(crate) fn writing(
        &self,
        slot: &'static str,
        output: &mut Vec<u8>,
        call: impl FnOnce(*mut c_void, *const soch_writer, *mut soch_error) -> soch_status,
    ) -> Result<bool> {
        let start = output.len();
        let mut writer = VecWriter::new(output, self.limits.output).checking(self.limits.checking);
        let raw = writer.as_raw();
        let result = self.shared(slot, |instance, error| call(instance, &raw, error));
        let (violation, refused) = (writer.violation(), writer.refused());
        let result = match (violation, refused) {
            (Some(violation), _) => Err(self.broke(slot, violation)),
            (None, Some(status)) if result.is_ok() => {
                Err(self.broke(slot, &format!("reported success after its writer had returned status {status}")))
            }
            (None, Some(SOCH_LIMIT)) => Err(self.error(
                ErrorKind::Limit,
                format!("`{slot}` wants to write more than the limit of {} bytes", self.limits.output),
            )),
            _ => result,
        };
        if !matches!(result, Ok(true)) {
            output.truncate(start);
        }
        result
    }

    fn run(
        &self,
        slot: &'static str,
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
            SOCH_OK => Ok(true),
            SOCH_NOT_FOUND => Ok(false),
            status => Err(self.failure(slot, status, place)),
        }
    }

    #[cold]
    fn failure(&self, slot: &'static str, status: soch_status, error: *mut soch_error) -> Error {
        // SAFETY: `run` and the plugin wrote code and message up to a NUL; a message without NUL is whole.
        let (code, text) = unsafe {
            let message = (&raw const (*error).message).cast::<u8>();
            let length = (0..SOCH_ERROR_MESSAGE_SIZE).position(|at| *message.add(at) == 0).unwrap_or(SOCH_ERROR_MESSAGE_SIZE);
            ((*error).code, String::from_utf8_lossy(std::slice::from_raw_parts(message, length)).into_owned())
        };
        let kind = ErrorKind::from_status(status);
        let text = match (text.is_empty(), kind) {
            (false, _) => text.escape_debug().to_string(),
            (true, ErrorKind::Failed) if status != SOCH_FAILED => format!("returned the unknown status {status}"),
            (true, kind) => format!("returned {kind:?} without a text"),
        };
        if kind == ErrorKind::Panicked {
            let _ = self.poisoned_by.set(format!("`{slot}` {text}"));
            self.gate.poison();
        }
        self.error(kind, format!("`{slot}`: {text}")).with_code(code)
    }

    /// The plugin broke the contract in `slot`.
    pub(crate) fn broke(&self, slot: &str, how: &str) -> Error {
        self.error(ErrorKind::Contract, format!("`{slot}` broke the plugin contract: it {how}"))
    }

    pub(crate) fn error(&self, kind: ErrorKind, message: String) -> Error {
        Error::new(kind, format!("{}: {message}", self.info.name))
    }

    #[cold]
    fn refused(&self, slot: &str, refusal: Refusal) -> Error {
        match refusal {
            Refusal::Closed => self.error(ErrorKind::ShutDown, format!("was shut down before this call of `{slot}`")),
            Refusal::Poisoned => {
                let cause = self.poisoned_by.get().map_or("a panic", String::as_str);
                self.error(ErrorKind::Panicked, format!("takes no more calls, as {cause}"))
            }
            Refusal::Busy(calls) => self.error(
                ErrorKind::Busy,
                format!("`{slot}` waited {:?} for {calls} call(s) under way", self.limits.patience),
            ),
        }
    }

    /// Ends the instance's work, once: waits for the calls under way, lets no more in, and runs the plugin's
    /// `shutdown`. A later call has nothing to do and returns Ok.
    ///
    /// # Errors
    /// What the plugin reports, and it is shut down all the same; [`ErrorKind::Busy`] if calls did not end in time:
    /// no new ones start, and the caller may try again.
    pub(crate) fn shutdown(&self) -> Result<()> {
        match self.gate.close(self.limits.patience) {
            Ok(()) => {}
            // What panicked is only destroyed.
            Err(Refusal::Poisoned) => return Ok(()),
            Err(refusal) => return Err(self.refused("shutdown", refusal)),
        }
        {
            let mut shut = self.shut.lock();
            if std::mem::replace(&mut *shut, true) {
                return Ok(());
            }
        }
        match self.lifecycle.shutdown {
            // SAFETY: the gate is closed and drained, so nobody else is in the instance, and `shut` says once.
            Some(shutdown) => self.run("shutdown", |instance, error| unsafe { shutdown(instance, error) }).map(drop),
            None => Ok(()),
        }
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

    /// Shows the extension's own value, if it is linked in, to `look`.
    pub(crate) fn inspect<R>(&self, look: impl FnOnce(&dyn Any) -> R) -> Option<R> {
        let Origin::InProcess { as_any } = self.origin else { return None };
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

impl Drop for Instance {
    fn drop(&mut self) {
        if let Err(error) = self.shutdown() {
            tracing::warn!(target: "sochdb_plugin", plugin = %self.info.name, %error, "shutdown failed while dropping");
        }
        if let Some(destroy) = self.lifecycle.destroy {
            // SAFETY: nobody else holds this instance, and this runs once. The host's side is dropped after it.
            unsafe { destroy(self.pointer) };
        }
    }
}

/// Makes an instance of an extension that is linked in, and starts it.
pub(crate) fn in_process<E: Extension>(
    mut extension: E,
    tables: Tables,
    capability: ExtensionCapability,
) -> Result<Instance> {
    let mut info = extension.info();
    info.capabilities = vec![capability];
    let mut error = soch_error::empty();
    // SAFETY: the error is ours.
    let status = unsafe { boundary::guard(&mut error, || extension.init()) };
    if status != SOCH_OK {
        let message = format!("{}: `init`: {}", info.name, error.text());
        return Err(Error::new(ErrorKind::from_status(status), message).with_code(error.code));
    }
    let lifecycle = Lifecycle {
        shutdown: Some(export::shutdown::<E>),
        destroy: Some(export::destroy::<E>),
        get_interface: None,
    };
    let origin = Origin::InProcess { as_any: as_any::<E> };
    // SAFETY: tables and lifecycle are those of `E`, and the pointer is new.
    unsafe { Instance::new(export::in_process(extension), tables, lifecycle, info, Limits::default(), origin) }
}

/// # Safety
/// `instance` is one of `E`; what is returned is not used after the instance or during an exclusive call.
unsafe fn as_any<E: Extension>(instance: *mut c_void) -> &'static dyn Any {
    // SAFETY: the caller promises it.
    unsafe { export::shared::<E>(instance).as_any() }
}
