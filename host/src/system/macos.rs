//! macOS.

use crate::elf::format::Format;
use crate::files::plain_path::PlainPath;
use crate::refusal::refusals::Refusal;
use crate::refusal::words::Words;
use crate::system::elsewhere::Unjudged;
use crate::system::posix::files::plain_path;
use std::path::Path;

pub(crate) enum MacOs {}

impl Unjudged for MacOs {
    const FORMAT: Format = Format::MachO;

    fn path(path: &Path) -> Result<(PlainPath<'_>, impl Words<PlainPath<'_>>), Refusal> {
        plain_path::check(path)
    }
}
