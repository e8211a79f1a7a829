//! The library that relocations are read from.

use crate::elf::bytes::Image;
use crate::elf::dynamic::Dynamic;
use crate::elf::segments::Segments;
use crate::elf::symbols::Symbols;

/// A file, and the tables that relocations lead to.
pub(crate) struct Library<'a> {
    pub(crate) image: &'a Image<'a>,
    pub(crate) segments: &'a Segments,
    pub(crate) dynamic: &'a Dynamic,
    pub(crate) symbols: &'a mut Symbols,
}
