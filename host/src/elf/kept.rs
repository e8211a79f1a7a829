//! Places that the dynamic linker reads after it began to write: nothing may write there.

use crate::elf::dynamic::{malformed, Dynamic};
use crate::elf::segments::{Segments, PT_GNU_PROPERTY, PT_NOTE};
use crate::elf::tag;
use crate::refusal::elf_error::ElfError;

/// Start and end of what lies in memory.
pub(crate) type Range = (u64, u64);

/// Adds what is not `kept` yet: the other tables of the library by their addresses, the dynamic section among them, which the
/// dynamic linker itself writes to: it must have nothing in common with the others, or with `arrays`.
pub(crate) fn complete(
    kept: &mut Vec<Range>,
    segments: &Segments,
    dynamic: &Dynamic,
    arrays: &[Range],
) -> Result<(), ElfError> {
    kept.push(dynamic.strings());
    for (start, size) in [(tag::RELA, tag::RELASZ), (tag::JMPREL, tag::PLTRELSZ), (tag::RELR, tag::RELRSZ)] {
        kept.extend(addresses(dynamic, start, size));
    }
    for kind in [PT_NOTE, PT_GNU_PROPERTY] {
        kept.extend(segments.of(kind).map(|segment| (segment.address, segment.end())));
    }
    let own = (dynamic.address, dynamic.address + dynamic.len);
    if kept.iter().chain(arrays).any(|range| overlap(*range, own)) {
        return Err(malformed("it overlaps a table that it names"));
    }
    kept.push(own);
    Ok(())
}

/// The arrays of functions that run when the library is loaded or unloaded; empty where there is none.
pub(crate) fn arrays(dynamic: &Dynamic) -> [Range; 2] {
    let all = [(tag::INIT_ARRAY, tag::INIT_ARRAYSZ), (tag::FINI_ARRAY, tag::FINI_ARRAYSZ)];
    all.map(|(start, size)| addresses(dynamic, start, size).unwrap_or_default())
}

/// The addresses of a table: `Dynamic::read` made sure that it is in a segment.
fn addresses(dynamic: &Dynamic, start: u64, size: u64) -> Option<Range> {
    let (start, len) = dynamic.one(start).zip(dynamic.one(size))?;
    (len > 0).then_some((start, start + len))
}

/// Whether two ranges have a byte in common.
pub(crate) fn overlap(one: Range, other: Range) -> bool {
    one.0.max(other.0) < one.1.min(other.1)
}
