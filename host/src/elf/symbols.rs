//! The dynamic symbol table: what the library exports.

use crate::base::text::UntrustedText;
use crate::elf::bytes::Image;
use crate::elf::dynamic::Dynamic;
use crate::elf::hash::{self, malformed};
use crate::elf::kept::Range;
use crate::elf::segments::Segments;
use crate::elf::tag;
use crate::refusal::elf_error::ElfError;

/// Bytes of each of the two names, with the NUL.
pub(crate) const NAME_SIZE: usize = 15;
pub(crate) const ENTRY: &[u8; NAME_SIZE] = b"soch_plugin_v1\0";
pub(crate) const LAYOUT: &[u8; NAME_SIZE] = b"soch_layout_v1\0";
const STB_LOCAL: u8 = 0;
const STB_GLOBAL: u8 = 1;
const STB_WEAK: u8 = 2;
const STB_GNU_UNIQUE: u8 = 10;
const STT_OBJECT: u8 = 1;
const STT_TLS: u8 = 6;
const STT_GNU_IFUNC: u8 = 10;
const STV_INTERNAL: u8 = 1;
const STV_HIDDEN: u8 = 2;
const SHN_ABS: u16 = 0xfff1;
/// How many of the other exports are told by name.
const NAMED_MAX: usize = 32;

/// The findings among the symbols.
#[derive(Default)]
pub(crate) struct Symbols {
    /// `soch_plugin_v1`.
    pub(crate) entry: Option<Data>,
    /// `soch_layout_v1`.
    pub(crate) layout: Option<Data>,
    /// The first one that all libraries of a process share.
    pub(crate) unique: Option<UntrustedText>,
    /// How many functions choose their code when they are bound (STT_GNU_IFUNC).
    pub(crate) resolvers: u64,
    /// The first exports beside entry and layout, and the number of all.
    pub(crate) exports: Vec<UntrustedText>,
    pub(crate) export_count: u64,
    /// Where the table is in the file.
    start: u64,
    /// How many entries of it were checked, and how many its segment has room for.
    pub(crate) count: u64,
    room: u64,
}

/// A symbol that is data.
#[derive(Clone, Copy)]
pub(crate) struct Data {
    pub(crate) index: u64,
    pub(crate) address: u64,
    pub(crate) size: u64,
}

pub(crate) struct Symbol {
    pub(crate) name: u64,
    info: u8,
    visibility: u8,
    section: u16,
    pub(crate) value: u64,
    size: u64,
}

impl Symbol {
    fn read(image: &Image<'_>, at: u64) -> Option<Self> {
        // Libraries have thousands, so that each is looked up in the file once.
        let (name, info, other, section, value, size) = if image.wide {
            let bytes: &[u8; 24] = image.get(at, 24)?.first_chunk()?;
            let word = |at: usize| Some(image.wide_number(bytes[at..].first_chunk()?));
            (bytes.first_chunk()?, bytes[4], bytes[5], [bytes[6], bytes[7]], word(8)?, word(16)?)
        } else {
            let bytes: &[u8; 16] = image.get(at, 16)?.first_chunk()?;
            let word = |at: usize| Some(u64::from(image.number(*bytes[at..].first_chunk()?)));
            (bytes.first_chunk()?, bytes[12], bytes[13], [bytes[14], bytes[15]], word(4)?, word(8)?)
        };
        let (name, section) = (u64::from(image.number(*name)), image.half(section));
        Some(Self { name, info, visibility: other & 3, section, value, size })
    }

    fn binding(&self) -> u8 {
        self.info >> 4
    }

    fn kind(&self) -> u8 {
        self.info & 0xf
    }

    /// Whether a search finds it.
    fn is_exported(&self) -> bool {
        matches!(self.binding(), STB_GLOBAL | STB_WEAK | STB_GNU_UNIQUE) && !self.is_hidden()
    }

    fn is_hidden(&self) -> bool {
        matches!(self.visibility, STV_INTERNAL | STV_HIDDEN)
    }

    pub(crate) fn is_thread_local(&self) -> bool {
        self.kind() == STT_TLS
    }

    pub(crate) fn is_weak(&self) -> bool {
        self.binding() == STB_WEAK
    }

    /// Whether the dynamic linker takes it for the library's own without a search.
    pub(crate) fn is_own(&self) -> bool {
        self.section != 0 || self.binding() == STB_LOCAL || self.is_hidden()
    }
}

