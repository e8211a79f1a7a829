//! The steps that a storage is made to take, by seed, each of which is there whole or not at all when the storage comes again.

use crate::frame::random::Random;

/// The tables are numbered from 1, the keys of each from 0.
pub(crate) const TABLES: u32 = 3;
pub(crate) const KEYS: u32 = 20;

/// A write to a row: the number of its new value, which no other write has, or None if it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowWrite {
    pub(crate) table: u32,
    pub(crate) key: u32,
    pub(crate) value: Option<u32>,
}

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Commit,
    DurableCommit,
    Abort,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Write(RowWrite),
    Batch {
        writes: Vec<RowWrite>,
        durable: bool,
    },
    /// The keys from the first number up to the second, without it, in a batch.
    DeleteRange {
        table: u32,
        from: u32,
        to: u32,
        durable: bool,
    },
    Transaction {
        writes: Vec<RowWrite>,
        end: End,
    },
    DropTable {
        table: u32,
    },
    Flush,
    /// A step that alone is between two flushes: what the second one brings to the disk is there for it.
    Flushed(Box<Step>),
    /// A write that is flushed while a snapshot from before it is open.
    FlushedBesideReader(RowWrite),
    Compact,
}

impl Step {
    /// The writes to rows, in their order; nothing if it is taken back.
    pub(crate) fn writes(&self) -> Vec<RowWrite> {
        let gone = |table, keys: std::ops::Range<u32>| keys.map(|key| RowWrite { table, key, value: None }).collect();
        match self {
            Self::Write(write) | Self::FlushedBesideReader(write) => vec![*write],
            Self::Batch { writes, .. } => writes.clone(),
            Self::Flushed(step) => step.writes(),
            Self::DeleteRange { table, from, to, .. } => gone(*table, *from..*to),
            Self::Transaction { end: End::Abort, .. } | Self::Flush | Self::Compact => Vec::new(),
            Self::Transaction { writes, .. } => writes.clone(),
            Self::DropTable { table } => gone(*table, 0..KEYS),
        }
    }

    /// Whether it is durable when it has returned.
    pub(crate) fn is_durable(&self) -> bool {
        match self {
            Self::Batch { durable, .. } | Self::DeleteRange { durable, .. } => *durable,
            Self::Transaction { end, .. } => *end == End::DurableCommit,
            Self::Flushed(_) | Self::FlushedBesideReader(_) => true,
            _ => false,
        }
    }

    /// The step, as a message says it.
    pub(crate) fn name(&self) -> String {
        let rows = |count: usize| if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
        match self {
            Self::Write(RowWrite { value: Some(_), .. }) => "put".to_owned(),
            Self::Write(_) => "delete".to_owned(),
            Self::Batch { writes, durable } => format!("{}batch of {}", durably(*durable), rows(writes.len())),
            Self::DeleteRange { durable, .. } => format!("{}batch that deletes a range", durably(*durable)),
            Self::Transaction { writes, end: End::Abort } => {
                format!("transaction of {} that is aborted", rows(writes.len()))
            }
            Self::Transaction { writes, end } => {
                format!("{}transaction of {}", durably(*end == End::DurableCommit), rows(writes.len()))
            }
            Self::DropTable { .. } => "drop_table".to_owned(),
            Self::Flush => "flush".to_owned(),
            Self::Flushed(step) => format!("{} between two flushes", step.name()),
            Self::FlushedBesideReader(_) => "write and flush beside an open reader".to_owned(),
            Self::Compact => "compact".to_owned(),
        }
    }
}

fn durably(durable: bool) -> &'static str {
    if durable {
        "durable "
    } else {
        ""
    }
}

/// Makes values, each with a number of its own.
struct Values(u32);

impl Values {
    fn write(&mut self, random: &mut Random, may_delete: bool) -> RowWrite {
        let (table, key) = (1 + random.below(u64::from(TABLES)) as u32, random.below(u64::from(KEYS)) as u32);
        self.0 += 1;
        let value = (!may_delete || random.below(4) > 0).then_some(self.0);
        RowWrite { table, key, value }
    }

