//! An index of texts over tantivy, in files of its own: words, phrases, scores by BM25. What changed is seen, and lasts, after
//! the next flush.
//!
//! A query is words, and phrases between double quotes: `quick "brown fox"`. A row is found that has any of them; with the
//! parameter `match` = `all`, one that has each of them. Its distance is minus its score.
#![deny(unsafe_code)]

mod building;
mod changed;
mod fields;
mod files;
mod generation;
mod leaving;
mod nearest;
mod shared;
mod words;

use building::Building;
use changed::Changed;
use files::Files;
use generation::{Generation, Looking};
use serde::Deserialize;
use shared::Shared;
use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::{IndexProperties, KeyElement};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tantivy::directory::error::OpenWriteError;
use tantivy::TantivyError;

/// The bytes that a writer takes before it writes a part of the index, unless somebody says else.
const MEMORY: u64 = 32 << 20;
/// The fewest and the most that tantivy takes.
const TANTIVY_TAKES: std::ops::Range<u64> = 15_000_000..4_000_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    /// The bytes of memory for changes that wait.
    writer_memory: Option<u64>,
}

/// Texts in an index of tantivy.
pub struct TantivyIndex {
    shared: Arc<Shared>,
    flushed: AtomicU64,
    /// What is searched.
    shown: RwLock<Looking>,
    changed: Mutex<Changed>,
}

fn failed(error: TantivyError) -> Error {
    let kind = match &error {
        TantivyError::IoError(_) | TantivyError::OpenWriteError(_) | TantivyError::ErrorInThread(_) => ErrorKind::Io,
        TantivyError::DataCorruption(_) | TantivyError::OpenReadError(_) => ErrorKind::Corruption,
        TantivyError::LockFailure(..) => ErrorKind::Busy,
        TantivyError::IncompatibleIndex(_) => ErrorKind::Unsupported,
        _ => ErrorKind::Failed,
    };
    let code = match &error {
        TantivyError::IoError(error) => error.raw_os_error(),
        TantivyError::OpenWriteError(OpenWriteError::IoError { io_error, .. }) => io_error.raw_os_error(),
        _ => None,
    };
    Error::new(kind, error.to_string()).with_code(code.unwrap_or(0))
}

fn text(key: &[u8]) -> Result<&str> {
    std::str::from_utf8(key).map_err(|error| Error::invalid(format!("a key is a text in UTF-8: {error}")))
}

/// The memory of a writer. While a build makes an index beside another one there are two.
fn memory(host: &Host, config: &Config) -> Result<usize> {
    let share = host.memory_budget().map(|budget| budget / 2);
    let memory = config.writer_memory.or(share).unwrap_or(MEMORY).min(TANTIVY_TAKES.end);
    let least = TANTIVY_TAKES.start;
    if memory < least || share.is_some_and(|share| share < memory) {
        let text = format!(
            "a writer with {memory} bytes: tantivy takes at least {least}, and a build needs two; give the instance a \
             `memory_budget` of twice `writer_memory`, {} or more",
            2 * memory.max(least)
        );
        return Err(Error::new(ErrorKind::Limit, text));
    }
    Ok(memory as usize)
}

impl Plugin for TantivyIndex {
    fn create(host: Host) -> Result<Self> {
        let memory = memory(&host, &host.config()?)?;
        let directory =
            host.data_dir().ok_or_else(|| Error::invalid("it needs a `data_dir`: give the instance one"))?;
        let files = Files::new(directory);
        let current = files.current()?;
        files.keep_only(current)?;
        let (generation, flushed) = match current {
            Some(number) => {
                let generation = Generation::open(&files, number, memory)?;
                let watermark = generation.watermark()?;
                (generation, watermark)
            }
            None => (Generation::make(&files, files.make_folder()?, memory)?, 0),
        };
        let shown = RwLock::new(generation.looking.clone());
        let changed = Mutex::new(Changed::Idle(Box::new(generation)));
        let shared = Shared::new(host, files, memory);
        shared.report();
        Ok(Self { shared: Arc::new(shared), flushed: flushed.into(), shown, changed })
    }

