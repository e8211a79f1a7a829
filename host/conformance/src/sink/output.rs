//! Tests of a sink: the metrics that it tells, read back from its output.

use crate::frame::instance::Instance;
use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{told, Format, Seen};
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::sink::readable::readable;
use sochdb_plugin_host::sdk::{ErrorKind, Labels, ObservabilityExtension};
use sochdb_plugin_host::PluginManager;

suite!(Observability, "observability_output":
    counters_add_up,
    counters_add_up_over_threads,
    a_gauge_has_its_last_value,
    any_number_keeps_the_output_whole,
    histograms_have_each_observation,
    labels_keep_their_texts,
    nothing_is_told_twice,
    each_instance_tells_its_own,
    shutdown_delivers,
    what_is_lent_is_told,
);

pub(crate) fn of_metrics(subject: &Subject) -> Result<Instance, NotPassed> {
    let mut instance = readable(subject)?;
    if !instance.observability()?.describe().takes_metrics {
        skip!("metrics are described as not taken");
    }
    Ok(instance)
}

/// The output once `flush` has returned.
pub(crate) fn flushed(instance: &mut Instance) -> Result<Seen, NotPassed> {
    instance.observability()?.flush().must("flush")?;
    instance.output().ok_or("no output")?.something()
}

/// More than a number with a sign has.
const HUGE: u64 = (1 << 63) + (1 << 20);

fn counters_add_up(subject: &Subject) -> Result<(), NotPassed> {
    const SERIES: [(Labels<'static>, [u64; 4]); 3] = [
        (&[("table", "orders")], [30_011, 40_013, 3_000_000_017, 1]),
        (&[("table", "people")], [50_021, 60_029, (1 << 40) + 5, 70_037]),
        (&[("table", "people"), ("kind", "index")], [80_039, 90_043, 100_057, 2]),
    ];
    let mut instance = of_metrics(subject)?;
    let sink = instance.observability()?;
    for at in 0..SERIES[0].1.len() {
        for (labels, values) in SERIES {
            sink.counter_inc("checked_rows", values[at], labels);
        }
    }
    // The order of labels has no meaning.
    sink.counter_inc("checked_rows", 110_059, &[("kind", "index"), ("table", "people")]);
    let seen = flushed(&mut instance)?;
    let wrong = |labels: Labels<'_>, values: &[u64]| {
        // Of the other series, some labels are the same.
        let other = |seen: &Seen| {
            let mut seen = seen.clone();
            seen.records.retain(|record| labels.len() > 1 || !record.has("kind", "index"));
            seen
        };
        other(&seen).miscounted("checked_rows", labels, values)
    };
    let mut both = SERIES[2].1.to_vec();
    both.push(110_059);
    for (labels, values) in [(SERIES[0].0, &SERIES[0].1[..]), (SERIES[1].0, &SERIES[1].1), (SERIES[2].0, &both)] {
        let why = wrong(labels, values);
        ensure!(why.is_none(), "{}", why.unwrap_or_default());
    }
    // An integer of OTLP has a sign.
    if seen.format != Format::Otlp {
        instance.observability()?.counter_inc("checked_huge", HUGE, &[("kind", "huge")]);
        let why = flushed(&mut instance)?.miscounted("checked_huge", &[("kind", "huge")], &[HUGE]);
        ensure!(why.is_none(), "{}", why.unwrap_or_default());
    }
    match seen.format {
        Format::Prometheus => is_typed(&seen, "checked_rows", &["counter", "unknown", "untyped", ""])?,
        Format::Otlp => is_typed(&seen, "checked_rows", &["sum"])?,
        Format::StatsD => is_typed(&seen, "checked_rows", &["c"])?,
        Format::Json => {}
    }
    Ok(())
}

/// The samples with this name are said to be of one of these types.
pub(crate) fn is_typed(seen: &Seen, name: &str, types: &[&str]) -> Result<(), NotPassed> {
    for record in seen.of(name, &[]) {
        let kind = &*record.texts[1];
        ensure!(types.contains(&kind), "{} is told as a {kind}", record.texts[0]);
    }
    Ok(())
}

