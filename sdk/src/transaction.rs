use crate::error::{Error, Result};
use crate::ids::TableId;
use crate::row_sink::RowSink;
use crate::vec_writer::VecWriter;
use crate::writer::Writer;
use sochdb_plugin_abi::*;
use std::time::Duration;

/// A transaction of a storage: what [`StorageExtension::begin`](crate::StorageExtension::begin) returns. It reads what was
/// committed before it began and its own writes, and nobody else sees these before `commit`. One that is dropped leaves
/// nothing.
///
/// One thread at a time uses it, and another may go on.
///
/// ```
/// use sochdb_plugin_sdk::prelude::*;
/// use std::collections::BTreeMap;
/// use std::sync::{Mutex, MutexGuard};
///
/// type Rows = BTreeMap<(TableId, Vec<u8>), Vec<u8>>;
///
/// /// The rows as the transaction sees them; the storage compares the number of its changes to find a conflict.
/// struct Work<'a> {
///     storage: &'a Mutex<(u64, Rows)>,
///     began_at: u64,
///     rows: Rows,
/// }
///
/// impl StorageTransaction for Work<'_> {
///     fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
///         self.rows.get(&(table, key.to_vec())).map_or(Ok(false), |found| value.write(found).map(|()| true))
///     }
///     fn put(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()> {
///         self.rows.insert((table, key.to_vec()), value.to_vec());
///         Ok(())
///     }
///     fn delete(&mut self, table: TableId, key: &[u8]) -> Result<()> {
///         self.rows.remove(&(table, key.to_vec()));
///         Ok(())
///     }
///     fn scan_into(&mut self, table: TableId, start: &[u8], end: &[u8], limit: usize, rows: &mut RowSink<'_>) -> Result<()> {
///         let inside = |at: &TableId, key: &Vec<u8>| *at == table && &key[..] >= start && (end.is_empty() || &key[..] < end);
///         let found = self.rows.iter().filter(|((at, key), _)| inside(at, key)).take(limit);
///         found.into_iter().try_for_each(|((_, key), value)| rows.push(key, value))
///     }
///     fn commit(self: Box<Self>) -> Result<()> {
///         let mut storage = self.storage.lock().map_err(|_| Error::failed("a commit panicked"))?;
///         if storage.0 != self.began_at {
///             return Err(Error::new(ErrorKind::Conflict, "another transaction was first"));
///         }
///         *storage = (self.began_at + 1, self.rows);
///         Ok(())
///     }
/// }
/// let storage = Mutex::default();
/// let begin = || Box::new(Work { storage: &storage, began_at: 0, rows: Rows::new() });
/// let (mut one, other) = (begin(), begin());
/// one.put(1, b"key", b"value")?;
/// assert_eq!((one.get(1, b"key")?, other.get(1, b"key")?), (Some(b"value".to_vec()), None));
/// one.commit()?;
/// assert_eq!(other.commit().unwrap_err().kind(), ErrorKind::Conflict);
/// # Ok::<(), Error>(())
/// ```
pub trait StorageTransaction: Send {
    /// Writes the value of `key` to `value`, as [`StorageExtension::get_into`](crate::StorageExtension::get_into) does.
    ///
    /// # Errors
    /// The same as there.
    fn get_into(&self, table: TableId, key: &[u8], value: &mut Writer<'_>) -> Result<bool>;

    /// Stores `value` under `key`, in place of what was there.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if another transaction changed the key since this one began; what
    /// the storage reports. The write is left out then, and later calls may fail too.
    fn put(&mut self, table: TableId, key: &[u8], value: &[u8]) -> Result<()>;

    /// Removes `key`; Ok also if there was none.
    ///
    /// # Errors
    /// Those of [`StorageTransaction::put`].
    fn delete(&mut self, table: TableId, key: &[u8]) -> Result<()>;

    /// Gives `rows` the rows with `start <= key < end`, as
    /// [`StorageExtension::scan_into`](crate::StorageExtension::scan_into) does. The sink cannot use the transaction.
    ///
    /// # Errors
    /// The same as there.
    fn scan_into(
        &mut self,
        table: TableId,
        start: &[u8],
        end: &[u8],
        limit: usize,
        rows: &mut RowSink<'_>,
    ) -> Result<()>;

    /// Sets a savepoint, behind all that was written until now. Each is inside of the one before.
    ///
    /// ```
    /// use sochdb_plugin_sdk::{Result, StorageTransaction};
    ///
    /// fn try_to(transaction: &mut dyn StorageTransaction, part: fn(&mut dyn StorageTransaction) -> Result<()>) -> Result<bool> {
    ///     transaction.set_savepoint()?;
    ///     match part(transaction) {
    ///         Ok(()) => Ok(true),
    ///         Err(_) => transaction.rollback_to_savepoint().map(|()| false),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), the default; what the storage reports.
    fn set_savepoint(&mut self) -> Result<()> {
        Err(Error::unsupported("txn_set_savepoint"))
    }

    /// Takes back what was written since the last savepoint, and ends that. A plugin is asked only if there is one.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), the default; what the storage reports. Later calls may fail
    /// too then.
    fn rollback_to_savepoint(&mut self) -> Result<()> {
        Err(Error::unsupported("txn_rollback_to_savepoint"))
    }

    /// Makes all writes seen, in all tables, at one moment. What [`Call::go_on`](crate::Call::go_on) reports ends it before
    /// anything is.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if another transaction changed what this one writes since it
    /// began: the caller may try again from `begin`; what the storage reports. Nothing is written then; after an
    /// error that the storage cannot undo, whoever opens it again finds all or nothing.
    fn commit(self: Box<Self>) -> Result<()>;

    /// Returns the value of `key` in a new vector; None if there is none.
    ///
    /// # Errors
    /// Those of [`StorageTransaction::get_into`].
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut value = Vec::new();
        let found = self.get_into(table, key, &mut VecWriter::new(&mut value, u64::MAX).writer())?;
        Ok(found.then_some(value))
    }

