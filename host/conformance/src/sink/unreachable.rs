//! Tests of a sink whose collector takes nothing, or says nothing: what does not arrive is not said to have arrived.

use crate::frame::instance::Instance;
use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{Answer, Collector};
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::flushed;
use crate::sink::readable::readable;
use sochdb_plugin_host::sdk::{Error, Extension, LogLevel, ObservabilityExtension, SpanEnd, SpanStart};
use sochdb_plugin_host::{CallOptions, Observability};
use std::time::{Duration, Instant};

suite!(Observability, "observability_unreachable":
    what_a_collector_refuses_has_not_arrived,
    a_collector_that_is_silent_is_not_waited_for,
    what_a_collector_refuses_at_the_end_is_said_by_shutdown,
);

/// An instance that sends to a collector, which has taken something.
fn connected(subject: &Subject) -> Result<Instance, NotPassed> {
    let mut instance = readable(subject)?;
    if instance.output().and_then(|output| output.collector()).is_none() {
        skip!("what it tells is not sent to a collector");
    }
    tell(instance.observability()?, "at first");
    flushed(&mut instance)?;
    Ok(instance)
}

fn collector(instance: &Instance) -> Result<&Collector, NotPassed> {
    Ok(instance.output().and_then(|output| output.collector()).ok_or("no collector")?)
}

fn tell(sink: &Observability, when: &str) {
    sink.log(LogLevel::Error, &format!("checked line {when}"), &[]);
    sink.end_span(sink.start_span(&SpanStart::new(&format!("checked span {when}"))), &SpanEnd::new());
}

/// A flush that has so much time, and how long it took.
fn flush_within(sink: &Observability, time: Duration) -> (Result<(), Error>, Duration) {
    let begin = Instant::now();
    (CallOptions::new().with_timeout(time).run(|| sink.flush()), begin.elapsed())
}

/// Far more than any call has here; a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(8);

fn what_a_collector_refuses_has_not_arrived(subject: &Subject) -> Result<(), NotPassed> {
    for status in ["503 Service Unavailable", "429 Too Many Requests", "400 Bad Request"] {
        let mut instance = connected(subject)?;
        let has =
            (instance.observability()?.enabled(LogLevel::Error), instance.observability()?.describe().takes_spans);
        collector(&instance)?.answers(Answer::Refused(status));
        let sink = instance.observability()?;
        tell(sink, "that is refused");
        // Some try again until there is no more time.
        let (result, _) = flush_within(sink, Duration::from_secs(1));
        collector(&instance)?.answers(Answer::Taken);
        if result.is_err() {
            continue;
        }
        instance.observability()?.flush().must("flush to a collector that takes all again")?;
        let seen = instance.output().ok_or("no output")?.seen()?;
        for (is_taken, name) in [(has.0, "checked line that is refused"), (has.1, "checked span that is refused")] {
            ensure!(
                !is_taken || !seen.saying(name).is_empty(),
                "{name:?} was refused with {status:?} and `flush` was SOCH_OK, as it is behind it, and it never came: flush returns \
                when what it was given has arrived, or is an error (soch_observability.flush)"
            );
        }
    }
    Ok(())
}

fn a_collector_that_is_silent_is_not_waited_for(subject: &Subject) -> Result<(), NotPassed> {
    const TIME: Duration = Duration::from_millis(300);
    let mut instance = connected(subject)?;
    collector(&instance)?.answers(Answer::Silence);
    let sink = instance.observability()?;
    tell(sink, "into silence");
    let (result, took) = flush_within(sink, TIME);
    collector(&instance)?.answers(Answer::Taken);
    ensure!(
        result.is_err(),
        "flush to a collector that does not answer is SOCH_OK: it returns when what it was given has arrived \
        (soch_observability.flush)"
    );
    ensure!(
        took < PATIENCE,
        "flush to a collector that does not answer took {took:?}, and `call` gives it {TIME:?} (soch_observability.flush)"
    );
    Ok(())
}

fn what_a_collector_refuses_at_the_end_is_said_by_shutdown(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = connected(subject)?;
    let sink = instance.observability()?;
    let has = [
        (sink.enabled(LogLevel::Error), "checked line at the end"),
        (sink.describe().takes_spans, "checked span at the end"),
    ];
    collector(&instance)?.answers(Answer::Refused("400 Bad Request"));
    let sink = instance.observability()?;
    tell(sink, "at the end");
    let result = sink.shutdown();
    let seen = instance.output().ok_or("no output")?.seen()?;
    let lost = has.into_iter().find(|(is_taken, name)| *is_taken && seen.saying(name).is_empty());
    ensure!(
        lost.is_none() || result.is_err(),
        "{:?} was refused by the collector, and `shutdown` is SOCH_OK: it writes what is buffered, and says if that fails \
        (soch_plugin.shutdown)",
        lost.map(|(_, name)| name)
    );
    Ok(())
}