fn counters_add_up_over_threads(subject: &Subject) -> Result<(), NotPassed> {
    const THREADS: usize = 4;
    // What is sent by UDP waits in the room of one socket.
    const EACH: usize = 40;
    let mut instance = of_metrics(subject)?;
    let sink = &*instance.observability()?;
    let value = |thread: usize, round: usize| (100_000 + thread * 1000 + round) as u64;
    together(THREADS, |thread| {
        for round in 0..EACH {
            sink.counter_inc("checked_threads", value(thread, round), &[("kind", "parallel")]);
        }
        Ok(())
    })?;
    let seen = flushed(&mut instance)?;
    let all: Vec<u64> = (0..THREADS).flat_map(|thread| (0..EACH).map(move |round| value(thread, round))).collect();
    let why = seen.miscounted("checked_threads", &[("kind", "parallel")], &all);
    ensure!(why.is_none(), "by {THREADS} threads: {}", why.unwrap_or_default());
    Ok(())
}

fn a_gauge_has_its_last_value(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_metrics(subject)?;
    for (at, value) in [12.5, -1.5, 0.1 + 0.2, 1.5e-7, 4_294_967_297.0, -7.25e12, 1.25e15].into_iter().enumerate() {
        let name = format!("checked_level_{at}");
        let sink = instance.observability()?;
        sink.gauge_set(&name, 99.75, &[("kind", "a")]);
        sink.gauge_set(&name, 3.0, &[("kind", "b")]);
        sink.gauge_set(&name, value, &[("kind", "a")]);
        let seen = flushed(&mut instance)?;
        for (kind, value) in [("a", value), ("b", 3.0)] {
            last_is(&seen, &name, &[("kind", kind)], value)?;
        }
        match seen.format {
            Format::Prometheus => is_typed(&seen, &name, &["gauge", "unknown", "untyped", ""])?,
            Format::StatsD => is_typed(&seen, &name, &["g"])?,
            Format::Json | Format::Otlp => {}
        }
    }
    Ok(())
}

/// The gauge is told with the value that it was last set to.
pub(crate) fn last_is(seen: &Seen, name: &str, labels: Labels<'_>, value: f64) -> Result<(), NotPassed> {
    let records = seen.of(name, labels);
    let is_last = records.last().is_some_and(|record| record.tells(value));
    ensure!(is_last, "a gauge that was set to {value:?} has another value{}", told(&records));
    ensure!(
        seen.format != Format::Prometheus || records.len() == 1,
        "the page has {} samples of one gauge",
        records.len()
    );
    Ok(())
}

/// A number for which a format has no digits does not break what is around it.
fn any_number_keeps_the_output_whole(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_metrics(subject)?;
    let sink = instance.observability()?;
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE, -0.0];
    for (at, value) in odd.into_iter().enumerate() {
        sink.gauge_set(&format!("checked_odd_{at}"), value, &[]);
        sink.histogram_observe("checked_odd_seconds", value, &[]);
    }
    sink.gauge_set("checked_after", 8.5, &[]);
    let seen = flushed(&mut instance)?;
    let after = seen.of("checked_after", &[]);
    ensure!(
        after.last().is_some_and(|record| record.tells(8.5)),
        "a gauge that was set after NaN and infinities is lost{}",
        told(&after)
    );
    if seen.format == Format::Prometheus {
        for (at, value) in odd.into_iter().enumerate() {
            let records = seen.of(&format!("checked_odd_{at}"), &[]);
            ensure!(
                records.iter().all(|record| record.tells(value)),
                "the gauge {value:?} has another value{}",
                told(&records)
            );
        }
    }
    Ok(())
}

fn histograms_have_each_observation(subject: &Subject) -> Result<(), NotPassed> {
    const SEEN: [(&str, &[f64]); 2] = [("reads", &[0.5, 2.25, 1000.125, 0.0625]), ("writes", &[4.5])];
    let mut instance = of_metrics(subject)?;
    let sink = instance.observability()?;
    for (kind, values) in SEEN {
        values.iter().for_each(|value| sink.histogram_observe("checked_delay", *value, &[("kind", kind)]));
    }
    // What Prometheus calls the bound of a bucket.
    sink.histogram_observe("checked_bounds", 1.5, &[("le", "a label"), ("kind", "bounds")]);
    let seen = flushed(&mut instance)?;
    if seen.format == Format::StatsD {
        is_typed(&seen, "checked_delay", &["h", "d", "ms"])?;
    }
    SEEN.iter().try_for_each(|(kind, values)| observed(&seen, "checked_delay", &[("kind", kind)], values))
}