impl Symbols {
    /// Reads the table and those by which it is searched, and adds to `kept` where they lie.
    pub(crate) fn read(
        image: &Image<'_>,
        segments: &Segments,
        dynamic: &Dynamic,
        kept: &mut Vec<Range>,
    ) -> Result<Self, ElfError> {
        let Some(address) = dynamic.one(tag::SYMTAB) else { return Err(malformed("there is none")) };
        let place = segments.tail(address).ok_or(malformed("it lies outside of the library"))?;
        let size = image.pick(24, 16);
        let count = hash::read(image, segments, dynamic, kept)?;
        let mut found = Self { start: place.offset, room: place.rest / size, ..Self::default() };
        found.extend_to(count, image, segments, dynamic)?;
        kept.push((address, address + found.count * size));
        Ok(found)
    }

    /// Checks the entries up to the one before `count`, and notes what they export.
    fn extend_to(
        &mut self,
        count: u64,
        image: &Image<'_>,
        segments: &Segments,
        dynamic: &Dynamic,
    ) -> Result<(), ElfError> {
        if count > self.room {
            return Err(malformed("it is larger than its segment"));
        }
        for index in self.count..count {
            let symbol = self.get(image, index).ok_or(malformed("it is larger than the file"))?;
            if !dynamic.has_string(symbol.name) {
                return Err(malformed("a name lies outside of the strings"));
            }
            if symbol.section == 0 && symbol.value != 0 && index > 0 {
                return Err(malformed("one is undefined and has a value, so that some searches find it"));
            }
            if symbol.section != 0 && index > 0 {
                self.note(image, segments, dynamic, index, &symbol)?;
            }
        }
        self.count = self.count.max(count);
        Ok(())
    }

    pub(crate) fn get(&self, image: &Image<'_>, index: u64) -> Option<Symbol> {
        Symbol::read(image, self.start + index * image.pick(24, 16))
    }

    fn note(
        &mut self,
        image: &Image<'_>,
        segments: &Segments,
        dynamic: &Dynamic,
        index: u64,
        symbol: &Symbol,
    ) -> Result<(), ElfError> {
        let name = dynamic.string_bytes(image, symbol.name, NAME_SIZE as u64);
        if symbol.binding() == STB_GNU_UNIQUE && self.unique.is_none() {
            self.unique = Some(dynamic.string(image, symbol.name)?);
        }
        if symbol.kind() == STT_GNU_IFUNC {
            if !segments.is_code(symbol.value) {
                return Err(malformed("a function that chooses its code is no code"));
            }
            self.resolvers += 1;
        }
        if !symbol.is_exported() {
            return Ok(());
        }
        if name == Some(&LAYOUT[..]) {
            self.layout = Some(data(index, symbol, self.layout).map_err(|reason| ElfError::LayoutKind { reason })?);
        } else if name == Some(&ENTRY[..]) {
            self.entry = Some(data(index, symbol, self.entry).map_err(|reason| ElfError::EntryKind { reason })?);
        } else {
            self.export_count += 1;
            if self.exports.len() < NAMED_MAX {
                self.exports.push(dynamic.string(image, symbol.name)?);
            }
        }
        Ok(())
    }

    /// Checks the symbol that a relocation names, which may be one that no search finds.
    pub(crate) fn named_by_relocation(
        &mut self,
        index: u64,
        image: &Image<'_>,
        segments: &Segments,
        dynamic: &Dynamic,
    ) -> Result<(), ElfError> {
        // What lies in writable segments must be known before the first relocation is looked at.
        let tables = [tag::SYMTAB, tag::VERSYM];
        if tables.iter().filter_map(|table| dynamic.one(*table)).any(|address| segments.is_writable(address)) {
            return Err(malformed("a relocation names a symbol behind its end"));
        }
        self.extend_to(index + 1, image, segments, dynamic)
    }
}

/// A symbol that is data, if none of its name came before.
fn data(index: u64, symbol: &Symbol, before: Option<Data>) -> Result<Data, &'static str> {
    if before.is_some() {
        return Err("is defined twice");
    }
    if symbol.kind() != STT_OBJECT {
        return Err("is not data");
    }
    if symbol.section == SHN_ABS {
        return Err("is a number, not a place in the library");
    }
    Ok(Data { index, address: symbol.value, size: symbol.size })
}
