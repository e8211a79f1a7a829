//! The entry of a library and the note that repeats it for readers that run nothing.

use crate::compression::soch_compression;
use crate::data::soch_str;
use crate::host::soch_host;
use crate::index::soch_index;
use crate::observability::soch_observability;
use crate::status::{soch_error, soch_status};
use crate::storage::soch_storage;
use core::ffi::{c_char, c_void};

/// `soch_plugin.magic`: `SOCHPLG1` in memory on a little-endian machine.
pub const SOCH_MAGIC: u64 = 0x3147_4C50_4843_4F53;

/// Bit of `soch_note.kinds`: `soch_plugin.storage` is set.
pub const SOCH_KIND_STORAGE: u32 = 1;
/// Bit of `soch_note.kinds`: `soch_plugin.index` is set.
pub const SOCH_KIND_INDEX: u32 = 2;
/// Bit of `soch_note.kinds`: `soch_plugin.observability` is set.
pub const SOCH_KIND_OBSERVABILITY: u32 = 4;
/// Bit of `soch_note.kinds`: `soch_plugin.compression` is set.
pub const SOCH_KIND_COMPRESSION: u32 = 8;
/// Bit of `soch_note.kinds`: `soch_plugin.capabilities` is set.
pub const SOCH_KIND_CUSTOM: u32 = 16;

/// The flags of `soch_plugin.flags` that a host must understand to load the plugin (rule 5).
pub const SOCH_FLAGS_MUST_UNDERSTAND: u32 = 0xffff;

/// Bytes of the layout hash.
pub const SOCH_LAYOUT_HASH_SIZE: usize = 16;

/// The entry: a library exports one constant of this type, named `soch_plugin_v1`. The first 40 bytes never
/// change, in no major version. `SOCH_PLUGIN` writes it. Grows at its end.
///
/// An instance's life: `create`, calls, `shutdown` once, `destroy`. There may be several instances of one
/// library at a time, each with its own configuration; nothing is set up once a process. No instance leaves a child process
/// behind, prints on standard output, or listens where neither its configuration nor its description says so. It writes files
/// where its configuration or the host says: none stays in the working directory, the home directory or among temporary files.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_plugin {
    /// `SOCH_MAGIC`.
    pub magic: u64,
    /// `sizeof(soch_plugin)` of the plugin.
    pub size: u32,
    /// `SOCH_ABI_MAJOR` of the plugin. Another one than the host's is refused.
    pub abi_major: u16,
    /// The minor version that the plugin was compiled for.
    pub abi_minor: u16,
    /// The least minor version of a host that the plugin works with; usually 0.
    pub min_host_minor: u16,
    /// 0 (rule 16).
    pub reserved: u16,
    /// Flags, none of which has a meaning yet: 0. Rule 5 says what a host does about those that it does not know.
    pub flags: u32,
    /// `SOCH_LAYOUT_HASH` of the header that the plugin was compiled with.
    #[cfg_attr(feature = "layout", sabi(unsafe_opaque_field))] // As in `soch_error`.
    pub layout_hash: [u8; SOCH_LAYOUT_HASH_SIZE],
    /// The plugin's name: 1 to 63 of `A-Z a-z 0-9 _ . + -`, the first one a letter or digit. [static]
    pub name: *const c_char,
    /// The plugin's own version: 1 to 31 of the same characters. [static]
    pub version: *const c_char,
    /// One sentence in UTF-8 on what it does, or NULL. [static]
    pub description: *const c_char,
    /// The author, in UTF-8, or NULL. [static]
    pub author: *const c_char,
    /// Ids that `get_interface` answers, ended by NULL, at most 64; or NULL. [static]
    pub capabilities: *const *const c_char,
    /// Makes an instance. `config` is lent for the call; it is a JSON object by custom, `{}` if none was given, and
    /// nobody but the plugin looks at it. On failure nothing is left behind. Optional: without it every call gets a NULL instance. [any-thread]
    pub create: Option<
        unsafe extern "C" fn(
            host: *const soch_host,
            config: soch_str,
            instance: *mut *mut c_void,
            error: *mut soch_error,
        ) -> soch_status,
    >,
    /// Stops the instance's work: writes what is buffered, and says if that fails. Files, sockets and threads may end with it
    /// or with `destroy`. After it, whatever it returns, only `destroy` follows. Optional. [exclusive]
    pub shutdown: Option<unsafe extern "C" fn(instance: *mut c_void, error: *mut soch_error) -> soch_status>,
    /// Frees the instance: when it returns, nothing that the instance opened, started or took is left. Comes without `shutdown`
    /// after `SOCH_PANICKED`, and may never come (rule 8). Optional. [exclusive]
    pub destroy: Option<unsafe extern "C" fn(instance: *mut c_void)>,
    /// The table of one of `capabilities`, or NULL. The table is [static]. Only a host that shares the plugin's memory
    /// and knows the id asks, so a plugin works without. Required if there are any. [any-thread]
    pub get_interface: Option<unsafe extern "C" fn(instance: *mut c_void, id: soch_str) -> *const c_void>,
    /// The table of its storage engine, or NULL. [static]
    // The layout of each table is exported by itself, and only if the plugin has it.
    #[cfg_attr(feature = "layout", sabi(unsafe_opaque_field))]
    pub storage: *const soch_storage,
    /// The table of its index, or NULL. [static]
    #[cfg_attr(feature = "layout", sabi(unsafe_opaque_field))]
    pub index: *const soch_index,
    /// The table of its sink of metrics, spans and logs, or NULL. [static]
    #[cfg_attr(feature = "layout", sabi(unsafe_opaque_field))]
    pub observability: *const soch_observability,
    /// The table of its codec, or NULL. [static]
    #[cfg_attr(feature = "layout", sabi(unsafe_opaque_field))]
    pub compression: *const soch_compression,
}

