//! Ways to read all rows of a table. The consumer looks at 16 bytes of each.

use crate::frame::Rows;
use sochdb_plugin_host::sdk::{CursorOptions, RowSink, StorageExtension};
use sochdb_plugin_host::Storage;

/// The power of ten that is the number of rows, and how many samples that many allow.
pub const SIZES: [(&str, u32, usize); 2] = [("1000", 3, 40), ("1 000 000", 6, 10)];

/// Each way to read all rows: into a vector, through a sink, lent.
pub fn each(
    group: &mut impl Rows,
    table: u32,
    (here, object): (&str, &'static dyn StorageExtension),
    (there, plugin): (&str, &'static Storage),
) {
    let vector = move |storage: &dyn StorageExtension, sum| {
        let rows = storage.scan(table, &[], &[], usize::MAX).expect("it can be read");
        rows.iter().fold(sum, |sum, (key, value)| look(sum, (key, value)))
    };
    group.row(&format!("{here}, vector of pairs"), move |sum| vector(object, sum));
    group.row(&format!("{there}, vector of pairs"), move |sum| vector(plugin, sum));
    group.row(&format!("{there}, sink"), move |sum| sink(plugin, table, sum));
    group.row(&format!("{there}, cursor, lent"), move |sum| cursor(plugin, table, sum));
}

/// Through a sink.
pub fn sink(storage: &dyn StorageExtension, table: u32, mut sum: u64) -> u64 {
    let mut take = |key: &[u8], value: &[u8]| {
        sum = look(sum, (key, value));
        Ok(())
    };
    storage.scan_into(table, &[], &[], usize::MAX, &mut RowSink::new(&mut take)).expect("it can be read");
    sum
}

/// Lent by a cursor.
pub fn cursor(storage: &Storage, table: u32, mut sum: u64) -> u64 {
    let reader = storage.reader().expect("it has readers");
    let mut cursor = reader.cursor(table, &CursorOptions::new()).expect("it can be read");
    loop {
        let batch = cursor.next_batch().expect("it can be read");
        if batch.len() == 0 {
            return sum;
        }
        sum = batch.fold(sum, look);
    }
}

/// What the consumer does with a row.
pub fn look(sum: u64, (key, value): (&[u8], &[u8])) -> u64 {
    let number = |bytes: &[u8]| u64::from_le_bytes(bytes[..8].try_into().expect("8 bytes"));
    sum.wrapping_add(number(&key[24..]) ^ number(value))
}
