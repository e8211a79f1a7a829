//! Entry, layout and note of a library whose symbols have no size.

use crate::base::text::UntrustedText;
use crate::elf::bytes::Image;
use crate::elf::format::Format;
use crate::elf::notes::Notes;
use crate::elf::{EntryHead, Facts};
use crate::refusal::elf_error::ElfError;
use object::{Architecture, Object, ObjectSection, SectionKind};

pub(super) const ENTRY: &[u8] = b"soch_plugin_v1";
pub(super) const LAYOUT: &[u8] = b"soch_layout_v1";
/// Exported on Windows alone, for its linkers.
pub(super) const NOTE: &[u8] = b"soch_note_v1";
const SECTIONS: [&[u8]; 2] = [b".sochdb", b"__sochdb"];
/// The most names that are told.
const EXPORTS_MAX: usize = 32;
const OUTSIDE: &str = "lies outside of the library's data";

/// The refusal of a file that its format's reader does not take.
pub(super) fn malformed(format: Format, reason: impl ToString) -> ElfError {
    ElfError::Foreign { format: format.name(), reason: reason.to_string() }
}

/// The facts of a library in which nothing was looked for yet.
pub(super) fn facts<'data>(file: &impl Object<'data>, format: Format) -> Facts {
    Facts {
        format,
        bits: if file.is_64() { 64 } else { 32 },
        big_endian: !file.is_little_endian(),
        machine: machine(file.architecture()),
        ..Facts::of_nothing()
    }
}

/// The number that ELF has for a processor; 0 if it is not known.
pub(super) fn machine(processor: Architecture) -> u16 {
    match processor {
        Architecture::I386 => 3,
        Architecture::PowerPc => 20,
        Architecture::PowerPc64 => 21,
        Architecture::Arm => 40,
        Architecture::X86_64 => 62,
        Architecture::Aarch64 => 183,
        _ => 0,
    }
}

/// A library with the bytes that it was read from.
pub(super) struct Library<'file, 'data, File> {
    pub(super) file: &'file File,
    pub(super) bytes: &'data [u8],
    pub(super) format: Format,
}

impl<'data, File: Object<'data>> Library<'_, 'data, File> {
    fn image(&self) -> Image<'data> {
        let file = self.file;
        Image { bytes: self.bytes, big_endian: !file.is_little_endian(), wide: file.is_64() }
    }

    /// Takes in the notes of the sections that are for them.
    pub(super) fn notes(&self, facts: &mut Facts) -> Result<(), ElfError> {
        let mut notes = Notes::default();
        for section in self.file.sections() {
            let name = section.name_bytes().map_err(|error| malformed(self.format, error))?;
            let (true, Some((at, size))) = (SECTIONS.contains(&name), section.file_range()) else { continue };
            // A linker fills it up; what a section has in memory beyond its file is none of it.
            notes.read_filled(&self.image(), at, size.min(section.size()))?;
        }
        (facts.note, facts.note_count) = (notes.plugin, notes.plugin_count);
        Ok(())
    }

    /// Takes in the entry at this address.
    pub(super) fn entry(&self, facts: &mut Facts, address: u64) -> Result<(), ElfError> {
        let outside = ElfError::EntryKind { reason: OUTSIDE };
        let Some((at, size)) = self.data(address) else { return Err(outside) };
        facts.entry = Some(EntryHead::read(&self.image(), at).ok_or(outside)?);
        facts.entry_address = address.wrapping_sub(self.file.relative_address_base());
        facts.entry_size = size;
        Ok(())
    }

    /// Takes in the layout at this address.
    pub(super) fn layout(&self, facts: &mut Facts, address: u64) -> Result<(), ElfError> {
        let (_, size) = self.data(address).ok_or(ElfError::LayoutKind { reason: OUTSIDE })?;
        (facts.exports_layout, facts.layout_size) = (true, size);
        Ok(())
    }

    /// Where in the file an address is, and the bytes from there to the end of its section; `None` if it is code or in no
    /// section.
    fn data(&self, address: u64) -> Option<(u64, u64)> {
        self.file.sections().find_map(|section| {
            let (start, size) = section.file_range()?;
            let offset = address.checked_sub(section.address())?;
            let left = size.min(section.size()).checked_sub(offset).filter(|left| *left > 0)?;
            (section.kind() != SectionKind::Text).then_some((start.checked_add(offset)?, left))
        })
    }
}

/// The bytes that names may still have. In a damaged file they may overlap, and reading it must end.
pub(super) struct Names {
    left: usize,
    format: Format,
}

impl Names {
    /// The names of a file.
    pub(super) fn of(bytes: &[u8], format: Format) -> Self {
        Self { left: bytes.len(), format }
    }

    /// Counts a name with its end.
    pub(super) fn count(&mut self, name: &[u8]) -> Result<(), ElfError> {
        self.left = self.left.checked_sub(name.len() + 1).ok_or_else(|| malformed(self.format, "its names overlap"))?;
        Ok(())
    }
}

/// Takes in a name that is exported beside those that mark a plugin.
pub(super) fn exported(facts: &mut Facts, name: &[u8]) {
    facts.export_count += 1;
    if facts.exports.len() < EXPORTS_MAX {
        facts.exports.push(UntrustedText::from(name));
    }
}
