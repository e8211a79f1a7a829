//! Tests of a sink: what it tells of the database's state.

use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::told;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::readable::readable;
use sochdb_plugin_host::sdk::{HealthInfo, ObservabilityExtension};

suite!(Observability, "observability_health": health_is_told_whole);

/// A sink may pass over the database's state, but not over half of it.
fn health_is_told_whole(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = readable(subject)?;
    let mut health = HealthInfo::new(true);
    health.wal_size_bytes = 5_000_000_321;
    health.active_txns = 6_000_037_123;
    health.buffer_pool_usage = 0.328_125;
    health.checkpoint_age_secs = 7_000_045_678;
    instance.observability()?.report_health(&health);
    instance.observability()?.flush().must("flush")?;
    let seen = instance.output().ok_or("no output")?.seen()?;
    let fields = [
        ("wal_size_bytes", health.wal_size_bytes as f64),
        ("active_txns", health.active_txns as f64),
        ("buffer_pool_usage", health.buffer_pool_usage),
        ("checkpoint_age_secs", health.checkpoint_age_secs as f64),
    ];
    let (here, missing): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|(_, value)| seen.records.iter().any(|record| record.tells(*value)));
    if here.is_empty() {
        skip!("reports of health are not told");
    }
    ensure!(missing.is_empty(), "of a report of health {here:?} is told, and {missing:?} is not");
    // Where one has a sample of its own, which is named by what it is of.
    for (word, (field, value)) in ["wal", "trans", "pool", "checkpoint"].into_iter().zip(fields) {
        let is_named = |text: &String| text.to_lowercase().contains(word);
        let named: Vec<_> = seen.records.iter().filter(|record| record.texts.iter().any(is_named)).collect();
        let is_told = named.is_empty() || named.iter().any(|record| record.tells(value));
        ensure!(is_told, "{field} of a report of health is {value}, and told as another{}", told(&named));
    }
    Ok(())
}
