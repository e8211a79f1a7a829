//! Relocations that run code of the library while it is loaded.

use super::bytes::Image;
use super::dynamic::{tag, Dynamic};
use super::segments::Segments;
use super::{machine, ElfError};

/// How many functions the relocations call. They run before any constructor; 0 on processors that are not known.
pub(super) fn resolvers(
    image: &Image<'_>,
    machine: u16,
    segments: &Segments,
    dynamic: &Dynamic,
) -> Result<u64, ElfError> {
    let Some(wanted) = machine::irelative(machine) else { return Ok(0) };
    let with_addend = dynamic.one(tag::PLTREL)? == Some(tag::RELA);
    let mut count = 0;
    for (start, size, relative, addend) in [
        (tag::RELA, tag::RELASZ, Some(tag::RELACOUNT), true),
        (tag::REL, tag::RELSZ, Some(tag::RELCOUNT), false),
        (tag::JMPREL, tag::PLTRELSZ, None, with_addend),
    ] {
        let Some((offset, len)) = dynamic.range(start, size, segments)? else { continue };
        let table = image.get(offset, len).ok_or(ElfError::Truncated { what: "relocations" })?;
        let of_type = match (image.wide, addend) {
            (true, true) => of_type::<24>,
            (true, false) => of_type::<16>,
            (false, true) => of_type::<12>,
            (false, false) => of_type::<8>,
        };
        // The dynamic linker takes so many of the first ones for plain ones, whatever their type is.
        let plain = relative.map(|tag| dynamic.one(tag)).transpose()?.flatten().unwrap_or(0);
        count += of_type(image, table, plain, wanted);
    }
    Ok(count)
}

/// How many entries of `SIZE` bytes, but for the first `plain` ones, have the type. A large library has tens of
/// thousands, so the size is a constant.
fn of_type<const SIZE: usize>(image: &Image<'_>, table: &[u8], plain: u64, wanted: u32) -> u64 {
    // The type is the low half of a word of 8 bytes, or the low byte of one of 4.
    let at = image.word_size() as usize + if image.wide && image.big_endian { 4 } else { 0 };
    let mask = if image.wide { u32::MAX } else { 0xff };
    let (entries, _) = table.as_chunks::<SIZE>();
    let plain = usize::try_from(plain).unwrap_or(usize::MAX);
    let kinds = entries.get(plain..).unwrap_or_default().iter().filter_map(|entry| entry[at..].first_chunk());
    kinds.filter(|kind| image.number(**kind) & mask == wanted).count() as u64
}
