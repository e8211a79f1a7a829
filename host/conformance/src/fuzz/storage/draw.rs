//! What is drawn: few tables and keys, so that operations meet, and now and then what is at a border.

use crate::fuzz::bytes::pattern;
use crate::fuzz::storage::{BatchWrite, By, Range, StorageOperation, OPEN};
use crate::random::Random;

fn table(random: &mut Random) -> u32 {
    [1, 1, 1, 1, 2, 2, 0, u32::MAX][random.below(8) as usize]
}

fn place(random: &mut Random) -> usize {
    random.below(OPEN as u64) as usize
}

fn key(random: &mut Random) -> Vec<u8> {
    match random.below(40) {
        0 => Vec::new(),
        1 => pattern(480, 1),
        2 => pattern(470 + random.below(30) as usize, 2),
        3 => vec![0xFF; 1 + random.below(20) as usize],
        4..=7 => crate::fuzz::storage::fill_key(random.below(70) as u16),
        _ => {
            let len = 1 + random.below(3) as usize;
            random.bytes(len).iter().map(|byte| [0, 1, 0x7F, 0x80, 0xFF][*byte as usize % 5]).collect()
        }
    }
}

fn value(random: &mut Random) -> Vec<u8> {
    const BORDERS: [usize; 12] = [63, 64, 65, 127, 255, 256, 257, 4095, 4096, 4097, 65_535, 65_537];
    let first = random.next() as u8;
    match random.below(60) {
        0..=5 => pattern(BORDERS[random.below(BORDERS.len() as u64) as usize], first),
        6 if random.below(8) == 0 => pattern(1 << 20, first),
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

fn batch(random: &mut Random) -> Vec<BatchWrite> {
    let one = |random: &mut Random| {
        let (table, one) = (table(random), key(random));
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

pub(crate) fn operation(random: &mut Random) -> StorageOperation {
    match random.below(100) {
        0..=24 => {
            StorageOperation::Put { by: by(random), table: table(random), key: key(random), value: value(random) }
        }
        25..=32 => StorageOperation::Delete { by: by(random), table: table(random), key: key(random) },
        33..=44 => {
            let by = if random.below(3) == 0 { By::Reader(place(random)) } else { by(random) };
            StorageOperation::Get { by, table: table(random), key: key(random) }
        }
        45..=54 => {
            let by = if random.below(2) == 0 { By::Storage } else { By::Transaction(place(random)) };
            let limit = if random.below(2) == 0 { usize::MAX } else { random.below(80) as usize };
            StorageOperation::Scan { by, range: range(random), limit }
        }
        55..=62 => {
            let seek = if random.below(2) == 0 { Some(key(random)) } else { None };
            StorageOperation::Walk { reader: place(random), range: range(random), reverse: random.below(2) == 0, seek }
        }
        63 | 64 => {
            let count = [1, 63, 64, 65, 66, 130][random.below(6) as usize];
            StorageOperation::Fill { table: table(random), count }
        }
        65..=72 => StorageOperation::Batch(batch(random)),
        73 => StorageOperation::DropTable { table: table(random) },
        74 => StorageOperation::ListTables,
        75 => StorageOperation::Count,
        76 => StorageOperation::Flush,
        77 => StorageOperation::Compact,
        78..=82 => StorageOperation::OpenReader(place(random)),
        83 | 84 => StorageOperation::CloseReader(place(random)),
        85..=90 => StorageOperation::Begin(place(random)),
        91..=95 => StorageOperation::Commit(place(random)),
        96 | 97 => StorageOperation::Abort(place(random)),
        _ => StorageOperation::Reopen,
    }
}
