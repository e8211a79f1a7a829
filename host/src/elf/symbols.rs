//! The dynamic symbol table: what the library exports.

use super::bytes::Image;
use super::dynamic::{tag, Dynamic};
use super::segments::Segments;
use super::ElfError;
use crate::loader::Text;

/// Bytes of each of the two names, with the NUL.
const NAME_SIZE: usize = 15;
const ENTRY: &[u8; NAME_SIZE] = b"soch_plugin_v1\0";
const LAYOUT: &[u8; NAME_SIZE] = b"soch_layout_v1\0";
const STB_GNU_UNIQUE: u8 = 10;
const STT_OBJECT: u8 = 1;
const STT_GNU_IFUNC: u8 = 10;
const SHN_ABS: u16 = 0xfff1;

/// What is looked for among the exports.
#[derive(Default)]
pub(super) struct Symbols {
    /// Address and size of `soch_plugin_v1`.
    pub(super) entry: Option<(u64, u64)>,
    /// Address and size of `soch_layout_v1`.
    pub(super) layout: Option<(u64, u64)>,
    /// The first one that all libraries of a process share.
    pub(super) unique: Option<Text>,
    /// How many functions choose their code when they are bound (STT_GNU_IFUNC).
    pub(super) resolvers: u64,
}

struct Symbol {
    name: u64,
    info: u8,
    section: u16,
    value: u64,
    size: u64,
}

impl Symbol {
    fn read(image: &Image<'_>, at: u64) -> Option<Self> {
        let [info, _] = *image.get(at + image.pick(4, 12), 2)? else { return None };
        Some(Self {
            name: u64::from(image.u32(at)?),
            info,
            section: image.u16(at + image.pick(6, 14))?,
            value: image.word(at + image.pick(8, 4))?,
            size: image.word(at + image.pick(16, 8))?,
        })
    }
}

fn malformed(reason: &'static str) -> ElfError {
    ElfError::Symbols { reason }
}

impl Symbols {
    pub(super) fn read(image: &Image<'_>, segments: &Segments, dynamic: &Dynamic) -> Result<Self, ElfError> {
        let mut found = Self::default();
        let Some(address) = dynamic.one(tag::SYMTAB)? else { return Err(malformed("there is none")) };
        let (start, len) = segments.tail(address).ok_or(malformed("it lies outside of the library"))?;
        let size = image.pick(24, 16);
        let count = count(image, segments, dynamic)?;
        if count > len / size {
            return Err(malformed("it is larger than its segment"));
        }
        for at in 1..count {
            let symbol = Symbol::read(image, start + at * size).ok_or(malformed("it is larger than the file"))?;
            if symbol.section != 0 {
                found.note(image, dynamic, &symbol)?;
            }
        }
        Ok(found)
    }

    fn note(&mut self, image: &Image<'_>, dynamic: &Dynamic, symbol: &Symbol) -> Result<(), ElfError> {
        let name = dynamic.string_bytes(image, symbol.name, NAME_SIZE as u64);
        if symbol.info >> 4 == STB_GNU_UNIQUE && self.unique.is_none() {
            self.unique = Some(dynamic.string(image, symbol.name)?);
        }
        if symbol.info & 0xf == STT_GNU_IFUNC {
            self.resolvers += 1;
        }
        if name == Some(&LAYOUT[..]) {
            self.layout = Some(place(symbol, self.layout).map_err(|reason| ElfError::LayoutKind { reason })?);
        }
        if name == Some(&ENTRY[..]) {
            self.entry = Some(place(symbol, self.entry).map_err(|reason| ElfError::EntryKind { reason })?);
        }
        Ok(())
    }
}

/// Address and size of a symbol that is data, if none of its name came before.
fn place(symbol: &Symbol, before: Option<(u64, u64)>) -> Result<(u64, u64), &'static str> {
    if before.is_some() {
        return Err("is defined twice");
    }
    if symbol.info & 0xf != STT_OBJECT {
        return Err("is not data");
    }
    if symbol.section == SHN_ABS {
        return Err("is a number, not a place in the library");
    }
    Ok((symbol.value, symbol.size))
}

/// How many symbols there are. Only the hash table, by which they are looked up, tells.
fn count(image: &Image<'_>, segments: &Segments, dynamic: &Dynamic) -> Result<u64, ElfError> {
    let table = |address| segments.tail(address).ok_or(malformed("its hash table lies outside of the library"));
    if let Some(address) = dynamic.one(tag::GNU_HASH)? {
        let (start, len) = table(address)?;
        return gnu_count(image, start, len).ok_or(malformed("its hash table is larger than its segment"));
    }
    if let Some(address) = dynamic.one(tag::HASH)? {
        let (start, len) = table(address)?;
        let buckets = image.u32(start).map(u64::from);
        let symbols = image.u32(start + 4).map(u64::from);
        return match buckets.zip(symbols) {
            Some((buckets, symbols)) if 8 + 4 * (buckets + symbols) <= len => Ok(symbols),
            _ => Err(malformed("its hash table is larger than its segment")),
        };
    }
    Err(malformed("it has no hash table"))
}

/// The symbols that can be found are the last ones, in chains; the last chain ends with the table.
fn gnu_count(image: &Image<'_>, start: u64, len: u64) -> Option<u64> {
    let table = Image { bytes: image.get(start, len)?, ..*image };
    let header = |at| table.u32(at).map(u64::from);
    let [buckets, first, filters] = [header(0)?, header(4)?, header(8)?];
    let buckets_at = 16 + filters * table.word_size();
    let chains_at = buckets_at + 4 * buckets;
    let last = table.get(buckets_at, 4 * buckets)?.as_chunks().0.iter().map(|word| table.number(*word)).max();
    let last = u64::from(last.unwrap_or(0));
    if last < first {
        return Some(first);
    }
    let chain_at = chains_at + 4 * (last - first);
    let chain = table.get(chain_at, len.checked_sub(chain_at)?)?;
    let more = chain.as_chunks().0.iter().position(|word| table.number(*word) & 1 == 1)?;
    Some(last + more as u64 + 1)
}
