//! A codec and a sink on one type, with a capability of its own: it tells its host what its configuration is.
#![deny(unsafe_code)]

use sochdb_plugin_sdk::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};

/// Turns bit patterns over, and counts what it is told.
pub struct Kinds {
    host: Host,
    counted: AtomicU64,
}

impl Plugin for Kinds {
    fn create(host: Host) -> Result<Self> {
        match host.config_text() {
            "refuse" => return Err(Error::invalid("it is told to refuse")),
            text => host.log(LogLevel::Info, "created", &[("config", text), ("product", host.product())]),
        }
        Ok(Self { host, counted: AtomicU64::new(0) })
    }

    fn shutdown(&mut self) -> Result<()> {
        let counted = self.counted.load(Ordering::Relaxed).to_string();
        self.host.log(LogLevel::Info, "shut down", &[("counted", &counted)]);
        Ok(())
    }
}

impl CompressionExtension for Kinds {
    fn algorithm(&self) -> &str {
        "not"
    }

    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(&input.iter().map(|byte| !byte).collect::<Vec<_>>())
    }

    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        self.compress_into(input, output)
    }
}

impl ObservabilityExtension for Kinds {
    fn counter_inc(&self, _: &str, value: u64, _: Labels<'_>) {
        self.counted.fetch_add(value, Ordering::Relaxed);
    }
}

/// The table of the capability.
#[repr(C)]
pub struct Answers {
    /// The answer, always the same.
    pub answer: extern "C" fn() -> u64,
}

extern "C" fn answer() -> u64 {
    42
}

static ANSWERS: Answers = Answers { answer };

export_plugin!(#[cfg(not(feature = "linked"))] Kinds: compression, observability; "com.sochdb.answers/1" => ANSWERS);
