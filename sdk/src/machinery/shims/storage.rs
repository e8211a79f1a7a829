//! The table of a storage.

use crate::batch::{BatchOptions, Write};
use crate::call::Call;
use crate::error::Error;
use crate::machinery::barrier::guard;
use crate::machinery::boundary::{fill, slice, ReadLent};
use crate::machinery::instance::shared;
use crate::machinery::list::try_with_list;
use crate::machinery::shims::{found, reader, room, table, transaction};
use crate::row_sink::RowSink;
use crate::storage::StorageExtension;
use crate::value_sink::ValueSink;
use crate::writer::Writer;
use core::ffi::c_void;
use sochdb_plugin_abi::*;
use std::path::Path;

/// The table of `P`.
pub const fn table<P: StorageExtension>() -> soch_storage {
    soch_storage {
        size: std::mem::size_of::<soch_storage>(),
        get: Some(get::<P>),
        put: Some(put::<P>),
        remove: Some(remove::<P>),
        scan: Some(scan::<P>),
        flush: Some(flush::<P>),
        compact: Some(compact::<P>),
        stats: Some(stats::<P>),
        describe: Some(describe::<P>),
        write_batch: Some(write_batch::<P>),
        open_table: Some(table::open::<P>),
        close_table: Some(table::close),
        table_get: Some(table::get),
        table_put: Some(table::put),
        open_reader: Some(reader::open::<P>),
        close_reader: Some(reader::close),
        reader_get: Some(reader::get),
        open_cursor: Some(reader::open_cursor),
        cursor_next: Some(reader::cursor_next),
        close_cursor: Some(reader::close_cursor),
        begin_txn: Some(transaction::begin::<P>),
        txn_get: Some(transaction::get),
        txn_put: Some(transaction::put),
        txn_remove: Some(transaction::remove),
        txn_scan: Some(transaction::scan),
        commit_txn: Some(transaction::commit),
        abort_txn: Some(transaction::abort),
        cursor_seek: Some(reader::cursor_seek),
        list_tables: Some(list_tables::<P>),
        drop_table: Some(drop_table::<P>),
        checkpoint: Some(checkpoint::<P>),
        property: Some(property::<P>),
        multi_get: Some(multi_get::<P>),
        txn_set_savepoint: Some(transaction::set_savepoint),
        txn_rollback_to_savepoint: Some(transaction::rollback_to_savepoint),
    }
}

unsafe extern "C" fn get<P: StorageExtension>(
    instance: *mut c_void,
    table: u32,
    key: soch_bytes,
    value: *const soch_writer,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe { found(error, || shared::<P>(instance).get_into(table, key.read()?, &mut Writer::from_raw(value)?)) }
}

unsafe extern "C" fn put<P: StorageExtension>(
    instance: *mut c_void,
    table: u32,
    key: soch_bytes,
    value: soch_bytes,
    txn: u64,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe { guard(error, || shared::<P>(instance).put(table, key.read()?, value.read()?, txn)) }
}

unsafe extern "C" fn remove<P: StorageExtension>(
    instance: *mut c_void,
    table: u32,
    key: soch_bytes,
    txn: u64,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe { guard(error, || shared::<P>(instance).delete(table, key.read()?, txn)) }
}

unsafe extern "C" fn scan<P: StorageExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    table: u32,
    start: soch_bytes,
    end: soch_bytes,
    limit: u64,
    rows: *const soch_row_sink,
    error: *mut soch_error,
) -> soch_status {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe {
        guard(error, || {
            let mut rows = RowSink::from_raw(rows)?;
            let (start, end) = (start.read()?, end.read()?);
            Call::within(call, || shared::<P>(instance).scan_into(table, start, end, limit, &mut rows))
        })
    }
}

unsafe extern "C" fn flush<P: StorageExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe { guard(error, || Call::within(call, || shared::<P>(instance).flush())) }
}

unsafe extern "C" fn compact<P: StorageExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe { guard(error, || Call::within(call, || shared::<P>(instance).compact())) }
}

unsafe extern "C" fn stats<P: StorageExtension>(
    instance: *mut c_void,
    stats: *mut soch_storage_stats,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result.
    unsafe { guard(error, || fill(stats, &shared::<P>(instance).stats()?.as_raw())) }
}

unsafe extern "C" fn write_batch<P: StorageExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    writes: *const soch_write,
    count: usize,
    options: *const soch_batch_options,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends `count` writes and the rest for the call.
    unsafe {
        guard(error, || {
            let options = options.as_ref().ok_or_else(|| Error::invalid("the options are NULL"))?;
            let options = BatchOptions::from_raw(options)?;
            try_with_list(
                slice(writes, count)?,
                |write| Write::from_raw(write),
                |writes| Call::within(call, || shared::<P>(instance).write_batch(writes, &options)),
            )?
        })
    }
}

unsafe extern "C" fn describe<P: StorageExtension>(
    instance: *mut c_void,
    properties: *mut soch_storage_properties,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result, with its size.
    unsafe { guard(error, || fill(properties, &shared::<P>(instance).describe().as_raw())) }
}

unsafe extern "C" fn list_tables<P: StorageExtension>(
    instance: *mut c_void,
    tables: *mut u32,
    capacity: usize,
    count: *mut usize,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and gives places for the results.
    unsafe {
        guard(error, || {
            let mut found = shared::<P>(instance).list_tables()?;
            found.sort_unstable();
            if found.len() <= capacity {
                for (place, table) in room(tables, capacity)?.iter_mut().zip(&found) {
                    place.write(*table);
                }
            }
            *count = found.len();
            Ok(())
        })
    }
}

unsafe extern "C" fn drop_table<P: StorageExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    table: u32,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe { guard(error, || Call::within(call, || shared::<P>(instance).drop_table(table))) }
}

unsafe extern "C" fn checkpoint<P: StorageExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    directory: soch_str,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe {
        guard(error, || {
            let directory = Path::new(directory.read()?);
            Call::within(call, || shared::<P>(instance).checkpoint(directory))
        })
    }
}

unsafe extern "C" fn property<P: StorageExtension>(
    instance: *mut c_void,
    name: soch_str,
    output: *const soch_writer,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe { found(error, || shared::<P>(instance).property_into(name.read()?, &mut Writer::from_raw(output)?)) }
}

unsafe extern "C" fn multi_get<P: StorageExtension>(
    instance: *mut c_void,
    call: *const soch_call,
    table: u32,
    keys: *const soch_bytes,
    count: usize,
    values: *const soch_value_sink,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends `count` keys and the rest for the call.
    unsafe {
        guard(error, || {
            let mut values = ValueSink::from_raw(values)?;
            try_with_list(
                slice(keys, count)?,
                |key| key.read(),
                |keys| Call::within(call, || shared::<P>(instance).multi_get_into(table, keys, &mut values)),
            )?
        })
    }
}
