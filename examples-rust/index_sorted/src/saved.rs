//! What the index writes when it is saved: how many entries there are, and for each its row, the length of its key and the
//! key. The index in C of the same name reads and writes the same.

use crate::{Entry, SortedIndex};
use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::{Saved, Saving};

const FORMAT: [u8; 8] = *b"sorted01";
/// So many entries are read until the caller is asked again.
const ENTRIES_BETWEEN: u64 = 1024;

impl SortedIndex {
    pub(crate) fn write(&self, watermark: u64, output: &mut Writer<'_>) -> Result<()> {
        let mut saving = Saving::begin(output, FORMAT, watermark)?;
        saving.number(self.entries.len() as u64)?;
        for (key, row) in &self.entries {
            saving.number(*row)?;
            saving.number(key.len() as u64)?;
            saving.bytes(key)?;
        }
        saving.end()
    }

    /// Reads an index and its watermark.
    pub(crate) fn read(bytes: &[u8]) -> Result<(Self, u64)> {
        let mut saved = Saved::open(bytes, FORMAT)?;
        let (watermark, count) = (saved.watermark(), saved.number()?);
        let mut entries: Vec<Entry> = Vec::new();
        for at in 0..count {
            if at % ENTRIES_BETWEEN == 0 {
                Call::current(|call| call.go_on())?;
            }
            let (row, length) = (saved.number()?, saved.number()?);
            let key = saved.bytes(length)?;
            // They ascend, each once, or the index would find nothing.
            if entries.last().is_some_and(|(last, last_row)| (&**last, *last_row) >= (key, row)) {
                return Err(Error::corruption(format!(
                    "entry {at} of the index that was saved is not behind the last"
                )));
            }
            entries.push((key.into(), row));
        }
        saved.end()?;
        let key_bytes = entries.iter().map(|(key, _)| key.len()).sum();
        Ok((Self { entries, key_bytes }, watermark))
    }
}