    /// Writes that are more than an engine has in one page, buffer or record: beyond a mebibyte.
    fn large(&mut self, random: &mut Random) -> Vec<RowWrite> {
        let writes = (0..20).map(|_| self.write(random, false));
        writes.map(|write| RowWrite { value: write.value.map(|number| number | LARGE), ..write }).collect()
    }

    fn several(&mut self, random: &mut Random) -> Vec<RowWrite> {
        (0..2 + random.below(5)).map(|_| self.write(random, true)).collect()
    }
}

/// In the number of a value, that it is long.
const LARGE: u32 = 1 << 31;
const LARGE_LENGTH: usize = 60_000;

/// So many steps have each kind in its share.
const DECK: u64 = 20;

/// The steps of a seed.
pub(crate) fn steps(seed: u64, count: usize) -> Vec<Step> {
    let (mut random, mut values, mut deck) = (Random::new(seed), Values(0), Vec::new());
    let one = |_| {
        let random = &mut random;
        if deck.is_empty() {
            deck = (0..DECK).collect();
        }
        match deck.swap_remove(random.below(deck.len() as u64) as usize) {
            0..=5 => Step::Write(values.write(random, true)),
            6..=7 => Step::Batch { writes: values.several(random), durable: false },
            8 => Step::Flushed(Box::new(match random.below(3) {
                0 => Step::Write(values.write(random, true)),
                1 => Step::Batch { writes: values.several(random), durable: false },
                _ => Step::DropTable { table: 1 + random.below(u64::from(TABLES)) as u32 },
            })),
            9..=10 => Step::Batch { writes: values.several(random), durable: true },
            11 => {
                let (from, len) = (random.below(u64::from(KEYS)) as u32, 1 + random.below(6) as u32);
                let table = 1 + random.below(u64::from(TABLES)) as u32;
                Step::DeleteRange { table, from, to: (from + len).min(KEYS), durable: random.below(2) == 0 }
            }
            12 => Step::Transaction { writes: values.several(random), end: End::Commit },
            13 => Step::Flushed(Box::new(Step::Transaction { writes: values.several(random), end: End::Commit })),
            14 => Step::Transaction { writes: values.several(random), end: End::DurableCommit },
            15 => match random.below(3) {
                0 => Step::DropTable { table: 1 + random.below(u64::from(TABLES)) as u32 },
                _ => Step::Transaction { writes: values.several(random), end: End::Abort },
            },
            16 => match random.below(2) {
                0 => Step::Batch { writes: values.large(random), durable: random.below(2) == 0 },
                _ => Step::Transaction { writes: values.large(random), end: End::Commit },
            },
            17 => Step::Compact,
            18 => Step::FlushedBesideReader(values.write(random, true)),
            _ => Step::Flush,
        }
    };
    (0..count).map(one).collect()
}

/// The bytes of a key; they order as the numbers do.
pub(crate) fn key(number: u32) -> Vec<u8> {
    let mut key = format!("key {number:03}").into_bytes();
    key.extend(std::iter::repeat_n(b'-', number as usize % 3 * 20));
    key
}

/// The bytes of a value, from which its number can be read.
pub(crate) fn value(number: u32) -> Vec<u8> {
    const LENGTHS: [usize; 8] = [4, 16, 40, 100, 400, 600, 1500, 5000];
    let mut random = Random::new(u64::from(number));
    let len = if number & LARGE == 0 { LENGTHS[random.below(8) as usize] } else { LARGE_LENGTH };
    let mut value = number.to_be_bytes().to_vec();
    value.extend(random.bytes(len - 4));
    value
}

/// The number of a key or None of bytes that are none.
pub(crate) fn number_of_key(bytes: &[u8]) -> Option<u32> {
    (0..KEYS).find(|number| key(*number) == bytes)
}

/// The number of a value; None of bytes that are none.
pub(crate) fn number_of_value(bytes: &[u8]) -> Option<u32> {
    let number = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
    (value(number) == bytes).then_some(number)
}
