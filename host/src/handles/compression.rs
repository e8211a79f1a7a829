use crate::handles::macros::{handle, slot};
use crate::instance::Instance;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::machinery::shims;
use sochdb_plugin_sdk::{
    CompressionExtension, CompressionOptions, CompressionProperties, Error, ErrorKind, Extension, ExtensionCapability,
    Result, Writer,
};
use std::sync::Arc;

handle! {
    /// A handle of a codec, loaded or linked in.
    ///
    /// ```
    /// use sochdb_plugin_host::Compression;
    #[doc = include_str!("xor_codec.example")]
    /// let codec = Compression::new(Xor)?;
    /// let packed = codec.compress(b"hello")?;
    /// assert_eq!(codec.decompress(&packed)?, b"hello");
    /// # Ok::<(), Error>(())
    /// ```
    Compression: CompressionExtension, compression, soch_compression, Compression
}

impl Compression {
    /// Appends the compressed form of `input` to `output`, which may be reused.
    ///
    /// Blocks until the codec is done.
    ///
    /// # Errors
    /// Those of [`CompressionExtension::compress_into`]; `output` is as before then.
    pub fn compress_append(&self, input: &[u8], output: &mut Vec<u8>) -> Result<()> {
        let compress = slot!(self.table.compress);
        self.instance.takes_input("compress", input)?;
        if let Some(most) = self.bound(input.len()) {
            // A bound that does not fit into memory is a bound of nothing: the writer grows as needed.
            let _ = output.try_reserve(most.min(usize::try_from(self.instance.limits.output).unwrap_or(usize::MAX)));
        }
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, writer, error| unsafe { compress(instance, soch_bytes::lend(input), writer, error) };
        let done = self.done("compress", self.instance.writing("compress", output, call));
        self.or_next(done, |next| next.compress_append(input, output))
    }

    /// Appends the bytes whose compressed form `input` is to `output`, which may be reused.
    ///
    /// Blocks until the codec is done.
    ///
    /// # Errors
    /// Those of [`CompressionExtension::decompress_into`]; `output` is as before then.
    pub fn decompress_append(&self, input: &[u8], output: &mut Vec<u8>) -> Result<()> {
        let decompress = slot!(self.table.decompress);
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, writer, error| unsafe { decompress(instance, soch_bytes::lend(input), writer, error) };
        let done = self.done("decompress", self.instance.writing("decompress", output, call));
        self.or_next(done, |next| next.decompress_append(input, output))
    }

    fn has_no_options(&self) -> Error {
        self.instance.error(ErrorKind::Unsupported, "has no options of one call: use `compress` and `set_level`".into())
    }
}

impl CompressionExtension for Compression {
    fn algorithm(&self) -> &str {
        &self.instance.algorithm
    }

    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        let compress = slot!(self.table.compress);
        self.instance.takes_input("compress", input)?;
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, writer, error| unsafe { compress(instance, soch_bytes::lend(input), writer, error) };
        let done = self.done("compress", self.instance.forwarding("compress", output, call));
        self.or_next(done, |next| next.compress_into(input, output))
    }

    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        let decompress = slot!(self.table.decompress);
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, writer, error| unsafe { decompress(instance, soch_bytes::lend(input), writer, error) };
        let done = self.done("decompress", self.instance.forwarding("decompress", output, call));
        self.or_next(done, |next| next.decompress_into(input, output))
    }

    fn compress(&self, input: &[u8]) -> Result<Vec<u8>> {
        let mut output = Vec::new();
        self.compress_append(input, &mut output)?;
        Ok(output)
    }

    fn decompress(&self, input: &[u8]) -> Result<Vec<u8>> {
        let mut output = Vec::new();
        self.decompress_append(input, &mut output)?;
        Ok(output)
    }

    fn describe(&self) -> CompressionProperties {
        self.instance.described.compression.clone()
    }

    fn set_level(&mut self, level: i32) -> Result<()> {
        let set_level = slot!(self.table.set_level);
        self.instance.takes_level("set_level", level)?;
        // SAFETY: the plugin's function on its own instance, which the gate keeps alone.
        let call = |instance, error| unsafe { set_level(instance, level, error) };
        let done = self.done("set_level", self.instance.exclusive("set_level", call));
        self.or_next(done, |next| next.set_level(level))
    }

    fn bound(&self, len: usize) -> Option<usize> {
        let bound = slot!(self.table.bound);
        let mut most = 0;
        // SAFETY: the plugin's function, with a place for the result.
        let found = self.instance.shared("bound", |instance, error| unsafe { bound(instance, len, &mut most, error) });
        self.or_next(found.map(|found| found.then_some(most)), |next| Ok(next.bound(len))).ok().flatten()
    }

    fn decompressed_size(&self, input: &[u8]) -> Result<Option<u64>> {
        let decompressed_size = slot!(self.table.decompressed_size);
        let mut len = 0;
        // SAFETY: the plugin's function; all is lent for the call, with a place for the result.
        let call = |instance, error| unsafe { decompressed_size(instance, soch_bytes::lend(input), &mut len, error) };
        let told = self.instance.shared("decompressed_size", call).map(|told| told.then_some(len));
        self.or_next(told, |next| next.decompressed_size(input))
    }

    fn compress_with(&self, input: &[u8], given: &CompressionOptions<'_>, output: &mut Writer<'_>) -> Result<()> {
        let Some(compress_with) = self.table.compress_with else {
            return Err(self.has_no_options());
        };
        self.instance.takes_input("compress_with", input)?;
        given.level.map_or(Ok(()), |level| self.instance.takes_level("compress_with", level))?;
        let options = given.as_raw();
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, writer, error| unsafe {
            compress_with(instance, soch_bytes::lend(input), &options, writer, error)
        };
        let done = self.done("compress_with", self.instance.forwarding("compress_with", output, call));
        self.or_next(done, |next| next.compress_with(input, given, output))
    }

    fn decompress_with(&self, input: &[u8], given: &CompressionOptions<'_>, output: &mut Writer<'_>) -> Result<()> {
        let Some(decompress_with) = self.table.decompress_with else {
            return Err(self.has_no_options());
        };
        let options = given.as_raw();
        // SAFETY: the plugin's function; all is lent for the call.
        let call = |instance, writer, error| unsafe {
            decompress_with(instance, soch_bytes::lend(input), &options, writer, error)
        };
        let done = self.done("decompress_with", self.instance.forwarding("decompress_with", output, call));
        self.or_next(done, |next| next.decompress_with(input, given, output))
    }

    fn train(&self, samples: &[&[u8]], most: usize, output: &mut Writer<'_>) -> Result<()> {
        let train = slot!(self.table.train);
        let limits = self.instance.limits_of_call("train")?;
        let raw: Vec<soch_bytes> = samples.iter().map(|sample| soch_bytes::lend(sample)).collect();
        // SAFETY: the plugin's function; all is lent for the call.
        let call =
            |instance, writer, error| unsafe { train(instance, limits, raw.as_ptr(), raw.len(), most, writer, error) };
        let done = self.done("train", self.instance.forwarding("train", output, call));
        self.or_next(done, |next| next.train(samples, most, output))
    }
}
