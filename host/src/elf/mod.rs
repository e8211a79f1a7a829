//! The facts of an ELF file, read without trust in any number in it and without running anything.
//!
//! `Facts::read_elf` works on a library for any processor; [`Facts::check`] then decides for this process. Both take time
//! in proportion to the file at most, and neither panics on any input. Other formats are the room `formats`.

#![doc = include_str!("guaranteed.md")]
#![forbid(unsafe_code)]

pub(crate) mod bytes;
pub(crate) mod c_library;
pub(crate) mod check;
pub(crate) mod dynamic;
pub(crate) mod format;
pub(crate) mod hash;
pub(crate) mod header;
pub(crate) mod isa;
pub(crate) mod kept;
pub(crate) mod library;
pub(crate) mod lookup;
pub(crate) mod machine;
pub(crate) mod mapping;
pub(crate) mod notes;
pub(crate) mod packed;
pub(crate) mod relocations;
pub(crate) mod segments;
pub(crate) mod special;
pub(crate) mod symbols;
pub(crate) mod tables;
pub(crate) mod tag;
pub(crate) mod targets;
pub(crate) mod versions;

#[cfg(test)]
mod tests;

use crate::elf::notes::Note;
use crate::refusal::elf_error::ElfError;

use crate::base::text::UntrustedText;
use crate::elf::bytes::Image;
use crate::elf::dynamic::Dynamic;
use crate::elf::format::Format;
use crate::elf::library::Library;
use crate::elf::lookup::Lookup;
use crate::elf::mapping::Linker;
use crate::elf::notes::Notes;
use crate::elf::segments::{Segments, PF_W, PF_X, PT_GNU_STACK, PT_INTERP, PT_LOAD, PT_TLS};
use crate::elf::symbols::{Data, Symbols};
use crate::elf::targets::Targets;
use crate::elf::versions::Versions;
use sochdb_plugin_abi::SOCH_LAYOUT_HASH_SIZE;

const DF_TEXTREL: u64 = 4;
const DF_STATIC_TLS: u64 = 16;
const DF_1_INTERPOSE: u64 = 0x400;
const DF_1_PIE: u64 = 0x0800_0000;
const AUDIT_TAGS: [(u64, &str); 4] = [
    (tag::AUDIT, "DT_AUDIT"),
    (tag::DEPAUDIT, "DT_DEPAUDIT"),
    (tag::FILTER, "DT_FILTER"),
    (tag::AUXILIARY, "DT_AUXILIARY"),
];
/// Bytes of `soch_plugin` that never change.
const ENTRY_HEAD: u64 = 40;
const OUTSIDE: &str = "lies outside of the library's data";

/// The first 40 bytes of `soch_plugin_v1`, as they are in the file. Nothing of them has been checked.
///
/// ```no_run
/// use sochdb_plugin_host::Facts;
///
/// let facts = Facts::read(&std::fs::read("codec_xor.so")?)?;
/// let head = facts.entry.ok_or("it exports no entry")?;
/// println!("made for ABI {}.{}", head.abi_major, head.abi_minor);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntryHead {
    /// The number that marks an entry, `SOCH_MAGIC`.
    pub magic: u64,
    /// The size of the plugin's `soch_plugin`, in bytes.
    pub size: u32,
    /// The major version of the ABI.
    pub abi_major: u16,
    /// The minor version of the ABI that the plugin was compiled for.
    pub abi_minor: u16,
    /// The least minor version of a host that the plugin works with.
    pub min_host_minor: u16,
    /// The features that the plugin asks for, as bits; none has a meaning yet.
    pub flags: u32,
    /// The hash of the header or SDK that the plugin was compiled with.
    pub layout_hash: [u8; SOCH_LAYOUT_HASH_SIZE],
}

