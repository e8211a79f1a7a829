use crate::compression_options::CompressionOptions;
use crate::error::{Error, Result};
use crate::extension::Extension;
use crate::properties::compression::CompressionProperties;
use crate::vec_writer::VecWriter;
use crate::writer::Writer;

/// A codec: it gets back what it compressed, byte for byte, at any level and in every later version.
///
/// ```
/// use sochdb_plugin_sdk::prelude::*;
/// # struct Summed;
/// # impl sochdb_plugin_sdk::Extension for Summed {
/// #     fn info(&self) -> sochdb_plugin_sdk::ExtensionInfo { sochdb_plugin_sdk::extension_info!() }
/// # }
/// # fn sum(bytes: &[u8]) -> u8 { bytes.iter().fold(1, |sum, byte| sum.wrapping_add(*byte)) }
///
/// impl CompressionExtension for Summed {
///     fn algorithm(&self) -> &str {
///         "summed"
///     }
///     fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
///         output.write(input)?;
///         output.write(&[sum(input)])
///     }
///     fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
///         match input.split_last() {
///             Some((last, text)) if *last == sum(text) => output.write(text),
///             _ => Err(Error::corruption("the checksum is another one")),
///         }
///     }
/// }
/// assert_eq!(Summed.decompress(&Summed.compress(b"text")?)?, b"text");
/// assert_eq!(Summed.decompress(b"").unwrap_err().kind(), ErrorKind::Corruption);
/// # Ok::<(), Error>(())
/// ```
#[cfg_attr(
    has_diagnostic_namespace,
    diagnostic::on_unimplemented(
        message = "`{Self}` does not implement the kind `compression`",
        label = "it does not implement `CompressionExtension`",
        note = "write `impl CompressionExtension for {Self}`, or leave `compression` out of the kinds in `export_plugin!`"
    )
)]
pub trait CompressionExtension: Extension {
    /// Returns the name of the algorithm, such as `lz4`, `zstd`, `snappy`: 1 to 63 of `A-Z a-z 0-9 _ . + -`, always the
    /// same.
    fn algorithm(&self) -> &str;

    /// Writes the compressed form of `input`, which may be empty, to `output`.
    ///
    /// # Errors
    /// What the writer reports; return it as it is.
    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()>;

    /// Writes what `compress_into` was given to `output`. Input that is not its own, or is damaged, must not panic.
    ///
    /// # Errors
    /// [`ErrorKind::Corruption`](crate::ErrorKind::Corruption) for input that no `compress_into` wrote; what the writer
    /// reports, which is returned as it is.
    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()>;

    /// Returns the compressed form of `input` in a new vector.
    ///
    /// # Errors
    /// Those of [`CompressionExtension::compress_into`].
    fn compress(&self, input: &[u8]) -> Result<Vec<u8>> {
        let mut output = Vec::new();
        self.compress_into(input, &mut VecWriter::new(&mut output, u64::MAX).writer())?;
        Ok(output)
    }

    /// Returns what `compress_into` was given in a new vector. Its length has no limit but memory: for input that you do
    /// not trust, call `decompress_into` with a [`VecWriter`] that has one.
    ///
    /// # Errors
    /// Those of [`CompressionExtension::decompress_into`].
    fn decompress(&self, input: &[u8]) -> Result<Vec<u8>> {
        let mut output = Vec::new();
        self.decompress_into(input, &mut VecWriter::new(&mut output, u64::MAX).writer())?;
        Ok(output)
    }

    /// Returns the properties of the codec, which do not change. The host asks once, and refuses by itself what exceeds
    /// them. The default knows none.
    fn describe(&self) -> CompressionProperties {
        CompressionProperties::default()
    }

    /// Sets the level of later compressions, in the algorithm's own numbers. The default takes any level and changes
    /// nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a level outside the algorithm's range.
    fn set_level(&mut self, _level: i32) -> Result<()> {
        Ok(())
    }

    /// Returns the most bytes that `compress_into` writes for an input of `len` bytes; None, the default, if that is not
    /// known. `len` may be any number.
    fn bound(&self, _len: usize) -> Option<usize> {
        None
    }

    /// Returns how many bytes `decompress_into` writes for `input`, as the compressed form claims: nobody has looked at the
    /// rest. None, the default, if it does not say.
    ///
    /// # Errors
    /// [`ErrorKind::Corruption`](crate::ErrorKind::Corruption) for input that is none of its own.
    fn decompressed_size(&self, _input: &[u8]) -> Result<Option<u64>> {
        Ok(None)
    }

    /// Writes the compressed form of `input` as the options of this call say. The default knows no options.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for an option that it does not have; otherwise as
    /// `compress_into` and `set_level`.
    fn compress_with(&self, input: &[u8], options: &CompressionOptions<'_>, output: &mut Writer<'_>) -> Result<()> {
        if *options != CompressionOptions::default() {
            return Err(Error::unsupported("options of one call"));
        }
        self.compress_into(input, output)
    }

    /// Writes what `compress_with` was given, with the same dictionary, to `output`. The default knows no options.
    ///
    /// # Errors
    /// As `compress_with` and `decompress_into`; [`ErrorKind::Corruption`](crate::ErrorKind::Corruption) without the right
    /// dictionary.
    fn decompress_with(&self, input: &[u8], options: &CompressionOptions<'_>, output: &mut Writer<'_>) -> Result<()> {
        if !options.dictionary.is_empty() {
            return Err(Error::unsupported("a dictionary"));
        }
        self.decompress_into(input, output)
    }

    /// Writes a dictionary of at most `most` bytes for inputs like `samples` to `output`. It may take long: see
    /// [`Call`](crate::Call).
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported), the default; [`ErrorKind::Invalid`](crate::ErrorKind::Invalid)
    /// for samples from which no dictionary can be made, such as too few.
    fn train(&self, _samples: &[&[u8]], _most: usize, _output: &mut Writer<'_>) -> Result<()> {
        Err(Error::unsupported("train"))
    }
}
