//! Tests of a sink whose files have no room left, as on a disk that is full.

use crate::frame::instance::Instance;
use crate::frame::must::{ensure, skip, unseen};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::Format;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::flushed;
use crate::sink::readable::readable;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::sdk::{ErrorKind, Extension, LogLevel, ObservabilityExtension};

suite!(Observability, "observability_no_room":
    what_the_system_refuses_has_its_number,
    what_is_lost_is_said_by_the_next_flush,
    what_is_lost_at_the_end_is_said_by_shutdown,
);

/// An instance that has told something, into a file.
fn in_a_file(subject: &Subject) -> Result<Instance, NotPassed> {
    subject.needs_the_process()?;
    let mut instance = readable(subject)?;
    instance.observability()?.log(LogLevel::Error, "checked room", &[]);
    instance.observability()?.counter_inc("checked_room", 1, &[]);
    if flushed(&mut instance)?.format != Format::Json {
        skip!("what it tells is not in a file");
    }
    Ok(instance)
}

fn what_the_system_refuses_has_its_number(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = in_a_file(subject)?;
    let sink = instance.observability()?;
    let told = Native::with_short_files(0, || {
        sink.counter_inc("checked_no_room", 1, &[]);
        sink.log(LogLevel::Error, "checked no room", &[]);
        sink.flush()
    });
    let Some(told) = told else { unseen!("the system lets nobody say how long files may be") };
    let Err(error) = told else { skip!("a flush beside files without room is OK") };
    ensure!(
        error.kind() != ErrorKind::Io || error.code() != 0,
        "flush beside files without room gave SOCH_IO, and no number of the system's: `soch_error.code` is its errno ({error})"
    );
    Ok(())
}

/// More than a buffer holds, so that some is written before the flush.
const LINES: usize = 600;

fn line(number: usize) -> String {
    format!("checked line {number} of those without room, {}", "long ".repeat(20))
}

/// How many of so many lines are not told.
fn lost(instance: &Instance, lines: usize) -> Result<usize, NotPassed> {
    let seen = instance.output().ok_or("no output")?.seen()?;
    Ok((0..lines).filter(|number| seen.saying(&line(*number)).is_empty()).count())
}

fn what_is_lost_is_said_by_the_next_flush(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = in_a_file(subject)?;
    let sink = instance.observability()?;
    if !sink.describe().takes_logs {
        skip!("it takes no lines of the log");
    }
    let tell = || (0..LINES).for_each(|number| sink.log(LogLevel::Error, &line(number), &[]));
    let Some(()) = Native::with_short_files(0, tell) else {
        unseen!("the system lets nobody say how long files may be")
    };
    // There is room again, for what is still to be delivered.
    if sink.flush().is_err() {
        return Ok(());
    }
    let lost = lost(&instance, LINES)?;
    ensure!(
        lost == 0,
        "{lost} of {LINES} lines are lost that were told while files had no room, and `flush` behind it is SOCH_OK: it \
         returns when what it was given has arrived"
    );
    Ok(())
}

/// Also of the few that a buffer holds until then, and nobody flushes.
fn what_is_lost_at_the_end_is_said_by_shutdown(subject: &Subject) -> Result<(), NotPassed> {
    for lines in [20, LINES] {
        let mut instance = in_a_file(subject)?;
        if !instance.observability()?.describe().takes_logs {
            skip!("it takes no lines of the log");
        }
        let sink = instance.observability()?;
        let told = Native::with_short_files(0, || {
            (0..lines).for_each(|number| sink.log(LogLevel::Error, &line(number), &[]));
            sink.shutdown()
        });
        let Some(told) = told else { unseen!("the system lets nobody say how long files may be") };
        if told.is_err() {
            continue;
        }
        let lost = lost(&instance, lines)?;
        ensure!(
            lost == 0,
            "{lost} of {lines} lines are lost that were told while files had no room, and `shutdown` is SOCH_OK: it writes what is \
            buffered, and says if that fails (soch_plugin.shutdown)"
        );
    }
    Ok(())
}
