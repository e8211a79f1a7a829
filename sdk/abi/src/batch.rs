//! The writes of a batch, and what its caller asks for.

use crate::data::soch_bytes;

/// `soch_write.op`: stores `value` under `key`.
pub const SOCH_WRITE_PUT: u32 = 0;
/// `soch_write.op`: removes `key`; `value` is empty.
pub const SOCH_WRITE_DELETE: u32 = 1;
/// `soch_write.op`: removes the rows with `key <= k < value`. An empty `value` means: to the end of the table. The host passes no
/// `key` behind `value`; both may be longer than any key that `describe` allows.
pub const SOCH_WRITE_DELETE_RANGE: u32 = 2;
/// `soch_write.op`: expects that `key` has exactly `value`, and changes nothing.
pub const SOCH_WRITE_EXPECT: u32 = 3;
/// `soch_write.op`: expects that there is no `key`, and changes nothing; `value` is empty.
pub const SOCH_WRITE_EXPECT_ABSENT: u32 = 4;

/// One write of a batch, or what it expects. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_write {
    /// One of `SOCH_WRITE_*`, or one of a later minor version (rule 3).
    pub op: u32,
    /// The table.
    pub table: u32,
    /// The key.
    pub key: soch_bytes,
    /// The value.
    pub value: soch_bytes,
    /// Of `SOCH_WRITE_PUT`: the milliseconds for which the row is there, 0 for ever. It is not gone before, and a second behind
    /// them at the latest: from then on no call gives it but those of readers and transactions that were open before, which go on
    /// to see it. The time goes on while no instance has the data open, and a later write of the key, also of the same value, ends
    /// it. The host passes one only where `describe` has `SOCH_STORAGE_TIME_TO_LIVE`. Of the other operations: 0.
    pub ttl_ms: u64,
}

/// `soch_batch_options.flags`: `write_batch` returns when the batch is as durable as after `flush`.
pub const SOCH_BATCH_DURABLE: u64 = 1;

/// The wishes of whoever writes a batch. The host owns it; it lives for the call. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_batch_options {
    /// `sizeof(soch_batch_options)` of the host. What is behind it, the plugin takes for 0 (rule 7).
    pub size: usize,
    /// Some of `SOCH_BATCH_*` (rule 13).
    pub flags: u64,
    /// The database's own number for what the batch belongs to, as `put` takes it.
    pub txn: u64,
}
