use crate::abi::*;
use crate::boundary::guard;
use crate::export::{exclusive, shared};
use crate::{Extension, Result, VecWriter, Writer};
use core::ffi::c_void;

/// A codec: what it compresses, it turns back byte for byte, at any level and in every later version.
pub trait CompressionExtension: Extension {
    /// The algorithm, such as `lz4`, `zstd`, `snappy`; it does not change.
    fn algorithm(&self) -> &str;

    /// Writes the compressed form of `input`, which may be empty.
    ///
    /// # Errors
    /// What the writer returns, as it is.
    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()>;

    /// Writes what `compress_into` was given.
    ///
    /// # Errors
    /// [`ErrorKind::Corruption`](crate::ErrorKind::Corruption) for input that no `compress_into` wrote.
    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()>;

    /// `compress_into` a new vector.
    ///
    /// # Errors
    /// As `compress_into`.
    fn compress(&self, input: &[u8]) -> Result<Vec<u8>> {
        let mut output = Vec::new();
        self.compress_into(input, &mut VecWriter::new(&mut output, u64::MAX).writer())?;
        Ok(output)
    }

    /// `decompress_into` a new vector.
    ///
    /// # Errors
    /// As `decompress_into`.
    fn decompress(&self, input: &[u8]) -> Result<Vec<u8>> {
        let mut output = Vec::new();
        self.decompress_into(input, &mut VecWriter::new(&mut output, u64::MAX).writer())?;
        Ok(output)
    }

    /// Sets the level of later compressions; what a level means is the algorithm's.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) outside the algorithm's range.
    fn set_level(&mut self, _level: i32) -> Result<()> {
        Ok(())
    }

    /// An upper bound of what `compress_into` writes for an input of `len` bytes; None if it is not known.
    fn bound(&self, _len: usize) -> Option<usize> {
        None
    }
}

/// The table of `P`.
pub(crate) const fn table<P: CompressionExtension>() -> soch_compression {
    soch_compression {
        size: std::mem::size_of::<soch_compression>(),
        algorithm: Some(algorithm::<P>),
        compress: Some(compress::<P>),
        decompress: Some(decompress::<P>),
        set_level: Some(set_level::<P>),
        bound: Some(bound::<P>),
    }
}

unsafe extern "C" fn algorithm<P: CompressionExtension>(instance: *mut c_void, name: *mut soch_str) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result.
    unsafe {
        guard(std::ptr::null_mut(), || {
            *name = soch_str::lend(shared::<P>(instance).algorithm());
            Ok(())
        })
    }
}

unsafe extern "C" fn compress<P: CompressionExtension>(
    instance: *mut c_void,
    input: soch_bytes,
    output: *const soch_writer,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe { guard(error, || shared::<P>(instance).compress_into(input.read()?, &mut Writer::from_raw(output)?)) }
}

unsafe extern "C" fn decompress<P: CompressionExtension>(
    instance: *mut c_void,
    input: soch_bytes,
    output: *const soch_writer,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library, and lends the rest for the call.
    unsafe { guard(error, || shared::<P>(instance).decompress_into(input.read()?, &mut Writer::from_raw(output)?)) }
}

unsafe extern "C" fn set_level<P: CompressionExtension>(
    instance: *mut c_void,
    level: i32,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library that no other call uses.
    unsafe { guard(error, || exclusive::<P>(instance).set_level(level)) }
}

unsafe extern "C" fn bound<P: CompressionExtension>(
    instance: *mut c_void,
    len: usize,
    most: *mut usize,
    error: *mut soch_error,
) -> soch_status {
    // SAFETY: the host passes an instance of this library and a place for the result.
    unsafe {
        guard(error, || {
            *most = shared::<P>(instance).bound(len).ok_or_else(|| crate::Error::unsupported("bound"))?;
            Ok(())
        })
    }
}
