//! A sink with a runtime of tokio inside, which it starts, waits for and ends as an exporter of telemetry does, and waits for in
//! calls. With the configuration `"drop"` it ends it in `Drop`.
#![deny(unsafe_code)]

use sochdb_plugin_sdk::prelude::*;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{unbounded_channel, UnboundedSender};
use tokio::task::JoinHandle;

/// Adds up counters in a task.
pub struct Exporter {
    host: Host,
    runtime: Option<Runtime>,
    values: Option<UnboundedSender<u64>>,
    task: Option<JoinHandle<u64>>,
}

impl Plugin for Exporter {
    fn create(host: Host) -> Result<Self> {
        let runtime = Runtime::new()?;
        let (values, mut received) = unbounded_channel();
        let task = runtime.spawn(async move {
            let mut sum = 0;
            while let Some(value) = received.recv().await {
                sum += value;
            }
            sum
        });
        // As for a connection.
        runtime.block_on(tokio::task::yield_now());
        Ok(Self { host, runtime: Some(runtime), values: Some(values), task: Some(task) })
    }

    fn shutdown(&mut self) -> Result<()> {
        if self.host.config_text() == "\"drop\"" {
            return Ok(());
        }
        self.values = None;
        if let (Some(runtime), Some(task)) = (self.runtime.take(), self.task.take()) {
            let sum = runtime.block_on(task).map_err(|error| Error::new(ErrorKind::Failed, error.to_string()))?;
            self.host.log(LogLevel::Info, "exported", &[("sum", &sum.to_string())]);
        }
        Ok(())
    }
}

impl Exporter {
    /// Waits until the runtime has done something.
    fn wait(&self) {
        if let Some(runtime) = &self.runtime {
            let done = runtime.block_on(async { tokio::spawn(async { 42 }).await });
            self.host.log(LogLevel::Info, "waited", &[("for", &format!("{done:?}"))]);
        }
    }
}

impl ObservabilityExtension for Exporter {
    fn flush(&self) -> Result<()> {
        self.wait();
        Ok(())
    }

    fn span_start(&self, _: &str, _: Option<u64>) -> u64 {
        self.wait();
        1
    }

    fn span_end(&self, _: u64) {
        self.wait();
    }

    fn counter_inc(&self, _: &str, value: u64, _: Labels<'_>) {
        if let Some(values) = &self.values {
            // The task goes only after the sender.
            let _ = values.send(value);
        }
    }
}

export_plugin!(#[cfg(not(feature = "linked"))] Exporter: observability);
