//! Tests of a sink whose files have no room left, as on a disk that is full.

use crate::frame::must::{ensure, skip, unseen};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::Format;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::sink::output::flushed;
use crate::sink::readable::readable;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::sdk::{ErrorKind, LogLevel, ObservabilityExtension};

suite!(Observability, "observability_no_room": what_the_system_refuses_has_its_number);

fn what_the_system_refuses_has_its_number(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let mut instance = readable(subject)?;
    instance.observability()?.log(LogLevel::Error, "checked room", &[]);
    instance.observability()?.counter_inc("checked_room", 1, &[]);
    if flushed(&mut instance)?.format != Format::Json {
        skip!("what it tells is not in a file");
    }
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
