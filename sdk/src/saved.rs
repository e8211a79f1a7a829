//! A form for what an index saves, with a checksum.

use crate::call::Call;
use crate::error::{Error, Result};
use crate::opaque::opaque;
use crate::writer::Writer;
use std::convert::TryInto;

opaque!(Saving<'_, '_>, Saved<'_>);

/// Bytes of the format's name, of each number and of the checksum.
const WORD: usize = 8;
/// The bytes that go to the writer at once, or are summed at once: between two of them the caller is asked whether the call
/// is to go on.
const BUFFER: usize = 1 << 16;
const SUM: u64 = 0xCBF2_9CE4_8422_2325;

/// The FNV-1a sum of what was summed before and `bytes`.
fn sum(before: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(before, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3))
}

/// The bytes of an index that is saved: the name of its format, the watermark, what the index adds, and a checksum. It
/// asks the [`Call`] that it is in whether to go on, every 64 KiB.
///
/// ```
/// use sochdb_plugin_sdk::{ErrorKind, Saved, Saving, VecWriter};
///
/// const FORMAT: [u8; 8] = *b"MyIndex1";
/// let mut bytes = Vec::new();
/// let mut target = VecWriter::new(&mut bytes, u64::MAX);
/// let mut output = target.writer();
/// let mut saving = Saving::begin(&mut output, FORMAT, 77)?;
/// saving.number(5)?;
/// saving.bytes(b"after")?;
/// saving.end()?;
///
/// let mut saved = Saved::open(&bytes, FORMAT)?;
/// assert_eq!(saved.watermark(), 77);
/// let length = saved.number()?;
/// assert_eq!(saved.bytes(length)?, b"after");
/// saved.end()?;
///
/// bytes[30] ^= 1;
/// assert_eq!(Saved::open(&bytes, FORMAT).unwrap_err().kind(), ErrorKind::Corruption);
/// assert_eq!(Saved::open(&bytes, *b"Another1").unwrap_err().kind(), ErrorKind::Unsupported);
/// # Ok::<(), sochdb_plugin_sdk::Error>(())
/// ```
pub struct Saving<'a, 'w> {
    output: &'a mut Writer<'w>,
    buffer: Vec<u8>,
    sum: u64,
}

impl<'a, 'w> Saving<'a, 'w> {
    /// Begins with the name of the format, which is another one with each change of it, and the watermark.
    ///
    /// # Errors
    /// What the writer and the caller report; return it as it is.
    pub fn begin(output: &'a mut Writer<'w>, format: [u8; WORD], watermark: u64) -> Result<Self> {
        let mut saving = Self { output, buffer: Vec::new(), sum: SUM };
        saving.bytes(&format)?;
        saving.number(watermark)?;
        Ok(saving)
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// What the writer and the caller report; return it as it is.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        for part in bytes.chunks(BUFFER) {
            if self.buffer.len() + part.len() > BUFFER {
                Call::current(|call| call.go_on())?;
                self.output.write(&self.buffer)?;
                self.buffer.clear();
            }
            self.sum = sum(self.sum, part);
            self.buffer.extend_from_slice(part);
        }
        Ok(())
    }

    /// Adds a number, in 8 bytes.
    ///
    /// # Errors
    /// What the writer and the caller report; return it as it is.
    pub fn number(&mut self, number: u64) -> Result<()> {
        self.bytes(&number.to_le_bytes())
    }

    /// Ends with the checksum.
    ///
    /// # Errors
    /// What the writer and the caller report; return it as it is.
    pub fn end(mut self) -> Result<()> {
        self.number(self.sum)?;
        self.output.write(&self.buffer)
    }
}

/// A view of the bytes that [`Saving`] wrote, for an index that is loaded. All of them are checked before the first is given out.
///
/// ```
/// use sochdb_plugin_sdk::{ErrorKind, Saved};
///
/// let error = Saved::open(b"cut off", *b"MyIndex1").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Corruption);
/// ```
pub struct Saved<'a> {
    rest: &'a [u8],
    watermark: u64,
}

impl<'a> Saved<'a> {
    /// Opens what was saved in this format.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for another format;
    /// [`ErrorKind::Corruption`](crate::ErrorKind::Corruption) for bytes that are not as they were written; what the caller
    /// reports, as the sum of many bytes takes its time.
    pub fn open(bytes: &'a [u8], format: [u8; WORD]) -> Result<Self> {
        if bytes.len() < 3 * WORD {
            return Err(Error::corruption(format!("{} bytes are no index that was saved", bytes.len())));
        }
        if bytes[..WORD] != format {
            return Err(Error::unsupported("loading what was saved in another format or by a newer version"));
        }
        let (body, end) = bytes.split_at(bytes.len() - WORD);
        let mut summed = SUM;
        for part in body.chunks(BUFFER) {
            Call::current(|call| call.go_on())?;
            summed = sum(summed, part);
        }
        if word(end) != summed {
            return Err(Error::corruption("the index is not as it was saved: the checksum is another one"));
        }
        Ok(Self { rest: &body[2 * WORD..], watermark: word(&body[WORD..]) })
    }

    /// Returns the watermark that it was saved with.
    #[must_use]
    pub fn watermark(&self) -> u64 {
        self.watermark
    }

    /// Takes as many bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Corruption`](crate::ErrorKind::Corruption) if there are not so many.
    pub fn bytes(&mut self, length: u64) -> Result<&'a [u8]> {
        match usize::try_from(length) {
            Ok(length) if length <= self.rest.len() => {
                let (bytes, rest) = self.rest.split_at(length);
                self.rest = rest;
                Ok(bytes)
            }
            _ => Err(Error::corruption(format!("{length} bytes are to follow, and there are {}", self.rest.len()))),
        }
    }

    /// Takes a number.
    ///
    /// # Errors
    /// [`ErrorKind::Corruption`](crate::ErrorKind::Corruption) if there is none.
    pub fn number(&mut self) -> Result<u64> {
        self.bytes(WORD as u64).map(word)
    }

    /// Sees to it that nothing is left.
    ///
    /// # Errors
    /// [`ErrorKind::Corruption`](crate::ErrorKind::Corruption) if something is.
    pub fn end(self) -> Result<()> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(Error::corruption(format!("{left} bytes are left behind the index"))),
        }
    }
}

/// The number in the first eight of these bytes.
fn word(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes[..WORD].try_into().expect("eight bytes"))
}
