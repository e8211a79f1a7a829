//! Reads the entry of a mapped library, holds it to the note, and copies its tables.

use crate::elf::Note;
use crate::instance::Tables;
use crate::loader::LoadError;
use crate::tables::adopt;
use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::{ExtensionCapability, ExtensionInfo};
use std::mem::{offset_of, MaybeUninit};
use std::os::raw::c_char;

/// The most bytes of a description or author.
const LONGEST_TEXT: usize = 4096;
/// As the contract says.
const KNOWN_KINDS: u32 =
    SOCH_KIND_STORAGE | SOCH_KIND_INDEX | SOCH_KIND_OBSERVABILITY | SOCH_KIND_COMPRESSION | SOCH_KIND_CUSTOM;
const MOST_CAPABILITIES: usize = 64;

/// The host's copy of `soch_plugin_v1`.
pub(crate) struct Entry {
    pub(crate) raw: soch_plugin,
    pub(crate) info: ExtensionInfo,
    /// The smaller of the host's and the plugin's.
    pub(crate) abi_minor: u16,
}

// SAFETY: its pointers lead to constant data of a library that is never unloaded.
unsafe impl Send for Entry {}
// SAFETY: as above.
unsafe impl Sync for Entry {}

impl Entry {
    /// Reads the entry at `address`, and holds it to the note.
    ///
    /// # Safety
    /// The library stays mapped, and promises that its `soch_plugin_v1`, which is at `address`, is what the contract
    /// says. What cannot be checked from here is the trust that the caller has in the file.
    pub(crate) unsafe fn read(address: Option<*const u8>, note: &Note) -> Result<(Self, String), LoadError> {
        let entry = address.ok_or(LoadError::EntryMissing)?.cast::<soch_plugin>();
        // SAFETY: the caller passes the library's promise on.
        let (raw, info) = unsafe {
            let raw = copy(entry)?;
            (raw, agree(&raw, note)?)
        };
        let abi_minor = raw.abi_minor.min(SOCH_ABI_MINOR);
        let detail = format!("{} {}, as its note says", info.name, info.version);
        Ok((Self { raw, info, abi_minor }, detail))
    }

    /// Copies the tables that the entry leads to.
    ///
    /// # Safety
    /// As for [`Entry::read`].
    pub(crate) unsafe fn tables(&self) -> Result<(Tables, String), LoadError> {
        // SAFETY: the caller passes the library's promise on.
        let tables = unsafe {
            Tables {
                storage: adopt(self.raw.storage)?,
                index: adopt(self.raw.index)?,
                observability: adopt(self.raw.observability)?,
                compression: adopt(self.raw.compression)?,
            }
        };
        let has = self.info.capabilities.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        Ok((tables, format!("ABI {SOCH_ABI_MAJOR}.{}: {has}", self.abi_minor)))
    }
}

/// Copies what both sides know of the entry.
///
/// # Safety
/// The library promises as many constant bytes at `entry` as its size says, and at least its first 40.
unsafe fn copy(entry: *const soch_plugin) -> Result<soch_plugin, LoadError> {
    let malformed = |what: String| Err(LoadError::EntryMalformed { reason: what });
    if !entry.is_aligned() {
        return malformed(format!("it is at {entry:p}, which is not aligned"));
    }
    // SAFETY: these fields are among the first 40 bytes.
    let (magic, size) = unsafe { ((&raw const (*entry).magic).read(), (&raw const (*entry).size).read()) };
    if magic != SOCH_MAGIC {
        return malformed(format!("its magic is {magic:#018x}, not {SOCH_MAGIC:#018x}"));
    }
    // What the first version of the contract had is the least.
    let least = offset_of!(soch_plugin, compression) + size_of::<*const soch_compression>();
    let size = size as usize;
    if size < least || !size.is_multiple_of(align_of::<soch_plugin>()) {
        return malformed(format!("it says it has {size} bytes, where {least} are the least"));
    }
    let mut copy = MaybeUninit::<soch_plugin>::zeroed();
    // SAFETY: the library promises `size` bytes; the copy has room for its own size.
    unsafe {
        entry.cast::<u8>().copy_to_nonoverlapping(copy.as_mut_ptr().cast(), size.min(size_of::<soch_plugin>()));
        Ok(copy.assume_init())
    }
}

