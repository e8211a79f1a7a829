//! Reading numbers out of a file, each with a look at where the file ends.

/// A file, with the byte order and word size that its first bytes state.
#[derive(Clone, Copy)]
pub(crate) struct Image<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) big_endian: bool,
    /// 64-bit words.
    pub(crate) wide: bool,
}

impl<'a> Image<'a> {
    /// `len` bytes from `at` on, if the file has them.
    pub(crate) fn get(&self, at: u64, len: u64) -> Option<&'a [u8]> {
        let start = usize::try_from(at).ok()?;
        let end = usize::try_from(at.checked_add(len)?).ok()?;
        self.bytes.get(start..end)
    }

    fn array<const N: usize>(&self, at: u64) -> Option<[u8; N]> {
        self.get(at, N as u64)?.try_into().ok()
    }

    pub(crate) fn u16(&self, at: u64) -> Option<u16> {
        Some(self.half(self.array(at)?))
    }

    /// The number that two bytes of the file stand for.
    pub(crate) fn half(&self, bytes: [u8; 2]) -> u16 {
        if self.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        }
    }

    pub(crate) fn u32(&self, at: u64) -> Option<u32> {
        Some(self.number(self.array(at)?))
    }

    /// The number that four bytes of the file stand for.
    pub(crate) fn number(&self, bytes: [u8; 4]) -> u32 {
        if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    }

    pub(crate) fn u64(&self, at: u64) -> Option<u64> {
        Some(self.wide_number(&self.array(at)?))
    }

    /// The number that eight bytes of the file stand for.
    pub(crate) fn wide_number(&self, bytes: &[u8; 8]) -> u64 {
        if self.big_endian {
            u64::from_be_bytes(*bytes)
        } else {
            u64::from_le_bytes(*bytes)
        }
    }

    /// A number of the file's word size.
    pub(crate) fn word(&self, at: u64) -> Option<u64> {
        if self.wide {
            self.u64(at)
        } else {
            self.u32(at).map(u64::from)
        }
    }

    /// Bytes of a word.
    pub(crate) fn word_size(&self) -> u64 {
        self.pick(8, 4)
    }

    /// The figure for this file's word size.
    pub(crate) fn pick(&self, wide: u64, narrow: u64) -> u64 {
        if self.wide {
            wide
        } else {
            narrow
        }
    }
}
