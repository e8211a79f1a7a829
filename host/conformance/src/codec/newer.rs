//! Tests of what only a later minor version has: a codec says that it does not know it (rule 13).

use crate::frame::must::{skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::newer::flags;
use sochdb_plugin_host::sdk::abi::{soch_bytes, soch_compression_options, SOCH_UNSUPPORTED};
use sochdb_plugin_host::sdk::{CompressionExtension, Error, VecWriter};
use sochdb_plugin_host::Compression;

suite!(Compression, "compression_newer": unknown_options_are_refused_or_passed_over);

/// Compresses, or decompresses, with options of these flags.
fn with(codec: &Compression, compresses: bool, input: &[u8], flags: u64) -> Result<(), Error> {
    let size = size_of::<soch_compression_options>();
    let options = soch_compression_options { size, flags, level: 0, reserved: 0, dictionary: soch_bytes::lend(b"") };
    let mut output = Vec::new();
    let mut target = VecWriter::new(&mut output, u64::MAX);
    let writer = target.as_raw();
    let slot = if compresses { "compress_with" } else { "decompress_with" };
    codec.alone(slot, |table, instance, error| {
        let Some(slot) = (if compresses { table.compress_with } else { table.decompress_with }) else {
            return SOCH_UNSUPPORTED;
        };
        // SAFETY: the plugin's function on its own instance; all is lent for the call.
        unsafe { slot(instance, soch_bytes::lend(input), &options, &writer, error) }
    })
}

fn unknown_options_are_refused_or_passed_over(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = &*instance.compression()?;
    let input = b"one line, and one line more";
    if with(codec, true, input, 0).is_err() {
        skip!("`compress_with` is unsupported");
    }
    flags("compress_with", |flags| with(codec, true, input, flags))?;
    let packed = codec.compress(input).must("compress")?;
    flags("decompress_with", |flags| with(codec, false, &packed, flags))
}
