//! The dynamic section: what the dynamic linker is told.

use crate::base::text::UntrustedText;
use crate::elf::bytes::Image;
use crate::elf::segments::{Segments, PT_DYNAMIC};
use crate::elf::tag;
use crate::refusal::elf_error::ElfError;

/// The dynamic linker looks at 31 bits of some tags and at 64 of others: in a longer one it sees what others do not.
const TAG_MAX: u64 = 0x7fff_ffff;
const ENTRIES_MAX: usize = 4096;
/// More than the tags that every system has.
const SMALL: usize = 40;
const NEEDED_MAX: usize = 256;
const STRING_MAX: u64 = 4096;

/// The section's entries, and the strings that they name.
pub(crate) struct Dynamic {
    /// The values of the small tags, each at its own place, and a bit for each tag that there is.
    small: [u64; SMALL],
    present: u64,
    /// The others, in the order of their tags.
    large: Vec<(u64, u64)>,
    /// The names of the libraries that it needs, as they come in the file.
    needed: Vec<u64>,
    /// Where the section is in memory. The dynamic linker writes to it.
    pub(crate) address: u64,
    pub(crate) len: u64,
    strings_address: u64,
    strings_at: u64,
    strings_len: u64,
}

pub(crate) fn malformed(reason: &'static str) -> ElfError {
    ElfError::Dynamic { reason }
}

/// The place of a tag that is small.
#[inline]
fn small(tag: u64) -> Option<usize> {
    usize::try_from(tag).ok().filter(|place| *place < SMALL)
}

impl Dynamic {
    pub(crate) fn read(image: &Image<'_>, segments: &Segments) -> Result<Self, ElfError> {
        let mut found = segments.of(PT_DYNAMIC);
        let segment = match (found.next(), found.next()) {
            (Some(segment), None) => segment,
            (None, _) => return Err(malformed("there is none")),
            _ => return Err(malformed("there are two")),
        };
        // The dynamic linker goes by the address, so that is what must be read.
        if segments.offset_of(segment.address, segment.file_size) != Some(segment.offset) {
            return Err(malformed("its place in memory does not fit its place in the file"));
        }
        if segment.is_writable() && !segments.is_writable(segment.address) {
            return Err(malformed("it is said to be writable, and is not"));
        }
        let truncated = || ElfError::Truncated { what: "dynamic section" };
        let bytes = image.get(segment.offset, segment.file_size).ok_or_else(truncated)?;
        let mut dynamic = Self {
            small: [0; SMALL],
            present: 0,
            large: Vec::with_capacity(12),
            needed: Vec::with_capacity(4),
            address: segment.address,
            len: segment.file_size,
            strings_address: 0,
            strings_at: 0,
            strings_len: 0,
        };
        let mut twice = false;
        for entry in bytes.chunks_exact(image.pick(16, 8) as usize).take(ENTRIES_MAX) {
            let entry = Image { bytes: entry, ..*image };
            let (tag, value) = entry.word(0).zip(entry.word(image.word_size())).ok_or_else(truncated)?;
            match (tag, small(tag)) {
                (0, _) => {
                    dynamic.check_tags(twice)?;
                    dynamic.find_strings(image, segments)?;
                    return Ok(dynamic);
                }
                (tag::NEEDED, _) => dynamic.needed.push(value),
                (_, Some(place)) => {
                    twice |= dynamic.present >> place & 1 == 1;
                    dynamic.present |= 1 << place;
                    dynamic.small[place] = value;
                }
                (_, None) => dynamic.large.push((tag, value)),
            }
        }
        Err(malformed("it has no end, or more than 4096 entries"))
    }

