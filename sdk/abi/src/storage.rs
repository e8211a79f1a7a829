//! Ordered tables of keys and values.

use crate::batch::{soch_batch_options, soch_write};
use crate::call::soch_call;
use crate::cursor::soch_cursor_options;
use crate::data::{soch_bytes, soch_str, soch_writer};
use crate::status::{soch_error, soch_status};
use crate::storage_properties::{soch_storage_properties, soch_storage_stats};
use crate::transaction::soch_transaction_options;
use core::ffi::c_void;

/// Where `scan` puts its rows. The caller owns it; it lives until the call returns. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_row_sink {
    /// The first argument of `row`.
    pub ctx: *mut c_void,
    /// Takes a copy of one row. Any status but `SOCH_OK` ends the scan: return it as it is. [exclusive]
    pub row: Option<unsafe extern "C" fn(ctx: *mut c_void, key: soch_bytes, value: soch_bytes) -> soch_status>,
}

/// Where `multi_get` puts what it finds. The caller owns it; it lives until the call returns. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_value_sink {
    /// The first argument of `value`.
    pub ctx: *mut c_void,
    /// Takes a copy of the value of the key at place `at`, from 0 on. Any status but `SOCH_OK` ends the call: return it as it
    /// is. [exclusive]
    pub value: Option<unsafe extern "C" fn(ctx: *mut c_void, at: usize, value: soch_bytes) -> soch_status>,
}

/// A row that a cursor lends. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_row {
    /// The row's key.
    pub key: soch_bytes,
    /// The row's value.
    pub value: soch_bytes,
}

/// Bytes of the longest key that every storage takes: what LMDB has, without room for the number of a table.
pub const SOCH_LEAST_MAX_KEY: u64 = 480;
/// Bytes of the longest value that every storage takes.
pub const SOCH_LEAST_MAX_VALUE: u64 = 1048576;

