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

/// One metric with its value at this moment.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Metric<'a> {
    /// Its name, as the database wrote it. One name is of one kind.
    pub name: &'a str,
    /// Its labels, sorted by name. Name and labels together are unique.
    pub labels: Labels<'a>,
    /// Its kind and value.
    pub value: MetricValue<'a>,
}

impl<'a> Metric<'a> {
    /// The metric with this name, these labels and this value.
    #[must_use]
    pub fn new(name: &'a str, labels: Labels<'a>, value: MetricValue<'a>) -> Self {
        Self { name, labels, value }
    }
}

/// What a metric's value is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetricValue<'a> {
    /// A total that only grows.
    Counter(u64),
    /// A value that goes up and down.
    Gauge(f64),
    /// Observations, counted by size.
    Histogram {
        /// How many there are.
        count: u64,
        /// All of them added.
        sum: f64,
        /// Counts by ascending bound, without buckets that are empty.
        buckets: &'a [Bucket],
    },
}

type Give = dyn Fn(&mut dyn FnMut(&Metric<'_>)) + Send + Sync;

/// The host's metrics. Clones are the same metrics and may go to other threads; once the instance is gone that they
/// were lent to, there are none.
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
    /// Metrics of the application, or of a plugin's own test: `give` gives each to its argument, those of one name
    /// one after the other.
    pub fn new(give: impl Fn(&mut dyn FnMut(&Metric<'_>)) + Send + Sync + 'static) -> Self {
        Self { inner: Arc::new(Inner::Own(Box::new(give))) }
    }

    /// Gives every metric to `visit`, those of one name one after the other. `visit` must not come back here.
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

    /// Takes metrics from the other side.
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

/// Whom to tell of each metric, and how that ended early, if it did.
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
