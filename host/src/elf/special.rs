//! The program headers by which the dynamic linker finds things after it has mapped the segments.

use crate::elf::header::Header;
use crate::elf::segments::{
    Segment, Segments, PF_R, PF_X, PT_GNU_EH_FRAME, PT_GNU_PROPERTY, PT_GNU_RELRO, PT_LOAD, PT_NOTE, PT_PHDR, PT_TLS,
};
use crate::refusal::elf_error::ElfError;

/// The largest alignment of thread-local data, and the most bytes of it. A thread that cannot have its part ends the
/// process.
const TLS_ALIGN_MAX: u64 = 1 << 16;
const TLS_MAX: u64 = 64 << 20;

fn malformed<T>(reason: &'static str) -> Result<T, ElfError> {
    Err(ElfError::Segment { reason })
}

impl Segments {
    pub(crate) fn check_special(&self) -> Result<(), ElfError> {
        self.of(PT_GNU_RELRO).try_for_each(|segment| self.check_protected(segment))?;
        self.of(PT_TLS).try_for_each(|segment| self.check_thread_local(segment))?;
        for kind in [PT_NOTE, PT_GNU_PROPERTY, PT_GNU_EH_FRAME] {
            if self.of(kind).any(|segment| !self.reads_as_mapped(segment)) {
                return malformed("a note, or the table for unwinding, is not mapped from where the file has it");
            }
        }
        Ok(())
    }

    /// Start and end of the program headers in memory, if they are there. The dynamic linker goes by these from then on,
    /// so it must find the same ones.
    pub(crate) fn header_table(&self, header: &Header) -> Result<Option<(u64, u64)>, ElfError> {
        let (at, len) = (header.segments_at, u64::from(header.segment_size) * u64::from(header.segment_count));
        let elsewhere = || malformed("the program headers in memory are other ones");
        if let Some(named) = self.of(PT_PHDR).next() {
            let same = self.offset_of(named.address, len) == Some(at);
            return if same { Ok(Some((named.address, named.address + len))) } else { elsewhere() };
        }
        // Without PT_PHDR it takes the first mapping, in whole pages, that holds them.
        for segment in self.of(PT_LOAD) {
            let start = self.page_down(segment.address);
            let mapped = self.page_up(segment.data_end()) - start;
            let Some(into) = at.checked_sub(self.page_down(segment.offset)) else { continue };
            if into.saturating_add(len) > mapped {
                continue;
            }
            let (address, end) = (start + into, start + into + len);
            let zeroed = segment.data_end() < end && segment.data_end() < segment.end();
            return if zeroed || segment.flags & PF_R == 0 { elsewhere() } else { Ok(Some((address, end))) };
        }
        Ok(None)
    }

    /// Refuses a read-only part, to the page, that is not data which was writable before the relocations.
    fn check_protected(&self, part: &Segment) -> Result<(), ElfError> {
        let Some(end) = part.address.checked_add(part.memory_size) else {
            return malformed("the read-only part lies outside of the library");
        };
        let (start, end) = (self.page_down(part.address), self.page_down(end));
        // Less than a page is not protected.
        let (start, end) = if start < end { (start, end) } else { (part.address, part.address) };
        let holds = |segment: &Segment| self.page_down(segment.address) <= start && end <= self.page_up(segment.end());
        if !self.of(PT_LOAD).any(|segment| segment.is_writable() && segment.flags & PF_X == 0 && holds(segment)) {
            return malformed("the read-only part is not a part of one writable segment");
        }
        Ok(())
    }

    fn check_thread_local(&self, part: &Segment) -> Result<(), ElfError> {
        if part.memory_size < part.file_size || part.memory_size > TLS_MAX {
            return malformed("the thread-local data has a wrong size");
        }
        if part.memory_size > 0 && !(part.align.is_power_of_two() && part.align <= TLS_ALIGN_MAX) {
            return malformed("the thread-local data has a wrong alignment");
        }
        // glibc takes address 0 for data that has no first value, and copies it from there all the same.
        if part.file_size > 0 && (part.address == 0 || !self.reads_as_mapped(part)) {
            return malformed("the thread-local data lies outside of the library");
        }
        Ok(())
    }

    /// Whether the bytes at its address are those at its offset.
    fn reads_as_mapped(&self, part: &Segment) -> bool {
        let whole = part.kind == PT_TLS || part.memory_size == part.file_size;
        whole && self.offset_of(part.address, part.file_size) == Some(part.offset)
    }
}
