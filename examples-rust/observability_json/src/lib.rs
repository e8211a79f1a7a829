//! An observability plugin that appends JSON lines to a file, for a log shipper or for `jq`.
#![deny(unsafe_code)]

mod line;
mod output;
#[cfg(test)]
mod tests;

use line::Line;
use output::Output;
use serde::Deserialize;
use sochdb_plugin_sdk::prelude::*;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    path: PathBuf,
}

/// Appends each call as one line to the file at `path` of its configuration.
pub struct JsonLines {
    host: Host,
    path: PathBuf,
    output: Mutex<Output>,
    last_span: AtomicU64,
}

impl JsonLines {
    /// Ends the line and writes it in one call, so that lines of several threads or processes do not mix. The host
    /// hears of it when lines begin to be lost.
    fn append(&self, line: Line) {
        let line = line.end();
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let written = output.append(&line);
        // The host may come back here with what it logs.
        drop(output);
        if let Err(lost) = written {
            if lost.is_first {
                let path = self.path.display().to_string();
                self.host.log(LogLevel::Error, "lines are lost", &[("path", &path), ("error", &lost.error)]);
            }
        }
    }
}

impl JsonLines {
    /// Brings the lines to the disk. Lost ones are an error also when there was room again: they are missing.
    fn sync(&self) -> Result<()> {
        match self.output.lock().unwrap_or_else(PoisonError::into_inner).sync() {
            (Some((lost, error)), _) => {
                let message = format!("{lost} lines of {} are lost: {error}", self.path.display());
                Err(Error::new(ErrorKind::Io, message).with_code(error.raw_os_error().unwrap_or(0)))
            }
            (None, synced) => Ok(synced?),
        }
    }
}

impl Plugin for JsonLines {
    fn create(host: Host) -> Result<Self> {
        let Config { path } = host.config()?;
        let output = Output::open(&path).map_err(|error| {
            // A path with a NUL is none at all.
            let kind = if error.raw_os_error().is_some() { ErrorKind::Io } else { ErrorKind::Invalid };
            Error::new(kind, format!("cannot open {} to append: {error}", path.display()))
                .with_code(error.raw_os_error().unwrap_or(0))
        })?;
        Ok(Self { host, path, output: Mutex::new(output), last_span: AtomicU64::new(0) })
    }

    fn shutdown(&mut self) -> Result<()> {
        self.sync()
    }
}

impl ObservabilityExtension for JsonLines {
    fn counter_inc(&self, name: &str, value: u64, labels: Labels<'_>) {
        self.append(Line::new("counter").text("name", name).number("value", value).labels(labels));
    }

    fn gauge_set(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.append(Line::new("gauge").text("name", name).float("value", value).labels(labels));
    }

    fn histogram_observe(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.append(Line::new("histogram").text("name", name).float("value", value).labels(labels));
    }

    fn span_start(&self, name: &str, parent: Option<u64>) -> u64 {
        let span = self.last_span.fetch_add(1, Ordering::Relaxed) + 1;
        self.append(
            Line::new("span_start").text("name", name).number("span", span).number("parent", parent.unwrap_or(0)),
        );
        span
    }

    fn span_end(&self, span: u64) {
        self.append(Line::new("span_end").number("span", span));
    }

    fn span_event(&self, span: u64, name: &str, attributes: Labels<'_>) {
        self.append(Line::new("span_event").text("name", name).number("span", span).labels(attributes));
    }

    fn log(&self, level: LogLevel, message: &str, fields: Labels<'_>) {
        let level = match level {
            LogLevel::Debug => "debug",
            LogLevel::Info => "info",
            LogLevel::Warn => "warn",
            LogLevel::Error => "error",
        };
        self.append(Line::new("log").text("level", level).text("message", message).labels(fields));
    }

    fn flush(&self) -> Result<()> {
        self.sync()
    }

    fn report_health(&self, health: &HealthInfo) {
        self.append(
            Line::new("health")
                .word("operational", if health.operational { "true" } else { "false" })
                .number("wal_size_bytes", health.wal_size_bytes)
                .number("active_txns", health.active_txns)
                .float("buffer_pool_usage", health.buffer_pool_usage)
                .number("checkpoint_age_secs", health.checkpoint_age_secs),
        );
    }
}

export_plugin!(JsonLines: observability);
