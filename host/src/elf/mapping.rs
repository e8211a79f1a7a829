//! How the segments lie in memory: whole pages, in their order, as the dynamic linker maps them.

use crate::elf::segments::{Segment, Segments, PF_R, PF_X, PT_LOAD};
use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use crate::refusal::elf_error::ElfError;

/// The least page of any Linux.
const PAGE_MIN: u64 = 1 << 12;
/// No library needs more address space.
const SPAN_MAX: u64 = 4 << 30;

/// The dynamic linker that is to load a file: what it does depends on its processor, and on the size of a page.
#[derive(Clone, Copy)]
pub(crate) struct Linker {
    pub(crate) machine: Option<u16>,
    page: u64,
}

impl Linker {
    pub(crate) fn new(machine: Option<u16>, page: u64) -> Self {
        Self { machine, page: page.max(PAGE_MIN) }
    }

    /// The dynamic linker of this process.
    pub(crate) fn own() -> Self {
        let page = Own::page_size() as u64;
        Self::new(crate::elf::machine::of_host(), page)
    }

    /// The size of a page for a file: that of its system for one that could run there, else the least that there is.
    pub(crate) fn page_for(&self, machine: u16) -> u64 {
        if self.machine == Some(machine) {
            self.page
        } else {
            PAGE_MIN
        }
    }
}

fn malformed<T>(reason: &'static str) -> Result<T, ElfError> {
    Err(ElfError::Segment { reason })
}

/// Bytes of the file as they are in memory.
pub(crate) struct FileRange {
    pub(crate) offset: u64,
    /// How many bytes of the segment follow there.
    pub(crate) rest: u64,
}

impl Segments {
    pub(crate) fn page_down(&self, address: u64) -> u64 {
        address & !(self.page - 1)
    }

    pub(crate) fn page_up(&self, address: u64) -> u64 {
        self.page_down(address.saturating_add(self.page - 1))
    }

    pub(crate) fn check_loads(&self) -> Result<(), ElfError> {
        let mut start = None;
        let mut end = 0;
        for segment in self.of(PT_LOAD) {
            if segment.memory_size < segment.file_size {
                return malformed("it is smaller in memory than in the file");
            }
            if segment.align > 1 && !segment.align.is_power_of_two() {
                return malformed("its alignment is no power of two");
            }
            let unit = segment.align.max(self.page);
            if segment.address % unit != segment.offset % unit && (segment.align > 1 || segment.file_size > 0) {
                return malformed("its place in memory does not fit its place in the file");
            }
            let first = *start.get_or_insert(segment.address);
            // The later mapping takes the whole page: what an earlier segment had there is gone.
            if self.page_down(segment.address) < end {
                return malformed("it shares a page with another one, or they are out of order");
            }
            match segment.address.checked_add(segment.memory_size) {
                Some(next) if next - first <= SPAN_MAX && next <= u64::MAX - self.page => end = self.page_up(next),
                _ => return malformed("it takes more than 4 GiB of address space"),
            }
        }
        match start {
            Some(_) => Ok(()),
            None => malformed("there is none to load"),
        }
    }

    /// The place in the file of what will be at `address`, readable, from the one mapping that provides it.
    pub(crate) fn tail(&self, address: u64) -> Option<FileRange> {
        self.of(PT_LOAD).find_map(|segment| {
            let into = address.checked_sub(segment.address)?;
            let rest = segment.file_size.checked_sub(into).filter(|rest| *rest > 0)?;
            (segment.flags & PF_R != 0).then_some(FileRange { offset: segment.offset + into, rest })
        })
    }

    /// The place in the file of the `len` bytes that will be at `address`.
    pub(crate) fn offset_of(&self, address: u64, len: u64) -> Option<u64> {
        self.tail(address).filter(|place| len <= place.rest).map(|place| place.offset)
    }

    /// Whether code of the file will be at `address`.
    pub(crate) fn is_code(&self, address: u64) -> bool {
        let holds = |segment: &Segment| segment.address <= address && address < segment.data_end();
        self.of(PT_LOAD).any(|segment| segment.flags & PF_X != 0 && holds(segment))
    }

    /// Whether `address` can be written.
    pub(crate) fn is_writable(&self, address: u64) -> bool {
        let holds = |segment: &Segment| segment.address <= address && address < segment.end();
        self.of(PT_LOAD).any(|segment| segment.is_writable() && holds(segment))
    }
}