/// Holds the entry to the note, which was checked before any code ran.
///
/// # Safety
/// The library promises that the entry's texts are NULL or end in NUL.
unsafe fn agree(raw: &soch_plugin, note: &Note) -> Result<ExtensionInfo, LoadError> {
    let same = |field: &'static str, note: String, entry: String| {
        if note == entry {
            Ok(())
        } else {
            Err(LoadError::EntryMismatch { field, note, entry })
        }
    };
    // SAFETY: the caller passes the library's promise on.
    let (name, version, description, author) = unsafe {
        (
            text(raw.name, SOCH_NAME_SIZE)?,
            text(raw.version, SOCH_VERSION_SIZE)?,
            text(raw.description, LONGEST_TEXT)?,
            text(raw.author, LONGEST_TEXT)?,
        )
    };
    // SAFETY: as above.
    let ids = unsafe { capabilities(raw.capabilities)? };
    let mut kinds = 0;
    let mut capabilities = Vec::new();
    for (there, bit, capability) in [
        (!raw.storage.is_null(), SOCH_KIND_STORAGE, ExtensionCapability::Storage),
        (!raw.index.is_null(), SOCH_KIND_INDEX, ExtensionCapability::Index),
        (!raw.observability.is_null(), SOCH_KIND_OBSERVABILITY, ExtensionCapability::Observability),
        (!raw.compression.is_null(), SOCH_KIND_COMPRESSION, ExtensionCapability::Compression),
    ] {
        if there {
            kinds |= bit;
            capabilities.push(capability);
        }
    }
    if !ids.is_empty() {
        kinds |= SOCH_KIND_CUSTOM;
        if raw.get_interface.is_none() {
            let reason = "it lists capabilities, but its `get_interface` is NULL".to_owned();
            return Err(LoadError::EntryMalformed { reason });
        }
    }
    capabilities.extend(ids);

    same("name", note.name.to_string(), name.clone())?;
    same("version", note.version.to_string(), version.clone())?;
    same("abi_major", note.abi_major.to_string(), raw.abi_major.to_string())?;
    same("abi_minor", note.abi_minor.to_string(), raw.abi_minor.to_string())?;
    same("min_host_minor", note.min_host_minor.to_string(), raw.min_host_minor.to_string())?;
    same("flags", format!("{:#x}", note.flags), format!("{:#x}", raw.flags))?;
    same("layout_hash", hex(&note.layout_hash), hex(&raw.layout_hash))?;
    // A kind of a newer minor has a table that this host does not see.
    let known = if note.abi_minor > SOCH_ABI_MINOR { note.kinds & KNOWN_KINDS } else { note.kinds };
    same("kinds", format!("{known:#x}"), format!("{kinds:#x}"))?;
    Ok(ExtensionInfo { name, version, description, author, capabilities })
}

/// # Safety
/// The library promises NULL or bytes that end in NUL.
unsafe fn text(ptr: *const c_char, longest: usize) -> Result<String, LoadError> {
    if ptr.is_null() {
        return Ok(String::new());
    }
    let mut bytes = Vec::new();
    for at in 0..longest {
        // SAFETY: no NUL was seen before, so the text goes on here.
        match unsafe { ptr.add(at).read() } {
            0 => return Ok(String::from_utf8_lossy(&bytes).into_owned()),
            byte => bytes.push(byte as u8),
        }
    }
    Err(LoadError::EntryMalformed { reason: format!("a text does not end within {longest} bytes") })
}

/// # Safety
/// The library promises NULL or a list of texts that ends in NULL.
unsafe fn capabilities(list: *const *const c_char) -> Result<Vec<ExtensionCapability>, LoadError> {
    let mut capabilities = Vec::new();
    if list.is_null() {
        return Ok(capabilities);
    }
    for at in 0..=MOST_CAPABILITIES {
        // SAFETY: no NULL was seen before, so the list goes on here.
        let id = unsafe { list.add(at).read() };
        if id.is_null() {
            return Ok(capabilities);
        }
        // SAFETY: the caller passes the library's promise on.
        capabilities.push(ExtensionCapability::from_id(&unsafe { text(id, LONGEST_TEXT)? }));
    }
    Err(LoadError::EntryMalformed { reason: format!("its capabilities do not end within {MOST_CAPABILITIES}") })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
