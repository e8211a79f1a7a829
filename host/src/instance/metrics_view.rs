//! Metrics as a plugin gets them.

use core::ffi::c_void;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::machinery::{barrier, boundary, records};
use sochdb_plugin_sdk::{Error, ExponentialBuckets, ExponentialHistogram, Metric, MetricValue, Metrics};
use std::ptr::NonNull;

/// The `soch_metrics` of one instance and what it leads to, at one place in memory until this is dropped.
pub(crate) struct Lent(NonNull<Side>);

// SAFETY: what it owns is only read, and `Metrics` is `Send` and `Sync`.
unsafe impl Send for Lent {}
// SAFETY: as above.
unsafe impl Sync for Lent {}

struct Side {
    raw: soch_metrics,
    metrics: Metrics,
}

impl Lent {
    pub(crate) fn new(metrics: Metrics) -> Self {
        let raw = soch_metrics { size: size_of::<soch_metrics>(), ctx: std::ptr::null_mut(), collect: Some(collect) };
        let side = NonNull::from(Box::leak(Box::new(Side { raw, metrics })));
        // SAFETY: the box was just leaked, and nobody else has the pointer yet.
        unsafe { (*side.as_ptr()).raw.ctx = side.as_ptr().cast() };
        Self(side)
    }

    pub(crate) fn raw(&self) -> *const soch_metrics {
        // SAFETY: `self` keeps the side; only an address is made.
        unsafe { &raw const (*self.0.as_ptr()).raw }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // SAFETY: it came from a box in `new`, and the plugin's instance, which used it, is gone.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

unsafe extern "C" fn collect(ctx: *mut c_void, sink: *const soch_metric_sink, error: *mut soch_error) -> soch_status {
    let mut ended = SOCH_OK;
    // SAFETY: the plugin passes the metrics' context, which lives until its `destroy` returned, and lends the rest.
    let status = unsafe {
        barrier::guard(error, || {
            let sink = sink.as_ref().and_then(|sink| Some((sink.ctx, sink.metric?)));
            let (sink, take) = sink.ok_or_else(|| Error::invalid("the metric sink is NULL or lacks its function"))?;
            let side = &*ctx.cast::<Side>();
            side.metrics.collect(|metric| {
                if ended == SOCH_OK {
                    ended = with_raw(metric, |metric| take(sink, metric));
                }
            });
            Ok(())
        })
    };
    if status == SOCH_OK {
        ended
    } else {
        status
    }
}

fn with_raw(metric: &Metric<'_>, take: impl FnOnce(*const soch_metric) -> soch_status) -> soch_status {
    let (kind, count, value, buckets) = match metric.value {
        MetricValue::Counter(total) => (SOCH_METRIC_COUNTER, total, 0.0, &[][..]),
        MetricValue::Gauge(value) => (SOCH_METRIC_GAUGE, 0, value, &[][..]),
        MetricValue::Histogram { count, sum, buckets } => (SOCH_METRIC_HISTOGRAM, count, sum, buckets),
        MetricValue::UpDown(total) => (SOCH_METRIC_UP_DOWN, 0, total, &[][..]),
        MetricValue::Exponential(histogram) => (SOCH_METRIC_EXPONENTIAL, histogram.count, histogram.sum, &[][..]),
        // Of a later version of the SDK.
        _ => return SOCH_OK,
    };
    let exponential = match &metric.value {
        MetricValue::Exponential(histogram) => Some(exponential(histogram)),
        _ => None,
    };
    boundary::with_raw_labels(metric.labels, |labels, label_count| {
        take(&soch_metric {
            size: size_of::<soch_metric>(),
            kind,
            flags: if metric.all_buckets { SOCH_METRIC_ALL_BUCKETS } else { 0 },
            name: soch_str::lend(metric.name),
            labels,
            label_count,
            count,
            value,
            buckets: buckets.as_ptr(),
            bucket_count: buckets.len(),
            exponential: exponential.as_ref().map_or(std::ptr::null(), std::ptr::from_ref),
            unit: soch_str::lend(metric.unit),
            description: soch_str::lend(metric.description),
            start_time: records::nanoseconds(metric.start),
        })
    })
}

fn exponential(histogram: &ExponentialHistogram<'_>) -> soch_exponential {
    let buckets = |buckets: ExponentialBuckets<'_>| soch_exponential_buckets {
        counts: buckets.counts.as_ptr(),
        count: buckets.counts.len(),
        offset: buckets.offset,
        reserved: 0,
    };
    soch_exponential {
        size: size_of::<soch_exponential>(),
        scale: histogram.scale,
        reserved: 0,
        zero_count: histogram.zero_count,
        zero_threshold: histogram.zero_threshold,
        positive: buckets(histogram.positive),
        negative: buckets(histogram.negative),
    }
}
