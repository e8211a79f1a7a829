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
    for (start, size, addend) in
        [(tag::RELA, tag::RELASZ, true), (tag::REL, tag::RELSZ, false), (tag::JMPREL, tag::PLTRELSZ, with_addend)]
    {
        let Some((offset, len)) = dynamic.range(start, size, segments)? else { continue };
        let entry = image.word_size() * if addend { 3 } else { 2 };
        let info = (0..len / entry).filter_map(|at| image.word(offset + at * entry + image.word_size()));
        let kind = |info: u64| if image.wide { info & 0xffff_ffff } else { info & 0xff };
        count += info.filter(|info| kind(*info) == wanted).count() as u64;
    }
    Ok(count)
}