impl EntryHead {
    /// Reads it where it is in the file; `None` if the file ends before.
    pub(crate) fn read(image: &Image<'_>, at: u64) -> Option<Self> {
        Some(Self {
            magic: image.u64(at)?,
            size: image.u32(at + 8)?,
            abi_major: image.u16(at + 12)?,
            abi_minor: image.u16(at + 14)?,
            min_host_minor: image.u16(at + 16)?,
            flags: image.u32(at + 20)?,
            layout_hash: image.get(at + 24, SOCH_LAYOUT_HASH_SIZE as u64)?.try_into().ok()?,
        })
    }
}

/// The facts that the file of a shared library states. None of them is trusted: a load checks them.
///
/// ```
/// use sochdb_plugin_host::Facts;
///
/// // This very program; else the file of a plugin.
/// let facts = Facts::read(&std::fs::read("/proc/self/exe")?)?;
/// assert_eq!(Some(facts.machine), Facts::host_machine());
/// assert!(facts.entry.is_none() && facts.note.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The format of its file. What a format does not have is `false`, 0, `None` or empty in the other fields.
    pub format: Format,
    /// The bits of an address: 32 or 64.
    pub bits: u8,
    /// Whether its processor puts the highest byte of a number first.
    pub big_endian: bool,
    /// The number of the operating system that it is for, `EI_OSABI`.
    pub os_abi: u8,
    /// The version of that system's ABI, `EI_ABIVERSION`.
    pub abi_version: u8,
    /// The number of the processor that it is for, `e_machine` of ELF, also in a file of another format; 0 if ELF has none.
    pub machine: u16,
    /// The least alignment of its segments, in bytes.
    pub least_alignment: u64,
    /// The libraries that it needs (DT_NEEDED; LC_LOAD_DYLIB; the imports of PE, also those that are loaded late).
    pub needed: Vec<UntrustedText>,
    /// The name under which other libraries would need it (DT_SONAME; LC_ID_DYLIB; in PE the name in its exports).
    pub soname: Option<UntrustedText>,
    /// The directories in which it wants those to be searched for (DT_RUNPATH, or without that DT_RPATH; LC_RPATH).
    pub search_path: Option<UntrustedText>,
    /// The beginning of its entry, if it exports one.
    pub entry: Option<EntryHead>,
    /// The address of the entry, counted from the library's beginning; 0 if it exports none.
    pub entry_address: u64,
    /// The size of the entry's symbol in bytes; in PE and Mach-O, whose symbols have none, the bytes up to the end of its
    /// section; 0 if it exports none.
    pub entry_size: u64,
    /// Whether it exports the layout of its types, `soch_layout_v1`.
    pub exports_layout: bool,
    /// The size of the layout's symbol in bytes, in PE and Mach-O as that of the entry; 0 if it exports none.
    pub layout_size: u64,
    /// The first export that all libraries of a process would share (STB_GNU_UNIQUE).
    pub unique: Option<UntrustedText>,
    /// The number of functions that run when it is loaded; in PE its entry point, and the callbacks of its thread-local data.
    pub constructors: u64,
    /// The number of functions that run while it is relocated, before the constructors.
    pub resolvers: u64,
    /// Whether its thread-local data must fit what the process reserved at its start.
    pub static_tls: bool,
    /// The thread-local data that each thread gets, in bytes.
    pub tls_size: u64,
    /// The memory that it takes when it is mapped, in bytes, beside what its code asks for later.
    pub memory_size: u64,
    /// The x86-64 level of the psABI that its linker noted: 1 to 4, or what a newer one has; 0 if there is no such note.
    pub isa_needed: u8,
    /// The names that it exports beside entry and layout, at most 32.
    pub exports: Vec<UntrustedText>,
    /// The number of all names that it exports beside entry and layout.
    pub export_count: u64,
    /// Whether it would make the stack executable.
    pub executable_stack: bool,
    /// Whether a segment is both writable and executable.
    pub writable_code: bool,
    /// Whether its code must be changed while it is loaded.
    pub text_relocations: bool,
    /// Whether it names an interpreter, as a program does.
    pub interpreter: bool,
    /// Whether it is marked as a position-independent program.
    pub position_independent_program: bool,
    /// Whether its symbols come before those of others.
    pub interpose: bool,
    /// The first tag by which it puts other code in between.
    pub audit: Option<&'static str>,
    /// The build ID that its linker wrote: of ELF, the UUID of Mach-O, the GUID by which PE names its debug information.
    pub build_id: Option<Vec<u8>>,
    /// The plugin's note; the first if there are several.
    pub note: Option<Note>,
    /// The number of such notes.
    pub note_count: usize,
}

