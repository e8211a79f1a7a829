use crate::handle::{handle, slot};
use crate::instance::Instance;
use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::{boundary, shims};
use sochdb_plugin_sdk::{
    Extension, ExtensionCapability, HealthInfo, Labels, LogLevel, Metrics, ObservabilityExtension, Result,
};
use std::cell::Cell;
use std::sync::Arc;

handle! {
    /// A sink of metrics, spans and logs, loaded or linked in, behind one way of calling it.
    ///
    /// Nothing comes back: a call that fails, or is refused after a panic or a shutdown, is a `tracing` event at
    /// debug level. Only [`attach`](ObservabilityExtension::attach) has a result; a
    /// [`PluginManager`](crate::PluginManager) calls it when it registers a sink.
    Observability: ObservabilityExtension, observability, soch_observability, Observability
}

impl Observability {
    fn deliver(&self, slot: &str, result: Result<bool>) {
        thread_local! {
            /// Whether this thread is telling of a failure: an application that gives its `tracing` events to this
            /// very sink would make the next one.
            static TELLING: Cell<bool> = const { Cell::new(false) };
        }
        if let Err(error) = result.and_then(|found| self.done(slot, Ok(found))) {
            if !TELLING.replace(true) {
                tracing::debug!(target: "sochdb_plugin", %error, "an observability call failed");
                TELLING.set(false);
            }
        }
    }
}

impl ObservabilityExtension for Observability {
    fn counter_inc(&self, name: &str, value: u64, labels: Labels<'_>) {
        let counter_inc = slot!(self.table.counter_inc);
        let result = boundary::with_raw_labels(labels, |labels, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.instance.shared("counter_inc", |instance, _| unsafe {
                counter_inc(instance, soch_str::lend(name), value, labels, count)
            })
        });
        self.deliver("counter_inc", result);
    }

    fn gauge_set(&self, name: &str, value: f64, labels: Labels<'_>) {
        let gauge_set = slot!(self.table.gauge_set);
        let result = boundary::with_raw_labels(labels, |labels, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.instance.shared("gauge_set", |instance, _| unsafe {
                gauge_set(instance, soch_str::lend(name), value, labels, count)
            })
        });
        self.deliver("gauge_set", result);
    }

    fn histogram_observe(&self, name: &str, value: f64, labels: Labels<'_>) {
        let histogram_observe = slot!(self.table.histogram_observe);
        let result = boundary::with_raw_labels(labels, |labels, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.instance.shared("histogram_observe", |instance, _| unsafe {
                histogram_observe(instance, soch_str::lend(name), value, labels, count)
            })
        });
        self.deliver("histogram_observe", result);
    }

    /// 0 if the plugin did not start one.
    fn span_start(&self, name: &str, parent: Option<u64>) -> u64 {
        let span_start = slot!(self.table.span_start);
        let mut span = 0;
        // SAFETY: the plugin's function, with a place for the result; the name is lent for the call.
        let result = self.instance.shared("span_start", |instance, _| unsafe {
            span_start(instance, soch_str::lend(name), parent.unwrap_or(0), &mut span)
        });
        let started = matches!(result, Ok(true));
        self.deliver("span_start", result);
        if started {
            span
        } else {
            0
        }
    }

    fn span_end(&self, span: u64) {
        let span_end = slot!(self.table.span_end);
        // SAFETY: the plugin's function on its own instance.
        let result = self.instance.shared("span_end", |instance, _| unsafe { span_end(instance, span) });
        self.deliver("span_end", result);
    }

    fn span_event(&self, span: u64, name: &str, attributes: Labels<'_>) {
        let span_event = slot!(self.table.span_event);
        let result = boundary::with_raw_labels(attributes, |attributes, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.instance.shared("span_event", |instance, _| unsafe {
                span_event(instance, span, soch_str::lend(name), attributes, count)
            })
        });
        self.deliver("span_event", result);
    }

    fn log(&self, level: LogLevel, message: &str, fields: Labels<'_>) {
        let log = slot!(self.table.log);
        let result = boundary::with_raw_labels(fields, |fields, count| {
            // SAFETY: the plugin's function; all is lent for the call.
            self.instance.shared("log", |instance, _| unsafe {
                log(instance, level.as_raw(), soch_str::lend(message), fields, count)
            })
        });
        self.deliver("log", result);
    }

    fn report_health(&self, health: &HealthInfo) {
        let report_health = slot!(self.table.report_health);
        let raw = health.as_raw();
        // SAFETY: the plugin's function; the state is lent for the call.
        let result = self.instance.shared("report_health", |instance, _| unsafe { report_health(instance, &raw) });
        self.deliver("report_health", result);
    }

    /// # Errors
    /// [`ErrorKind::Unsupported`](sochdb_plugin_sdk::ErrorKind::Unsupported) if it does not read metrics;
    /// [`ErrorKind::Invalid`](sochdb_plugin_sdk::ErrorKind::Invalid) if others were lent to it before.
    fn attach(&self, metrics: Metrics) -> Result<()> {
        let attach = slot!(self.table.attach);
        let raw = self.instance.lend(metrics)?;
        // SAFETY: the plugin's function; the metrics live until its `destroy` returned.
        let call = |instance, error| unsafe { attach(instance, raw, error) };
        self.done("attach", self.instance.shared("attach", call))
    }
}
