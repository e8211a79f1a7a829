//! One extension of all four kinds whose answers a test chooses.
#![allow(dead_code)] // Each test file uses a part.

use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::{extension_info, Extension, ExtensionInfo};
use std::path::Path;
use std::sync::Mutex;

/// What it does when it is called.
#[derive(Clone)]
pub enum Answer {
    /// Succeeds, and writes what it was given.
    Echo,
    /// Fails with this.
    Fail(Error),
    /// Panics with this text.
    Panic(&'static str),
    /// Panics with a payload whose drop panics.
    Bomb,
}

/// Panics when it is dropped.
pub struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the payload was dropped");
    }
}

/// An extension of all kinds.
pub struct All {
    /// What it does.
    pub answer: Answer,
    /// The calls that reached it, with their input.
    pub calls: Mutex<Vec<String>>,
}

impl All {
    /// One that answers so.
    pub fn new(answer: Answer) -> Self {
        Self { answer, calls: Mutex::default() }
    }

    /// Notes the call and answers.
    pub fn called(&self, call: String) -> Result<()> {
        self.calls.lock().expect("no panic under it").push(call);
        match &self.answer {
            Answer::Echo => Ok(()),
            Answer::Fail(error) => Err(error.clone()),
            Answer::Panic(text) => panic!("{text}"),
            Answer::Bomb => std::panic::panic_any(Bomb),
        }
    }

    fn told(&self, call: String) {
        // A method without a result can only panic.
        let _ = self.called(call);
    }
}

impl Extension for All {
    fn info(&self) -> ExtensionInfo {
        extension_info!("all")
    }
    fn shutdown(&mut self) -> Result<()> {
        self.called("shutdown".into())
    }
}

impl CompressionExtension for All {
    fn algorithm(&self) -> &str {
        "copy"
    }
    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        self.called(format!("compress {input:?}"))?;
        output.write(input)
    }
    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        self.called(format!("decompress {input:?}"))?;
        output.write(input)
    }
    fn set_level(&mut self, level: i32) -> Result<()> {
        self.called(format!("set_level {level}"))
    }
}

impl StorageExtension for All {
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
        self.called(format!("get {table} {key:?}"))?;
        value.write(key)?;
        Ok(true)
    }
    fn put(&self, table: TableId, key: &[u8], value: &[u8], txn: TransactionId) -> Result<()> {
        self.called(format!("put {table} {key:?} {value:?} {txn}"))
    }
    fn delete(&self, table: TableId, key: &[u8], txn: TransactionId) -> Result<()> {
        self.called(format!("delete {table} {key:?} {txn}"))
    }
    fn scan_into(&self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
        self.called(format!("scan {table} {start:?} {end:?} {limit}"))?;
        rows.push(start, end)
    }
    fn flush(&self) -> Result<()> {
        self.called("flush".into())
    }
    fn multi_get_into(&self, table: TableId, keys: &[&[u8]], values: &mut ValueSink<'_>) -> Result<()> {
        self.called(format!("multi_get {table} {keys:?}"))?;
        values.push(keys.len() - 1, b"of the last")
    }
    fn checkpoint(&self, directory: &Path) -> Result<()> {
        self.called(format!("checkpoint {directory:?}"))
    }
    fn property_into(&self, name: &str, output: &mut Writer<'_>) -> Result<bool> {
        self.called(format!("property {name}"))?;
        output.write(name.as_bytes())?;
        Ok(!name.is_empty())
    }
    fn write_batch(&self, writes: &[Write<'_>], options: &BatchOptions) -> Result<()> {
        self.called(format!("write_batch {} {}", writes.len(), options.transaction))
    }
}

impl IndexExtension for All {
    fn index_type(&self) -> &str {
        "list"
    }
    fn build(&mut self, table: TableId, column: ColumnId, entries: &[(RowId, &[u8])]) -> Result<()> {
        self.called(format!("build {table} {column} {entries:?}"))
    }
    fn insert(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.called(format!("insert {key:?} {row}"))
    }
    fn delete(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.called(format!("remove {key:?} {row}"))
    }
    fn lookup_into(&self, key: &[u8], rows: &mut RowIds<'_>) -> Result<()> {
        self.called(format!("lookup {key:?}"))?;
        (1..=3).for_each(|row| rows.push(row));
        Ok(())
    }
    fn range_into(&self, start: &[u8], end: &[u8], limit: usize, rows: &mut RowIds<'_>) -> Result<()> {
        self.called(format!("range {start:?} {end:?} {limit}"))?;
        (1..=3).for_each(|row| rows.push(row));
        Ok(())
    }
    fn nearest_into(&self, query: &[u8], k: usize, neighbors: &mut Neighbors<'_>) -> Result<()> {
        self.called(format!("nearest {query:?} {k}"))?;
        (0..3).try_for_each(|row| neighbors.push(row, 0.5))
    }
    fn size_bytes(&self) -> Result<u64> {
        self.called("size_bytes".into()).map(|()| 7)
    }
    fn begin_build(&self, _: TableId, _: ColumnId) -> Result<Box<dyn IndexBuilder>> {
        Ok(Box::new(Parts))
    }
}

/// A builder of [`All`], which takes what is no refusal before it.
struct Parts;

impl IndexBuilder for Parts {
    fn add(&mut self, entries: &[(RowId, &[u8])]) -> Result<()> {
        panic!("{entries:?} came through")
    }
}

impl ObservabilityExtension for All {
    fn counter_inc(&self, name: &str, value: u64, labels: Labels<'_>) {
        self.told(format!("counter {name} {value} {labels:?}"));
    }
    fn gauge_set(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.told(format!("gauge {name} {value} {labels:?}"));
    }
    fn histogram_observe(&self, name: &str, value: f64, labels: Labels<'_>) {
        self.told(format!("histogram {name} {value} {labels:?}"));
    }
    fn span_start(&self, name: &str, parent: Option<u64>) -> u64 {
        self.told(format!("span {name} {parent:?}"));
        9
    }
    fn span_end(&self, span: u64) {
        self.told(format!("end {span}"));
    }
    fn span_event(&self, span: u64, name: &str, attributes: Labels<'_>) {
        self.told(format!("event {span} {name} {attributes:?}"));
    }
    fn log(&self, level: LogLevel, message: &str, fields: Labels<'_>) {
        self.told(format!("log {level:?} {message} {fields:?}"));
    }
}