impl Facts {
    /// Reads the bytes of an ELF file.
    pub(crate) fn read_elf(bytes: &[u8]) -> Result<Self, ElfError> {
        Self::read_for(bytes, Linker::own())
    }

    /// Reads it as this dynamic linker does.
    pub(crate) fn read_for(bytes: &[u8], linker: Linker) -> Result<Self, ElfError> {
        let (image, header) = header::read(bytes)?;
        let segments = Segments::read(&image, &header, linker.page_for(header.machine))?;
        let dynamic = Dynamic::read(&image, &segments)?;
        tables::check(&dynamic, &image, &segments)?;
        let mut kept = Vec::with_capacity(24);
        let mut symbols = Symbols::read(&image, &segments, &dynamic, &mut kept)?;
        Lookup { image: &image, segments: &segments, dynamic: &dynamic, symbols: &symbols }.check()?;
        let versions = Versions::read(&image, &segments, &dynamic, &mut kept)?;
        let notes = Notes::read(&image, &segments)?;
        kept.extend(versions.check_table(symbols.count, &image, &segments, &dynamic)?);
        let writable_code = segments.of(PT_LOAD).any(|segment| segment.flags & (PF_W | PF_X) == PF_W | PF_X);
        // What lies in such a segment is not called misplaced.
        let or_writable = |error| if writable_code { ElfError::WritableCode } else { error };
        let entry = entry_head(&image, &segments, &symbols).map_err(or_writable)?;
        kept.extend(segments.header_table(&header)?);
        kept.extend(symbols.entry.map(|entry| (entry.address, entry.address.saturating_add(ENTRY_HEAD))));
        let arrays = kept::arrays(&dynamic);
        kept::complete(&mut kept, &segments, &dynamic, &arrays)?;
        let targets = Targets::new(&segments, &kept, arrays, image.word_size());
        let searched = symbols.count;
        let mut library = Library { image: &image, segments: &segments, dynamic: &dynamic, symbols: &mut symbols };
        let flags = dynamic.one(tag::FLAGS).unwrap_or(0);
        let text_relocations = dynamic.has(tag::TEXTREL) || flags & DF_TEXTREL != 0;
        // With text relocations all segments are writable meanwhile; `check` refuses that.
        let own = linker.machine == Some(header.machine) && !text_relocations;
        let relocated = relocations::read(&mut library, header.machine, own, targets)?;
        if symbols.count > searched {
            versions.check_table(symbols.count, &image, &segments, &dynamic)?;
        }
        let flags_1 = dynamic.one(tag::FLAGS_1).unwrap_or(0);
        let interpreter = segments.of(PT_INTERP).next().is_some();
        let least_alignment = segments.of(PT_LOAD).map(|segment| segment.align).min().unwrap_or(0);
        let stack = segments.of(PT_GNU_STACK).next().map(|segment| segment.flags);
        Ok(Self {
            format: Format::Elf,
            bits: if image.wide { 64 } else { 32 },
            big_endian: image.big_endian,
            os_abi: header.os_abi,
            abi_version: header.abi_version,
            machine: header.machine,
            least_alignment,
            needed: dynamic.needed(&image)?,
            soname: dynamic.named(&image, tag::SONAME)?,
            search_path: dynamic.named(&image, tag::RUNPATH)?.or(dynamic.named(&image, tag::RPATH)?),
            entry,
            entry_address: symbols.entry.map_or(0, |entry| entry.address),
            entry_size: symbols.entry.map_or(0, |entry| entry.size),
            exports_layout: symbols.layout.is_some(),
            layout_size: layout_size(&segments, &symbols)?,
            unique: symbols.unique,
            constructors: constructors(&image, &dynamic),
            resolvers: symbols.resolvers + relocated.resolvers,
            static_tls: relocated.static_tls || flags & DF_STATIC_TLS != 0,
            tls_size: segments.of(PT_TLS).map(|segment| segment.memory_size).sum(),
            memory_size: segments.of(PT_LOAD).map(|segment| segment.end()).max().unwrap_or(0),
            isa_needed: if header.machine == machine::X86_64 { isa::level(notes.isa_needed) } else { 0 },
            exports: symbols.exports,
            export_count: symbols.export_count,
            // Without the header the dynamic linker takes the stack to be executable.
            executable_stack: stack.is_none_or(|flags| flags & PF_X != 0),
            writable_code,
            text_relocations,
            interpreter,
            position_independent_program: flags_1 & DF_1_PIE != 0,
            interpose: flags_1 & DF_1_INTERPOSE != 0,
            audit: AUDIT_TAGS.iter().find(|(tag, _)| dynamic.has(*tag)).map(|(_, name)| *name),
            build_id: notes.build_id,
            note: notes.plugin,
            note_count: notes.plugin_count,
        })
    }

