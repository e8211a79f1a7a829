//! The program headers: what is mapped where. All other tables are found through them, so that a stripped file reads
//! the same.

use super::bytes::Image;
use super::header::Header;
use super::ElfError;

pub(super) const PT_LOAD: u32 = 1;
pub(super) const PT_DYNAMIC: u32 = 2;
pub(super) const PT_INTERP: u32 = 3;
pub(super) const PT_NOTE: u32 = 4;
const PT_TLS: u32 = 7;
pub(super) const PT_GNU_STACK: u32 = 0x6474_e551;
const PT_GNU_RELRO: u32 = 0x6474_e552;
pub(super) const PF_X: u32 = 1;
pub(super) const PF_W: u32 = 2;

const COUNT_MAX: u16 = 64;
/// No library needs more address space.
const SPAN_MAX: u64 = 4 << 30;
/// The largest page of any Linux, to which the end of the last segment is rounded up.
const PAGE_MAX: u64 = 1 << 16;

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

    /// Where it ends in memory. `Segments::read` made sure that this does not overflow for those that are mapped.
    fn end(&self) -> u64 {
        self.address.saturating_add(self.memory_size)
    }
}

pub(super) struct Segments(Vec<Segment>);

impl Segments {
    pub(super) fn read(image: &Image<'_>, header: &Header) -> Result<Self, ElfError> {
        let size = image.pick(56, 32);
        if !(1..=COUNT_MAX).contains(&header.segment_count) {
            return Err(ElfError::Headers { reason: "their number is not 1 to 64" });
        }
        if u64::from(header.segment_size) != size {
            return Err(ElfError::Headers { reason: "they have a wrong size" });
        }
        let truncated = || ElfError::Truncated { what: "program headers" };
        if image.get(header.segments_at, size * u64::from(header.segment_count)).is_none() {
            return Err(truncated());
        }
        let mut segments = Vec::with_capacity(header.segment_count.into());
        for at in 0..u64::from(header.segment_count) {
            segments.push(Segment::read(image, header.segments_at + at * size).ok_or_else(truncated)?);
        }
        let segments = Self(segments);
        segments.inside_the_file(image)?;
        segments.check_loads()?;
        segments.check_ranges()?;
        Ok(segments)
    }

    pub(super) fn of(&self, kind: u32) -> impl Iterator<Item = &Segment> {
        self.0.iter().filter(move |segment| segment.kind == kind)
    }

    fn inside_the_file(&self, image: &Image<'_>) -> Result<(), ElfError> {
        for (kind, what) in [
            (PT_LOAD, "loadable segments"),
            (PT_DYNAMIC, "dynamic section"),
            (PT_NOTE, "notes"),
            (PT_INTERP, "interpreter's name"),
            (PT_TLS, "thread-local data"),
        ] {
            if self.of(kind).any(|segment| image.get(segment.offset, segment.file_size).is_none()) {
                return Err(ElfError::Truncated { what });
            }
        }
        Ok(())
    }

    fn check_loads(&self) -> Result<(), ElfError> {
        let malformed = |reason| Err(ElfError::Segment { reason });
        let mut start = None;
        let mut end = 0;
        for segment in self.of(PT_LOAD) {
            if segment.memory_size < segment.file_size {
                return malformed("it is smaller in memory than in the file");
            }
            if segment.align > 1 && !segment.align.is_power_of_two() {
                return malformed("its alignment is no power of two");
            }
            if segment.align > 1 && segment.address % segment.align != segment.offset % segment.align {
                return malformed("its place in memory does not fit its place in the file");
            }
            let start = *start.get_or_insert(segment.address);
            if segment.address < end {
                return malformed("it overlaps another one, or they are out of order");
            }
            match segment.address.checked_add(segment.memory_size) {
                Some(next) if next - start <= SPAN_MAX => end = next,
                _ => return malformed("it takes more than 4 GiB of address space"),
            }
        }
        match start {
            Some(_) => Ok(()),
            None => malformed("there is none to load"),
        }
    }

    /// What the dynamic linker protects and copies lies in the library.
    fn check_ranges(&self) -> Result<(), ElfError> {
        let start = self.of(PT_LOAD).map(|segment| segment.address).min().unwrap_or(0);
        let end =
            self.of(PT_LOAD).map(Segment::end).max().unwrap_or(0).saturating_add(PAGE_MAX - 1) / PAGE_MAX * PAGE_MAX;
        for segment in self.of(PT_GNU_RELRO) {
            if segment.address < start || segment.end() > end {
                return Err(ElfError::Segment { reason: "the read-only part lies outside of the library" });
            }
        }
        for segment in self.of(PT_TLS) {
            if segment.memory_size < segment.file_size || !(segment.align <= 1 || segment.align.is_power_of_two()) {
                return Err(ElfError::Segment { reason: "the thread-local data has a wrong size or alignment" });
            }
            if segment.file_size > 0 && self.offset_of(segment.address, segment.file_size).is_none() {
                return Err(ElfError::Segment { reason: "the thread-local data lies outside of the library" });
            }
        }
        Ok(())
    }

    /// The place in the file of what will be at `address`, and how many bytes of its segment follow there.
    pub(super) fn tail(&self, address: u64) -> Option<(u64, u64)> {
        self.of(PT_LOAD).find_map(|segment| {
            let into = address.checked_sub(segment.address)?;
            let rest = segment.file_size.checked_sub(into).filter(|rest| *rest > 0)?;
            Some((segment.offset + into, rest))
        })
    }

    /// The place in the file of the `len` bytes that will be at `address`.
    pub(super) fn offset_of(&self, address: u64, len: u64) -> Option<u64> {
        self.tail(address).filter(|(_, rest)| len <= *rest).map(|(offset, _)| offset)
    }

    /// Whether code will be at `address`.
    pub(super) fn is_code(&self, address: u64) -> bool {
        let holds = |segment: &Segment| segment.address <= address && address < segment.end();
        self.of(PT_LOAD).any(|segment| segment.flags & PF_X != 0 && holds(segment))
    }

    /// Whether these bytes of the file will be mapped.
    pub(super) fn maps_file(&self, offset: u64, len: u64) -> bool {
        self.of(PT_LOAD)
            .any(|segment| offset >= segment.offset && offset.saturating_add(len) <= segment.offset + segment.file_size)
    }
}
