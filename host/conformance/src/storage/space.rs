//! Tests of the space that a storage takes on the disk.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::spent::spent;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::files::lengths_in;
use sochdb_plugin_host::sdk::abi::{SOCH_OK, SOCH_UNSUPPORTED};
use sochdb_plugin_host::sdk::{BatchOptions, ErrorKind, StorageExtension, Write};
use std::time::Duration;

suite!(Storage, "storage_space":
    compact_gives_it_back;
    full: a_snapshot_from_16_mebibytes_ago_stays,
);

/// A slow storage is tried with less.
const PATIENCE: Duration = Duration::from_secs(2);

/// The same rows are written again and again: a file of the past that stays makes more of them than there are.
fn compact_gives_it_back(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u32 = 100;
    const ROUNDS: u32 = 60;
    /// The bytes that an engine takes for itself, whatever it holds.
    const OWN: u64 = 4 << 20;
    let mut instance = subject.instance()?;
    let directory = instance.directory();
    let storage = &*instance.storage()?;
    let has = storage.alone("compact", |table, _, _| if table.compact.is_some() { SOCH_OK } else { SOCH_UNSUPPORTED });
    if supported("compact", has)?.is_none() {
        skip!("it has no `compact`, and gives space back as it likes");
    }
    let mut random = subject.random(124);
    let mut written = 0;
    for _ in 0..ROUNDS {
        let rows: Vec<_> = (0..ROWS).map(|key| (key.to_be_bytes(), random.bytes(2000))).collect();
        let puts: Vec<_> = rows.iter().map(|(key, value)| Write::Put { table: 1, key, value }).collect();
        if supported("write_batch", storage.write_batch(&puts, &BatchOptions::new()))?.is_none() {
            rows.iter().try_for_each(|(key, value)| storage.put(1, key, value, 0).must("put"))?;
        }
        written += u64::from(ROWS) * 2000;
        storage.flush().must("flush")?;
    }
    storage.compact().must("compact")?;
    let (bytes, rows) = (lengths_in(directory.path()).iter().sum::<u64>(), u64::from(ROWS) * 2000);
    ensure!(
        bytes <= 4 * rows + OWN,
        "of {written} bytes that were written over each other {rows} are there; the files have {bytes} bytes after `compact`, \
         which gives space back"
    );
    Ok(())
}

/// Whoever writes back what its log has grown to, as it has grown long, must not write over what a snapshot reads.
fn a_snapshot_from_16_mebibytes_ago_stays(subject: &Subject) -> Result<(), NotPassed> {
    const ROWS: u32 = 200;
    const ROUNDS: usize = 32;
    const BYTES: usize = (16 << 20) / ROWS as usize / ROUNDS;
    let mut instance = subject.instance()?;
    let storage = &*instance.storage()?;
    let key = |row: u32| row.to_be_bytes();
    let old = |row: u32| vec![row as u8; 300];
    (0..ROWS).try_for_each(|row| storage.put(1, &key(row), &old(row), 0).must("put"))?;
    // Where the snapshot finds them is where others would be written back to.
    storage.flush().must("flush")?;
    storage.compact().must("compact")?;
    let mut reader = needed("open_reader", storage.reader())?;
    let (spent, mut random) = (spent(), subject.random(0x516));
    for round in 1..=ROUNDS {
        for row in 0..ROWS {
            match storage.put(1, &key(row), &random.bytes(BYTES), 0) {
                // What a snapshot keeps takes room, of which there may be no more.
                Err(error) if matches!(error.kind(), ErrorKind::Limit | ErrorKind::Busy) => return Ok(()),
                put => put.must("put")?,
            }
        }
        for row in 0..ROWS {
            let found = reader.get(1, &key(row)).must("reader_get")?;
            ensure!(
                found == Some(&old(row)[..]),
                "of a snapshot the row {row}, of 300 bytes, is another one behind {} KiB that were written over it",
                (round * BYTES * ROWS as usize) >> 10
            );
        }
        if spent() > PATIENCE {
            break;
        }
    }
    Ok(())
}
