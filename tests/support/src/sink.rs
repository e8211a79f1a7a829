//! A sink that is linked in and calls a closure.

use sochdb_plugin_host::sdk::{Extension, ExtensionInfo, Labels, LogLevel, ObservabilityExtension, Result};
use std::sync::atomic::{AtomicU64, Ordering};

/// Gives each call, as one line, to a closure.
pub struct Sink {
    name: &'static str,
    call: Box<dyn Fn(&str) + Send + Sync>,
    spans: AtomicU64,
}

impl Sink {
    /// A sink of this name.
    pub fn new(name: &'static str, call: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { name, call: Box::new(call), spans: AtomicU64::new(0) }
    }
}

impl Extension for Sink {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new(self.name, "1.0.0")
    }

    fn shutdown(&mut self) -> Result<()> {
        (self.call)("shutdown");
        Ok(())
    }
}

impl ObservabilityExtension for Sink {
    fn counter_inc(&self, name: &str, value: u64, labels: Labels<'_>) {
        (self.call)(&format!("counter {name} {value} {labels:?}"));
    }

    fn gauge_set(&self, name: &str, value: f64, labels: Labels<'_>) {
        (self.call)(&format!("gauge {name} {value} {labels:?}"));
    }

    fn histogram_observe(&self, name: &str, value: f64, labels: Labels<'_>) {
        (self.call)(&format!("histogram {name} {value} {labels:?}"));
    }

    fn span_start(&self, name: &str, parent: Option<u64>) -> u64 {
        (self.call)(&format!("start {name} {parent:?}"));
        // Far from the numbers of the host and of other sinks.
        self.spans.fetch_add(1, Ordering::Relaxed) + 1000 * self.name.len() as u64
    }

    fn span_end(&self, span: u64) {
        (self.call)(&format!("end {span}"));
    }

    fn span_event(&self, span: u64, name: &str, _: Labels<'_>) {
        (self.call)(&format!("event {span} {name}"));
    }

    fn log(&self, level: LogLevel, message: &str, fields: Labels<'_>) {
        (self.call)(&format!("log {level:?} {message} {fields:?}"));
    }
}
