//! The dynamic section: what the dynamic linker is told.

use crate::base::text::Text;
use crate::elf::bytes::Image;
use crate::elf::segments::{Segments, PT_DYNAMIC};
use crate::elf::tag;
use crate::refusal::elf_error::ElfError;

/// The dynamic linker looks at 31 bits of some tags and at 64 of others: in a longer one it sees what others do not.
const TAG_MAX: u64 = 0x7fff_ffff;
const ENTRIES_MAX: usize = 4096;
const NEEDED_MAX: usize = 256;
const STRING_MAX: u64 = 4096;

/// The section's entries, and the strings that they name.
pub(crate) struct Dynamic {
    /// In the order of their tags, those of one tag as they come in the file.
    entries: Vec<(u64, u64)>,
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
        let mut entries = Vec::with_capacity(40);
        for entry in bytes.chunks_exact(image.pick(16, 8) as usize).take(ENTRIES_MAX) {
            let entry = Image { bytes: entry, ..*image };
            let (tag, value) = entry.word(0).zip(entry.word(image.word_size())).ok_or_else(truncated)?;
            if tag == 0 {
                // Stable, so that the libraries that it needs keep their order.
                entries.sort_by_key(|(tag, _)| *tag);
                let (address, len) = (segment.address, segment.file_size);
                let mut dynamic = Self { entries, address, len, strings_address: 0, strings_at: 0, strings_len: 0 };
                dynamic.check_tags()?;
                dynamic.find_strings(image, segments)?;
                return Ok(dynamic);
            }
            entries.push((tag, value));
        }
        Err(malformed("it has no end, or more than 4096 entries"))
    }

    /// The dynamic linker takes the last of several entries with a tag.
    fn check_tags(&self) -> Result<(), ElfError> {
        let twice = |pair: &[(u64, u64)]| pair[0].0 == pair[1].0 && pair[0].0 != tag::NEEDED;
        if self.entries.windows(2).any(twice) {
            return Err(malformed("a tag comes twice"));
        }
        match self.entries.last() {
            Some((tag, _)) if *tag > TAG_MAX => Err(malformed("it has a tag of more than 31 bits")),
            _ => Ok(()),
        }
    }

    /// The value of a tag that comes once.
    pub(crate) fn one(&self, tag: u64) -> Option<u64> {
        self.all(tag).next()
    }

    fn all(&self, tag: u64) -> impl Iterator<Item = u64> + '_ {
        let first = self.entries.partition_point(|entry| entry.0 < tag);
        self.entries[first..].iter().take_while(move |entry| entry.0 == tag).map(|entry| entry.1)
    }

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
    pub(crate) fn string(&self, image: &Image<'_>, at: u64) -> Result<Text, ElfError> {
        let bytes = self.string_bytes(image, at, STRING_MAX).unwrap_or_default();
        let end = bytes.iter().position(|byte| *byte == 0);
        end.map(|end| Text::from(&bytes[..end])).ok_or(malformed("a name has no end, or more than 4096 bytes"))
    }

    /// The libraries that it needs.
    pub(crate) fn needed(&self, image: &Image<'_>) -> Result<Vec<Text>, ElfError> {
        if self.all(tag::NEEDED).count() > NEEDED_MAX {
            return Err(malformed("it needs more than 256 libraries"));
        }
        self.all(tag::NEEDED).map(|at| self.string(image, at)).collect()
    }

    /// Whether the string at `at` is the name of a library that it needs.
    pub(crate) fn needs(&self, image: &Image<'_>, at: u64) -> bool {
        let text = |at| {
            let bytes = self.string_bytes(image, at, STRING_MAX)?;
            bytes.split(|byte| *byte == 0).next()
        };
        let name = text(at).filter(|name| !name.is_empty());
        name.is_some() && self.all(tag::NEEDED).any(|needed| needed == at || text(needed) == name)
    }

    /// The string that `tag` names.
    pub(crate) fn named(&self, image: &Image<'_>, tag: u64) -> Result<Option<Text>, ElfError> {
        self.one(tag).map(|at| self.string(image, at)).transpose()
    }
}