// SAFETY: the author, through `SOCH_PLUGIN` or `export_plugin!`, promises that every pointer leads to constant
// data of the library.
unsafe impl Sync for soch_plugin {}

/// `soch_note.owner_size`: `SochDB` and its NUL.
pub const SOCH_NOTE_OWNER_SIZE: u32 = 7;
/// `soch_note.kind`.
pub const SOCH_NOTE_TYPE: u32 = 0x5344_4201;
/// `soch_note.note_version`.
pub const SOCH_NOTE_VERSION: u32 = 1;
/// Bytes of `soch_note` after `owner`.
pub const SOCH_NOTE_BODY_SIZE: u32 = 132;
/// Bytes of `soch_note.name`, its NUL included.
pub const SOCH_NAME_SIZE: usize = 64;
/// Bytes of `soch_note.version`, its NUL included.
pub const SOCH_VERSION_SIZE: usize = 32;

/// The facts of the entry, in a form that is read from the file before any code of it runs: an ELF note in the
/// section `.note.sochdb` (Mach-O: `__DATA,__sochdb`; PE: `.sochdb`), in the byte order of the file.
/// `SOCH_PLUGIN` writes it. The host refuses a library whose note and entry differ. Grows at its end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
pub struct soch_note {
    /// `SOCH_NOTE_OWNER_SIZE`.
    pub owner_size: u32,
    /// `SOCH_NOTE_BODY_SIZE`.
    pub body_size: u32,
    /// `SOCH_NOTE_TYPE`.
    pub kind: u32,
    /// `SochDB`.
    pub owner: [c_char; 8],
    /// `SOCH_NOTE_VERSION`.
    pub note_version: u32,
    /// The entry's.
    pub abi_major: u16,
    /// The entry's.
    pub abi_minor: u16,
    /// The entry's.
    pub min_host_minor: u16,
    /// 0 (rule 16).
    pub reserved: u16,
    /// The entry's.
    pub flags: u32,
    /// The `SOCH_KIND_*` of the tables that the entry has.
    pub kinds: u32,
    /// The entry's.
    pub layout_hash: [u8; SOCH_LAYOUT_HASH_SIZE],
    /// The entry's; the rest is NUL.
    pub name: [c_char; SOCH_NAME_SIZE],
    /// The entry's; the rest is NUL.
    pub version: [c_char; SOCH_VERSION_SIZE],
}
