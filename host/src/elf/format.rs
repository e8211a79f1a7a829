//! The formats of shared libraries, by their first bytes.

/// The format of a shared library's file: each system loads its own alone.
///
/// ```
/// use sochdb_plugin_host::{Facts, Format};
///
/// let facts = Facts::read(&std::fs::read("/proc/self/exe")?)?;
/// assert_eq!((facts.format, facts.format.name()), (Format::Elf, "ELF"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// The format of Linux and most Unix systems.
    Elf,
    /// The format of macOS.
    MachO,
    /// The format of Windows.
    Pe,
}

impl Format {
    /// Returns the format's usual name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Elf => "ELF",
            Self::MachO => "Mach-O",
            Self::Pe => "PE",
        }
    }

    /// The format that a file begins as, if one does.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let word: [u8; 4] = bytes.first_chunk().copied()?;
        match (word, u32::from_be_bytes(word)) {
            ([0x7f, b'E', b'L', b'F'], _) => Some(Self::Elf),
            ([b'M', b'Z', ..], _) => Some(Self::Pe),
            // One library, or several for as many processors; the latter begin as Java's classes do.
            (_, 0xfeed_face | 0xfeed_facf | 0xcefa_edfe | 0xcffa_edfe | 0xcafe_babe | 0xcafe_babf) => Some(Self::MachO),
            _ => None,
        }
    }
}
