//! Tests of a codec's options: dictionaries take turns, and are made of samples of any form or not at all.

use crate::frame::must::{ensure, needed, show, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::cancelled::{ends_when_cancelled, long_enough, time, QUICK};
use crate::inputs::refusing::refusing_writer;
use sochdb_plugin_host::sdk::abi::{soch_bytes, soch_compression_options, SOCH_DENIED};
use sochdb_plugin_host::sdk::{CompressionExtension, CompressionOptions, Error, ErrorKind, VecWriter};
use sochdb_plugin_host::Compression;

suite!(Compression, "compression_options":
    no_option_is_a_plain_call,
    dictionaries_take_turns,
    odd_samples_are_invalid_or_make_a_dictionary,
    a_training_that_is_cancelled_ends,
    a_status_is_handed_on_by_calls_with_options_too,
);

pub(crate) fn packed_with(
    codec: &Compression,
    input: &[u8],
    options: &CompressionOptions<'_>,
) -> Result<Vec<u8>, Error> {
    let mut packed = Vec::new();
    codec.compress_with(input, options, &mut VecWriter::new(&mut packed, u64::MAX).writer())?;
    Ok(packed)
}

pub(crate) fn unpacked_with(
    codec: &Compression,
    packed: &[u8],
    options: &CompressionOptions<'_>,
) -> Result<Vec<u8>, Error> {
    let mut input = Vec::new();
    codec.decompress_with(packed, options, &mut VecWriter::new(&mut input, 64 << 20).writer())?;
    Ok(input)
}

fn no_option_is_a_plain_call(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let (codec, none) = (instance.compression()?, CompressionOptions::new());
    for len in [0, 1, 64, 1000, 70_000] {
        let input: Vec<u8> = b"no option ".iter().copied().cycle().take(len).collect();
        let packed = needed("compress_with", packed_with(codec, &input, &none))?;
        let output = codec.decompress(&packed).must("decompress of what compress_with wrote without options")?;
        ensure!(output == input, "compress_with without options makes of {len} bytes {} others", output.len());
        let packed = codec.compress(&input).must("compress")?;
        let output = unpacked_with(codec, &packed, &none).must("decompress_with, without options")?;
        ensure!(output == input, "decompress_with without options makes of {len} bytes {} others", output.len());
    }
    Ok(())
}

fn dictionaries_take_turns(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let (codec, mut random) = (instance.compression()?, subject.random(101));
    let dictionaries: Vec<Vec<u8>> = [300, 5000, 100_000].into_iter().map(|len| random.bytes(len)).collect();
    let mut kept = Vec::new();
    for round in 0..3 {
        for dictionary in &dictionaries {
            let options = CompressionOptions::new().with_dictionary(dictionary);
            // It has something in common with each dictionary: what is taken from a wrong one is missed by the right one.
            let input: Vec<u8> = dictionaries.iter().flat_map(|other| &other[round * 50..][..120]).copied().collect();
            let packed = needed("compress_with", packed_with(codec, &input, &options))?;
            let plain = codec.compress(&input).must("compress between calls with dictionaries")?;
            let output = codec.decompress(&plain).must("decompress between calls with dictionaries")?;
            ensure!(output == input, "a plain call between those with dictionaries makes {}", show(&output));
            kept.push((input, dictionary, packed));
        }
    }
    for (input, dictionary, packed) in kept.iter().rev() {
        let options = CompressionOptions::new().with_dictionary(dictionary);
        let output = unpacked_with(codec, packed, &options)
            .must(&format!("decompress_with of what the same {} bytes of dictionary compressed", dictionary.len()))?;
        ensure!(output == *input, "by a dictionary of {} bytes come back {}", dictionary.len(), show(&output));
    }
    Ok(())
}

fn odd_samples_are_invalid_or_make_a_dictionary(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let (codec, mut random) = (instance.compression()?, subject.random(102));
    let samples: [(&str, Vec<Vec<u8>>); 8] = [
        ("no samples", vec![]),
        ("an empty sample", vec![vec![]]),
        ("100 empty samples", vec![vec![]; 100]),
        ("one sample", vec![random.bytes(500)]),
        ("samples of one byte", vec![vec![b'x']; 500]),
        ("100 times one sample", vec![b"the same each time, and again".to_vec(); 100]),
        ("samples at random", (0..200).map(|_| random.bytes(100)).collect()),
        ("some empty samples", (0..200).map(|at| vec![b'a'; at % 2 * 90]).collect()),
    ];
    for (what, samples) in &samples {
        for most in [1, 256, 4096, 110_000] {
            let lent: Vec<&[u8]> = samples.iter().map(Vec::as_slice).collect();
            let mut made = Vec::new();
            let result = codec.train(&lent, most, &mut VecWriter::new(&mut made, most as u64).writer());
            match result {
                Err(error) if matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Limit) => continue,
                result => needed("train", result)?,
            }
            ensure!(
                !made.is_empty() && made.len() <= most,
                "train of {what} for at most {most} bytes made {}; samples from which none can be made are SOCH_INVALID",
                made.len()
            );
            let (options, input) = (CompressionOptions::new().with_dictionary(&made), b"whatever comes after it");
            let packed = packed_with(codec, input, &options).must(&format!("compress_with what {what} made"))?;
            let output = unpacked_with(codec, &packed, &options).must(&format!("decompress_with what {what} made"))?;
            ensure!(output == input, "with a dictionary of {what} comes back {}", show(&output));
        }
    }
    Ok(())
}

fn a_training_that_is_cancelled_ends(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let samples = |count: u64| -> Vec<Vec<u8>> {
        (0..count)
            .map(|at| format!("{{\"user\": {at}, \"name\": \"name of {}\"}}", at * at % 977).into_bytes())
            .collect()
    };
    let train = |codec: &Compression, samples: &[Vec<u8>]| {
        let lent: Vec<&[u8]> = samples.iter().map(Vec::as_slice).collect();
        codec.train(&lent, 16_384, &mut VecWriter::new(&mut Vec::new(), 16_384).writer())
    };
    let count = long_enough("train", QUICK, |count| {
        let samples = samples(count);
        time(|| needed("train", train(codec, &samples)))
    })?;
    let samples = samples(count);
    ends_when_cancelled("train", codec, |codec| train(codec, &samples), |_, _| Ok(()))
}

/// The host keeps the error of its own writer; who calls a slot without one gets the status alone.
fn a_status_is_handed_on_by_calls_with_options_too(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = &*instance.compression()?;
    let input = b"one line, and one line more";
    let packed = needed("compress_with", packed_with(codec, input, &CompressionOptions::new()))?;
    let (writer, nothing) = (refusing_writer(), soch_bytes::lend(b""));
    let size = size_of::<soch_compression_options>();
    let options = soch_compression_options { size, flags: 0, level: 0, reserved: 0, dictionary: nothing };
    for (slot, bytes) in [("compress_with", &input[..]), ("decompress_with", &packed)] {
        let result = codec.alone(slot, |table, instance, error| {
            let call = if slot == "compress_with" { table.compress_with } else { table.decompress_with };
            let Some(call) = call else { return SOCH_DENIED };
            // SAFETY: the plugin's function on its own instance; all is lent for the call.
            unsafe { call(instance, soch_bytes::lend(bytes), &options, &writer, error) }
        });
        let kind = result.err().map(|error| error.kind());
        ensure!(
            kind == Some(ErrorKind::Denied),
            "{slot} gave {kind:?} where its writer said SOCH_DENIED: return that as it is (Status)"
        );
    }
    Ok(())
}
