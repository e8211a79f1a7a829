//! The database's health as gauges.

use crate::pulled::{gauge, unix_nanoseconds};
use opentelemetry_proto::tonic::metrics::v1::Metric;
use sochdb_plugin_sdk::HealthInfo;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// The last report; nothing is sent before the first.
#[derive(Debug, Default)]
pub(crate) struct Health(Mutex<Option<HealthInfo>>);

impl Health {
    pub(crate) fn set(&self, health: &HealthInfo) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(*health);
    }

    pub(crate) fn metrics(&self) -> Vec<Metric> {
        let Some(health) = *self.0.lock().unwrap_or_else(PoisonError::into_inner) else { return Vec::new() };
        let now = unix_nanoseconds(SystemTime::now());
        let of = |name, unit, description, value| gauge(name, unit, description, value, now);
        vec![
            of("sochdb.operational", "1", "Whether the database serves", f64::from(u8::from(health.operational))),
            of("sochdb.wal.size", "By", "Size of the write-ahead log", health.wal_size_bytes as f64),
            of("sochdb.transactions", "{transaction}", "Transactions that are open", health.active_txns as f64),
            of("sochdb.buffer_pool.usage", "1", "Share of the buffer pool in use", health.buffer_pool_usage),
            of("sochdb.checkpoint.age", "s", "Time since the last checkpoint", health.checkpoint_age_secs as f64),
        ]
    }
}
