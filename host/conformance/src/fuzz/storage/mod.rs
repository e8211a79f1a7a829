//! Operations of a storage: tables, batches, readers, cursors, transactions, and the next instance.

mod calls;
mod draw;
mod model;
mod print;

use crate::fuzz::expected::{Answer, Expected};
use crate::fuzz::operation::Operation;
use crate::not_passed::NotPassed;
use crate::random::Random;
use crate::subject::Subject;
use sochdb_plugin_host::sdk::Error;

/// Readers and transactions that may be open at once, each.
pub(crate) const OPEN: usize = 3;

/// A write of a batch, or what it expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BatchWrite {
    Put { table: u32, key: Vec<u8>, value: Vec<u8> },
    Delete { table: u32, key: Vec<u8> },
    DeleteRange { table: u32, start: Vec<u8>, end: Vec<u8> },
    Expect { table: u32, key: Vec<u8>, value: Vec<u8> },
    ExpectAbsent { table: u32, key: Vec<u8> },
}

/// Who reads: nobody in particular, a table's handle, a reader, a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Storage,
    Handle,
    Reader(usize),
    Transaction(usize),
}

/// A range of a table, and how it is walked over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) table: u32,
    pub(crate) start: Vec<u8>,
    pub(crate) end: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StorageOperation {
    Put {
        by: By,
        table: u32,
        key: Vec<u8>,
        value: Vec<u8>,
    },
    Delete {
        by: By,
        table: u32,
        key: Vec<u8>,
    },
    Get {
        by: By,
        table: u32,
        key: Vec<u8>,
    },
    Scan {
        by: By,
        range: Range,
        limit: usize,
    },
    /// All rows of a cursor of a reader, from `seek` on if it is moved.
    Walk {
        reader: usize,
        range: Range,
        reverse: bool,
        seek: Option<Vec<u8>>,
    },
    /// Puts this many rows, of keys in order.
    Fill {
        table: u32,
        count: u16,
    },
    Batch(Vec<BatchWrite>),
    DropTable {
        table: u32,
    },
    ListTables,
    Count,
    Flush,
    Compact,
    OpenReader(usize),
    CloseReader(usize),
    Begin(usize),
    Commit(usize),
    Abort(usize),
    /// Ends the instance after a flush, and makes the next one: of a durable storage.
    Reopen,
}

/// The key of row `number` of a fill.
pub(crate) fn fill_key(number: u16) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    vec![0x40, high, low]
}

impl BatchWrite {
    fn bytes(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Put { key, value, .. } | Self::Expect { key, value, .. } => vec![key, value],
            Self::Delete { key, .. } | Self::ExpectAbsent { key, .. } => vec![key],
            Self::DeleteRange { start, end, .. } => vec![start, end],
        }
    }
}

impl Operation for StorageOperation {
    type Model = model::Model;
    type Plugin<'a> = calls::Plugin<'a>;
    type Before = draw::Before;

    fn draw(random: &mut Random, before: &mut Self::Before) -> Self {
        draw::operation(random, before)
    }

    fn bytes(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Put { key, value, .. } => vec![key, value],
            Self::Delete { key, .. } | Self::Get { key, .. } => vec![key],
            Self::Scan { range, .. } => vec![&mut range.start, &mut range.end],
            Self::Walk { range, seek, .. } => {
                [&mut range.start, &mut range.end].into_iter().chain(seek.iter_mut()).collect()
            }
            Self::Batch(writes) => writes.iter_mut().flat_map(BatchWrite::bytes).collect(),
            _ => Vec::new(),
        }
    }

    fn simpler(&self) -> Vec<Self> {
        match self {
            Self::Fill { table, count } => [1, count / 2, count - 1]
                .into_iter()
                .filter(|fewer| fewer < count && *fewer > 0)
                .map(|count| Self::Fill { table: *table, count })
                .collect(),
            Self::Batch(writes) if writes.len() > 1 => {
                let without = |at: usize| [&writes[..at], &writes[at + 1..]].concat();
                (0..writes.len()).map(|at| Self::Batch(without(at))).collect()
            }
            Self::Walk { reader, range, reverse, seek: Some(_) } => {
                vec![Self::Walk { reader: *reader, range: range.clone(), reverse: *reverse, seek: None }]
            }
            Self::Put { by, table, key, value } if *by == By::Handle => {
                vec![Self::Put { by: By::Storage, table: *table, key: key.clone(), value: value.clone() }]
            }
            _ => Vec::new(),
        }
    }

    fn expected(&self, model: &Self::Model) -> Option<Expected> {
        model.expected(self)
    }

    fn apply(&self, model: &mut Self::Model, accepted: bool) {
        model.apply(self, accepted);
    }

    fn plugin(subject: &Subject) -> Result<Self::Plugin<'_>, NotPassed> {
        calls::Plugin::new(subject)
    }

    fn call(&self, plugin: &mut Self::Plugin<'_>) -> Result<Answer, Error> {
        plugin.call(self)
    }

    fn in_c(&self, step: usize, expected: &Expected, accepted: bool) -> String {
        print::in_c(self, step, expected, accepted)
    }

    fn in_rust(&self, step: usize, expected: &Expected, accepted: bool) -> String {
        print::in_rust(self, step, expected, accepted)
    }
}
