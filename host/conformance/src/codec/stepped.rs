//! Tests of a codec's calls that stop at their instructions, where another thread makes calls of its own.

use crate::frame::must::{ensure, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::stepped::beside;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::CompressionExtension;
use sochdb_plugin_host::Compression;

suite!(Compression, "compression_stepped": calls_between_each_other_keep_their_bytes);

/// How often a call is made. The first time its instructions are counted.
const ROUNDS: u32 = 4;

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
