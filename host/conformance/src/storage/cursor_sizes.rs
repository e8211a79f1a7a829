//! Tests of a cursor that is asked for more or fewer rows at once than this host asks for.

use crate::frame::must::{ensure, needed, show, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::abi::{
    soch_bytes, soch_cursor_options, soch_row, soch_status, soch_storage, SOCH_CURSOR_REVERSE, SOCH_OK,
    SOCH_UNSUPPORTED,
};
use sochdb_plugin_host::sdk::{BatchOptions, Error, StorageExtension, Write};
use sochdb_plugin_host::Storage;
use std::ptr;

suite!(Storage, "storage_cursor_sizes": as_many_rows_as_are_asked_for_come);

/// Rows of the table: more than some ask for at once.
const ROWS: u32 = 2500;
/// The numbers of rows that are asked for at once, in turn.
const SIZES: [&[usize]; 7] = [&[1], &[2, 63], &[64], &[65, 1, 129], &[1000, 1001], &[2499, 1], &[70_000]];

/// The rows of a cursor that is asked for so many at once, until its end, and how many came at each time.
pub(crate) struct Walk<'a> {
    sizes: &'a [usize],
    pub(crate) rows: Vec<(Vec<u8>, Vec<u8>)>,
    counts: Vec<usize>,
}

impl Walk<'_> {
    /// Goes over the table.
    ///
    /// # Safety
    /// It is the table of a plugin, and an instance of it.
    unsafe fn over(
        &mut self,
        table: &soch_storage,
        instance: *mut core::ffi::c_void,
        flags: u64,
        error: *mut sochdb_plugin_host::sdk::abi::soch_error,
    ) -> soch_status {
        let (Some(open_reader), Some(close_reader)) = (table.open_reader, table.close_reader) else {
            return SOCH_UNSUPPORTED;
        };
        let (Some(open_cursor), Some(next), Some(close_cursor)) =
            (table.open_cursor, table.cursor_next, table.close_cursor)
        else {
            return SOCH_UNSUPPORTED;
        };
        let all = soch_bytes::lend(b"");
        let options = soch_cursor_options { size: size_of::<soch_cursor_options>(), flags, start: all, end: all };
        let nothing = soch_row { key: all, value: all };
        let mut lent = vec![nothing; self.sizes.iter().copied().max().unwrap_or(1)];
        let (mut reader, mut cursor) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: the plugin's functions, on its own instance, reader and cursor, with places for the rows; the plugin promises
        // that what it lends is there until the next call.
        unsafe {
            let mut status = open_reader(instance, &mut reader, error);
            if status != SOCH_OK {
                return status;
            }
            status = open_cursor(reader, 1, &options, &mut cursor, error);
            if status == SOCH_OK {
                for size in self.sizes.iter().cycle() {
                    let mut count = 0;
                    status = next(cursor, std::ptr::null(), lent.as_mut_ptr(), *size, &mut count, error);
                    if status != SOCH_OK || count == 0 || count > *size {
                        self.counts.push(count);
                        break;
                    }
                    self.counts.push(count);
                    self.rows.extend(lent[..count].iter().map(|row| (copied(row.key), copied(row.value))));
                }
                close_cursor(cursor);
            }
            close_reader(reader);
            status
        }
    }
}

/// A copy of bytes that are lent.
///
/// # Safety
/// They are there.
unsafe fn copied(lent: soch_bytes) -> Vec<u8> {
    match lent.len {
        // Of no bytes the place may be NULL.
        0 => Vec::new(),
        // SAFETY: the caller's promise.
        len => unsafe { std::slice::from_raw_parts(lent.ptr, len) }.to_vec(),
    }
}

pub(crate) fn walk<'a>(storage: &Storage, sizes: &'a [usize], flags: u64) -> Result<Walk<'a>, Error> {
    let mut walk = Walk { sizes, rows: Vec::new(), counts: Vec::new() };
    // SAFETY: the handle lends the plugin's own table and instance.
    storage.alone("cursor_next", |table, instance, error| unsafe { walk.over(table, instance, flags, error) })?;
    Ok(walk)
}

fn as_many_rows_as_are_asked_for_come(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let mut rows: Vec<_> = (0..ROWS).map(|row| (row.to_be_bytes().to_vec(), row.to_le_bytes().to_vec())).collect();
    let puts: Vec<_> = rows.iter().map(|(key, value)| Write::Put { table: 1, key, value }).collect();
    for part in puts.chunks(100) {
        // One by one they would take too long where each is brought to the disk.
        needed("write_batch", storage.write_batch(part, &BatchOptions::new()))?;
    }
    if walk(storage, &[64], 0).is_err() {
        skip!("`open_cursor` is unsupported");
    }
    for flags in [0, SOCH_CURSOR_REVERSE] {
        // Not all have cursors backwards.
        let is_there = walk(storage, &[64], flags).is_ok();
        for sizes in SIZES.into_iter().filter(|_| is_there) {
            let found = walk(storage, sizes, flags).must("cursor_next")?;
            let too_many = found.counts.iter().zip(sizes.iter().cycle()).find(|(count, size)| count > size);
            ensure!(too_many.is_none(), "cursor_next says (rows, asked for) {too_many:?}");
            let first = found.rows.iter().zip(&rows).find(|(found, expected)| found != expected);
            ensure!(
                first.is_none() && found.rows.len() == rows.len(),
                "asked for {sizes:?} rows at once, a cursor gives {} of {ROWS} rows, and first as another {}",
                found.rows.len(),
                first.map_or(String::new(), |(row, _)| show(&row.0))
            );
        }
        rows.reverse();
    }
    Ok(())
}
