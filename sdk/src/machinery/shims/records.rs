//! The slots of a sink that take records of spans and log lines.

use crate::machinery::barrier::guard;
use crate::machinery::instance::shared;
use crate::machinery::records;
use crate::machinery::shims::found;
use crate::observability::ObservabilityExtension;
use crate::writer::Writer;
use core::ffi::c_void;
use sochdb_plugin_abi::*;

pub(super) unsafe extern "C" fn span_start<P: ObservabilityExtension>(
    instance: *mut c_void,
    start: *const soch_span_start,
    span: *mut u64,
) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result, and lends the rest for the call.
    unsafe {
        guard(std::ptr::null_mut(), || {
            *span = records::with_start(start, |start| shared::<P>(instance).start_span(start))?;
            Ok(())
        })
    }
}

pub(super) unsafe extern "C" fn span_event<P: ObservabilityExtension>(
    instance: *mut c_void,
    span: u64,
    event: *const soch_span_event,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe {
        guard(std::ptr::null_mut(), || {
            records::with_event(event, |event| shared::<P>(instance).add_span_event(span, event))
        })
    }
}

pub(super) unsafe extern "C" fn span_end<P: ObservabilityExtension>(
    instance: *mut c_void,
    span: u64,
    end: *const soch_span_end,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe { guard(std::ptr::null_mut(), || records::with_end(end, |end| shared::<P>(instance).end_span(span, end))) }
}

pub(super) unsafe extern "C" fn span_context<P: ObservabilityExtension>(
    instance: *mut c_void,
    span: u64,
    context: *mut soch_trace_context,
    state: *const soch_writer,
) -> soch_status {
    // SAFETY: the host passes an instance of this library and places for the results.
    unsafe {
        found(std::ptr::null_mut(), || {
            let Some(own) = shared::<P>(instance).span_context(span) else { return Ok(false) };
            Writer::from_raw(state)?.write(own.state().as_bytes())?;
            *context = soch_trace_context { state: soch_str::lend(""), ..own.as_raw() };
            Ok(true)
        })
    }
}

pub(super) unsafe extern "C" fn log<P: ObservabilityExtension>(
    instance: *mut c_void,
    record: *const soch_log_record,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the record for the call.
    unsafe {
        guard(std::ptr::null_mut(), || records::with_log(record, |record| shared::<P>(instance).log_record(record)))
    }
}
