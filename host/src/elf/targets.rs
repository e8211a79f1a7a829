//! Where relocations may write: to writable segments, but not to what was read and will be read again.

use crate::elf::kept::overlap;
use crate::elf::segments::{Segments, PT_LOAD};
use crate::refusal::elf_error::ElfError;

pub(crate) const fn malformed(reason: &'static str) -> ElfError {
    ElfError::Relocations { reason }
}

/// An array of functions that run when the library is loaded or unloaded; each slot is written once.
struct Array {
    start: u64,
    written: Vec<bool>,
}

struct Interval {
    start: u64,
    end: u64,
    /// The array that it is, if it is one.
    array: Option<usize>,
}

/// What is written to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Data,
    /// A slot of an array of functions.
    Function,
}

pub(crate) struct Targets {
    intervals: Vec<Interval>,
    arrays: Vec<Array>,
    word: u64,
    /// The interval of the last target: the next one is nearly always beside it.
    last: usize,
}

impl Targets {
    /// The writable segments without `kept`. `arrays` are those of functions, with words of `word` bytes; all are given
    /// by start and end.
    pub(crate) fn new(segments: &Segments, kept: &[(u64, u64)], arrays: &[(u64, u64)], word: u64) -> Self {
        let mut open: Vec<(u64, u64)> = segments
            .of(PT_LOAD)
            .filter(|segment| segment.is_writable())
            .map(|part| (part.address, part.end()))
            .collect();
        let closed = |cuts: &[(u64, u64)], open: &mut Vec<(u64, u64)>| {
            // Most tables lie in segments that are not writable: those cut nothing.
            for cut in cuts {
                if open.iter().any(|part| overlap(*part, *cut)) {
                    *open = open.iter().flat_map(|part| without(*part, *cut)).filter(|part| part.0 < part.1).collect();
                }
            }
        };
        closed(kept, &mut open);
        let mut intervals = Vec::with_capacity(open.len() + arrays.len());
        for (index, array) in arrays.iter().enumerate() {
            if open.iter().any(|part| part.0 <= array.0 && array.1 <= part.1) {
                intervals.push(Interval { start: array.0, end: array.1, array: Some(index) });
            }
        }
        closed(arrays, &mut open);
        intervals.extend(open.into_iter().map(|(start, end)| Interval { start, end, array: None }));
        let slots = |array: &(u64, u64)| ((array.1 - array.0) / word) as usize;
        let arrays = arrays.iter().map(|array| Array { start: array.0, written: vec![false; slots(array)] }).collect();
        Self { intervals, arrays, word, last: 0 }
    }

    /// Notes that `len` bytes are written at `at`.
    #[inline]
    pub(crate) fn write(&mut self, at: u64, len: u64) -> Result<Target, ElfError> {
        match self.intervals.get(self.last) {
            Some(part) if part.array.is_none() && holds(part, at, len) => Ok(Target::Data),
            _ => self.write_elsewhere(at, len),
        }
    }

    /// Whether all of the bytes are data, so that each of them can be written.
    pub(crate) fn are_data(&self, at: u64, len: u64) -> bool {
        self.intervals.get(self.last).is_some_and(|part| part.array.is_none() && holds(part, at, len))
    }

    #[cold]
    fn write_elsewhere(&mut self, at: u64, len: u64) -> Result<Target, ElfError> {
        let found = self.intervals.iter().position(|part| holds(part, at, len));
        self.last = found.ok_or(malformed("one writes to where no data is, or to what was read before"))?;
        let Some(array) = self.intervals[self.last].array.and_then(|array| self.arrays.get_mut(array)) else {
            return Ok(Target::Data);
        };
        let into = at - array.start;
        match array.written.get_mut((into / self.word) as usize) {
            Some(written) if into.is_multiple_of(self.word) && len == self.word && !*written => *written = true,
            _ => return Err(malformed("one writes to a part of a constructor, or to it again")),
        }
        Ok(Target::Function)
    }

    /// Checks that every constructor and destructor was written.
    pub(crate) fn check_functions(&self) -> Result<(), ElfError> {
        if self.arrays.iter().any(|array| array.written.contains(&false)) {
            return Err(malformed("a constructor or destructor in its table has no address"));
        }
        Ok(())
    }
}

fn holds(part: &Interval, at: u64, len: u64) -> bool {
    part.end - part.start >= len && at.wrapping_sub(part.start) <= part.end - part.start - len
}

/// What is left of an interval, before and after the cut.
fn without(part: (u64, u64), cut: (u64, u64)) -> [(u64, u64); 2] {
    [(part.0, part.1.min(cut.0)), (part.0.max(cut.1), part.1)]
}
