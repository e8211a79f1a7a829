//! Reads the entry of a mapped library, holds it to the note, and copies its tables.

use crate::base::escape::hex;
use crate::base::kinds::Kinds;
use crate::base::text::UntrustedText;
use crate::elf::notes::Note;
use crate::elf::Facts;
use crate::loader::plugin_entry::Entry;
use crate::refusal::refusals::Refusal;
use crate::refusal::words::Words;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{ExtensionCapability, ExtensionInfo};
use std::mem::{offset_of, MaybeUninit};
use std::os::raw::c_char;

/// The most bytes of a description or author.
const LONGEST_TEXT: usize = 4096;
/// As the contract says.
const MOST_CAPABILITIES: usize = 64;

impl Entry {
    /// Reads the entry at `address`, and holds it to the note and to its beginning in the file.
    ///
    /// # Safety
    /// The library stays mapped, and promises that its `soch_plugin_v1`, which is at `address`, is what the contract
    /// says. `facts` are those of its file, and passed the steps up to the note. What cannot be checked from here is the trust that the caller has in the file.
    pub(crate) unsafe fn read(
        address: Option<*const u8>,
        facts: &Facts,
        note: &Note,
    ) -> Result<(Self, impl Words<Self>), Refusal> {
        // The file's own hash table leads to it.
        let missing = || Refusal::open("it has no symbol `soch_plugin_v1`".to_owned());
        let entry = address.ok_or_else(missing)?.cast::<soch_plugin>();
        // SAFETY: the caller passes the library's promise on.
        unsafe { Self::agreed(copy(entry, facts.entry_size)?, note) }
    }

    /// Holds the copy of an entry to the note.
    ///
    /// # Safety
    /// As for [`Entry::read`].
    pub(crate) unsafe fn agreed(raw: soch_plugin, note: &Note) -> Result<(Self, impl Words<Self>), Refusal> {
        // SAFETY: the caller passes the library's promise on.
        let info = unsafe { agree(&raw, note)? };
        let abi_minor = raw.abi_minor.min(SOCH_ABI_MINOR);
        Ok((Self { raw, info, abi_minor }, |entry: &Self| {
            format!("{} {}, as its note says", entry.info.name, entry.info.version)
        }))
    }
}

/// Copies the entry of a plugin that is linked in, and makes the note that a library with this entry would have.
///
/// # Safety
/// The entry is what the contract says, and as long as its `size`; its texts are NULL or end in NUL.
pub(crate) unsafe fn of_program(entry: *const soch_plugin) -> Result<(soch_plugin, Note), Refusal> {
    // SAFETY: the caller promises it.
    unsafe {
        let raw = copy(entry, u64::MAX)?;
        let custom = if raw.capabilities.is_null() || (*raw.capabilities).is_null() { 0 } else { SOCH_KIND_CUSTOM };
        let note = Note {
            note_version: SOCH_NOTE_VERSION,
            abi_major: raw.abi_major,
            abi_minor: raw.abi_minor,
            min_host_minor: raw.min_host_minor,
            flags: raw.flags,
            kinds: set(&raw).0 | custom,
            layout_hash: raw.layout_hash,
            name: UntrustedText::from(text(raw.name, SOCH_NAME_SIZE, "name")?.as_bytes()),
            version: UntrustedText::from(text(raw.version, SOCH_VERSION_SIZE, "version")?.as_bytes()),
        };
        Ok((raw, note))
    }
}

/// Copies what both sides know of the entry.
///
/// # Safety
/// At `entry` are `room` constant bytes, at least 40: those of the symbol, which the file was checked for.
unsafe fn copy(entry: *const soch_plugin, room: u64) -> Result<soch_plugin, Refusal> {
    let malformed = |reason: String| {
        let fix = "set `.magic = SOCH_MAGIC` and `.size = sizeof(soch_plugin)`, or let `SOCH_PLUGIN` write the entry";
        Err(Refusal::EntryMalformed { reason, fix })
    };
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
    // A constructor may have written another size than the file has.
    if size as u64 > room {
        return malformed(format!("it says it has {size} bytes, but its symbol has {room}"));
    }
    let mut copy = MaybeUninit::<soch_plugin>::zeroed();
    // SAFETY: the caller promises `room` bytes, of which `size` are a part; the copy has room for its own size.
    unsafe {
        entry.cast::<u8>().copy_to_nonoverlapping(copy.as_mut_ptr().cast(), size.min(size_of::<soch_plugin>()));
        Ok(copy.assume_init())
    }
}

macro_rules! set {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        /// The kinds whose tables the entry has.
        fn set(raw: &soch_plugin) -> (u32, Vec<ExtensionCapability>) {
            let (mut kinds, mut capabilities) = (0, Vec::new());
            $(if !raw.$kind.is_null() {
                kinds |= $bit;
                capabilities.push(ExtensionCapability::$handle);
            })+
            (kinds, capabilities)
        }
    };
}

for_each_kind!(set);

