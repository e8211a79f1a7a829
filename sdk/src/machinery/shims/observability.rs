//! The table of a sink.

use crate::call::Call;
use crate::error::Error;
use crate::host::LogLevel;
use crate::machinery::barrier::guard;
use crate::machinery::boundary::{fill, with_labeled, ReadLent};
use crate::machinery::instance::{lend, shared};
use crate::machinery::shims::records;
use crate::metrics::Metrics;
use crate::observability::{HealthInfo, ObservabilityExtension};
use core::ffi::c_void;
use sochdb_plugin_abi::*;

/// The table of `P`.
pub const fn table<P: ObservabilityExtension>() -> soch_observability {
    soch_observability {
        size: std::mem::size_of::<soch_observability>(),
        counter_inc: Some(counter_inc::<P>),
        gauge_set: Some(gauge_set::<P>),
        histogram_observe: Some(histogram_observe::<P>),
        span_start: Some(span_start::<P>),
        span_end: Some(span_end::<P>),
        span_event: Some(span_event::<P>),
        log: Some(log::<P>),
        report_health: Some(report_health::<P>),
        describe: Some(describe::<P>),
        attach: Some(attach::<P>),
        span_record_start: Some(records::span_start::<P>),
        span_record_event: Some(records::span_event::<P>),
        span_record_end: Some(records::span_end::<P>),
        span_context: Some(records::span_context::<P>),
        log_record: Some(records::log::<P>),
        flush: Some(flush::<P>),
    }
}

unsafe extern "C" fn counter_inc<P: ObservabilityExtension>(
    instance: *mut c_void,
    name: soch_str,
    value: u64,
    labels: *const soch_label,
    count: usize,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe {
        guard(std::ptr::null_mut(), || {
            with_labeled(name, labels, count, |name, labels| {
                shared::<P>(instance).counter_inc(name, value, labels);
            })
        })
    }
}

unsafe extern "C" fn gauge_set<P: ObservabilityExtension>(
    instance: *mut c_void,
    name: soch_str,
    value: f64,
    labels: *const soch_label,
    count: usize,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe {
        guard(std::ptr::null_mut(), || {
            with_labeled(name, labels, count, |name, labels| {
                shared::<P>(instance).gauge_set(name, value, labels);
            })
        })
    }
}

unsafe extern "C" fn histogram_observe<P: ObservabilityExtension>(
    instance: *mut c_void,
    name: soch_str,
    value: f64,
    labels: *const soch_label,
    count: usize,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe {
        guard(std::ptr::null_mut(), || {
            with_labeled(name, labels, count, |name, labels| {
                shared::<P>(instance).histogram_observe(name, value, labels);
            })
        })
    }
}

unsafe extern "C" fn span_start<P: ObservabilityExtension>(
    instance: *mut c_void,
    name: soch_str,
    parent: u64,
    span: *mut u64,
) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result, and lends the name.
    unsafe {
        guard(std::ptr::null_mut(), || {
            let parent = if parent == 0 { None } else { Some(parent) };
            *span = shared::<P>(instance).span_start(name.read()?, parent);
            Ok(())
        })
    }
}

unsafe extern "C" fn span_end<P: ObservabilityExtension>(instance: *mut c_void, span: u64) -> soch_status {
    // SAFETY: the host passes an instance of this library.
    unsafe {
        guard(std::ptr::null_mut(), || {
            shared::<P>(instance).span_end(span);
            Ok(())
        })
    }
}

unsafe extern "C" fn span_event<P: ObservabilityExtension>(
    instance: *mut c_void,
    span: u64,
    name: soch_str,
    attributes: *const soch_label,
    count: usize,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe {
        guard(std::ptr::null_mut(), || {
            with_labeled(name, attributes, count, |name, attributes| {
                shared::<P>(instance).span_event(span, name, attributes);
            })
        })
    }
}

unsafe extern "C" fn log<P: ObservabilityExtension>(
    instance: *mut c_void,
    level: i32,
    message: soch_str,
    fields: *const soch_label,
    count: usize,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe {
        guard(std::ptr::null_mut(), || {
            with_labeled(message, fields, count, |message, fields| {
                shared::<P>(instance).log(LogLevel::from_raw(level), message, fields);
            })
        })
    }
}

unsafe extern "C" fn report_health<P: ObservabilityExtension>(
    instance: *mut c_void,
    health: *const soch_health,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the state for the call.
    unsafe {
        guard(std::ptr::null_mut(), || {
            let health = health.as_ref().ok_or_else(|| Error::invalid("the health is NULL"))?;
            shared::<P>(instance).report_health(&HealthInfo {
                operational: health.operational != 0,
                wal_size_bytes: health.wal_size_bytes,
                active_txns: health.active_txns,
                buffer_pool_usage: health.buffer_pool_usage,
                checkpoint_age_secs: health.checkpoint_age_secs,
            });
            Ok(())
        })
    }
}

unsafe extern "C" fn describe<P: ObservabilityExtension>(
    instance: *mut c_void,
    properties: *mut soch_observability_properties,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result, with its size.
    unsafe { guard(error, || fill(properties, &shared::<P>(instance).describe().as_raw())) }
}

unsafe extern "C" fn flush<P: ObservabilityExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the limits for the call.
    unsafe { guard(error, || Call::within(call, || shared::<P>(instance).flush())) }
}

unsafe extern "C" fn attach<P: ObservabilityExtension>(
    instance: *mut c_void,
    metrics: *const soch_metrics,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and metrics that live until its `destroy`.
    unsafe {
        guard(error, || {
            let metrics = Metrics::from_raw(metrics)?;
            lend::<P>(instance, metrics.clone())?;
            let result = shared::<P>(instance).attach(metrics.clone());
            if result.is_err() {
                metrics.close();
            }
            result
        })
    }
}
