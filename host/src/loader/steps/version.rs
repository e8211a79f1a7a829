//! The plugin's tables, copied into the host's own and completed: later calls check no version.

use crate::base::escape::printable;
use crate::instance::Tables;
use crate::loader::plugin_entry::Entry;
use crate::refusal::load_error::LoadError;
use core::ffi::c_void;
use sochdb_plugin_sdk::abi::*;
use std::mem::MaybeUninit;

/// The most bytes that a table of any later minor version could have.
const LARGEST: usize = 1 << 16;

/// A table of the contract: its size comes first, all else are function pointers that may be NULL.
///
/// # Safety
/// The type is `repr(C)`, begins with `size: usize`, and is valid when all its bytes are zero.
pub(crate) unsafe trait Table: Copy {
    const NAME: &'static str;

    /// The first required slot that is missing.
    fn missing(&self) -> Option<&'static str>;

    /// Fills the optional slots that are missing.
    fn complete(&mut self);
}

/// Copies what both sides know of the table of a plugin of this minor version. None for NULL.
///
/// # Safety
/// The plugin promises that `table` is NULL or leads to as many constant bytes as the table's `size` says.
pub(crate) unsafe fn adopt<T: Table>(table: *const T, minor: u16) -> Result<Option<T>, LoadError> {
    if table.is_null() {
        return Ok(None);
    }
    let malformed = |what: String| {
        let fix = "set `.size = sizeof(table)` in the table";
        Err(LoadError::TableMalformed { reason: format!("`{}` {what}", T::NAME), fix })
    };
    if !table.is_aligned() {
        return malformed(format!("is at {table:p}, which is not aligned"));
    }
    // SAFETY: it is not NULL and aligned; the plugin promises that at least the size is there.
    let size = unsafe { table.cast::<usize>().read() };
    if size < size_of::<usize>() || size > LARGEST || !size.is_multiple_of(align_of::<T>()) {
        return malformed(format!("says that it has {size} bytes"));
    }
    if minor <= SOCH_ABI_MINOR && size > size_of::<T>() {
        return malformed(format!("says that it has {size} bytes, more than the {} of its version", size_of::<T>()));
    }
    let mut copy = MaybeUninit::<T>::zeroed();
    // SAFETY: the plugin promises `size` bytes at `table`; the copy has room for its own size.
    unsafe { table.cast::<u8>().copy_to_nonoverlapping(copy.as_mut_ptr().cast(), size.min(size_of::<T>())) };
    // SAFETY: `Table` says that zeros are valid, and all other bytes are pointers that the plugin wrote.
    let mut copy = unsafe { copy.assume_init() };
    if let Some(slot) = copy.missing() {
        return Err(LoadError::SlotMissing { table: T::NAME, slot });
    }
    copy.complete();
    Ok(Some(copy))
}

/// Copies the tables that the entry leads to.
///
/// # Safety
/// The library stays mapped, and promises that its entry leads to what the contract says.
pub(crate) unsafe fn tables(entry: &Entry) -> Result<(Tables, String), LoadError> {
    // SAFETY: the caller passes the library's promise on.
    let tables = unsafe {
        Tables {
            storage: adopt(entry.raw.storage, entry.raw.abi_minor)?,
            index: adopt(entry.raw.index, entry.raw.abi_minor)?,
            observability: adopt(entry.raw.observability, entry.raw.abi_minor)?,
            compression: adopt(entry.raw.compression, entry.raw.abi_minor)?,
        }
    };
    let has = entry.info.capabilities.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    Ok((tables, format!("ABI {SOCH_ABI_MAJOR}.{}: {}", entry.abi_minor, printable(&has))))
}

macro_rules! table {
    ($table:ident, required: $($required:ident),+; optional: $($optional:ident = $default:expr),*; groups: $([$($member:ident),+]),*) => {
        // SAFETY: cbindgen and the layout tests hold these structs to it.
        unsafe impl Table for $table {
            const NAME: &'static str = stringify!($table);

            fn missing(&self) -> Option<&'static str> {
                $(if self.$required.is_none() { return Some(stringify!($required)); })+
                None
            }

            fn complete(&mut self) {
                $(self.$optional.get_or_insert($default);)*
                $(if $(self.$member.is_none())||+ { $(self.$member = None;)+ })*
            }
        }
    };
}

table!(soch_storage,
    required: get, put, remove, scan, flush;
    optional: compact = nothing_to_do, stats = zero_stats, write_batch = no_write_batch;
    groups: [open_table, close_table, table_get, table_put],
        [open_reader, close_reader, reader_get, open_cursor, cursor_next, close_cursor]);
table!(soch_index,
    required: index_type, build, insert, remove, lookup, range, size_bytes;
    optional: nearest = no_nearest;
    groups: [nearest_batch]);
table!(soch_observability,
    required: counter_inc, gauge_set, histogram_observe, span_start, span_end, span_event;
    optional: log = no_log, report_health = no_health, attach = no_attach;
    groups: );
table!(soch_compression,
    required: algorithm, compress, decompress;
    optional: set_level = any_level, bound = no_bound;
    groups: );

unsafe extern "C" fn nothing_to_do(_: *mut c_void, _: *mut soch_error) -> soch_status {
    SOCH_OK
}

unsafe extern "C" fn zero_stats(_: *mut c_void, stats: *mut soch_storage_stats, _: *mut soch_error) -> soch_status {
    // SAFETY: the host gives a place for the result.
    unsafe { stats.write_bytes(0, 1) };
    SOCH_OK
}

unsafe extern "C" fn no_write_batch(
    _: *mut c_void,
    _: *const soch_write,
    _: usize,
    _: u64,
    _: *mut soch_error,
) -> soch_status {
    SOCH_UNSUPPORTED
}

unsafe extern "C" fn no_nearest(
    _: *mut c_void,
    _: soch_bytes,
    _: usize,
    _: *mut u64,
    _: *mut f32,
    _: *mut usize,
    _: *mut soch_error,
) -> soch_status {
    SOCH_UNSUPPORTED
}

unsafe extern "C" fn no_log(_: *mut c_void, _: i32, _: soch_str, _: *const soch_label, _: usize) -> soch_status {
    SOCH_OK
}

unsafe extern "C" fn no_health(_: *mut c_void, _: *const soch_health) -> soch_status {
    SOCH_OK
}

unsafe extern "C" fn no_attach(_: *mut c_void, _: *const soch_metrics, _: *mut soch_error) -> soch_status {
    SOCH_UNSUPPORTED
}

unsafe extern "C" fn any_level(_: *mut c_void, _: i32, _: *mut soch_error) -> soch_status {
    SOCH_OK
}

unsafe extern "C" fn no_bound(_: *mut c_void, _: usize, _: *mut usize, _: *mut soch_error) -> soch_status {
    SOCH_UNSUPPORTED
}
