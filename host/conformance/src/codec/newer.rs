//! Tests of what only a later minor version has: a codec says that it does not know it (rule 13).

use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::newer::flags;
use sochdb_plugin_host::sdk::abi::{soch_bytes, soch_compression_options, SOCH_COMPRESS_AT_LEVEL, SOCH_UNSUPPORTED};
use sochdb_plugin_host::sdk::{CompressionExtension, Error, ErrorKind, VecWriter};
use sochdb_plugin_host::Compression;

suite!(Compression, "compression_newer":
    unknown_options_are_refused_or_passed_over,
    a_level_outside_is_refused_by_the_codec_too,
);

/// Compresses, or decompresses, with options of these flags and this level.
fn with(codec: &Compression, compresses: bool, input: &[u8], flags: u64, level: i32) -> Result<Vec<u8>, Error> {
    let size = size_of::<soch_compression_options>();
    let options = soch_compression_options { size, flags, level, reserved: 0, dictionary: soch_bytes::lend(b"") };
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
    })?;
    Ok(output)
}

fn unknown_options_are_refused_or_passed_over(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = &*instance.compression()?;
    let input = &b"one line, and one line more".repeat(100);
    let level = codec.describe().levels.map_or(1, |levels| *levels.end());
    if with(codec, true, input, 0, 0).is_err() {
        skip!("`compress_with` is unsupported");
    }
    flags("compress_with", &[SOCH_COMPRESS_AT_LEVEL], |flags| with(codec, true, input, flags, level))?;
    let packed = codec.compress(input).must("compress")?;
    flags("decompress_with", &[SOCH_COMPRESS_AT_LEVEL], |flags| with(codec, false, &packed, flags, level))
}

/// The host refuses what `describe` leaves out; who calls the codec without one gets the same answer, and a level that is refused
/// changes none.
fn a_level_outside_is_refused_by_the_codec_too(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = &*instance.compression()?;
    let Some(levels) = codec.describe().levels else { skip!("the codec has no levels") };
    let set = |level: i32| {
        codec.alone("set_level", |table, instance, error| match table.set_level {
            // SAFETY: the plugin's function on its own instance.
            Some(set_level) => unsafe { set_level(instance, level, error) },
            None => SOCH_UNSUPPORTED,
        })
    };
    // Each level makes others of it.
    let input: Vec<u8> = (0..20_000_u32).flat_map(|at| (at.wrapping_mul(at) >> 7).to_le_bytes()).collect();
    let at_level = |level: i32| with(codec, true, &input, SOCH_COMPRESS_AT_LEVEL, level);
    let has_levels_of_calls = at_level(*levels.start()).is_ok();
    for inside in [*levels.start(), *levels.end()] {
        set(inside).must("set_level")?;
        let before = codec.compress(&input).must("compress")?;
        let is_steady = codec.compress(&input).must("compress")? == before;
        for level in [levels.start().checked_sub(1), levels.end().checked_add(1)].into_iter().flatten() {
            let kind = set(level).err().map(|error| error.kind());
            ensure!(
                kind == Some(ErrorKind::Invalid),
                "set_level({level}) gave {kind:?}: outside of {levels:?} is SOCH_INVALID (soch_compression)"
            );
            if has_levels_of_calls {
                let kind = at_level(level).err().map(|error| error.kind());
                ensure!(
                    kind == Some(ErrorKind::Invalid),
                    "compress_with at level {level} gave {kind:?}: outside of {levels:?} is SOCH_INVALID (soch_compression)"
                );
            }
            let after = codec.compress(&input).must("compress after a level that was refused")?;
            ensure!(
                !is_steady || after == before,
                "at level {inside}, when level {level} was refused, {} bytes come instead of {}",
                after.len(),
                before.len()
            );
        }
    }
    Ok(())
}
