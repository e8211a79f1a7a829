//! Capabilities that `get_interface` answers.

use crate::data::{soch_bytes, soch_str, soch_writer};
use crate::status::{soch_error, soch_status};
use core::ffi::c_void;

/// Rewrites query plans: `get_interface(instance, "sochdb.query_optimizer/1")`. A draft: it may change until
/// the first plugin and the first host use it; its name will not. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_query_optimizer {
    /// `sizeof(soch_query_optimizer)` of the plugin.
    pub size: usize,
    /// Writes a plan that gives the same rows as `plan` to `output`; both are JSON text. Required. [any-thread]
    pub optimize: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            plan: soch_str,
            output: *const soch_writer,
            error: *mut soch_error,
        ) -> soch_status,
    >,
}

/// Says who may do what: `get_interface(instance, "sochdb.auth/1")`. A draft, as above. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_auth {
    /// `sizeof(soch_auth)` of the plugin.
    pub size: usize,
    /// Writes the name of the principal that `credential` proves `user` to be. Anything but `SOCH_OK` is a no.
    /// Required. [any-thread]
    pub authenticate: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            user: soch_str,
            credential: soch_bytes,
            principal: *const soch_writer,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// `SOCH_OK` if `principal` may do `action` on `resource`. Anything else is a no. Required. [any-thread]
    pub authorize: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            principal: soch_str,
            action: soch_str,
            resource: soch_str,
            error: *mut soch_error,
        ) -> soch_status,
    >,
}
