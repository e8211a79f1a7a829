//! Tests of a codec's calls that stop at their instructions, where another thread makes calls of its own.

use crate::codec::options::{packed_with, unpacked_with};
use crate::codec::threads::dictionaries;
use crate::frame::must::{ensure, needed, show, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::stepped::beside;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::{CompressionExtension, CompressionOptions};
use sochdb_plugin_host::Compression;

suite!(Compression, "compression_stepped":
    calls_between_each_other_keep_their_bytes,
    dictionaries_between_each_other_stay_as_long_as_their_calls,
);

/// How often a call is made. The first time its instructions are counted.
const ROUNDS: u32 = 4;
/// More dictionaries than a codec keeps.
const DICTIONARIES: usize = 8;

fn comes_back(codec: &Compression, input: &[u8]) -> Result<(), NotPassed> {
    let packed = codec.compress(input).must("compress beside another thread")?;
    let output = codec.decompress(&packed).must("decompress beside another thread")?;
    let len = input.len();
    ensure!(output == input, "{len} bytes come back as {} others, with calls between the instructions", output.len());
    Ok(())
}

fn calls_between_each_other_keep_their_bytes(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = &*instance.compression()?;
    for len in [12, 70] {
        let (own, other) = (subject.random(70).bytes(len), subject.random(71).bytes(len + 9));
        beside(
            subject,
            || comes_back(codec, &other),
            |steps| (0..ROUNDS).try_for_each(|_| steps.call(|| comes_back(codec, &own))),
        )?;
    }
    Ok(())
}

/// A call with a dictionary, in the midst of which come more dictionaries than a codec keeps.
fn dictionaries_between_each_other_stay_as_long_as_their_calls(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = &*instance.compression()?;
    let comes_back = |(dictionary, input): &(Vec<u8>, Vec<u8>)| {
        let options = CompressionOptions::new().with_dictionary(dictionary);
        let packed = needed("compress_with", packed_with(codec, input, &options))?;
        let output = unpacked_with(codec, &packed, &options).must("decompress_with beside another thread")?;
        ensure!(output == *input, "with a dictionary of its own, a call beside others gives {}", show(&output));
        Ok(())
    };
    let all = dictionaries(subject, DICTIONARIES, 100);
    let (own, others) = (&all[0], &all[1..]);
    comes_back(own)?;
    beside(
        subject,
        || others.iter().try_for_each(comes_back),
        |steps| {
            steps.at_most(40);
            (0..ROUNDS).try_for_each(|_| steps.call(|| comes_back(own)))
        },
    )
}