    /// The dynamic linker takes the last of several entries with a tag.
    fn check_tags(&mut self, twice: bool) -> Result<(), ElfError> {
        self.large.sort_unstable_by_key(|(tag, _)| *tag);
        if twice || self.large.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(malformed("a tag comes twice"));
        }
        match self.large.last() {
            Some((tag, _)) if *tag > TAG_MAX => Err(malformed("it has a tag of more than 31 bits")),
            _ => Ok(()),
        }
    }

    /// The value of a tag that comes once.
    #[inline]
    pub(crate) fn one(&self, tag: u64) -> Option<u64> {
        match small(tag) {
            Some(place) => (self.present >> place & 1 == 1).then_some(self.small[place]),
            None => self.large.iter().find(|entry| entry.0 == tag).map(|entry| entry.1),
        }
    }

    #[inline]
    pub(crate) fn has(&self, tag: u64) -> bool {
        self.one(tag).is_some()
    }

    fn find_strings(&mut self, image: &Image<'_>, segments: &Segments) -> Result<(), ElfError> {
        let (at, len) = self.one(tag::STRTAB).zip(self.one(tag::STRSZ)).ok_or(malformed("it names no strings"))?;
        self.strings_at = segments.offset_of(at, len).ok_or(malformed("the strings lie outside of the library"))?;
        (self.strings_address, self.strings_len) = (at, len);
        // So each of them ends, wherever it begins.
        match image.get(self.strings_at, len) {
            Some([.., 0]) => Ok(()),
            _ => Err(malformed("the strings have no end")),
        }
    }

    /// Offset and length in the file of a table that has a tag for its start and one for its size.
    pub(crate) fn range(&self, start: u64, size: u64, segments: &Segments) -> Result<Option<(u64, u64)>, ElfError> {
        match (self.one(start), self.one(size)) {
            (Some(_), None) => Err(malformed("a table has no size")),
            (None, _) | (_, Some(0)) => Ok(None),
            (Some(address), Some(len)) => match segments.offset_of(address, len) {
                Some(offset) => Ok(Some((offset, len))),
                None => Err(malformed("a table lies outside of the library")),
            },
        }
    }

    /// Whether the string table has a string at `at`.
    pub(crate) fn has_string(&self, at: u64) -> bool {
        at < self.strings_len
    }

    /// Addresses of the strings.
    pub(crate) fn strings(&self) -> (u64, u64) {
        (self.strings_address, self.strings_address + self.strings_len)
    }

    /// The bytes of the string table from `at` on, at most `len`.
    pub(crate) fn string_bytes<'a>(&self, image: &Image<'a>, at: u64, len: u64) -> Option<&'a [u8]> {
        let rest = self.strings_len.checked_sub(at)?;
        image.get(self.strings_at.checked_add(at)?, rest.min(len))
    }

    /// The string at `at` of the string table.
    pub(crate) fn string(&self, image: &Image<'_>, at: u64) -> Result<UntrustedText, ElfError> {
        let bytes = self.string_bytes(image, at, STRING_MAX).unwrap_or_default();
        let end = bytes.iter().position(|byte| *byte == 0);
        end.map(|end| UntrustedText::from(&bytes[..end])).ok_or(malformed("a name has no end, or more than 4096 bytes"))
    }

    /// The libraries that it needs.
    pub(crate) fn needed(&self, image: &Image<'_>) -> Result<Vec<UntrustedText>, ElfError> {
        if self.needed.len() > NEEDED_MAX {
            return Err(malformed("it needs more than 256 libraries"));
        }
        self.needed.iter().map(|at| self.string(image, *at)).collect()
    }

    /// Whether the string at `at` is the name of a library that it needs.
    pub(crate) fn needs(&self, image: &Image<'_>, at: u64) -> bool {
        let text = |at| {
            let bytes = self.string_bytes(image, at, STRING_MAX)?;
            bytes.split(|byte| *byte == 0).next()
        };
        let name = text(at).filter(|name| !name.is_empty());
        name.is_some() && self.needed.iter().any(|needed| *needed == at || text(*needed) == name)
    }

    /// The string that `tag` names.
    pub(crate) fn named(&self, image: &Image<'_>, tag: u64) -> Result<Option<UntrustedText>, ElfError> {
        self.one(tag).map(|at| self.string(image, at)).transpose()
    }
}
