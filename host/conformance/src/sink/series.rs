//! Tests of a sink: metrics of one name whose labels look alike when somebody joins them.

use crate::frame::must::ensure;
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::told;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::{flushed, of_metrics};
use sochdb_plugin_host::sdk::ObservabilityExtension;

suite!(Observability, "observability_series": labels_that_look_alike_are_apart);

/// Each list is another one, with whatever between labels, names and texts.
const ALIKE: [&[(&str, &str)]; 9] = [
    &[("a", "1,b=2")],
    &[("a", "1"), ("b", "2")],
    &[("a", "1|b=2")],
    &[("a", "1;b=2")],
    &[("a", "1 b=2")],
    &[("a", "1\",b=\"2")],
    &[("a", "1|b:2")],
    &[("a", "12")],
    &[("a", "1")],
];

/// The last value of each is told: one that takes the place of another one takes its value along.
fn labels_that_look_alike_are_apart(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_metrics(subject)?;
    let sink = instance.observability()?;
    let value = |at: usize| 7000.5 + at as f64;
    for (at, labels) in ALIKE.into_iter().enumerate() {
        sink.gauge_set("checked_alike", value(at), labels);
    }
    let seen = flushed(&mut instance)?;
    let records = seen.of("checked_alike", &[]);
    for (at, labels) in ALIKE.into_iter().enumerate() {
        let is_told = records.iter().any(|record| record.tells(value(at)));
        ensure!(
            is_told,
            "a gauge with the labels {labels:?} is not told beside others whose labels look alike{}",
            told(&records)
        );
    }
    Ok(())
}
