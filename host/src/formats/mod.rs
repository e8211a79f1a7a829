//! Shared libraries of any system, read without running anything. What Linux loads is read by the rules of its dynamic
//! linker, [`elf`](crate::elf); the others by the crate `object`, which is safe and fuzzed: their systems hold or copy the
//! file, and their own linkers have the last word.
#![forbid(unsafe_code)]

mod macho;
mod marks;
mod pe;
mod trie;

use crate::elf::format::Format;
use crate::elf::Facts;
use crate::refusal::elf_error::ElfError;

impl Facts {
    /// Reads the bytes of a shared library's file: of any system, for any processor. Runs nothing of them.
    ///
    /// # Errors
    /// [`ElfError`] if the file is no shared library, is cut off, or contradicts itself.
    pub fn read(bytes: &[u8]) -> Result<Self, ElfError> {
        match Format::of(bytes) {
            Some(format) => Self::read_as(bytes, format),
            None => Self::read_elf(bytes),
        }
    }

    /// Reads it as a system does that has this format and no other.
    pub(crate) fn read_as(bytes: &[u8], format: Format) -> Result<Self, ElfError> {
        match format {
            Format::Elf => Self::read_elf(bytes),
            Format::MachO => macho::read(bytes),
            Format::Pe => pe::read(bytes),
        }
    }
}
