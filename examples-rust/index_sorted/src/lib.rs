//! An index in a sorted array: the plainest form of exact lookup and ranges.
#![deny(unsafe_code)]

use sochdb_plugin_sdk::prelude::*;
use std::collections::BTreeSet;
use std::mem::size_of;

/// Entries of a build between two questions whether it is to go on.
const ASK_EVERY: usize = 4096;

mod saved;
#[cfg(test)]
mod tests;

type Entry = (Box<[u8]>, RowId);

/// Pairs of key and row, each once, sorted by key as unsigned bytes, then by row.
#[derive(Default)]
pub struct SortedIndex {
    entries: Vec<Entry>,
    key_bytes: usize,
}

impl SortedIndex {
    /// Where the pair is, or where it belongs.
    fn find(&self, key: &[u8], row: RowId) -> std::result::Result<usize, usize> {
        self.entries.binary_search_by(|(have, have_row)| (&**have, *have_row).cmp(&(key, row)))
    }

    /// The first place whose key is not below `key`.
    fn start_of(&self, key: &[u8]) -> usize {
        self.entries.partition_point(|(have, _)| &**have < key)
    }
}

impl Plugin for SortedIndex {
    fn create(_: Host) -> Result<Self> {
        Ok(Self::default())
    }
}

impl IndexExtension for SortedIndex {
    fn index_type(&self) -> &str {
        "sorted"
    }

    fn build(&mut self, _: TableId, _: ColumnId, entries: &[(RowId, &[u8])]) -> Result<()> {
        // A set sorts as it is filled; a slice's sort could not be cancelled.
        let mut sorted: BTreeSet<(&[u8], RowId)> = BTreeSet::new();
        for part in entries.chunks(ASK_EVERY) {
            Call::current(|call| call.go_on())?;
            sorted.extend(part.iter().map(|&(row, key)| (key, row)));
        }
        let mut made = Vec::with_capacity(sorted.len());
        for (key, row) in sorted {
            if made.len() % ASK_EVERY == 0 {
                Call::current(|call| call.go_on())?;
            }
            made.push((key.into(), row));
        }
        self.key_bytes = made.iter().map(|(key, _): &Entry| key.len()).sum();
        self.entries = made;
        Ok(())
    }

    fn insert(&mut self, key: &[u8], row: RowId) -> Result<()> {
        if let Err(place) = self.find(key, row) {
            self.entries.insert(place, (key.into(), row));
            self.key_bytes += key.len();
        }
        Ok(())
    }

    fn delete(&mut self, key: &[u8], row: RowId) -> Result<()> {
        if let Ok(place) = self.find(key, row) {
            self.entries.remove(place);
            self.key_bytes -= key.len();
        }
        Ok(())
    }

    fn lookup_into(&self, key: &[u8], rows: &mut RowIds<'_>) -> Result<()> {
        let from = self.entries[self.start_of(key)..].iter();
        from.take_while(|(have, _)| &**have == key).for_each(|&(_, row)| rows.push(row));
        Ok(())
    }

    fn range_into(&self, start: &[u8], end: &[u8], limit: usize, rows: &mut RowIds<'_>) -> Result<()> {
        let from = self.entries[self.start_of(start)..].iter();
        let within = from.take_while(|(key, _)| end.is_empty() || &**key < end);
        within.take(limit).for_each(|&(_, row)| rows.push(row));
        Ok(())
    }

    fn size_bytes(&self) -> Result<u64> {
        Ok((self.key_bytes + self.entries.len() * size_of::<Entry>()) as u64)
    }

    fn save_into(&self, watermark: u64, output: &mut Writer<'_>) -> Result<()> {
        self.write(watermark, output)
    }

    fn load_from(&mut self, saved: &[u8]) -> Result<u64> {
        let (index, watermark) = Self::read(saved)?;
        *self = index;
        Ok(watermark)
    }
}

export_plugin!(SortedIndex: index);
