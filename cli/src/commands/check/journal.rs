//! What a test's process notes while it runs: in which phase it is, and the end of the plugin's log. It is a file, so
//! that a crash leaves it behind; a flood of log lines does not make it longer.

use memmap2::MmapMut;
use serde_json::{json, Value};
use sochdb_plugin_conformance::Phase;
use sochdb_plugin_host::sdk::{Labels, LogLevel};
use sochdb_plugin_host::{printable, Caller, HostServices};
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The log lines that are kept.
const KEPT: u64 = 10;
/// The bytes of a log line that are kept: as JSON, which may double them, a line still fits a slot.
const LINE: usize = 400;
/// The bytes of a record. The first is the phase, the others are log lines in a ring.
const SLOT: usize = 1024;

/// Writes the file.
pub(crate) struct Journal {
    /// Not written by calls of the system: a test may let no file of its process grow.
    slots: Mutex<MmapMut>,
    lines: AtomicU64,
    phases: AtomicU64,
    panicked: OnceLock<String>,
}

/// A line of a plugin's log.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    number: u64,
    pub(crate) level: String,
    pub(crate) message: String,
}

/// What the file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Noted {
    /// The last phase; None before the plugin was touched.
    pub(crate) phase: Option<Phase>,
    /// The last lines, oldest first.
    pub(crate) log: Vec<Line>,
}

impl Journal {
    pub(crate) fn create(file: &Path) -> std::io::Result<Self> {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(file)?;
        file.set_len((1 + KEPT) * SLOT as u64)?;
        // SAFETY: the file is this process's own until it has ended.
        let slots = Mutex::new(unsafe { MmapMut::map_mut(&file)? });
        Ok(Self { slots, lines: AtomicU64::new(0), phases: AtomicU64::new(0), panicked: OnceLock::new() })
    }

    /// The first panic that the host was told of.
    pub(crate) fn panicked(&self) -> Option<&str> {
        self.panicked.get().map(String::as_str)
    }

    pub(crate) fn phase(&self, phase: Phase) {
        let number = self.phases.fetch_add(1, Ordering::Relaxed);
        self.write(0, &json!({ "phase": phase.name(), "number": number }));
    }

    fn write(&self, slot: u64, record: &Value) {
        let mut record = record.to_string().into_bytes();
        record.resize(SLOT, b' ');
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots[slot as usize * SLOT..][..SLOT].copy_from_slice(&record[..SLOT]);
    }
}

impl HostServices for Journal {
    fn log(&self, _: &Caller<'_>, level: LogLevel, message: &str, fields: Labels<'_>) {
        if fields.iter().any(|(name, _)| *name == "panic.text") {
            let _ = self.panicked.set(message.to_owned());
        }
        let mut text = message.to_owned();
        for (name, value) in fields {
            let _ = write!(text, " {}={}", printable(name), printable(value));
        }
        if text.len() > LINE {
            text.truncate((0..=LINE).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0));
            text.push_str("...");
        }
        let number = self.lines.fetch_add(1, Ordering::Relaxed);
        let level = format!("{level:?}").to_lowercase();
        self.write(1 + number % KEPT, &json!({ "number": number, "level": level, "message": text }));
    }
}

/// The number of the process beside the test's own that has the plugin; None while it has no other one.
pub(crate) fn elsewhere(file: &Path) -> Option<u64> {
    let mut slot = [0; SLOT];
    File::open(file).and_then(|mut file| file.read_exact(&mut slot)).ok()?;
    let record: Value = serde_json::from_slice(&slot).ok()?;
    (record["phase"] == Phase::Elsewhere.name()).then(|| record["number"].as_u64())?
}

/// Reads the file. Another test may use the place then.
pub(crate) fn take(file: &Path) -> Noted {
    let bytes = std::fs::read(file).unwrap_or_default();
    let _ = std::fs::remove_file(file);
    // A record that was being written when the process ended may be half a record.
    let records = bytes.chunks(SLOT).map(|slot| serde_json::from_slice(slot).unwrap_or(Value::Null));
    let mut noted = Noted::default();
    for record in records {
        if let Some(name) = record["phase"].as_str() {
            noted.phase = Phase::ALL.into_iter().find(|phase| phase.name() == name);
        }
        noted.log.extend(line(&record));
    }
    noted.log.sort_by_key(|line| line.number);
    noted
}

fn line(record: &Value) -> Option<Line> {
    let text = |key: &str| record[key].as_str().map(str::to_owned);
    Some(Line { number: record["number"].as_u64()?, level: text("level")?, message: text("message")? })
}

#[cfg(test)]
mod tests;
