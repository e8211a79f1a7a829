//! The operations of a storage as plain data.

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

/// The one that reads or writes: nobody in particular, a table's handle, a reader, a transaction.
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
    /// Gets many keys by one call, of which some may be there twice.
    MultiGet {
        table: u32,
        keys: Vec<Vec<u8>>,
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
    /// Sets a savepoint in a transaction.
    Save(usize),
    /// Takes back what it wrote since the last one.
    RollBack(usize),
    /// Ends the instance after a flush, and makes the next one: of a durable storage.
    Reopen,
}

/// The key of row `number` of a fill.
pub(crate) fn fill_key(number: u16) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    vec![0x40, high, low]
}

impl BatchWrite {
    pub(crate) fn bytes(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Put { key, value, .. } | Self::Expect { key, value, .. } => vec![key, value],
            Self::Delete { key, .. } | Self::ExpectAbsent { key, .. } => vec![key],
            Self::DeleteRange { start, end, .. } => vec![start, end],
        }
    }
}
