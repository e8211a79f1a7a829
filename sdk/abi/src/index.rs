//! Indexes over one column: equality, ranges, nearest neighbours.

use crate::call::soch_call;
use crate::data::{soch_bytes, soch_str, soch_writer};
use crate::search::{soch_search, soch_search_result};
use crate::status::{soch_error, soch_status};
use core::ffi::c_void;

/// One row to index. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_index_entry {
    /// The row's number.
    pub row: u64,
    /// The column's value in that row.
    pub key: soch_bytes,
}

/// `soch_index_change.op`: adds the row, as `insert` does.
pub const SOCH_INDEX_INSERT: u32 = 0;
/// `soch_index_change.op`: removes the row, as `remove` does.
pub const SOCH_INDEX_REMOVE: u32 = 1;

/// One change of a batch. Frozen.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_index_change {
    /// One of `SOCH_INDEX_INSERT` and `SOCH_INDEX_REMOVE`, or one of a later minor version (rule 3).
    pub op: u32,
    /// 0 (rule 16), for these two operations: the place of what a later one may ask for.
    pub reserved: u32,
    /// The row's number.
    pub row: u64,
    /// The column's value in that row.
    pub key: soch_bytes,
}

/// `soch_index_properties.element`: keys are bytes of any length.
pub const SOCH_ELEMENT_BYTES: u32 = 0;
/// `soch_index_properties.element`: a key is a vector of 32-bit floating-point numbers.
pub const SOCH_ELEMENT_F32: u32 = 1;
/// `soch_index_properties.element`: a key is a vector of 16-bit floating-point numbers by IEEE 754.
pub const SOCH_ELEMENT_F16: u32 = 2;
/// `soch_index_properties.element`: a key is a vector of signed bytes.
pub const SOCH_ELEMENT_I8: u32 = 3;
/// `soch_index_properties.element`: a key is a vector of bits, the first one the lowest of its byte. Bits of the last byte
/// behind the last dimension are 0.
pub const SOCH_ELEMENT_BIT: u32 = 4;
/// `soch_index_properties.element`: a key is a text in UTF-8.
pub const SOCH_ELEMENT_TEXT: u32 = 5;

/// `soch_index_properties.metric`: one that is not listed, or no distances at all.
pub const SOCH_DISTANCE_OTHER: u32 = 0;
/// `soch_index_properties.metric`: the Euclidean distance.
pub const SOCH_DISTANCE_L2: u32 = 1;
/// `soch_index_properties.metric`: the square of the Euclidean distance.
pub const SOCH_DISTANCE_L2_SQUARED: u32 = 2;
/// `soch_index_properties.metric`: 1 minus the cosine of the angle. A vector of zeros has none: it is `SOCH_INVALID`, or at
/// any distance that is no NaN.
pub const SOCH_DISTANCE_COSINE: u32 = 3;
/// `soch_index_properties.metric`: minus the inner product.
pub const SOCH_DISTANCE_INNER_PRODUCT: u32 = 4;

/// `soch_index_properties.flags`: `insert` and `remove` may be called from any thread, beside each other and beside all that
/// is [any-thread]. Whatever looks at a row meanwhile finds it or not. What is saved meanwhile has a change whole or not at
/// all. Without this flag changes are [exclusive]. Since 1.1.
pub const SOCH_INDEX_CONCURRENT_CHANGES: u64 = 1;
/// `soch_index_properties.flags`: changes and builds are seen for certain only after the next `flush_index` that returned
/// `SOCH_OK`; what looks before finds the index as it was, or with some of them. Such an index has the group `flush`.
/// Without this flag they are seen when they return. Since 1.1.
pub const SOCH_INDEX_VISIBLE_AFTER_FLUSH: u64 = 2;