/// The histogram has these observations, each of them once; none is there twice.
pub(crate) fn observed(seen: &Seen, name: &str, labels: Labels<'_>, values: &[f64]) -> Result<(), NotPassed> {
    let (count, sum) = (values.len() as f64, values.iter().sum::<f64>());
    if seen.format == Format::Prometheus {
        for (part, expected) in [("count", count), ("sum", sum)] {
            let records = seen.of(&format!("{name}_{part}"), labels);
            let [record] = records[..] else {
                return Err(format!("a histogram has {} samples of its {part}, not 1", records.len()).into());
            };
            ensure!(record.tells(expected), "the {part} of a histogram is {:?}, not {expected}", record.numbers);
        }
        return buckets(seen, name, labels, values);
    }
    let records = seen.of(name, labels);
    let summed = records.last().is_some_and(|record| record.tells(count) && record.tells(sum));
    for value in values {
        let times = records.iter().filter(|record| record.tells(*value)).count();
        ensure!(summed || times == 1, "the observation {value} of {values:?} is told {times} times{}", told(&records));
    }
    Ok(())
}

/// The buckets hold what is not above their bound; a summary has none.
fn buckets(seen: &Seen, name: &str, labels: Labels<'_>, values: &[f64]) -> Result<(), NotPassed> {
    let records = seen.of(&format!("{name}_bucket"), labels);
    for record in &records {
        let bound = record.pairs.iter().find(|(name, _)| name == "le").ok_or("a bucket has no label `le`")?.1.as_str();
        let upper: f64 = bound.parse().ok().ok_or_else(|| format!("a bucket has the bound {bound:?}"))?;
        let within = values.iter().filter(|value| **value <= upper).count();
        ensure!(
            record.tells(within as f64),
            "of {values:?}, {within} are not above {bound}, its bucket has {:?}",
            record.numbers
        );
    }
    let last = records.iter().any(|record| record.has("le", "+Inf"));
    ensure!(records.is_empty() || last, "a histogram has no bucket with the bound +Inf");
    Ok(())
}

