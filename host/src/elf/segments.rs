//! The program headers: what is mapped where. All other tables are found through them, so that a stripped file reads
//! the same.

use super::bytes::Image;
use super::header::Header;
use super::ElfError;

pub(super) const PT_LOAD: u32 = 1;
pub(super) const PT_DYNAMIC: u32 = 2;
pub(super) const PT_INTERP: u32 = 3;
pub(super) const PT_NOTE: u32 = 4;
pub(super) const PT_PHDR: u32 = 6;
pub(super) const PT_TLS: u32 = 7;
pub(super) const PT_GNU_EH_FRAME: u32 = 0x6474_e550;
pub(super) const PT_GNU_STACK: u32 = 0x6474_e551;
pub(super) const PT_GNU_RELRO: u32 = 0x6474_e552;
pub(super) const PT_GNU_PROPERTY: u32 = 0x6474_e553;
pub(super) const PF_X: u32 = 1;
pub(super) const PF_W: u32 = 2;
pub(super) const PF_R: u32 = 4;

const COUNT_MAX: u16 = 64;
/// Kinds of which the dynamic linker obeys the last one only, or none if there are two.
const SINGLE: [u32; 6] = [PT_PHDR, PT_TLS, PT_GNU_EH_FRAME, PT_GNU_STACK, PT_GNU_RELRO, PT_GNU_PROPERTY];

pub(super) struct Segment {
    pub(super) kind: u32,
    pub(super) flags: u32,
    pub(super) offset: u64,
    pub(super) address: u64,
    pub(super) file_size: u64,
    pub(super) memory_size: u64,
    pub(super) align: u64,
}

impl Segment {
    fn read(image: &Image<'_>, at: u64) -> Option<Self> {
        let word = image.word_size();
        let first = at + image.pick(8, 4);
        Some(Self {
            kind: image.u32(at)?,
            flags: image.u32(at + image.pick(4, 24))?,
            offset: image.word(first)?,
            address: image.word(first + word)?,
            file_size: image.word(first + 3 * word)?,
            memory_size: image.word(first + 4 * word)?,
            align: image.word(at + image.pick(48, 28))?,
        })
    }

    /// The end of what the file gives to it in memory. `Segments::check_loads` made sure that neither this nor `end`
    /// overflows for those that are mapped.
    pub(super) fn data_end(&self) -> u64 {
        self.address.saturating_add(self.file_size)
    }

    /// Where it ends in memory.
    pub(super) fn end(&self) -> u64 {
        self.address.saturating_add(self.memory_size)
    }

    pub(super) fn is_writable(&self) -> bool {
        self.flags & PF_W != 0
    }
}

/// The program headers of a file, and the size of the pages in which they are mapped.
pub(super) struct Segments {
    all: Vec<Segment>,
    pub(super) page: u64,
}

impl Segments {
    /// Reads them, and makes sure that what the dynamic linker will map and read by them is what is read here.
    pub(super) fn read(image: &Image<'_>, header: &Header, page: u64) -> Result<Self, ElfError> {
        let size = image.pick(56, 32);
        if !(1..=COUNT_MAX).contains(&header.segment_count) {
            return Err(ElfError::Headers { reason: "their number is not 1 to 64" });
        }
        if u64::from(header.segment_size) != size {
            return Err(ElfError::Headers { reason: "they have a wrong size" });
        }
        let truncated = || ElfError::Truncated { what: "program headers" };
        let len = size * u64::from(header.segment_count);
        if image.get(header.segments_at, len).is_none() {
            return Err(truncated());
        }
        let mut all = Vec::with_capacity(header.segment_count.into());
        for at in 0..u64::from(header.segment_count) {
            all.push(Segment::read(image, header.segments_at + at * size).ok_or_else(truncated)?);
        }
        let segments = Self { all, page };
        segments.inside_the_file(image)?;
        segments.check_loads()?;
        for kind in SINGLE {
            if segments.of(kind).nth(1).is_some() {
                return Err(ElfError::Headers { reason: "one of a kind that can be there once is there twice" });
            }
        }
        segments.check_special()?;
        segments.header_table(header)?;
        Ok(segments)
    }

    pub(super) fn of(&self, kind: u32) -> impl Iterator<Item = &Segment> {
        self.all.iter().filter(move |segment| segment.kind == kind)
    }

    fn inside_the_file(&self, image: &Image<'_>) -> Result<(), ElfError> {
        for (kind, what) in [
            (PT_LOAD, "loadable segments"),
            (PT_DYNAMIC, "dynamic section"),
            (PT_NOTE, "notes"),
            (PT_GNU_PROPERTY, "notes"),
            (PT_INTERP, "interpreter's name"),
            (PT_TLS, "thread-local data"),
        ] {
            if self.of(kind).any(|segment| image.get(segment.offset, segment.file_size).is_none()) {
                return Err(ElfError::Truncated { what });
            }
        }
        Ok(())
    }
}
