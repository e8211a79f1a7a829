//! Finds a symbol by its name as the dynamic linker does, which looks at no symbol that the hash table does not lead to.

use crate::elf::bytes::Image;
use crate::elf::dynamic::Dynamic;
use crate::elf::segments::Segments;
use crate::elf::symbols::{Symbols, ENTRY, LAYOUT};
use crate::elf::tag;
use crate::refusal::elf_error::ElfError;

/// The bit of a version that `dlsym` does not find.
const HIDDEN: u16 = 0x8000;

const NOT_FOUND: &str = "is not what a search for it finds";

/// A library whose tables were checked.
pub(crate) struct Lookup<'a> {
    pub(crate) image: &'a Image<'a>,
    pub(crate) segments: &'a Segments,
    pub(crate) dynamic: &'a Dynamic,
    pub(crate) symbols: &'a Symbols,
}

impl Lookup<'_> {
    /// Refuses an entry or a layout that a search does not find, as the dynamic linker would take another one.
    pub(crate) fn check(&self) -> Result<(), ElfError> {
        if self.symbols.entry.is_some_and(|entry| !self.finds(ENTRY, entry.index)) {
            return Err(ElfError::EntryKind { reason: NOT_FOUND });
        }
        if self.symbols.layout.is_some_and(|layout| !self.finds(LAYOUT, layout.index)) {
            return Err(ElfError::LayoutKind { reason: NOT_FOUND });
        }
        Ok(())
    }

    /// Whether a search for the name, which ends in NUL, finds this symbol, in its newest version.
    fn finds(&self, name: &[u8], index: u64) -> bool {
        let version = self.dynamic.one(tag::VERSYM).map(|table| self.segments.offset_of(table + 2 * index, 2));
        let hidden =
            |place: Option<u64>| place.and_then(|at| self.image.u16(at)).is_none_or(|version| version & HIDDEN != 0);
        self.find(name) == Some(index) && !version.is_some_and(hidden)
    }

    fn find(&self, name: &[u8]) -> Option<u64> {
        match self.dynamic.one(tag::GNU_HASH) {
            Some(address) => self.by_gnu_hash(address, name),
            None => self.by_hash(self.dynamic.one(tag::HASH)?, name),
        }
    }

    fn is_named(&self, index: u64, name: &[u8]) -> bool {
        let symbol = self.symbols.get(self.image, index);
        symbol.and_then(|symbol| self.dynamic.string_bytes(self.image, symbol.name, name.len() as u64)) == Some(name)
    }

    fn by_gnu_hash(&self, address: u64, name: &[u8]) -> Option<u64> {
        let text = name.split_last()?.1;
        let hash = text.iter().fold(5381_u32, |hash, byte| hash.wrapping_mul(33).wrapping_add(u32::from(*byte)));
        let start = self.segments.tail(address)?.offset;
        let word = |at: u64| self.image.u32(start + at).map(u64::from);
        let [buckets, first, filters, shift] = [word(0)?, word(4)?, word(8)?, word(12)?];
        let word_size = self.image.word_size();
        let bits = 8 * word_size as u32;
        let filter = self.image.word(start + 16 + word_size * (u64::from(hash / bits) & (filters - 1)))?;
        // The processor takes the low bits of the shift.
        let (one, other) = (hash % bits, hash.wrapping_shr(shift as u32) % bits);
        if filter >> one & filter >> other & 1 == 0 || buckets == 0 {
            return None;
        }
        let buckets_at = 16 + filters * word_size;
        let mut index = word(buckets_at + 4 * (u64::from(hash) % buckets)).filter(|index| *index > 0)?;
        loop {
            let found = word(buckets_at + 4 * (buckets + index - first))?;
            if (found ^ u64::from(hash)) >> 1 == 0 && self.is_named(index, name) {
                return Some(index);
            }
            if found & 1 == 1 {
                return None;
            }
            index += 1;
        }
    }

    fn by_hash(&self, address: u64, name: &[u8]) -> Option<u64> {
        let hash = name.split_last()?.1.iter().fold(0_u32, |hash, byte| {
            let hash = (hash << 4).wrapping_add(u32::from(*byte));
            let high = hash & 0xf000_0000;
            (hash ^ high >> 24) & !high
        });
        let start = self.segments.tail(address)?.offset;
        let word = |at: u64| self.image.u32(start + 4 * at).map(u64::from);
        let buckets = word(0).filter(|buckets| *buckets > 0)?;
        let mut index = word(2 + u64::from(hash) % buckets)?;
        while index != 0 {
            if self.is_named(index, name) {
                return Some(index);
            }
            index = word(2 + buckets + index)?;
        }
        None
    }
}