fn labels_keep_their_texts(subject: &Subject) -> Result<(), NotPassed> {
    let controls: String = (1..0x20_u8).chain([0x7F]).map(char::from).collect();
    let texts = [
        "plain",
        "a \"quoted\" word",
        "back\\slash",
        "two\nlines",
        "tab\there",
        "größe 件数 🦀",
        "{}[],:=|#",
        &controls,
        " ",
    ];
    let mut instance = of_metrics(subject)?;
    let sink = instance.observability()?;
    for (at, text) in texts.into_iter().enumerate() {
        sink.gauge_set("checked_texts", 1000.5 + at as f64, &[("first", text), ("second", "x"), ("third", text)]);
    }
    let names: Vec<String> = (0..20).map(|at| format!("label_{at:02}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (&**name, &name[6..])).collect();
    sink.gauge_set("checked_many", 2000.5, &many);
    // Longer than a line that is put together in a room of its own.
    let long = "0123456789".repeat(150);
    sink.gauge_set("checked_long", 3000.5, &[("text", &long)]);
    let seen = flushed(&mut instance)?;
    // Of others, labels of StatsD have not all bytes, or not as many.
    let has_all = seen.format != Format::StatsD;
    for (at, text) in texts.into_iter().enumerate().filter(|(_, text)| has_all || *text == "plain") {
        let labels = [("first", text), ("second", "x"), ("third", text)];
        let records = seen.of("checked_texts", &labels);
        let is_told = records.iter().any(|record| record.tells(1000.5 + at as f64));
        ensure!(is_told, "a label with the text {text:?} is told otherwise{}", told(&records));
    }
    let records = seen.of("checked_many", &[]);
    let all = records.last().is_some_and(|record| record.has_all(&many));
    ensure!(all, "of 20 labels of one metric some are told otherwise{}", told(&records));
    if !has_all {
        return Ok(());
    }
    let records = seen.of("checked_long", &[]);
    let is_whole = records.last().is_some_and(|record| record.has("text", &long));
    ensure!(is_whole, "a label of {} bytes is told otherwise{:.200}", long.len(), told(&records));
    Ok(())
}

fn nothing_is_told_twice(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_metrics(subject)?;
    let mut added = Vec::new();
    for value in [30_011, 40_013, 50_021] {
        added.push(value);
        instance.observability()?.counter_inc("checked_once", value, &[("kind", "once")]);
        for _ in 0..2 {
            let why = flushed(&mut instance)?.miscounted("checked_once", &[("kind", "once")], &added);
            ensure!(
                why.is_none(),
                "after {} additions, each with `flush` twice: {}",
                added.len(),
                why.unwrap_or_default()
            );
        }
    }
    Ok(())
}

fn each_instance_tells_its_own(subject: &Subject) -> Result<(), NotPassed> {
    let (mut first, mut second) = (of_metrics(subject)?, of_metrics(subject)?);
    for (instance, value) in [(&mut first, 30_011), (&mut second, 40_013)] {
        instance.observability()?.counter_inc("checked_apart", value, &[("kind", "apart")]);
    }
    // Also when the other one is gone.
    for (instance, value) in [(&mut second, 40_013_u64), (&mut first, 30_011)] {
        let seen = flushed(instance)?;
        let why = seen.miscounted("checked_apart", &[("kind", "apart")], &[value]);
        ensure!(why.is_none(), "of two instances: {}", why.unwrap_or_default());
        let count = seen.of("checked_apart", &[]).len();
        ensure!(
            count == 1,
            "an instance tells {count} records of a counter that was added to once: of another one's too?"
        );
        instance.shutdown()?;
    }
    Ok(())
}

fn shutdown_delivers(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_metrics(subject)?;
    // Whether it stays is known once something is there.
    instance.observability()?.counter_inc("checked_before", 1, &[]);
    flushed(&mut instance)?;
    if !instance.output().is_some_and(crate::frame::outputs::Output::stays) {
        skip!("what is served ends with the instance");
    }
    instance.observability()?.counter_inc("checked_end", 30_011, &[("kind", "end")]);
    instance.shutdown()?;
    let seen = instance.output().ok_or("no output")?.something()?;
    let why = seen.miscounted("checked_end", &[("kind", "end")], &[30_011]);
    ensure!(why.is_none(), "after `shutdown`, which delivers: {}", why.unwrap_or_default());
    Ok(())
}

/// Metrics that the host keeps and the sink reads.
fn what_is_lent_is_told(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = of_metrics(subject)?;
    let manager = PluginManager::new();
    let sink = instance.observability()?.clone();
    match sink.attach(manager.metrics()) {
        Err(error) if error.kind() == ErrorKind::Unsupported => skip!("`attach` is unsupported"),
        result => result.must("attach")?,
    }
    let labels = [("table", "a \"b\"\n\\c"), ("kind", "lent")];
    let counter = manager.counter("checked_lent", &labels).must("counter")?;
    let histogram = manager.histogram("checked_delay", &labels).must("histogram")?;
    let mut added = Vec::new();
    let mut observations = Vec::new();
    // Each observation is the bound of a bucket, to which it belongs.
    for (value, observed) in [(30_011, 0.25), (5_000_000_029, 4.0)] {
        added.push(value);
        observations.push(observed);
        counter.add(value);
        histogram.observe(observed);
        manager.gauge_set("checked_lent_level", -observed, &labels);
        let seen = flushed(&mut instance)?;
        let why = seen.miscounted("checked_lent", &labels, &added);
        ensure!(why.is_none(), "of lent metrics: {}", why.unwrap_or_default());
        let level = seen.of("checked_lent_level", &labels);
        ensure!(
            level.last().is_some_and(|record| record.tells(-observed)),
            "a lent gauge of {} is told otherwise{}",
            -observed,
            told(&level)
        );
        if seen.format == Format::Prometheus {
            let count = seen.of("checked_delay_count", &labels);
            ensure!(
                count.last().is_some_and(|record| record.tells(added.len() as f64)),
                "a lent histogram of {} observations has another count{}",
                added.len(),
                told(&count)
            );
            buckets(&seen, "checked_delay", &labels, &observations)?;
        }
    }
    Ok(())
}
