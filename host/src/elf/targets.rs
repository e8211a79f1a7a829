//! Where relocations may write: to writable segments, but not to what was read and will be read again.

use crate::elf::kept::{overlap, Range};
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

/// The place that a relocation writes to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Data,
    /// A slot of an array of functions.
    Function,
}

pub(crate) struct Targets {
    intervals: Vec<Interval>,
    arrays: [Array; 2],
    word: u64,
    /// The interval of the last target: the next one is nearly always beside it.
    last: usize,
}

impl Targets {
    /// The writable segments without `kept`. `arrays` are those of functions, with words of `word` bytes.
    pub(crate) fn new(segments: &Segments, kept: &[Range], arrays: [Range; 2], word: u64) -> Self {
        let writable = segments.of(PT_LOAD).filter(|segment| segment.is_writable());
        let mut intervals = Vec::with_capacity(12);
        intervals.extend(writable.map(|part| Interval { start: part.address, end: part.end(), array: None }));
        kept.iter().for_each(|cut| cut_out(&mut intervals, *cut));
        let fits = arrays.map(|array| intervals.iter().any(|part| part.start <= array.0 && array.1 <= part.end));
        arrays.iter().for_each(|array| cut_out(&mut intervals, *array));
        let arrays_that_fit = arrays.iter().enumerate().filter(|(index, _)| fits[*index]);
        intervals.extend(arrays_that_fit.map(|(index, array)| Interval {
            start: array.0,
            end: array.1,
            array: Some(index),
        }));
        let slots = |array: Range| ((array.1 - array.0) / word) as usize;
        let arrays = arrays.map(|array| Array { start: array.0, written: vec![false; slots(array)] });
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

/// Leaves of the intervals what is before and after the cut.
fn cut_out(intervals: &mut Vec<Interval>, cut: Range) {
    // Most tables lie in segments that are not writable: those cut nothing.
    for at in 0..intervals.len() {
        let part = &mut intervals[at];
        if overlap((part.start, part.end), cut) {
            let after = Interval { start: cut.1, ..*part };
            part.end = cut.0.max(part.start);
            if after.start < after.end {
                intervals.push(after);
            }
        }
    }
}
