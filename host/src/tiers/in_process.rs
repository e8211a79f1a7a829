//! Values of the application: they go through the same tables as plugins.

use crate::instance::limits::Limits;
use crate::instance::{Instance, Lifecycle, Origin, Tables};
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::machinery::{barrier, boundary, instance};
use sochdb_plugin_sdk::{Error, ErrorKind, Extension, ExtensionCapability, Result};
use std::any::Any;

/// Makes an instance of a value of the application, and starts it.
pub(crate) fn start<E: Extension>(
    mut extension: E,
    tables: Tables,
    capability: ExtensionCapability,
) -> Result<Instance> {
    let mut info = extension.info();
    info.capabilities = vec![capability];
    let mut error = soch_error::empty();
    // SAFETY: the error is ours.
    let status = unsafe { barrier::guard(&mut error, || extension.init()) };
    if status != SOCH_OK {
        let message = format!("{}: `init`: {}", info.name, boundary::error_text(&error));
        return Err(Error::new(ErrorKind::from_status(status), message).with_code(error.code));
    }
    let lifecycle = Lifecycle {
        shutdown: Some(instance::shutdown::<E>),
        destroy: Some(instance::destroy::<E>),
        get_interface: None,
    };
    let origin = Origin::Value { as_any: as_any::<E> };
    // SAFETY: tables and lifecycle are those of `E`, and the pointer is new.
    unsafe { Instance::new(instance::into_raw(extension, None), tables, lifecycle, info, Limits::default(), origin) }
}

/// # Safety
/// `instance` is one of `E`; what is returned is not used after the instance or during an exclusive call.
unsafe fn as_any<E: Extension>(instance: *mut c_void) -> &'static dyn Any {
    // SAFETY: the caller promises it.
    unsafe { instance::shared::<E>(instance).as_any() }
}
