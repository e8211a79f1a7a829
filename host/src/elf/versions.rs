//! The versions of symbols: lists that the dynamic linker walks, and a table that leads into what it makes of them.

use crate::elf::bytes::Image;
use crate::elf::dynamic::Dynamic;
use crate::elf::kept::Range;
use crate::elf::segments::Segments;
use crate::elf::tag;
use crate::refusal::elf_error::ElfError;

/// Entries of both lists together.
const ENTRIES_MAX: u64 = 1 << 16;

fn malformed(reason: &'static str) -> ElfError {
    ElfError::Dynamic { reason }
}

const CUT_OFF: &str = "a list of versions lies outside of the library";
const COUNT: &str = "a list of versions has another length than is said";

/// The form of a list whose entries each have a list.
struct Form {
    list: u64,
    count: u64,
    /// Bytes of an entry, and where in it are the distances to its own list and to the next entry.
    size: u64,
    own: u64,
    next: u64,
    /// Bytes of an entry of that list, and where in it are its name and the distance to the next one.
    part_size: u64,
    part_name: u64,
    part_next: u64,
}

const NEEDED: Form = Form {
    list: tag::VERNEED,
    count: tag::VERNEEDNUM,
    size: 16,
    own: 8,
    next: 12,
    part_size: 16,
    part_name: 8,
    part_next: 12,
};

const DEFINED: Form = Form {
    list: tag::VERDEF,
    count: tag::VERDEFNUM,
    size: 20,
    own: 12,
    next: 16,
    part_size: 8,
    part_name: 0,
    part_next: 4,
};

/// The content of the lists.
#[derive(Default)]
pub(crate) struct Versions {
    highest: u16,
    steps: u64,
}

impl Versions {
    /// Reads both lists, and adds to `kept` where they lie. A library whose version is needed must be needed itself, or the
    /// dynamic linker aborts.
    pub(crate) fn read(
        image: &Image<'_>,
        segments: &Segments,
        dynamic: &Dynamic,
        kept: &mut Vec<Range>,
    ) -> Result<Self, ElfError> {
        let mut found = Self::default();
        kept.extend(found.walk(&NEEDED, image, segments, dynamic)?);
        kept.extend(found.walk(&DEFINED, image, segments, dynamic)?);
        Ok(found)
    }

    /// Gives where the list lies, if there is one.
    fn walk(
        &mut self,
        form: &Form,
        image: &Image<'_>,
        segments: &Segments,
        dynamic: &Dynamic,
    ) -> Result<Option<Range>, ElfError> {
        let Some(address) = dynamic.one(form.list) else { return Ok(None) };
        let place = segments.tail(address).ok_or(malformed(CUT_OFF))?;
        let list =
            image.get(place.offset, place.rest).map(|bytes| Image { bytes, ..*image }).ok_or(malformed(CUT_OFF))?;
        let word = |at: u64| list.u32(at).map(u64::from).ok_or(malformed(CUT_OFF));
        let (mut at, mut count, mut end) = (0, 0, 0);
        loop {
            self.within_reason()?;
            let (own, next) = (word(at + form.own)?, word(at + form.next)?);
            let index = match form.list {
                tag::VERNEED => {
                    if !dynamic.needs(image, word(at + 4)?) {
                        return Err(malformed("it needs a version of a library that it does not need"));
                    }
                    None
                }
                _ => Some(at + 4),
            };
            let mut part = at + own;
            loop {
                let (name, more) = (word(part + form.part_name)?, word(part + form.part_next)?);
                if !dynamic.has_string(name) {
                    return Err(malformed("the name of a version lies outside of the strings"));
                }
                let index = list.u16(index.unwrap_or(part + 6)).ok_or(malformed(CUT_OFF))?;
                self.highest = self.highest.max(index & 0x7fff);
                self.steps += 1;
                end = end.max(part + form.part_size);
                if more == 0 {
                    break;
                }
                part += more;
                self.within_reason()?;
            }
            count += 1;
            end = end.max(at + form.size);
            if next == 0 {
                break;
            }
            at += next;
        }
        if dynamic.one(form.count).is_some_and(|said| said != count) {
            return Err(malformed(COUNT));
        }
        Ok(Some((address, address + end)))
    }

    fn within_reason(&self) -> Result<(), ElfError> {
        if self.steps > ENTRIES_MAX {
            return Err(malformed("it has more than 65536 versions"));
        }
        Ok(())
    }

    /// The table that gives each symbol its version leads to one that there is. Gives where it lies, if there is one.
    pub(crate) fn check_table(
        &self,
        symbols: u64,
        image: &Image<'_>,
        segments: &Segments,
        dynamic: &Dynamic,
    ) -> Result<Option<Range>, ElfError> {
        let Some(address) = dynamic.one(tag::VERSYM) else { return Ok(None) };
        let bytes = segments.offset_of(address, 2 * symbols).and_then(|offset| image.get(offset, 2 * symbols));
        let (entries, _) =
            bytes.ok_or(malformed("the versions of its symbols lie outside of the library"))?.as_chunks();
        let highest = entries.iter().map(|entry| image.half(*entry) & 0x7fff).max().unwrap_or(0);
        if highest > self.highest {
            return Err(malformed("a symbol has a version that there is not"));
        }
        Ok(Some((address, address + 2 * symbols)))
    }
}
