//! Tests of a sink: what it tells of the database's state.

use crate::frame::must::{ensure, needed, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{told, Record};
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::readable::readable;
use sochdb_plugin_host::sdk::abi::{soch_health, SOCH_UNSUPPORTED};
use sochdb_plugin_host::sdk::{HealthInfo, ObservabilityExtension};

suite!(Observability, "observability_health":
    health_is_told_whole,
    every_number_but_0_is_a_yes,
);

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

/// Rule 17. A sink tells of it by a word, a flag or a number, in the record of the report or in one of its own.
fn every_number_but_0_is_a_yes(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = readable(subject)?;
    let mut told_of = |operational: u32| {
        let raw = soch_health {
            size: size_of::<soch_health>(),
            operational,
            reserved: 0,
            // By which the report is known.
            wal_size_bytes: 5_000_000_321 + u64::from(operational % 1009),
            active_txns: 0,
            buffer_pool_usage: 0.5,
            checkpoint_age_secs: 0,
        };
        let sink = instance.observability()?;
        let reported = sink.alone("report_health", |table, instance, _| match table.report_health {
            // SAFETY: the plugin's function on its own instance; the report is lent for the call.
            Some(report_health) => unsafe { report_health(instance, &raw) },
            None => SOCH_UNSUPPORTED,
        });
        needed("report_health", reported)?;
        sink.flush().must("flush")?;
        let seen = instance.output().ok_or("no output")?.seen()?;
        // Each report has records of its own, behind those of the reports before; a page has the last one alone.
        let last = |is: &dyn Fn(&Record) -> bool| seen.records.iter().rev().find(|record| is(record));
        let whole = last(&|record| record.tells(raw.wal_size_bytes as f64));
        let mut texts: Vec<String> = Vec::new();
        for record in [whole, last(&|record| record.is_of("operational"))].into_iter().flatten() {
            // Neither times nor what is of this report alone.
            texts.extend(record.texts.iter().filter(|text| text.parse::<f64>().is_err()).cloned());
            texts.extend(record.numbers.iter().filter(|number| **number < 1e9).map(f64::to_string));
        }
        texts.sort();
        Ok::<_, NotPassed>(texts)
    };
    let (no, yes) = (told_of(0)?, told_of(1)?);
    if no == yes {
        skip!("whether the database serves is not told");
    }
    for other in [2, 256, 1 << 31, u32::MAX] {
        let found = told_of(other)?;
        ensure!(
            found == yes,
            "a report of health with operational = {other}, which is a yes (rule 17), is told as {found:?}, one with 1 as {yes:?}"
        );
    }
    Ok(())
}