/// Holds the entry to the note, which was checked before any code ran.
///
/// # Safety
/// The library promises that the entry's texts are NULL or end in NUL.
unsafe fn agree(raw: &soch_plugin, note: &Note) -> Result<ExtensionInfo, Refusal> {
    // SAFETY: the caller passes the library's promise on.
    let (name, version, description, author) = unsafe {
        (
            text(raw.name, SOCH_NAME_SIZE, "name")?,
            text(raw.version, SOCH_VERSION_SIZE, "version")?,
            text(raw.description, LONGEST_TEXT, "description")?,
            text(raw.author, LONGEST_TEXT, "author")?,
        )
    };
    // SAFETY: as above.
    let ids = unsafe { capabilities(raw.capabilities)? };
    let (mut kinds, mut capabilities) = set(raw);
    if !ids.is_empty() {
        kinds |= SOCH_KIND_CUSTOM;
        if raw.get_interface.is_none() {
            let reason = "it lists capabilities, but its `get_interface` is NULL".to_owned();
            return Err(Refusal::EntryMalformed { reason, fix: "set `.get_interface` in the entry" });
        }
    }
    capabilities.extend(ids);

    same("name", &note.name.as_bytes(), &name.as_bytes(), |name| UntrustedText::from(*name).to_string())?;
    same("version", &note.version.as_bytes(), &version.as_bytes(), |version| {
        UntrustedText::from(*version).to_string()
    })?;
    same("abi_major", &note.abi_major, &raw.abi_major, u16::to_string)?;
    same("abi_minor", &note.abi_minor, &raw.abi_minor, u16::to_string)?;
    same("min_host_minor", &note.min_host_minor, &raw.min_host_minor, u16::to_string)?;
    same("flags", &note.flags, &raw.flags, |flags| format!("{flags:#x}"))?;
    same("layout_hash", &note.layout_hash, &raw.layout_hash, |hash| hex(hash))?;
    // A kind of a newer minor has a table that this host does not see.
    let (named, set) = (Kinds(note.kinds).known(), Kinds(kinds));
    if named != set {
        let fix = match set.0 {
            0 => format!("set the table of a kind in the entry, as `SOCH_PLUGIN` names it: {}", named.in_c()),
            _ => format!(
                "name in `SOCH_PLUGIN` exactly the kinds whose tables are set, here {}, or set the missing tables",
                set.in_c()
            ),
        };
        return Err(Refusal::KindsMismatch { note: named.to_string(), entry: set.to_string(), fix });
    }
    Ok(ExtensionInfo::new(name, version)
        .with_description(description)
        .with_author(author)
        .with_capabilities(capabilities))
}

/// Shows the two only if they differ: a load is not to pay for words that nobody reads.
fn same<T: PartialEq>(field: &'static str, note: &T, entry: &T, show: impl Fn(&T) -> String) -> Result<(), Refusal> {
    if note == entry {
        return Ok(());
    }
    Err(Refusal::EntryMismatch { field, note: show(note), entry: show(entry) })
}

/// # Safety
/// The library promises NULL or bytes that end in NUL.
unsafe fn text(ptr: *const c_char, longest: usize, field: &str) -> Result<String, Refusal> {
    if ptr.is_null() {
        return Ok(String::new());
    }
    // SAFETY: it looks no further than to the NUL, which the library promises, and not beyond `longest`.
    let Some(len) = (0..longest).find(|&at| unsafe { ptr.add(at).read() } == 0) else {
        return Err(Refusal::EntryMalformed {
            reason: format!("its {field} does not end within {longest} bytes"),
            fix: "end the text in NUL, and make it shorter",
        });
    };
    // SAFETY: these bytes come before the NUL, and stay as they are.
    let bytes = unsafe { std::slice::from_raw_parts(ptr.cast::<u8>(), len) };
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::EntryMalformed {
        reason: format!("its {field} is not UTF-8: {}", UntrustedText::from(bytes)),
        fix: "save the source in UTF-8",
    })?;
    Ok(text.to_owned())
}

/// # Safety
/// The library promises NULL or a list of texts that ends in NULL.
unsafe fn capabilities(list: *const *const c_char) -> Result<Vec<ExtensionCapability>, Refusal> {
    let malformed = |reason: String, fix| Err(Refusal::EntryMalformed { reason, fix });
    let mut capabilities: Vec<ExtensionCapability> = Vec::new();
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
        let id = unsafe { text(id, LONGEST_TEXT, "list of capabilities, in one of its ids,")? };
        let capability = ExtensionCapability::from_id(&id);
        if id.is_empty() {
            return malformed(format!("capability {at} in its list is empty"), "give it an id, or take it out");
        }
        if capabilities.contains(&capability) {
            let reason = format!("it lists the capability {} twice", UntrustedText::from(id.as_bytes()));
            return malformed(reason, "list each capability once");
        }
        capabilities.push(capability);
    }
    malformed(format!("its capabilities do not end within {MOST_CAPABILITIES}"), "end the list in NULL")
}