    fn shutdown(&mut self) -> Result<()> {
        self.shared.leaving.wait();
        self.take_changed().map_or(Ok(()), |generation| generation.close())
    }
}

impl TantivyIndex {
    fn take_changed(&mut self) -> Option<Box<Generation>> {
        self.changed.get_mut().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn looking(&self) -> Looking {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes a change. Others wait for it, and it for a flush; searches do not, as they look at what was flushed.
    fn change(&self, change: impl FnOnce(&mut Generation) -> Result<()>) -> Result<()> {
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(changed.idle()?);
        self.shared.set_waits(true);
        result
    }
}

impl IndexExtension for TantivyIndex {
    fn index_type(&self) -> &str {
        "tantivy"
    }

    fn describe(&self) -> IndexProperties {
        IndexProperties::new().with_texts().with_concurrent_changes().visible_after_flush().with_files().with_threads()
    }

    fn begin_build(&self, _: TableId, _: ColumnId) -> Result<Box<dyn IndexBuilder>> {
        Ok(Box::new(Building::begin(&self.shared)?))
    }

    fn finish_build(&mut self, builder: Box<dyn IndexBuilder>) -> Result<()> {
        let builder = builder.downcast::<Building>()?;
        Call::current(|call| call.go_on())?;
        let shown = self.shared.files.current()?;
        let made = builder.take()?;
        if let Some(replaced) = self.take_changed() {
            let number = replaced.number;
            // It may have failed before: what it lost is replaced.
            let _ended = replaced.close();
            if shown.is_some_and(|shown| shown != number) {
                // What cannot be removed now is so by the next flush.
                let _removed = self.shared.files.remove_folder(number);
            }
        }
        *self.changed.get_mut().unwrap_or_else(PoisonError::into_inner) = Changed::Idle(Box::new(made));
        self.shared.set_waits(true);
        Ok(())
    }

    fn insert_concurrently(&self, key: &[u8], row: RowId) -> Result<()> {
        let text = text(key)?;
        self.change(|generation| generation.insert(row, text))
    }

    fn delete_concurrently(&self, key: &[u8], row: RowId) -> Result<()> {
        let text = text(key)?;
        self.change(|generation| {
            generation.remove(row, text);
            Ok(())
        })
    }

    fn lookup_into(&self, key: &[u8], rows: &mut RowIds<'_>) -> Result<()> {
        self.looking().rows_of(text(key)?)?.into_iter().for_each(|row| rows.push(row));
        Ok(())
    }

    fn size_bytes(&self) -> Result<u64> {
        self.shared.files.bytes()
    }

    fn search_into(&self, search: &Search<'_>, neighbors: &mut Neighbors<'_>) -> Result<Exactness> {
        if !matches!(search.element, KeyElement::Bytes | KeyElement::Text) {
            return Err(Error::unsupported("a query that is no text"));
        }
        let looking = self.looking();
        let query = words::query(looking.fields(), looking.analyzer()?, search, text(search.query)?)?;
        nearest::find(&looking.searcher(), &*query, search, neighbors)?;
        Ok(Exactness::Exact)
    }

    fn flush(&self, watermark: u64) -> Result<()> {
        Call::current(|call| call.go_on())?;
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = changed.commit(watermark)?;
        let before = self.shared.files.current()?;
        if before != Some(generation.number) {
            self.shared.files.set_current(generation.number)?;
        }
        generation.show()?;
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = generation.looking.clone();
        self.flushed.store(watermark, SeqCst);
        self.shared.set_waits(false);
        self.shared.leaving.wait();
        self.shared.files.keep_only(Some(generation.number))
    }

    fn flushed(&self) -> Result<u64> {
        Ok(self.flushed.load(SeqCst))
    }

    fn drop_index(&mut self) -> Result<()> {
        self.shared.files.forget()?;
        self.shared.leaving.wait();
        // What it cannot end well is removed all the same.
        let _ended = self.take_changed().map(|generation| generation.close());
        self.shared.files.keep_only(None)
    }
}

export_plugin!(TantivyIndex: index);
