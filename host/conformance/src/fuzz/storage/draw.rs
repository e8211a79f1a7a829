//! The drawing of operations: few tables and keys, so that operations meet, and now and then what is at a border.

use crate::frame::random::Random;
use crate::fuzz::bytes::pattern;
use crate::fuzz::storage::operation::{fill_key, BatchWrite, By, Range, StorageOperation, OPEN};
use std::collections::VecDeque;

/// The rows that were written to or read last.
#[derive(Default)]
pub(crate) struct Before(VecDeque<(u32, Vec<u8>)>);

impl Before {
    /// A table and a key, mostly those of one of the last operations.
    fn row(&mut self, random: &mut Random) -> (u32, Vec<u8>) {
        let recent = random.below(8) as usize;
        if let Some(row) = self.0.get(recent) {
            return row.clone();
        }
        let row = (table(random), key(random));
        self.0.push_front(row.clone());
        self.0.truncate(6);
        row
    }
}

fn table(random: &mut Random) -> u32 {
    [1, 1, 1, 1, 2, 2, 0, u32::MAX][random.below(8) as usize]
}

fn place(random: &mut Random) -> usize {
    // Mostly the same one, so that what is open is met.
    if random.below(2) == 0 {
        0
    } else {
        random.below(OPEN as u64) as usize
    }
}

fn key(random: &mut Random) -> Vec<u8> {
    match random.below(40) {
        0 => Vec::new(),
        1 => pattern(480, 1),
        2 => pattern(470 + random.below(30) as usize, 2),
        3 => vec![0xFF; 1 + random.below(20) as usize],
        4..=7 => fill_key(random.below(70) as u16),
        _ => {
            let len = [1, 1, 1, 2, 2, 3][random.below(6) as usize];
            random.bytes(len).iter().map(|byte| [0, 1, 0x7F, 0x80, 0xFF][*byte as usize % 5]).collect()
        }
    }
}

fn value(random: &mut Random) -> Vec<u8> {
    const BORDERS: [usize; 10] = [63, 64, 65, 127, 255, 256, 257, 4095, 4096, 4097];
    let first = random.next() as u8;
    match random.below(60) {
        0..=5 => pattern(BORDERS[random.below(BORDERS.len() as u64) as usize], first),
        6 if random.below(40) == 0 => pattern(1 << 20, first),
        6 if random.below(8) == 0 => pattern(65_533 + random.below(6) as usize, first),
        // Few, so that what is expected may be there.
        7..=30 => pattern(random.below(3) as usize, first % 3),
        _ => pattern(random.below(40) as usize, first),
    }
}

fn range(random: &mut Random) -> Range {
    let (start, end) = (
        if random.below(3) == 0 { Vec::new() } else { key(random) },
        if random.below(3) == 0 { Vec::new() } else { key(random) },
    );
    // The host passes no start behind the end to a cursor.
    let (start, end) = if !end.is_empty() && start > end { (end, start) } else { (start, end) };
    Range { table: table(random), start, end }
}

fn by(random: &mut Random) -> By {
    match random.below(8) {
        0..=2 => By::Storage,
        3 => By::Handle,
        _ => By::Transaction(place(random)),
    }
}

fn batch(random: &mut Random, before: &mut Before) -> Vec<BatchWrite> {
    let mut one = |random: &mut Random| {
        let (table, one) = before.row(random);
        match random.below(12) {
            0..=5 => BatchWrite::Put { table, key: one, value: value(random) },
            6 | 7 => BatchWrite::Delete { table, key: one },
            8 => {
                let Range { table, start, end } = range(random);
                BatchWrite::DeleteRange { table, start, end }
            }
            9 => BatchWrite::Expect { table, key: one, value: value(random) },
            _ => BatchWrite::ExpectAbsent { table, key: one },
        }
    };
    (0..1 + random.below(5)).map(|_| one(random)).collect()
}

pub(crate) fn operation(random: &mut Random, before: &mut Before) -> StorageOperation {
    let (table, key) = before.row(random);
    match random.below(106) {
        0..=24 => StorageOperation::Put { by: by(random), table, key, value: value(random) },
        25..=32 => StorageOperation::Delete { by: by(random), table, key },
        33..=44 => {
            let by = if random.below(3) == 0 { By::Reader(place(random)) } else { by(random) };
            StorageOperation::Get { by, table, key }
        }
        45..=54 => {
            let by = if random.below(2) == 0 { By::Storage } else { By::Transaction(place(random)) };
            let limit = if random.below(2) == 0 { usize::MAX } else { random.below(80) as usize };
            StorageOperation::Scan { by, range: range(random), limit }
        }
        55..=62 => {
            let seek = if random.below(2) == 0 { Some(key) } else { None };
            StorageOperation::Walk { reader: place(random), range: range(random), reverse: random.below(2) == 0, seek }
        }
        63 | 64 => {
            let count = [1, 63, 64, 65, 66, 130][random.below(6) as usize];
            StorageOperation::Fill { table, count }
        }
        65..=72 => StorageOperation::Batch(batch(random, before)),
        73 => StorageOperation::DropTable { table },
        74 => StorageOperation::ListTables,
        75 => StorageOperation::Count,
        76 => StorageOperation::Flush,
        77 => StorageOperation::Compact,
        78..=82 => StorageOperation::OpenReader(place(random)),
        83 | 84 => StorageOperation::CloseReader(place(random)),
        85..=91 => StorageOperation::Begin(place(random)),
        92..=95 => StorageOperation::Commit(place(random)),
        96 => StorageOperation::Abort(place(random)),
        97..=99 => StorageOperation::Reopen,
        100 | 101 => {
            let one = |_| if random.below(2) == 0 { key.clone() } else { before.row(random).1 };
            StorageOperation::MultiGet { table, keys: (0..4).map(one).collect() }
        }
        102 | 103 => StorageOperation::Save(place(random)),
        _ => StorageOperation::RollBack(place(random)),
    }
}
