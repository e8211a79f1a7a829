//! The plugin's tables, copied into the host's own and completed: later calls check no version.

use crate::base::escape::printable;
use crate::instance::Tables;
use crate::loader::plugin_entry::Entry;
use crate::refusal::refusals::Refusal;
use crate::refusal::words::Words;
use sochdb_plugin_abi::{for_each_kind, soch_plugin, SOCH_ABI_MAJOR, SOCH_ABI_MINOR};
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
pub(crate) unsafe fn adopt<T: Table>(table: *const T, minor: u16) -> Result<Option<T>, Refusal> {
    if table.is_null() {
        return Ok(None);
    }
    let malformed = |what: String| {
        let fix = "set `.size = sizeof(table)` in the table";
        Err(Refusal::TableMalformed { reason: format!("`{}` {what}", T::NAME), fix })
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
        return Err(Refusal::SlotMissing { table: T::NAME, slot });
    }
    copy.complete();
    Ok(Some(copy))
}

macro_rules! adopt_all {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        /// # Safety
        /// As for [`tables`].
        unsafe fn adopt_all(raw: &soch_plugin) -> Result<Tables, Refusal> {
            // SAFETY: the caller passes the library's promise on.
            unsafe { Ok(Tables { $($kind: adopt(raw.$kind, raw.abi_minor)?,)+ }) }
        }
    };
}

for_each_kind!(adopt_all);

/// Copies the tables that the entry leads to.
///
/// # Safety
/// The library stays mapped, and promises that its entry leads to what the contract says.
pub(crate) unsafe fn tables(entry: &Entry) -> Result<(Tables, impl Words<Tables> + '_), Refusal> {
    // SAFETY: the caller passes the library's promise on.
    let tables = unsafe { adopt_all(&entry.raw)? };
    Ok((tables, |_: &Tables| {
        let has = entry.info.capabilities.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        format!("ABI {SOCH_ABI_MAJOR}.{}: {}", entry.abi_minor, printable(&has))
    }))
}

/// Says of a table which slots are required, what fills each optional one, and which are used only together.
macro_rules! table {
    ($table:ident, required: $($required:ident),*; optional: $($optional:ident = $default:path),*; groups: $([$($member:ident),+]),*) => {
        // SAFETY: cbindgen and the layout tests hold these structs to it.
        unsafe impl Table for $table {
            const NAME: &'static str = stringify!($table);

            fn missing(&self) -> Option<&'static str> {
                $(if self.$required.is_none() { return Some(stringify!($required)); })*
                None
            }

            fn complete(&mut self) {
                $(self.$optional.get_or_insert($default);)*
                $(if $(self.$member.is_none())||+ { $(self.$member = None;)+ })*
            }
        }

        #[cfg(feature = "recorder")]
        impl crate::loader::recorded::Slots for $table {
            const NAME: &'static str = stringify!($table);

            fn functions() -> &'static crate::loader::recorded::Functions {
                static FUNCTIONS: crate::loader::recorded::Functions = crate::loader::recorded::Functions::none();
                &FUNCTIONS
            }

            fn slot(offset: usize) -> &'static str {
                use std::mem::offset_of;
                $(if offset == offset_of!($table, $required) { return stringify!($required); })*
                $(if offset == offset_of!($table, $optional) { return stringify!($optional); })*
                $($(if offset == offset_of!($table, $member) { return stringify!($member); })+)*
                "size"
            }

            fn record(&mut self) {
                use crate::loader::recorded::Function;
                use std::mem::offset_of;
                $(self.$required = self.$required.map(|own| own.recorded::<$table, { offset_of!($table, $required) }>());)*
                $(self.$optional = self.$optional.map(|own| own.recorded::<$table, { offset_of!($table, $optional) }>());)*
                $($(self.$member = self.$member.map(|own| own.recorded::<$table, { offset_of!($table, $member) }>());)+)*
            }
        }
    };
}

pub(super) use table;
