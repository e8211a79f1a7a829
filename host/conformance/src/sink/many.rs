//! Tests of a sink that is given much, and of who asks for it and goes away.

use crate::frame::instance::Instance;
use crate::frame::must::{ensure, skip, unseen, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::{Format, Seen};
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::{flushed, of_metrics};
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::sdk::ObservabilityExtension;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::Shutdown;

suite!(Observability, "observability_many": ; full:
    metrics_of_many_names_are_all_told,
    who_goes_away_sends_no_signal,
);

const NAMES: usize = 600;
/// The texts of the labels of a metric, of which a page of all has about a mebibyte.
const LONG: usize = 1500;

/// The metric of this number has it in a label.
fn number(metric: usize) -> String {
    format!("number{metric:05}")
}

/// An instance that was given many metrics, and what it told.
fn given(subject: &Subject) -> Result<(Instance, Seen), NotPassed> {
    let mut instance = of_metrics(subject)?;
    instance.observability()?.gauge_set("checked_first", 1.0, &[]);
    if flushed(&mut instance)?.format == Format::StatsD {
        skip!("datagrams of which nobody reads so many are lost on their way");
    }
    let (sink, long) = (instance.observability()?, "x".repeat(LONG));
    for metric in 0..NAMES {
        sink.gauge_set(&format!("checked_{metric:05}"), metric as f64, &[("number", &number(metric)), ("text", &long)]);
    }
    let seen = flushed(&mut instance)?;
    Ok((instance, seen))
}

fn metrics_of_many_names_are_all_told(subject: &Subject) -> Result<(), NotPassed> {
    let (_instance, seen) = given(subject)?;
    let told: BTreeSet<&str> = seen.records.iter().flat_map(|record| &record.texts).map(String::as_str).collect();
    let missing: Vec<usize> = (0..NAMES).filter(|metric| !told.contains(&*number(*metric))).collect();
    ensure!(
        missing.is_empty(),
        "of {NAMES} gauges with names of their own {} are not told, such as that of number {}",
        missing.len(),
        missing[0]
    );
    Ok(())
}

/// A client that has said all and goes, with an answer on its way to it: what is written then sends SIGPIPE to who does not block it.
fn who_goes_away_sends_no_signal(subject: &Subject) -> Result<(), NotPassed> {
    const TIMES: usize = 30;
    subject.needs_the_process()?;
    let (instance, seen) = given(subject)?;
    if seen.format != Format::Prometheus {
        skip!("it serves no page for Prometheus");
    }
    let output = instance.output().ok_or("no output")?;
    let ask = || {
        for turn in 0..TIMES {
            let mut stream =
                output.connection()?.ok_or("nothing listens at {port}, where a page was served just now")?;
            stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n").must("a request is not taken")?;
            stream.shutdown(Shutdown::Write).must("a connection of the test")?;
            // In turns at once, and when the answer has begun.
            if turn % 2 == 1 {
                let _ = stream.read(&mut [0; 1]);
            }
        }
        Ok::<_, NotPassed>(output.pages()?.len())
    };
    let Some((served, signals)) = Native::broken_pipes(ask) else {
        unseen!("the system sends no signal");
    };
    ensure!(served? > 0, "nobody is served behind clients that went away");
    ensure!(
        signals == 0,
        "{TIMES} clients went away before they had the answer, and {signals} times SIGPIPE was sent for it, which ends a host that \
         leaves it as it is: write with MSG_NOSIGNAL, or block it (Process, on the header's first page)"
    );
    Ok(())
}
