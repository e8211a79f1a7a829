//! The tables of the dynamic section: each has a start, a size and an entry size that the dynamic linker takes
//! for granted.

use crate::elf::bytes::Image;
use crate::elf::dynamic::{malformed, Dynamic};
use crate::elf::segments::Segments;
use crate::elf::tag;
use crate::refusal::elf_error::ElfError;

/// Tables that have a start and a size, with the bytes of an entry for both word sizes.
const SIZED: [(u64, u64, (u64, u64)); 6] = [
    (tag::RELA, tag::RELASZ, (24, 12)),
    (tag::REL, tag::RELSZ, (16, 8)),
    (tag::JMPREL, tag::PLTRELSZ, (1, 1)),
    (tag::RELR, tag::RELRSZ, (8, 4)),
    (tag::INIT_ARRAY, tag::INIT_ARRAYSZ, (8, 4)),
    (tag::FINI_ARRAY, tag::FINI_ARRAYSZ, (8, 4)),
];

/// Tables that have a start only: the size is in the table.
const UNSIZED: [u64; 6] = [tag::SYMTAB, tag::HASH, tag::GNU_HASH, tag::VERSYM, tag::VERDEF, tag::VERNEED];

/// Tags that are not read without another one, which the dynamic linker does not look for.
const TOGETHER: [(u64, u64); 7] = [
    (tag::RELA, tag::RELAENT),
    (tag::REL, tag::RELENT),
    (tag::RELR, tag::RELRENT),
    (tag::PLTREL, tag::JMPREL),
    (tag::JMPREL, tag::PLTREL),
    (tag::VERNEED, tag::VERSYM),
    (tag::VERDEF, tag::VERSYM),
];

/// Checks that the tables are where and as long as the dynamic linker takes them to be.
pub(crate) fn check(dynamic: &Dynamic, image: &Image<'_>, segments: &Segments) -> Result<(), ElfError> {
    for (start, size, entry) in SIZED {
        let table = dynamic.range(start, size, segments)?;
        if table.is_some_and(|(_, len)| len % image.pick(entry.0, entry.1) != 0) {
            return Err(malformed("a table ends within an entry"));
        }
    }
    for start in UNSIZED {
        if dynamic.one(start).is_some_and(|address| segments.tail(address).is_none()) {
            return Err(malformed("a table lies outside of the library"));
        }
    }
    if TOGETHER.iter().any(|(one, other)| dynamic.has(*one) && !dynamic.has(*other)) {
        return Err(malformed("a tag lacks the one that belongs to it"));
    }
    if dynamic.has(tag::PREINIT_ARRAY) {
        return Err(malformed("it has functions that only a program may have (DT_PREINIT_ARRAY)"));
    }
    for code in [tag::INIT, tag::FINI] {
        if dynamic.one(code).is_some_and(|address| !segments.is_code(address)) {
            return Err(malformed("a constructor or destructor is no code"));
        }
    }
    for (entry, size) in [
        (tag::SYMENT, image.pick(24, 16)),
        (tag::RELAENT, image.pick(24, 12)),
        (tag::RELENT, image.pick(16, 8)),
        (tag::RELRENT, image.pick(8, 4)),
    ] {
        if dynamic.one(entry).is_some_and(|found| found != size) {
            return Err(malformed("the entries of a table have a wrong size"));
        }
    }
    match dynamic.one(tag::PLTREL) {
        None | Some(tag::RELA | tag::REL) => plt_beside(dynamic),
        Some(_) => Err(malformed("its relocations of functions are of no known kind")),
    }
}

/// The dynamic linker takes the relocations of functions for the end of the others, or for something apart.
fn plt_beside(dynamic: &Dynamic) -> Result<(), ElfError> {
    let place = |start, size| {
        let (start, len) = (dynamic.one(start)?, dynamic.one(size)?);
        Some((start, start.saturating_add(len)))
    };
    let Some((start, end)) = place(tag::JMPREL, tag::PLTRELSZ) else { return Ok(()) };
    for (others, size) in [(tag::RELA, tag::RELASZ), (tag::REL, tag::RELSZ)] {
        if let Some((first, last)) = place(others, size) {
            let fits = if end == last { first <= start } else { end <= first || last <= start };
            if start < end && !fits {
                return Err(malformed("its relocations of functions overlap the others"));
            }
        }
    }
    Ok(())
}
