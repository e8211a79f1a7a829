//! The program headers: what is mapped where. All other tables are found through them, so that a stripped file reads
//! the same.

use crate::elf::bytes::Image;
use crate::elf::header::Header;
use crate::refusal::elf_error::ElfError;

pub(crate) const PT_LOAD: u32 = 1;
pub(crate) const PT_DYNAMIC: u32 = 2;
pub(crate) const PT_INTERP: u32 = 3;
pub(crate) const PT_NOTE: u32 = 4;
pub(crate) const PT_PHDR: u32 = 6;
pub(crate) const PT_TLS: u32 = 7;
pub(crate) const PT_GNU_EH_FRAME: u32 = 0x6474_e550;
pub(crate) const PT_GNU_STACK: u32 = 0x6474_e551;
pub(crate) const PT_GNU_RELRO: u32 = 0x6474_e552;
pub(crate) const PT_GNU_PROPERTY: u32 = 0x6474_e553;
pub(crate) const PF_X: u32 = 1;
pub(crate) const PF_W: u32 = 2;
pub(crate) const PF_R: u32 = 4;

const COUNT_MAX: u16 = 64;
/// Kinds of which the dynamic linker obeys the last one only, or none if there are two.
const SINGLE: [u32; 6] = [PT_PHDR, PT_TLS, PT_GNU_EH_FRAME, PT_GNU_STACK, PT_GNU_RELRO, PT_GNU_PROPERTY];

pub(crate) struct Segment {
    pub(crate) kind: u32,
    pub(crate) flags: u32,
    pub(crate) offset: u64,
    pub(crate) address: u64,
    pub(crate) file_size: u64,
    pub(crate) memory_size: u64,
    pub(crate) align: u64,
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
    pub(crate) fn data_end(&self) -> u64 {
        self.address.saturating_add(self.file_size)
    }

    /// Where it ends in memory.
    pub(crate) fn end(&self) -> u64 {
        self.address.saturating_add(self.memory_size)
    }

    pub(crate) fn is_writable(&self) -> bool {
        self.flags & PF_W != 0
    }
}

/// The program headers of a file, and the size of the pages in which they are mapped.
pub(crate) struct Segments {
    /// The segments: mapped ones first, else in the order of the file.
    all: Vec<Segment>,
    mapped: usize,
    pub(crate) page: u64,
}

impl Segments {
    /// Reads them, and makes sure that what the dynamic linker will map and read by them is what is read here.
    pub(crate) fn read(image: &Image<'_>, header: &Header, page: u64) -> Result<Self, ElfError> {
        let size = image.pick(56, 32);
        if !(1..=COUNT_MAX).contains(&header.segment_count) {
            return Err(ElfError::Headers { reason: "their number is not 1 to 64" });
        }
        if u64::from(header.segment_size) != size {
            return Err(ElfError::Headers { reason: "they have a wrong size" });
        }
        let truncated = || ElfError::Truncated { what: "program headers" };
        let len = size * u64::from(header.segment_count);
        let table = image.get(header.segments_at, len).map(|bytes| Image { bytes, ..*image }).ok_or_else(truncated)?;
        let of = |mapped: bool| {
            let headers = (0..len).step_by(size as usize);
            headers.filter(move |at| (table.u32(*at) == Some(PT_LOAD)) == mapped)
        };
        let mut all = Vec::with_capacity(header.segment_count.into());
        for at in of(true).chain(of(false)) {
            all.push(Segment::read(&table, at).ok_or_else(truncated)?);
        }
        let segments = Self { all, mapped: of(true).count(), page };
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

    pub(crate) fn of(&self, kind: u32) -> impl Iterator<Item = &Segment> {
        let (mapped, others) = self.all.split_at(self.mapped);
        let part = if kind == PT_LOAD { mapped } else { others };
        part.iter().filter(move |segment| segment.kind == kind)
    }

    fn inside_the_file(&self, image: &Image<'_>) -> Result<(), ElfError> {
        const READ: [(u32, &str); 6] = [
            (PT_LOAD, "loadable segments"),
            (PT_DYNAMIC, "dynamic section"),
            (PT_NOTE, "notes"),
            (PT_GNU_PROPERTY, "notes"),
            (PT_INTERP, "interpreter's name"),
            (PT_TLS, "thread-local data"),
        ];
        let outside = self.all.iter().filter(|segment| image.get(segment.offset, segment.file_size).is_none());
        let first = outside.filter_map(|segment| READ.iter().position(|(kind, _)| *kind == segment.kind)).min();
        first.map_or(Ok(()), |first| Err(ElfError::Truncated { what: READ[first].1 }))
    }
}
