//! The database's health as gauges.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::TypedMetric;
use sochdb_plugin_sdk::HealthInfo;
use std::sync::{Mutex, PoisonError};

const HELP: [&str; 5] = [
    "Whether the database serves: 1 or 0",
    "Bytes of the write-ahead log",
    "Transactions that are open",
    "Share of the buffer pool in use, 0 to 1",
    "Seconds since the last checkpoint",
];

/// The last report; nothing is shown before the first.
#[derive(Debug, Default)]
pub(crate) struct Health(Mutex<Option<[f64; 5]>>);

impl Health {
    /// The names of the gauges.
    pub(crate) const NAMES: [&'static str; 5] = [
        "sochdb_operational",
        "sochdb_wal_size_bytes",
        "sochdb_active_transactions",
        "sochdb_buffer_pool_usage_ratio",
        "sochdb_checkpoint_age_seconds",
    ];

    pub(crate) fn set(&self, health: &HealthInfo) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some([
            f64::from(u8::from(health.operational)),
            health.wal_size_bytes as f64,
            health.active_txns as f64,
            health.buffer_pool_usage,
            health.checkpoint_age_secs as f64,
        ]);
    }
}

impl Collector for Health {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let Some(values) = *self.0.lock().unwrap_or_else(PoisonError::into_inner) else { return Ok(()) };
        for ((name, help), value) in Self::NAMES.into_iter().zip(HELP).zip(values) {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, help, None, ConstGauge::<f64>::TYPE)?)?;
        }
        Ok(())
    }
}
