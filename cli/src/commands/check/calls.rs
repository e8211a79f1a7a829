//! The plugin's functions that are under way, and those that were last: in a file that a test's process leaves behind
//! however it ends.

use crate::commands::check::latencies::Counting;
use memmap2::MmapRaw;
use sochdb_plugin_conformance::refused_status;
use sochdb_plugin_host::{CallRecorder, RecordedCall};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::OnceLock;
use std::time::Duration;

/// The threads whose calls are kept at a time. Later ones take turns with these, and a call that finds its place taken is
/// left out.
const AREAS: usize = 64;
/// The calls of a thread that are kept: its last ones.
const RECORDS: usize = 8;
/// The bytes of a call: its number, its length and state, and its text.
const RECORD: usize = 256;
const TEXT: usize = RECORD - 16;
/// A call this long tells its time.
const LONG: Duration = Duration::from_millis(10);

/// Writes the file, without a system call: threads that meet in a plugin would wait for each other in one.
pub(crate) struct Calls {
    map: MmapRaw,
    busy: [AtomicBool; AREAS],
    number: AtomicU64,
    pub(crate) counting: Counting,
    refused: OnceLock<String>,
}

/// A call as the file has it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Noted {
    number: u64,
    is_under_way: bool,
    text: String,
}

/// What this thread has of the file.
#[derive(Default)]
struct Own {
    area: Option<usize>,
    /// The record for the next call.
    next: usize,
    /// The records of the calls that are under way: one may be inside of another.
    open: Vec<(usize, u64)>,
}

thread_local! {
    static OWN: RefCell<Own> = RefCell::default();
}

impl Calls {
    pub(crate) fn create(file: &Path) -> std::io::Result<Self> {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(file)?;
        file.set_len((AREAS * RECORDS * RECORD) as u64)?;
        let map = MmapRaw::map_raw(&file)?;
        Ok(Self {
            map,
            busy: [const { AtomicBool::new(false) }; AREAS],
            number: AtomicU64::new(0),
            counting: Counting::new(),
            refused: OnceLock::new(),
        })
    }

    /// The first status that the contract does not let a function return, with the call.
    pub(crate) fn refused(&self) -> Option<&str> {
        self.refused.get().map(String::as_str)
    }

    /// Writes a record, unless another thread is about to write in the same area.
    fn write(&self, area: usize, record: usize, number: u64, under_way: bool, text: &str) {
        if self.busy[area].swap(true, Ordering::Acquire) {
            return;
        }
        let mut bytes = [0; RECORD];
        let text = &text.as_bytes()[..text.len().min(TEXT)];
        bytes[..8].copy_from_slice(&number.to_ne_bytes());
        bytes[8] = u8::from(under_way);
        bytes[9..11].copy_from_slice(&(text.len() as u16).to_ne_bytes());
        bytes[16..16 + text.len()].copy_from_slice(text);
        // SAFETY: the map has all areas, and this thread alone writes to this one: it holds its `busy`.
        unsafe { self.map.as_mut_ptr().add((area * RECORDS + record) * RECORD).copy_from(bytes.as_ptr(), RECORD) };
        self.busy[area].store(false, Ordering::Release);
    }
}

impl CallRecorder for Calls {
    fn begins(&self, call: &RecordedCall<'_>) {
        static AREA: AtomicUsize = AtomicUsize::new(0);
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        let text = format!("{}({})", call.slot(), call.arguments());
        // A thread that ends may have nothing of its own any more.
        let _ = OWN.try_with(|own| {
            let mut own = own.borrow_mut();
            let area = *own.area.get_or_insert_with(|| AREA.fetch_add(1, Ordering::Relaxed) % AREAS);
            let record = own.next;
            own.next = (record + 1) % RECORDS;
            own.open.push((record, number));
            self.write(area, record, number, true, &text);
        });
    }

    fn ended(&self, call: &RecordedCall<'_>, status: Option<i32>, took: Duration) {
        self.counting.add(call.slot(), took);
        let mut text = format!("{}({})", call.slot(), call.arguments());
        text.truncate((0..=TEXT - 40).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0));
        if let Some(status) = status {
            let _ = write!(text, " = {}", status_name(status));
        }
        if let Some(why) = status.and_then(|status| refused_status(call.table(), call.slot(), status)) {
            self.refused.get_or_init(|| format!("{}.{text}: {why}", call.table()));
        }
        if took >= LONG {
            let _ = write!(text, " after {} ms", took.as_millis());
        }
        let _ = OWN.try_with(|own| {
            let mut own = own.borrow_mut();
            if let (Some(area), Some((record, number))) = (own.area, own.open.pop()) {
                self.write(area, record, number, false, &text);
            }
        });
    }
}

/// The name of a status in the contract, without its prefix.
fn status_name(status: i32) -> String {
    const NAMES: [&str; 16] = [
        "OK",
        "NOT_FOUND",
        "INVALID",
        "UNSUPPORTED",
        "CONFLICT",
        "BUSY",
        "IO",
        "CORRUPTION",
        "LIMIT",
        "CANCELLED",
        "PANICKED",
        "FAILED",
        "TIMEOUT",
        "DENIED",
        "READ_ONLY",
        "FENCED",
    ];
    let name = usize::try_from(status).ok().and_then(|status| NAMES.get(status));
    name.map_or_else(|| status.to_string(), |name| (*name).to_owned())
}

/// What a test's process left: the calls that were under way, and as many of the last ones.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Last {
    /// Those that had not returned.
    pub(crate) under_way: Vec<String>,
    /// Those that had, oldest first.
    pub(crate) before: Vec<String>,
}

/// Reads the file. Another test may use the place then.
pub(crate) fn take(file: &Path) -> Last {
    let bytes = std::fs::read(file).unwrap_or_default();
    let _ = std::fs::remove_file(file);
    let mut noted: Vec<Noted> = bytes.chunks_exact(RECORD).filter_map(noted).collect();
    noted.sort_by_key(|noted| noted.number);
    let (under_way, before): (Vec<_>, Vec<_>) = noted.into_iter().partition(|noted| noted.is_under_way);
    let text = |noted: &[Noted]| noted.iter().map(|noted| format!("#{} {}", noted.number, noted.text)).collect();
    Last { under_way: text(&under_way), before: text(&before[before.len().saturating_sub(RECORDS)..]) }
}

fn noted(record: &[u8]) -> Option<Noted> {
    let number = u64::from_ne_bytes(record[..8].try_into().ok()?);
    let len = usize::from(u16::from_ne_bytes(record[9..11].try_into().ok()?));
    // Of a process that was killed in the middle, the text may be half of another one.
    let text = String::from_utf8_lossy(record.get(16..16 + len)?).into_owned();
    (number > 0).then_some(Noted { number, is_under_way: record[8] == 1, text })
}

#[cfg(test)]
mod tests;
