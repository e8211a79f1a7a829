//! The host's metrics, as a plugin that reads them sees them.

use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::machinery::boundary::{slice, with_labels, ReadLent};
use crate::machinery::records::time;
use crate::opaque::opaque;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use std::any::Any;
use std::mem::MaybeUninit;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use sochdb_plugin_abi::soch_bucket as Bucket;

opaque!(Metrics);

/// A metric with its value at this moment.
///
/// ```
/// use sochdb_plugin_sdk::{Metric, MetricValue};
///
/// let metric = Metric::new("open_files", &[("shard", "3")], MetricValue::Gauge(17.0)).with_unit("{file}");
/// assert_eq!((metric.labels, metric.unit), (&[("shard", "3")][..], "{file}"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Metric<'a> {
    /// The name, as the database wrote it. All metrics of a name are of one kind.
    pub name: &'a str,
    /// The labels, sorted by name. Name and labels together are unique.
    pub labels: Labels<'a>,
    /// The value, and with it the kind.
    pub value: MetricValue<'a>,
    /// The unit, by UCUM, such as `s` or `By`; empty if nobody said it.
    pub unit: &'a str,
    /// One sentence on what is measured; empty if nobody said it.
    pub description: &'a str,
    /// Whether a histogram's buckets are all there, also empty ones, as the application chose their bounds.
    pub all_buckets: bool,
    /// The time when counting began; None for a gauge, and where that is not known.
    pub start: Option<SystemTime>,
}

impl<'a> Metric<'a> {
    /// Makes a metric of this name, these labels and this value.
    #[must_use]
    pub fn new(name: &'a str, labels: Labels<'a>, value: MetricValue<'a>) -> Self {
        Self { name, labels, value, unit: "", description: "", all_buckets: false, start: None }
    }

    /// The same in this unit.
    #[must_use]
    pub fn with_unit(self, unit: &'a str) -> Self {
        Self { unit, ..self }
    }

    /// The same with one sentence on what is measured.
    #[must_use]
    pub fn with_description(self, description: &'a str) -> Self {
        Self { description, ..self }
    }

    /// The same with all buckets of a histogram, also empty ones.
    #[must_use]
    pub fn with_all_buckets(self) -> Self {
        Self { all_buckets: true, ..self }
    }

    /// The same with the time when counting began.
    #[must_use]
    pub fn with_start(self, start: SystemTime) -> Self {
        Self { start: Some(start), ..self }
    }
}

/// The value of a metric, by its kind.
///
/// ```
/// use sochdb_plugin_sdk::{Bucket, MetricValue};
///
/// fn mean(value: &MetricValue<'_>) -> Option<f64> {
///     match value {
///         MetricValue::Histogram { count, sum, .. } if *count > 0 => Some(sum / *count as f64),
///         _ => None,
///     }
/// }
/// let buckets = [Bucket { upper: 0.5, count: 4 }];
/// assert_eq!(mean(&MetricValue::Histogram { count: 4, sum: 1.0, buckets: &buckets }), Some(0.25));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetricValue<'a> {
    /// A total that only grows.
    Counter(u64),
    /// A value that goes up and down.
    Gauge(f64),
    /// Observations, counted by size.
    Histogram {
        /// The number of observations.
        count: u64,
        /// The sum of the observations.
        sum: f64,
        /// The buckets by ascending bound, without those that are empty unless [`Metric::all_buckets`] says so. Each counts
        /// its own observations only.
        buckets: &'a [Bucket],
    },
    /// A total that grows and shrinks: several places add to it and take from it.
    UpDown(f64),
    /// Observations, counted in buckets whose bounds are powers of one base.
    Exponential(ExponentialHistogram<'a>),
}

/// A histogram whose bounds are powers of one base, 2^(2^-`scale`).
///
/// ```
/// use sochdb_plugin_sdk::{ExponentialBuckets, ExponentialHistogram, MetricValue};
///
/// // Two observations between 1 and 2, three between 2 and 4.
/// let positive = ExponentialBuckets { offset: 0, counts: &[2, 3] };
/// let histogram = ExponentialHistogram { count: 5, sum: 12.5, positive, ..ExponentialHistogram::default() };
/// assert!(matches!(MetricValue::Exponential(histogram), MetricValue::Exponential(it) if it.scale == 0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExponentialHistogram<'a> {
    /// The number of observations.
    pub count: u64,
    /// The sum of the observations.
    pub sum: f64,
    /// The scale.
    pub scale: i32,
    /// The number of observations whose amount is at most `zero_threshold`.
    pub zero_count: u64,
    /// The largest amount that is taken for 0.
    pub zero_threshold: f64,
    /// The observations above 0.
    pub positive: ExponentialBuckets<'a>,
    /// The observations below 0, by their amount.
    pub negative: ExponentialBuckets<'a>,
}

