//! Metrics that a host pushes which cannot lend its own: the SDK counts them.

use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter};
use sochdb_plugin_sdk::Labels;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::attributes;

/// The most names of a kind; the SDK itself limits the series of each.
const MAX_NAMES: usize = 10_000;

pub(crate) struct Pushed {
    meter: Meter,
    counters: Kept<Counter<u64>>,
    gauges: Kept<Gauge<f64>>,
    histograms: Kept<Histogram<f64>>,
}

impl Pushed {
    pub(crate) fn new(meter: Meter) -> Self {
        Self { meter, counters: Kept::default(), gauges: Kept::default(), histograms: Kept::default() }
    }

    pub(crate) fn add(&self, name: &str, value: u64, labels: Labels<'_>) {
        if let Some(counter) = self.counters.get(name, |name| self.meter.u64_counter(name).build()) {
            counter.add(value, &attributes::of_labels(labels));
        }
    }

    pub(crate) fn set(&self, name: &str, value: f64, labels: Labels<'_>) {
        if let Some(gauge) = self.gauges.get(name, |name| self.meter.f64_gauge(name).build()) {
            gauge.record(value, &attributes::of_labels(labels));
        }
    }

    pub(crate) fn observe(&self, name: &str, value: f64, labels: Labels<'_>) {
        if let Some(histogram) = self.histograms.get(name, |name| self.meter.f64_histogram(name).build()) {
            histogram.record(value, &attributes::of_labels(labels));
        }
    }
}

/// Instruments by name: the SDK makes a new one at each request, and its own look-up is slower.
struct Kept<T>(Mutex<HashMap<String, T>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Kept<T> {
    /// None if there are too many names.
    fn get(&self, name: &str, make: impl FnOnce(String) -> T) -> Option<T> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(instrument) = kept.get(name) {
            return Some(instrument.clone());
        }
        if kept.len() >= MAX_NAMES {
            return None;
        }
        let instrument = make(name.to_owned());
        kept.insert(name.to_owned(), instrument.clone());
        Some(instrument)
    }
}