/// The properties of an index, which do not change. The host owns it; it sets `size` and all else to 0 (rule 7). Of a
/// figure, 0 means that there is no limit, or none that is known. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_index_properties {
    /// `sizeof(soch_index_properties)` of the host: the room that there is. The plugin leaves it as it is.
    pub size: usize,
    /// Some of `SOCH_INDEX_*` and `SOCH_PROPERTY_*` (rule 14).
    pub flags: u64,
    /// What a key consists of: one of `SOCH_ELEMENT_*` (rule 15).
    pub element: u32,
    /// How distances are measured: one of `SOCH_DISTANCE_*` (rule 15).
    pub metric: u32,
    /// Elements of each vector, if that is fixed.
    pub dimensions: u64,
    /// Bytes of the longest key.
    pub max_key: u64,
    /// The most neighbours of one search.
    pub max_neighbors: u64,
}

/// An index. Several rows may have one key, and one row several keys. Grows at its end.
///
/// What a key is, the index says in its documentation: bytes that order as unsigned, a vector, a text. A key that it
/// cannot take is `SOCH_INVALID` and changes nothing. A vector is its elements in this machine's byte order, `float`s
/// unless it describes others, all of one dimension, which the configuration or the first vector fixes; another dimension is
/// `SOCH_INVALID`. It takes row
/// numbers of all 64 bits, and a `build` of at least 65 536 entries.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_index {
    /// `sizeof(soch_index)` of the plugin.
    pub size: usize,
    /// Sets `name` to the kind of index, such as `hnsw`, `learned`, `btree`: 1 to 63 of `A-Z a-z 0-9 _ . + -`. The
    /// host asks once, after `create`, and copies it. Required. [any-thread]
    pub index_type: Option<unsafe extern "C" fn(instance: *mut c_void, name: *mut soch_str) -> soch_status>,
    /// Replaces the whole index by `entries` of that column. One that fails or is cancelled leaves the index as it was. `call`
    /// may be NULL. Optional; the default is a build by one part, with the group `builder`, and without it
    /// `SOCH_UNSUPPORTED`, as an index has it that only loads, or finds its files. [exclusive]
    pub build: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            table: u32,
            column: u16,
            entries: *const soch_index_entry,
            count: usize,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Adds a row. `SOCH_OK` also if it was there. Optional; the default is `SOCH_UNSUPPORTED`, as an index has it that is
    /// only built. Unless `SOCH_INDEX_CONCURRENT_CHANGES` says else: [exclusive]
    pub insert: Option<
        unsafe extern "C" fn(instance: *mut c_void, key: soch_bytes, row: u64, error: *mut soch_error) -> soch_status,
    >,
    /// Removes a row. `SOCH_OK` also if it was not there. What it took is given back in time: an index whose entries come and go
    /// takes no more and more. Optional; the default is `SOCH_UNSUPPORTED`, as an index has it that only grows. Unless `SOCH_INDEX_CONCURRENT_CHANGES` says else: [exclusive]
    pub remove: Option<
        unsafe extern "C" fn(instance: *mut c_void, key: soch_bytes, row: u64, error: *mut soch_error) -> soch_status,
    >,
    /// Finds the rows with exactly `key`, in ascending order. Writes the first `capacity` of them to `rows` and
    /// sets `count` to how many there are in all; with more than `capacity` the caller comes again. Optional; the
    /// default is `SOCH_UNSUPPORTED`, as an index has it that only knows distances. [any-thread]
    pub lookup: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            key: soch_bytes,
            rows: *mut u64,
            capacity: usize,
            count: *mut usize,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Finds the rows with `start <= key < end`, in ascending order of key, then row, at most `limit` of them.
    /// An empty `end` means: to the last key; a `start` behind `end`: no row. Both may be longer than any key that `describe`
    /// allows. Writes as `lookup` does, and counts no more than `limit`. `call` may be NULL. Optional; the default is
    /// `SOCH_UNSUPPORTED`, as an index without an order has it. [any-thread]
    pub range: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            start: soch_bytes,
            end: soch_bytes,
            limit: u64,
            rows: *mut u64,
            capacity: usize,
            count: *mut usize,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Sets `bytes` to the memory and disk that the index takes. Optional; the default is `SOCH_UNSUPPORTED`: it is not
    /// known. [any-thread]
    pub size_bytes:
        Option<unsafe extern "C" fn(instance: *mut c_void, bytes: *mut u64, error: *mut soch_error) -> soch_status>,
    /// Finds the `k` rows nearest to `query`, nearest first, each row once, by its nearest key. Writes at most `k` to `rows` and `distances`, and sets
    /// `count` to how many it wrote. A distance is smaller the nearer a row is, by whatever metric the index has: the
    /// Euclidean one, its square, 1 minus the cosine, minus the inner product, minus a score. It may be negative and is
    /// never NaN. Rows at one distance come in any order. Optional; the default is `search` for no more than that, and
    /// without it `SOCH_UNSUPPORTED`. [any-thread]
    pub nearest: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            query: soch_bytes,
            k: usize,
            rows: *mut u64,
            distances: *mut f32,
            count: *mut usize,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Fills `properties`. The host asks once, after `create`, and refuses by itself what exceeds the answer: a vector of
    /// another dimension as `SOCH_INVALID`, a key that is too long and too many neighbours as `SOCH_LIMIT`. Optional; the
    /// default fills nothing. [any-thread]
    pub describe: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            properties: *mut soch_index_properties,
            error: *mut soch_error,
        ) -> soch_status,
    >,

    /// `nearest` for `query_count` queries in one call: `rows` and `distances` have `k` places a query, `counts`
    /// one. `call` may be NULL. Optional group `nearest_batch`; without it the host calls `nearest` for each. Since 1.1.
    /// [any-thread]
    pub nearest_batch: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            queries: *const soch_bytes,
            query_count: usize,
            k: usize,
            rows: *mut u64,
            distances: *mut f32,
            counts: *mut usize,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Does what `nearest` does, for all that `search` asks: which rows are allowed, how far they may be, how to look for
    /// them. Each row comes once. Writes at most `search->k` rows and distances, nearest first, and fills `result`. Optional group `search`;
    /// without it the host calls `nearest` for a search that asks for no more than it gives, and a distance; any other is
    /// `SOCH_UNSUPPORTED`. Since 1.1. [any-thread]
    pub search: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            search: *const soch_search,
            rows: *mut u64,
            distances: *mut f32,
            result: *mut soch_search_result,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Writes the whole index to `output`, for `load`. The host numbers its changes, and `watermark` is the number of the
    /// last one that the index holds: the plugin writes it too. `load` gives it back, and the host repeats the changes that
    /// came after it. Searches go on beside a save, changes do not, unless they are concurrent. After an error the host throws away what was written.
    /// Optional group `persist`; without it both are `SOCH_UNSUPPORTED`. Since 1.1. [any-thread]
    pub save: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            watermark: u64,
            output: *const soch_writer,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Replaces the whole index by `saved`: all that `save` wrote, in this version of the plugin or an earlier one, with the
    /// same configuration. Sets `watermark` to what it was saved with. Bytes that are cut short or changed, be it one bit,
    /// are `SOCH_CORRUPTION`: write a checksum. Those of another plugin, a later version or another configuration are
    /// `SOCH_UNSUPPORTED`. A load that fails or is cancelled leaves the index as it was. Optional group `persist`.
    /// Since 1.1. [exclusive]
    pub load: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            saved: soch_bytes,
            watermark: *mut u64,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Makes all changes and builds before it visible and, in an index with files of its own, durable, as what an instance found
    /// that a killed process had left, also if nothing has changed since; and keeps `watermark`
    /// with them in one step: the host's number of the last of them, which never falls. A process that ends meanwhile leaves
    /// the files as the last flush that returned `SOCH_OK` left them, or as this one does. `SOCH_OK` means that no change is
    /// missing; an index that lost one fails each later flush. One that fails or is cancelled may be repeated. Searches go on
    /// beside a flush, changes do not, unless they are concurrent. Optional group `flush`; without it all is seen at once, `flush_index` is `SOCH_OK`, and `flushed` finds 0.
    /// Since 1.1. [any-thread]
    pub flush_index: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            watermark: u64,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Sets `watermark` to that of the last flush which the index holds, and 0 if it holds none. The host asks after `create`
    /// what the files hold, and repeats what came later: everything, for 0. Optional group `flush`. Since 1.1. [any-thread]
    pub flushed:
        Option<unsafe extern "C" fn(instance: *mut c_void, watermark: *mut u64, error: *mut soch_error) -> soch_status>,
    /// Does what `insert` and `remove` do, for `count` changes in their order. An operation that it does not know is
    /// `SOCH_UNSUPPORTED` and changes nothing. After another error the first of them may be made, the rest not; all of them
    /// may be repeated. Optional group `change_batch`; without it the host calls `insert` and `remove` for each. Since 1.1.
    /// Unless `SOCH_INDEX_CONCURRENT_CHANGES` says else: [exclusive]
    pub change_batch: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            changes: *const soch_index_change,
            count: usize,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Removes all that the index keeps, in memory and in files of its own. The host calls nothing after it but `abandon_build`,
    /// `shutdown` and `destroy`, unless it is `SOCH_UNSUPPORTED`, which changes nothing. An instance that is made anew with the same
    /// configuration and `data_dir` is empty after `SOCH_OK`, and after an error empty or as it was. Optional; the default is
    /// `SOCH_UNSUPPORTED`. Since 1.1. [exclusive]
    pub drop_index: Option<
        unsafe extern "C" fn(instance: *mut c_void, call: *const soch_call, error: *mut soch_error) -> soch_status,
    >,
    /// Begins a build by parts: a builder takes the entries of that column beside searches and changes, and nobody sees them
    /// before `finish_build`. It lives until `finish_build` or `abandon_build`, of which one comes before `shutdown`. Its calls
    /// are calls on the instance, too: nothing [exclusive] runs beside them. Several may be open; an index that has room for
    /// one only answers the next, and `build` meanwhile, with `SOCH_BUSY`. `call` may be NULL. Optional group `builder`;
    /// without it, and after `SOCH_UNSUPPORTED`, the host keeps the entries, and passes all of them to `build`. Since 1.1.
    /// [any-thread]
    pub begin_build: Option<
        unsafe extern "C" fn(
            instance: *mut c_void,
            call: *const soch_call,
            table: u32,
            column: u16,
            builder: *mut *mut c_void,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Adds entries to those of the builder; one that comes twice counts once. After an error the first of them may be added,
    /// the rest not, and all of them may be added again; a builder that lost one fails in `finish_build`. `call` may be NULL.
    /// Optional group `builder`. Since 1.1. [exclusive]
    pub build_add: Option<
        unsafe extern "C" fn(
            builder: *mut c_void,
            call: *const soch_call,
            entries: *const soch_index_entry,
            count: usize,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Replaces the whole index by what was added, in one step, as `build` does: what was changed since `begin_build` goes, too,
    /// and the host makes those changes again. No other call on the instance is under way, so what takes long belongs into
    /// `build_add`. One that fails or is cancelled leaves the index as it was. The handle is gone, whatever this returns.
    /// `call` may be NULL. Optional group `builder`. Since 1.1. [exclusive]
    pub finish_build: Option<
        unsafe extern "C" fn(builder: *mut c_void, call: *const soch_call, error: *mut soch_error) -> soch_status,
    >,
    /// Ends a builder of which nothing stays. Optional group `builder`. Since 1.1. [exclusive]
    pub abandon_build: Option<unsafe extern "C" fn(builder: *mut c_void)>,
}