    /// Returns the rows of `scan_into` in a new vector.
    ///
    /// # Errors
    /// Those of [`StorageTransaction::scan_into`].
    fn scan(&mut self, table: TableId, start: &[u8], end: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let mut rows = Vec::new();
        let mut push = |key: &[u8], value: &[u8]| {
            rows.push((key.to_vec(), value.to_vec()));
            Ok(())
        };
        self.scan_into(table, start, end, limit, &mut RowSink::new(&mut push))?;
        Ok(rows)
    }
}

/// The wishes of whoever begins a transaction.
///
/// ```
/// use sochdb_plugin_sdk::TransactionOptions;
/// use std::time::Duration;
///
/// let options = TransactionOptions::new().with_wait(Duration::ZERO).durable();
/// assert!(options.durable && options.wait.is_zero());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionOptions {
    /// The time that `begin` and each write inside may wait for another transaction before they are
    /// [`ErrorKind::Busy`](crate::ErrorKind::Busy); a second by default. It is passed on in milliseconds.
    pub wait: Duration,
    /// Whether `commit` returns when the transaction is as durable as after `flush`.
    pub durable: bool,
}

impl Default for TransactionOptions {
    fn default() -> Self {
        Self { wait: Duration::from_secs(1), durable: false }
    }
}

impl TransactionOptions {
    /// Makes the options of a transaction that waits for a second and is as durable as any write.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with another time to wait for other transactions.
    #[must_use]
    pub fn with_wait(self, wait: Duration) -> Self {
        Self { wait, ..self }
    }

    /// The same for a transaction that is durable when `commit` returns.
    #[must_use]
    pub fn durable(self) -> Self {
        Self { durable: true, ..self }
    }

    /// Returns the struct of the C ABI.
    #[doc(hidden)]
    #[must_use]
    pub fn as_raw(&self) -> soch_transaction_options {
        soch_transaction_options {
            size: std::mem::size_of::<soch_transaction_options>(),
            flags: if self.durable { SOCH_TRANSACTION_DURABLE } else { 0 },
            wait_ms: u64::try_from(self.wait.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Reads the struct of the C ABI.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a flag that must be understood and is not known.
    #[doc(hidden)]
    pub fn from_raw(raw: &soch_transaction_options) -> Result<Self> {
        match raw.flags & SOCH_OPTIONS_MUST_UNDERSTAND & !SOCH_TRANSACTION_DURABLE {
            0 => Ok(Self {
                wait: Duration::from_millis(raw.wait_ms),
                durable: raw.flags & SOCH_TRANSACTION_DURABLE != 0,
            }),
            unknown => Err(Error::unsupported(&format!("a transaction with the flags {unknown:#x}"))),
        }
    }
}
