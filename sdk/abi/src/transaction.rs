//! What the caller of `soch_storage.begin_txn` asks for.

/// `soch_transaction_options.flags`: `commit_txn` returns when the transaction is as durable as after `flush`.
pub const SOCH_TRANSACTION_DURABLE: u64 = 1;

/// The wishes of whoever begins a transaction. The host owns it; it lives for the call. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_transaction_options {
    /// `sizeof(soch_transaction_options)` of the host. What is behind it, the plugin takes for 0 (rule 7).
    pub size: usize,
    /// Some of `SOCH_TRANSACTION_*` (rule 13).
    pub flags: u64,
    /// Milliseconds that `begin_txn` and each write inside may wait for another transaction; then they are `SOCH_BUSY`.
    pub wait_ms: u64,
}
