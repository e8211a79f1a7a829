//! Relative relocations in the packed form (DT_RELR): an address, then words of which each bit stands for the next one.

use crate::elf::library::Library;
use crate::elf::tag;
use crate::elf::targets::{malformed, Target, Targets};
use crate::refusal::elf_error::ElfError;

/// Words that the bits of an entry stand for.
const BITS: u64 = 63;

/// Checks that each of them writes where it may.
pub(crate) fn read(library: &Library<'_>, targets: &mut Targets) -> Result<(), ElfError> {
    let Library { image, segments, dynamic, .. } = *library;
    let Some((offset, len)) = dynamic.range(tag::RELR, tag::RELRSZ, segments)? else { return Ok(()) };
    let table = image.get(offset, len).ok_or(ElfError::Truncated { what: "relocations" })?;
    let mut next = None;
    for entry in table.as_chunks().0 {
        let entry = image.wide_number(entry);
        if entry & 1 == 0 {
            write(library, targets, entry)?;
            next = Some(entry.wrapping_add(8));
            continue;
        }
        let first = next.ok_or(malformed("the packed ones do not begin with an address"))?;
        if !targets.are_data(first, 8 * BITS) {
            for bit in (0..BITS).filter(|bit| entry >> (bit + 1) & 1 == 1) {
                write(library, targets, first.wrapping_add(8 * bit))?;
            }
        }
        next = Some(first.wrapping_add(8 * BITS));
    }
    Ok(())
}

fn write(library: &Library<'_>, targets: &mut Targets, at: u64) -> Result<(), ElfError> {
    if targets.write(at, 8)? == Target::Function {
        // What is there is the address.
        let place = library.segments.offset_of(at, 8).and_then(|offset| library.image.u64(offset));
        if !place.is_some_and(|address| library.segments.is_code(address)) {
            return Err(malformed("a constructor or destructor in its table is no code"));
        }
    }
    Ok(())
}
