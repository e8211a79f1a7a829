use crate::error::Result;
use crate::extension::Extension;
use crate::vec_writer::VecWriter;
use crate::writer::Writer;

/// A codec: what it compresses, it turns back byte for byte, at any level and in every later version.
#[cfg_attr(
    has_diagnostic_namespace,
    diagnostic::on_unimplemented(
        message = "`{Self}` does not implement the kind `compression`",
        label = "it does not implement `CompressionExtension`",
        note = "write `impl CompressionExtension for {Self}`, or leave `compression` out of the kinds in `export_plugin!`"
    )
)]
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
