//! The ways to call a codec: plainly, and with options, with a dictionary and without.

use crate::frame::must::{ensure, show, Must};
use crate::frame::not_passed::NotPassed;
use sochdb_plugin_host::sdk::{CompressionExtension, CompressionOptions, Error, ErrorKind, VecWriter};
use sochdb_plugin_host::Compression;

/// A way to compress, and to decompress what it made.
pub(crate) struct Way<'a> {
    /// The text for messages, which comes behind "compress" or "decompress".
    pub(crate) name: &'static str,
    options: Option<CompressionOptions<'a>>,
}

/// Lists the ways that a codec has: what is promised of the plain calls holds for those with options too.
pub(crate) fn ways<'a>(codec: &Compression, dictionary: &'a [u8]) -> Result<Vec<Way<'a>>, NotPassed> {
    let none = CompressionOptions::new();
    let mut ways = vec![Way { name: "", options: None }];
    for (name, options) in [("_with no options", none), ("_with a dictionary", none.with_dictionary(dictionary))] {
        let way = Way { name, options: Some(options) };
        match way.compress(codec, b"an input", u64::MAX) {
            Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Invalid) => {}
            result => ways.push(result.map(|_| way).must(&format!("compress{name}"))?),
        }
    }
    Ok(ways)
}

impl Way<'_> {
    pub(crate) fn compress(&self, codec: &Compression, input: &[u8], limit: u64) -> Result<Vec<u8>, Error> {
        let mut packed = Vec::new();
        let mut room = VecWriter::new(&mut packed, limit);
        match &self.options {
            None => codec.compress_into(input, &mut room.writer()),
            Some(options) => codec.compress_with(input, options, &mut room.writer()),
        }
        .map(|()| packed)
    }

    pub(crate) fn decompress(&self, codec: &Compression, packed: &[u8], limit: u64) -> Result<Vec<u8>, Error> {
        let mut output = Vec::new();
        let mut room = VecWriter::new(&mut output, limit);
        match &self.options {
            None => codec.decompress_into(packed, &mut room.writer()),
            Some(options) => codec.decompress_with(packed, options, &mut room.writer()),
        }
        .map(|()| output)
    }

    /// Sees that an input comes back, and returns its compressed form.
    pub(crate) fn round_trip(&self, codec: &Compression, what: &str, input: &[u8]) -> Result<Vec<u8>, NotPassed> {
        let name = self.name;
        let packed = self.compress(codec, input, u64::MAX).must(&format!("compress{name} of {what}"))?;
        let output = self.decompress(codec, &packed, u64::MAX).must(&format!("decompress{name} of {what}"))?;
        ensure!(output == input, "decompress{name} of {what} gives {}", show(&output));
        Ok(packed)
    }
}
