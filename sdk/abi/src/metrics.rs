//! Metrics that the host keeps and a sink reads.

use crate::data::{soch_label, soch_str};
use crate::status::{soch_error, soch_status};
use core::ffi::c_void;

/// `soch_metric.kind`: a total that only grows.
pub const SOCH_METRIC_COUNTER: u32 = 0;
/// `soch_metric.kind`: a value that goes up and down.
pub const SOCH_METRIC_GAUGE: u32 = 1;
/// `soch_metric.kind`: observations, counted by size.
pub const SOCH_METRIC_HISTOGRAM: u32 = 2;
/// `soch_metric.kind`: a total that grows and shrinks: what several places add to and take from.
pub const SOCH_METRIC_UP_DOWN: u32 = 3;
/// `soch_metric.kind`: observations, counted in buckets whose bounds are powers of one base. Later minor versions may have
/// further kinds (rule 4).
pub const SOCH_METRIC_EXPONENTIAL: u32 = 4;

/// `soch_metric.flags`: `buckets` has all of them, also empty ones, as the application chose their bounds.
pub const SOCH_METRIC_ALL_BUCKETS: u32 = 1;

/// How many observations lie above the bound of the bucket before, and at most at this one's. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_bucket {
    /// The bucket's upper bound, which belongs to it; infinity in the last one.
    pub upper: f64,
    /// Observations in this bucket alone.
    pub count: u64,
}

/// The buckets of observations of one sign. Bucket `i` of `counts`, from 0 on, has those whose amount lies above
/// base^(offset + i) and at most at base^(offset + i + 1). Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_exponential_buckets {
    /// Observations in each bucket.
    pub counts: *const u64,
    /// How many buckets.
    pub count: usize,
    /// The number of the first bucket.
    pub offset: i32,
    /// 0 (rule 16).
    pub reserved: u32,
}

/// The buckets of a `SOCH_METRIC_EXPONENTIAL`, lent by the host. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_exponential {
    /// `sizeof(soch_exponential)` of the host.
    pub size: usize,
    /// The base is 2^(2^-scale).
    pub scale: i32,
    /// 0 (rule 16).
    pub reserved: u32,
    /// Observations whose amount is at most `zero_threshold`.
    pub zero_count: u64,
    /// The largest amount that is taken for 0.
    pub zero_threshold: f64,
    /// Observations above 0.
    pub positive: soch_exponential_buckets,
    /// Observations below 0, by their amount.
    pub negative: soch_exponential_buckets,
}

/// One metric with its value at this moment, lent by the host. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_metric {
    /// `sizeof(soch_metric)` of the host.
    pub size: usize,
    /// One of `SOCH_METRIC_*`, or one of a later minor version (rule 4).
    pub kind: u32,
    /// Some of `SOCH_METRIC_ALL_BUCKETS` (rule 14).
    pub flags: u32,
    /// The metric's name, as the database wrote it. One name is of one kind.
    pub name: soch_str,
    /// Labels, sorted by name; name and labels together are unique.
    pub labels: *const soch_label,
    /// How many labels.
    pub label_count: usize,
    /// A counter's total, the observations of a histogram of either kind; 0 for others.
    pub count: u64,
    /// A gauge's value, an up-down counter's total, the sum of the observations of a histogram of either kind; 0 for a counter.
    pub value: f64,
    /// The buckets of a `SOCH_METRIC_HISTOGRAM` by ascending bound, without those that are empty unless `flags` say so.
    pub buckets: *const soch_bucket,
    /// How many buckets; 0 for others.
    pub bucket_count: usize,
    /// The buckets of a `SOCH_METRIC_EXPONENTIAL`; NULL for others.
    pub exponential: *const soch_exponential,
    /// The unit, by UCUM, such as `s` or `By`; empty if nobody said it. One name has one unit.
    pub unit: soch_str,
    /// One sentence on what is measured; empty if nobody said it. One name has one.
    pub description: soch_str,
    /// Nanoseconds since 1970 in UTC, when counting began; 0 for a gauge, and where that is not known.
    pub start_time: u64,
}

/// Where `collect` puts metrics. The caller owns it; it lives until the call returns. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_metric_sink {
    /// The first argument of `metric`.
    pub ctx: *mut c_void,
    /// Takes one metric, lent for this call. Any status but `SOCH_OK` ends the collection. [exclusive]
    pub metric: Option<unsafe extern "C" fn(ctx: *mut c_void, metric: *const soch_metric) -> soch_status>,
}

/// The host's metrics, which a plugin reads when it wants to. They live until `destroy` of the instance that they
/// were lent to returns. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_metrics {
    /// `sizeof(soch_metrics)` of the host.
    pub size: usize,
    /// The first argument of the functions below.
    pub ctx: *mut c_void,
    /// Gives every metric to `sink`, those of one name one after the other, and returns the status that ended it
    /// early, if one did. Metrics that change meanwhile are given as they are at some moment of the call. Nothing else
    /// of the plugin is called, so it may hold its locks. [any-thread]
    pub collect: Option<
        unsafe extern "C" fn(ctx: *mut c_void, sink: *const soch_metric_sink, error: *mut soch_error) -> soch_status,
    >,
}