/// A storage engine. A table exists from its first `put` on; keys order as unsigned bytes. Grows at its end.
///
/// It takes every key from one byte up to `SOCH_LEAST_MAX_KEY` and every value up to `SOCH_LEAST_MAX_VALUE`. It may take
/// longer ones, or refuse them with `SOCH_LIMIT`; the empty key it may refuse with `SOCH_INVALID`. A refused write
/// changes nothing.
/// Each table is apart from the others; there is room for at least 16.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_storage {
    /// `sizeof(soch_storage)` of the plugin.
    pub size: usize,
    /// Writes the value of `key` to `value`, or returns `SOCH_NOT_FOUND` and writes nothing. Required. [any-thread]
    pub get: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            table: u32,
            key: soch_bytes,
            value: *const soch_writer,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Stores `value` under `key`, in place of what was there. The write is seen at once; one that can be taken back is
    /// `txn_put`. `txn` is the database's own number for what the write belongs to, 0 for nothing: a storage may record it
    /// beside the row, and nothing else depends on it. Where an open transaction is in the way, a write waits at most a
    /// second and is `SOCH_BUSY`. Required. [any-thread]
    pub put: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            table: u32,
            key: soch_bytes,
            value: soch_bytes,
            txn: u64,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Removes `key`. `SOCH_OK` also if there was none. Required. [any-thread]
    pub remove: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            table: u32,
            key: soch_bytes,
            txn: u64,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Gives `rows` the rows with `start <= key < end` in ascending order of key, at most `limit` of them.
    /// An empty `end` means: to the end of the table; a `start` behind `end`: no row. Both may be longer than any key that
    /// `describe` allows. `call` may be NULL. Required. [any-thread]
    pub scan: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            table: u32,
            start: soch_bytes,
            end: soch_bytes,
            limit: u64,
            rows: *const soch_row_sink,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Returns when every write that returned before is durable, as far as this storage promises it, and with it what an
    /// instance found that a killed process had left. After an error,
    /// rule 11 holds. `call` may be NULL. Required. [any-thread]
    pub flush: Option<
        unsafe extern "C" fn(instance: *mut c_void, call: *const soch_call, error: *mut soch_error) -> soch_status,
    >,
    /// Gives space back. `SOCH_BUSY` if an open reader keeps it from that. `call` may be NULL. Optional; the default does nothing.
    /// [any-thread]
    pub compact: Option<
        unsafe extern "C" fn(instance: *mut c_void, call: *const soch_call, error: *mut soch_error) -> soch_status,
    >,
    /// Fills `stats`. What is not known stays 0. Optional; the default fills nothing. [any-thread]
    pub stats: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            stats: *mut soch_storage_stats,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Fills `properties`. The host asks once, after `create`, and refuses by itself what exceeds the answer: a key or
    /// value that is too long and a batch that is too large as `SOCH_LIMIT`, an empty key as `SOCH_INVALID`. Optional; the
    /// default fills nothing. [any-thread]
    pub describe: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            properties: *mut soch_storage_properties,
            error: *mut soch_error,
        ) -> soch_status,
    >,

    /// Applies all `writes` in their order, or none of them, which a reader sees at one moment. What the batch expects is of the
    /// rows right before it, wherever it stands among the writes; `SOCH_CONFLICT` if that is not so, and nothing changed. An
    /// operation or an option that the storage does not have is `SOCH_UNSUPPORTED`, and nothing changed (rules 3 and 13). An open
    /// transaction is in its way as in that of `put`. No writes at all are `SOCH_OK`. `call` may be NULL. Optional; the default is
    /// `SOCH_UNSUPPORTED`. Since 1.1. [any-thread]
    pub write_batch: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            writes: *const soch_write,
            count: usize,
            options: *const soch_batch_options,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Resolves a table once; it need not exist yet. The handle lives until `close_table`, which comes before
    /// `shutdown`; a call on it is a call on the instance. The host uses a group only if all its
    /// slots are there. Optional group `table`; without it, and after `SOCH_UNSUPPORTED`, the host calls `get` and `put`.
    /// [any-thread]
    pub open_table: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            table: u32,
            handle: *mut *mut c_void,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Ends a table handle; the table stays. Optional group `table`. [exclusive]
    pub close_table: Option<unsafe extern "C" fn(handle: *mut c_void)>,
    /// `get` on a table handle. Optional group `table`. [any-thread]
    pub table_get: Option<
        unsafe extern "C" fn(
            handle: *mut c_void,
            key: soch_bytes,
            value: *const soch_writer,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// `put` on a table handle. Optional group `table`. [any-thread]
    pub table_put: Option<
        unsafe extern "C" fn(
            handle: *mut c_void,
            key: soch_bytes,
            value: soch_bytes,
            txn: u64,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Opens a snapshot: what was written before is seen, what is written later is not, and no write waits for it. It
    /// lives until `close_reader`, which comes before `shutdown`; as long as it is open, the host calls nothing
    /// [exclusive] on the instance. One thread at a time uses a reader with its cursors, and another may go on.
    /// Optional group `reader`; without it the host answers `SOCH_UNSUPPORTED`, as an instance does that has none. [any-thread]
    pub open_reader: Option<
        unsafe extern "C" fn(instance: *mut c_void, reader: *mut *mut c_void, error: *mut soch_error) -> soch_status,
    >,
    /// Ends a snapshot; its cursors were closed before. Optional group `reader`. [exclusive]
    pub close_reader: Option<unsafe extern "C" fn(reader: *mut c_void)>,
    /// Lends the value of `key` until the next `reader_get` of this reader, or returns `SOCH_NOT_FOUND`. Cursors of the
    /// reader that are opened, used or closed do not end the loan. Optional group `reader`. [exclusive]
    pub reader_get: Option<
        unsafe extern "C" fn(
            reader: *mut c_void,
            table: u32,
            key: soch_bytes,
            value: *mut soch_bytes,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Opens a cursor over `start <= key < end` of the snapshot, in ascending order of key, or as `options` say. The host
    /// passes no `start` behind `end`; both may be longer than any key that `describe` allows. It lives until `close_cursor`.
    /// Optional group `reader`. [exclusive]
    pub open_cursor: Option<
        unsafe extern "C" fn(
            reader: *mut c_void,
            table: u32,
            options: *const soch_cursor_options,
            cursor: *mut *mut c_void,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Lends the next rows, at most `capacity`, until the next call on this cursor. Sets `count`; 0 means the
    /// end, and only the end. 64 rows a call are enough to hide its cost. After an error it stands anywhere until it is
    /// moved. `call` may be NULL. Optional group `reader`. [exclusive]
    pub cursor_next: Option<
        unsafe extern "C" fn(
            cursor: *mut c_void,
            call: *const soch_call,
            rows: *mut soch_row,
            capacity: usize,
            count: *mut usize,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Ends a cursor, wherever it stands. Optional group `reader`. [exclusive]
    pub close_cursor: Option<unsafe extern "C" fn(cursor: *mut c_void)>,
    /// Begins a transaction, which reads what was committed before it began and its own writes; nobody else sees these
    /// before `commit_txn`. It lives until `commit_txn` or `abort_txn`, of which one comes before `shutdown`; as long as it is
    /// open, the host calls nothing [exclusive] on the instance. One thread at a time uses it, and another may go on: an
    /// engine whose lock belongs to a thread needs another lock. Where one writer is possible, a second `begin_txn` waits
    /// as long as `options` allow, and is `SOCH_BUSY`. Optional group `transaction`; without it the host answers
    /// `SOCH_UNSUPPORTED`, as an instance does that has none. [any-thread]
    pub begin_txn: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            options: *const soch_transaction_options,
            txn: *mut *mut c_void,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// `get` inside of a transaction. Optional group `transaction`. [exclusive]
    pub txn_get: Option<
        unsafe extern "C" fn(
            txn: *mut c_void,
            table: u32,
            key: soch_bytes,
            value: *const soch_writer,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// `put` inside of a transaction. `SOCH_CONFLICT` as `commit_txn` says it, for who finds out here. A write that
    /// fails is left out; the transaction may be of no more use then, and says so in every later call. Optional group
    /// `transaction`. [exclusive]
    pub txn_put: Option<
        unsafe extern "C" fn(
            txn: *mut c_void,
            table: u32,
            key: soch_bytes,
            value: soch_bytes,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// `remove` inside of a transaction; it fails as `txn_put` does. Optional group `transaction`. [exclusive]
    pub txn_remove: Option<
        unsafe extern "C" fn(txn: *mut c_void, table: u32, key: soch_bytes, error: *mut soch_error) -> soch_status,
    >,
    /// `scan` inside of a transaction. `call` may be NULL. Optional group `transaction`. [exclusive]
    pub txn_scan: Option<
        unsafe extern "C" fn(
            txn: *mut c_void,
            call: *const soch_call,
            table: u32,
            start: soch_bytes,
            end: soch_bytes,
            limit: u64,
            rows: *const soch_row_sink,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Makes all writes of the transaction seen, in all tables, at one moment; or none of them, and says why:
    /// `SOCH_CONFLICT` if since it began another one, or a plain write, changed what this one writes, or may have. Only
    /// after an error that cannot be undone (rule 11) is it not known which: whoever opens the data again finds all or
    /// none. The handle is gone, whatever this returns. `call` may be NULL. Optional group `transaction`. [exclusive]
    pub commit_txn:
        Option<unsafe extern "C" fn(txn: *mut c_void, call: *const soch_call, error: *mut soch_error) -> soch_status>,
    /// Ends a transaction of which nothing stays. Optional group `transaction`. [exclusive]
    pub abort_txn: Option<unsafe extern "C" fn(txn: *mut c_void)>,
    /// Moves a cursor to `key`, forward or backward, also from its end: the next rows are those of its range from `key` on,
    /// in its order. So a key before the range, in that order, leads to its first row, and one behind it to none; it may be
    /// longer than any key that `describe` allows. What the cursor lent ends. After an error it stands anywhere until it is
    /// moved. `call` may be NULL. Optional group `seek`; without it, and after `SOCH_UNSUPPORTED`, the host opens another
    /// cursor there, and then closes this one. [exclusive]
    pub cursor_seek: Option<
        unsafe extern "C" fn(
            cursor: *mut c_void,
            call: *const soch_call,
            key: soch_bytes,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Sets `count` to how many tables have rows, and writes their numbers to `tables`, ascending, if `capacity` is enough
    /// for all. Optional; the default is `SOCH_UNSUPPORTED`. [any-thread]
    pub list_tables: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            tables: *mut u32,
            capacity: usize,
            count: *mut usize,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Removes all rows of a table at one moment; `SOCH_OK` also if there are none. An open transaction is in its way as in
    /// that of `put`. Handles of the table stay, and readers that were opened before see the rows. `call` may be NULL.
    /// Optional; the default is `SOCH_UNSUPPORTED`. [any-thread]
    pub drop_table: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            table: u32,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Writes a copy of all tables, as they are at one moment, to `directory`: an absolute path at which there is nothing yet, in a
    /// directory that exists. Writes go on beside it. The copy is as durable as after `flush`, and a new instance of the plugin
    /// that is configured to keep its data there opens it. After an error there is nothing. `call` may be NULL. Optional; the
    /// default is `SOCH_UNSUPPORTED`. [any-thread]
    pub checkpoint: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            directory: soch_str,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Writes what the engine tells its operators under `name` to `output`, as text; names and texts are its own. `SOCH_NOT_FOUND`,
    /// and nothing written, for another name. Optional; the default is `SOCH_NOT_FOUND`. [any-thread]
    pub property: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            name: soch_str,
            output: *const soch_writer,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Gives `values` the value of each of `count` keys, once and in any order; nothing of a key that is not there. Each is as
    /// `get` finds it, and they need not be of one moment; a key may be there twice. It is for an engine to which many keys
    /// are one round trip. `call` may be NULL. Optional group `multi_get`; without it, and after `SOCH_UNSUPPORTED`, the host
    /// calls `get` for each key. [any-thread]
    pub multi_get: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            table: u32,
            keys: *const soch_bytes,
            count: usize,
            values: *const soch_value_sink,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Sets a savepoint in a transaction, behind all that it wrote until now. Each is inside of the one before; those that are
    /// left end with the transaction. Optional group `savepoint`; without it the host answers `SOCH_UNSUPPORTED`, as a
    /// transaction does that has none. [exclusive]
    pub txn_set_savepoint: Option<unsafe extern "C" fn(txn: *mut c_void, error: *mut soch_error) -> soch_status>,
    /// Takes back what the transaction wrote since its last savepoint, and ends that. The host calls it only if there is one.
    /// After an error the transaction may be of no more use, as after `txn_put`. Optional group `savepoint`. [exclusive]
    pub txn_rollback_to_savepoint:
        Option<unsafe extern "C" fn(txn: *mut c_void, error: *mut soch_error) -> soch_status>,
}