    /// The facts of a file of which nothing is known yet.
    pub(crate) fn of_nothing() -> Self {
        Self {
            format: Format::Elf,
            bits: 0,
            big_endian: false,
            os_abi: 0,
            abi_version: 0,
            machine: 0,
            least_alignment: 0,
            needed: Vec::new(),
            soname: None,
            search_path: None,
            entry: None,
            entry_address: 0,
            entry_size: 0,
            exports_layout: false,
            layout_size: 0,
            unique: None,
            constructors: 0,
            resolvers: 0,
            static_tls: false,
            tls_size: 0,
            memory_size: 0,
            isa_needed: 0,
            exports: Vec::new(),
            export_count: 0,
            executable_stack: false,
            writable_code: false,
            text_relocations: false,
            interpreter: false,
            position_independent_program: false,
            interpose: false,
            audit: None,
            build_id: None,
            note: None,
            note_count: 0,
        }
    }

    /// Returns the `e_machine` of this process's processor; `None` if the loader does not know it.
    #[must_use]
    pub fn host_machine() -> Option<u16> {
        machine::of_host()
    }

    /// Returns the names of [`Facts::exports`] in one line, and how many more there are.
    pub fn exported(&self) -> String {
        let names: Vec<String> = self.exports.iter().map(UntrustedText::to_string).collect();
        let more = self.export_count - names.len() as u64;
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        names.join(", ") + &more
    }

    /// Returns the usual name of the processor that it is for.
    #[must_use]
    pub fn machine_name(&self) -> &'static str {
        machine::name(self.machine)
    }
}

fn entry_head(image: &Image<'_>, segments: &Segments, symbols: &Symbols) -> Result<Option<EntryHead>, ElfError> {
    let Some(Data { address, size, .. }) = symbols.entry else { return Ok(None) };
    if size < ENTRY_HEAD {
        return Err(ElfError::EntryKind { reason: "is smaller than the 40 bytes that every version has" });
    }
    let outside = ElfError::EntryKind { reason: OUTSIDE };
    let Some(at) = data(segments, address, size) else { return Err(outside) };
    EntryHead::read(image, at).map(Some).ok_or(outside)
}

fn layout_size(segments: &Segments, symbols: &Symbols) -> Result<u64, ElfError> {
    let Some(Data { address, size, .. }) = symbols.layout else { return Ok(0) };
    data(segments, address, size).map(|_| size).ok_or(ElfError::LayoutKind { reason: OUTSIDE })
}

/// The place in the file of data that all of it is in.
fn data(segments: &Segments, address: u64, size: u64) -> Option<u64> {
    segments.offset_of(address, size).filter(|_| !segments.is_code(address))
}

fn constructors(image: &Image<'_>, dynamic: &Dynamic) -> u64 {
    let first = u64::from(dynamic.has(tag::INIT));
    first + dynamic.one(tag::INIT_ARRAYSZ).unwrap_or(0) / image.word_size()
}