/// The buckets of observations of one sign. Bucket `i` of `counts` has those whose amount lies above base^(`offset` + i) and
/// at most at base^(`offset` + i + 1).
///
/// ```
/// use sochdb_plugin_sdk::ExponentialBuckets;
///
/// assert!(ExponentialBuckets::default().counts.is_empty());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExponentialBuckets<'a> {
    /// The number of the first bucket.
    pub offset: i32,
    /// The observations in each bucket.
    pub counts: &'a [u64],
}

type Give = dyn Fn(&mut dyn FnMut(&Metric<'_>)) + Send + Sync;

/// The host's metrics, to read at any time. Clones are the same metrics and may go to other threads. Once the instance
/// that they were lent to is gone, there are none.
///
/// ```
/// use sochdb_plugin_sdk::{Metric, MetricValue, Metrics};
///
/// let metrics = Metrics::new(|visit| {
///     visit(&Metric::new("reads_total", &[("table", "1")], MetricValue::Counter(3)));
/// });
/// let mut lines = Vec::new();
/// metrics.collect(|metric| lines.push(format!("{} {:?}", metric.name, metric.value)));
/// assert_eq!(lines, ["reads_total Counter(3)"]);
/// ```
#[derive(Clone)]
pub struct Metrics {
    inner: Arc<Inner>,
}

enum Inner {
    ReadLent(RwLock<Option<Raw>>),
    Own(Box<Give>),
}

struct Raw(soch_metrics);

// SAFETY: the host promises that a `soch_metrics` is constant and its functions are [any-thread].
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

impl Metrics {
    /// Makes metrics of the application, or of a plugin's own test. `give` calls its argument with each metric, those of
    /// one name one after the other.
    pub fn new(give: impl Fn(&mut dyn FnMut(&Metric<'_>)) + Send + Sync + 'static) -> Self {
        Self { inner: Arc::new(Inner::Own(Box::new(give))) }
    }

    /// Gives every metric to `visit`, those of one name one after the other. `visit` must not call this method. A panic
    /// of `visit` ends the visit, and goes on from here.
    pub fn collect(&self, mut visit: impl FnMut(&Metric<'_>)) {
        match &*self.inner {
            Inner::Own(give) => give(&mut visit),
            Inner::ReadLent(raw) => {
                let raw = raw.read().unwrap_or_else(PoisonError::into_inner);
                // What it leads to lives until `close`, which waits for this lock.
                let panicked = raw.as_ref().and_then(|raw| raw.collect(&mut visit));
                // Not to be held any more when the panic goes on.
                drop(raw);
                if let Some(payload) = panicked {
                    resume_unwind(payload);
                }
            }
        }
    }

    /// Makes metrics from those of the C ABI.
    ///
    /// # Safety
    /// `raw` is NULL or lives until `close`.
    pub(crate) unsafe fn from_raw(raw: *const soch_metrics) -> Result<Self> {
        if raw.is_null() {
            return Err(Error::invalid("the metrics are NULL"));
        }
        // SAFETY: the size is the first field in every version.
        let size = unsafe { raw.cast::<usize>().read() };
        let mut copy = MaybeUninit::<soch_metrics>::zeroed();
        // SAFETY: the other side promises `size` bytes, and the copy has its own; zeros are NULL, None and 0.
        let copy = unsafe {
            let known = size.min(std::mem::size_of::<soch_metrics>());
            raw.cast::<u8>().copy_to_nonoverlapping(copy.as_mut_ptr().cast(), known);
            copy.assume_init()
        };
        if copy.collect.is_none() {
            return Err(Error::invalid("the metrics lack their function"));
        }
        Ok(Self { inner: Arc::new(Inner::ReadLent(RwLock::new(Some(Raw(copy))))) })
    }

    /// Ends the loan, after the collections that are under way.
    pub(crate) fn close(&self) {
        if let Inner::ReadLent(raw) = &*self.inner {
            *raw.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

/// The visitor of each metric, and its panic, if there was one.
struct Visit<'a> {
    visit: &'a mut dyn FnMut(&Metric<'_>),
    panicked: Option<Box<dyn Any + Send>>,
}

impl Raw {
    /// The panic of `visit`, if there was one: it does not cross the other side's code.
    fn collect(&self, visit: &mut dyn FnMut(&Metric<'_>)) -> Option<Box<dyn Any + Send>> {
        let collect = self.0.collect.expect("checked in from_raw");
        let mut visit = Visit { visit, panicked: None };
        let sink = soch_metric_sink { ctx: (&mut visit as *mut Visit<'_>).cast(), metric: Some(take_metric) };
        let mut error = soch_error::empty();
        // SAFETY: the other side's function, with its context; all is lent for the call. Whatever the status, what
        // arrived has arrived.
        let _ = unsafe { collect(self.0.ctx, &sink, &mut error) };
        visit.panicked
    }
}

unsafe extern "C" fn take_metric(ctx: *mut c_void, metric: *const soch_metric) -> soch_status {
    // SAFETY: the other side passes the sink's context, which lives until `collect` returns.
    let visit = unsafe { &mut *ctx.cast::<Visit<'_>>() };
    if visit.panicked.is_some() {
        return SOCH_CANCELLED;
    }
    // SAFETY: the other side lends the metric for the call.
    match catch_unwind(AssertUnwindSafe(|| unsafe { read(metric, visit.visit) })) {
        Ok(Ok(())) => SOCH_OK,
        Ok(Err(error)) => error.kind().status(),
        Err(payload) => {
            visit.panicked = Some(payload);
            SOCH_CANCELLED
        }
    }
}

/// # Safety
/// `metric` is NULL or lent for the call, with all that it leads to.
unsafe fn read(metric: *const soch_metric, visit: &mut dyn FnMut(&Metric<'_>)) -> Result<()> {
    // SAFETY: the caller promises it.
    let metric = unsafe { metric.as_ref() }.ok_or_else(|| Error::invalid("the metric is NULL"))?;
    // SAFETY: as above.
    let Some(value) = (unsafe { value(metric)? }) else { return Ok(()) };
    // SAFETY: as above.
    let (name, unit, description) = unsafe { (metric.name.read()?, metric.unit.read()?, metric.description.read()?) };
    let (all_buckets, start) = (metric.flags & SOCH_METRIC_ALL_BUCKETS != 0, time(metric.start_time));
    // SAFETY: as above.
    unsafe {
        with_labels(metric.labels, metric.label_count, |labels| {
            visit(&Metric { name, labels, value, unit, description, all_buckets, start });
            Ok(())
        })
    }
}

/// The value, unless it is of a kind of a later minor version.
///
/// # Safety
/// All that the metric leads to is lent for `'a`.
unsafe fn value<'a>(metric: &'a soch_metric) -> Result<Option<MetricValue<'a>>> {
    // SAFETY: the caller promises it, here and below.
    let buckets = unsafe { slice(metric.buckets, metric.bucket_count)? };
    Ok(Some(match metric.kind {
        SOCH_METRIC_COUNTER => MetricValue::Counter(metric.count),
        SOCH_METRIC_GAUGE => MetricValue::Gauge(metric.value),
        SOCH_METRIC_HISTOGRAM => MetricValue::Histogram { count: metric.count, sum: metric.value, buckets },
        SOCH_METRIC_UP_DOWN => MetricValue::UpDown(metric.value),
        SOCH_METRIC_EXPONENTIAL => {
            // SAFETY: as above.
            let raw = unsafe { metric.exponential.as_ref() }
                .ok_or_else(|| Error::invalid("the buckets of an exponential histogram are NULL"))?;
            MetricValue::Exponential(ExponentialHistogram {
                count: metric.count,
                sum: metric.value,
                scale: raw.scale,
                zero_count: raw.zero_count,
                zero_threshold: raw.zero_threshold,
                // SAFETY: as above.
                positive: unsafe { exponential(&raw.positive)? },
                // SAFETY: as above.
                negative: unsafe { exponential(&raw.negative)? },
            })
        }
        _ => return Ok(None),
    }))
}

/// # Safety
/// The counts are lent for `'a`.
unsafe fn exponential<'a>(raw: &soch_exponential_buckets) -> Result<ExponentialBuckets<'a>> {
    // SAFETY: the caller promises it.
    Ok(ExponentialBuckets { offset: raw.offset, counts: unsafe { slice(raw.counts, raw.count)? } })
}
