//! The slots of a transaction. Only the first depends on the plugin's type.

use crate::call::Call;
use crate::error::Error;
use crate::machinery::barrier::guard;
use crate::machinery::boundary::ReadLent;
use crate::machinery::instance::shared;
use crate::machinery::shims::{found, keep, release};
use crate::row_sink::RowSink;
use crate::storage::StorageExtension;
use crate::transaction::{StorageTransaction, TransactionOptions};
use crate::writer::Writer;
use core::ffi::c_void;
use sochdb_plugin_abi::*;

/// The value that a handle leads to. It borrows from the instance, which the host uses for nothing exclusive, and does not
/// end, before the transaction has ended.
type Handle = Box<dyn StorageTransaction>;

pub(super) unsafe extern "C" fn begin<P: StorageExtension>(
    instance: *mut c_void,
    options: *const soch_transaction_options,
    txn: *mut *mut c_void,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, lends the options, and gives a place for the handle.
    unsafe {
        guard(error, || {
            let options = options.as_ref().ok_or_else(|| Error::invalid("the options are NULL"))?;
            // As the contract says, the transaction ends before the instance is used for anything exclusive, so the
            // borrow, which the handle cannot name, holds as long as the handle.
            let instance: &'static P = shared::<P>(instance);
            let begun: Handle = instance.begin(&TransactionOptions::from_raw(options)?)?;
            *txn = keep(begun);
            Ok(())
        })
    }
}

pub(super) unsafe extern "C" fn get(
    txn: *mut c_void,
    table: u32,
    key: soch_bytes,
    value: *const soch_writer,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes a handle that `begin` made and no other call of it, and lends the rest for the call.
    unsafe { found(error, || (*txn.cast::<Handle>()).get_into(table, key.read()?, &mut Writer::from_raw(value)?)) }
}

pub(super) unsafe extern "C" fn put(
    txn: *mut c_void,
    table: u32,
    key: soch_bytes,
    value: soch_bytes,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes a handle that `begin` made and no other call of it, and lends the rest for the call.
    unsafe { guard(error, || (*txn.cast::<Handle>()).put(table, key.read()?, value.read()?)) }
}

pub(super) unsafe extern "C" fn remove(
    txn: *mut c_void,
    table: u32,
    key: soch_bytes,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes a handle that `begin` made and no other call of it, and lends the key for the call.
    unsafe { guard(error, || (*txn.cast::<Handle>()).delete(table, key.read()?)) }
}

pub(super) unsafe extern "C" fn scan(
    txn: *mut c_void,
    call: *const soch_call,
    table: u32,
    start: soch_bytes,
    end: soch_bytes,
    limit: u64,
    rows: *const soch_row_sink,
    error: *mut soch_error,
) -> soch_status {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    // SAFETY: the host passes a handle that `begin` made and no other call of it, and lends the rest for the call.
    unsafe {
        guard(error, || {
            let mut rows = RowSink::from_raw(rows)?;
            let (start, end) = (start.read()?, end.read()?);
            Call::within(call, || (*txn.cast::<Handle>()).scan_into(table, start, end, limit, &mut rows))
        })
    }
}

pub(super) unsafe extern "C" fn set_savepoint(txn: *mut c_void, error: *mut soch_error) -> soch_status {
    // SAFETY: the host passes a handle that `begin` made and no other call of it.
    unsafe { guard(error, || (*txn.cast::<Handle>()).set_savepoint()) }
}

pub(super) unsafe extern "C" fn rollback_to_savepoint(txn: *mut c_void, error: *mut soch_error) -> soch_status {
    // SAFETY: the host passes a handle that `begin` made and no other call of it.
    unsafe { guard(error, || (*txn.cast::<Handle>()).rollback_to_savepoint()) }
}

pub(super) unsafe extern "C" fn commit(
    txn: *mut c_void,
    call: *const soch_call,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the handle came from `begin`, and the host ends it once; it lends the limits for the call.
    unsafe { guard(error, || Call::within(call, || Box::from_raw(txn.cast::<Handle>()).commit())) }
}

pub(super) unsafe extern "C" fn abort(txn: *mut c_void) {
    // SAFETY: the handle came from `begin`, and the host ends it once.
    unsafe { release::<Handle>(txn) }
}
