//! The host's metrics, as a plugin that reads them sees them.

use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::machinery::boundary::{slice, with_labels, ReadLent};
use crate::opaque::opaque;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use std::any::Any;
use std::mem::MaybeUninit;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::{Arc, PoisonError, RwLock};

use sochdb_plugin_abi::soch_bucket as Bucket;

opaque!(Metrics);

/// A metric with its value at this moment.
///
/// ```
/// use sochdb_plugin_sdk::{Metric, MetricValue};
///
/// let metric = Metric::new("open_files", &[("shard", "3")], MetricValue::Gauge(17.0));
/// assert_eq!(metric.labels, [("shard", "3")]);
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
}

impl<'a> Metric<'a> {
    /// Makes a metric of this name, these labels and this value.
    #[must_use]
    pub fn new(name: &'a str, labels: Labels<'a>, value: MetricValue<'a>) -> Self {
        Self { name, labels, value }
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
        /// The buckets by ascending bound, without those that are empty. Each counts its own observations only.
        buckets: &'a [Bucket],
    },
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
    let (name, buckets) = unsafe { (metric.name.read()?, slice(metric.buckets, metric.bucket_count)?) };
    let value = match metric.kind {
        SOCH_METRIC_COUNTER => MetricValue::Counter(metric.count),
        SOCH_METRIC_GAUGE => MetricValue::Gauge(metric.value),
        SOCH_METRIC_HISTOGRAM => MetricValue::Histogram { count: metric.count, sum: metric.value, buckets },
        // Of a later minor version.
        _ => return Ok(()),
    };
    // SAFETY: as above.
    unsafe {
        with_labels(metric.labels, metric.label_count, |labels| {
            visit(&Metric { name, labels, value });
            Ok(())
        })
    }
}
