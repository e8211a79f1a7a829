//! What a storage says of itself: its state, and its properties, which do not change.

/// The state of a storage, by its own account. The host owns it; it sets `size` and all else to 0 (rule 7). Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_storage_stats {
    /// `sizeof(soch_storage_stats)` of the host: the room that there is. The plugin leaves it as it is.
    pub size: usize,
    /// Bytes of all keys and values, as stored.
    pub bytes_stored: u64,
    /// How many keys all tables hold, as an estimate.
    pub key_count: u64,
    /// Bytes that a compaction would rewrite.
    pub pending_compaction_bytes: u64,
    /// Bytes written to the device for each byte put; 0 if it is not known.
    pub write_amplification: f64,
}

/// `soch_storage_properties.flags`: what `flush` returned for is there after the process and the machine stopped.
pub const SOCH_STORAGE_DURABLE: u64 = 1;
/// `soch_storage_properties.flags`: the empty key is refused.
pub const SOCH_STORAGE_NO_EMPTY_KEY: u64 = 2;
/// `soch_storage_properties.flags`: `soch_storage_stats.key_count` is exact.
pub const SOCH_STORAGE_EXACT_COUNT: u64 = 4;
/// `soch_storage_properties.flags`: `begin_txn` begins transactions.
pub const SOCH_STORAGE_TRANSACTIONS: u64 = 8;
/// `soch_storage_properties.flags`: `write_batch` has `SOCH_WRITE_DELETE_RANGE`.
pub const SOCH_STORAGE_DELETE_RANGE: u64 = 16;
/// `soch_storage_properties.flags`: `write_batch` has `SOCH_WRITE_EXPECT` and `SOCH_WRITE_EXPECT_ABSENT`. Beside a
/// `SOCH_WRITE_DELETE_RANGE` of the same batch they may be `SOCH_UNSUPPORTED`.
pub const SOCH_STORAGE_EXPECT: u64 = 32;
/// `soch_storage_properties.flags`: transactions that commit are as if they had run one after the other, those that only read
/// among them. Without it two may commit of which each read what the other one changed.
pub const SOCH_STORAGE_SERIALIZABLE: u64 = 64;
/// `soch_storage_properties.flags`: a `SOCH_WRITE_PUT` of `write_batch` may have a `ttl_ms`.
pub const SOCH_STORAGE_TIME_TO_LIVE: u64 = 128;

/// The properties of a storage, which do not change. The host owns it; it sets `size` and all else to 0 (rule 7). Of a
/// figure, 0 means that there is no limit, or none that is known. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_storage_properties {
    /// `sizeof(soch_storage_properties)` of the host: the room that there is. The plugin leaves it as it is.
    pub size: usize,
    /// Some of `SOCH_STORAGE_*` and `SOCH_PROPERTY_*` (rule 14).
    pub flags: u64,
    /// Bytes of the longest key.
    pub max_key: u64,
    /// Bytes of the longest value.
    pub max_value: u64,
    /// The most writes of one `write_batch`.
    pub max_batch: u64,
}
