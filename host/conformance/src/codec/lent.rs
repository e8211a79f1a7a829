//! Tests of a codec with bytes that end where its memory ends: what was not lent is neither read nor written.

use crate::codec::basics::round_trip;
use crate::frame::must::{ensure, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::lent::Lent;
use crate::inputs::moving_writer::MovingWriter;
use sochdb_plugin_host::sdk::{CompressionExtension, CompressionOptions, VecWriter, Writer};

suite!(Compression, "compression_lent":
    nothing_behind_the_input_is_read,
    the_input_is_not_written,
    nothing_behind_the_room_is_written,
    what_was_written_is_not_looked_at_again;
    full: what_was_written_of_large_inputs_is_not_looked_at_again,
);

const SIZES: [usize; 22] = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 300, 4096, 10_001, 131_072];

/// Inputs of these sizes, at random and repeating.
fn inputs(subject: &Subject) -> impl Iterator<Item = Vec<u8>> {
    let mut random = subject.random(81);
    SIZES.into_iter().flat_map(move |len| [random.bytes(len), b"abcabd".iter().copied().cycle().take(len).collect()])
}

fn nothing_behind_the_input_is_read(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    for input in inputs(subject) {
        let packed = codec.compress(&Lent::new(&input)?).must("compress of bytes at the end of a page")?;
        let lent = Lent::new(&packed)?;
        let output = codec.decompress(&lent).must("decompress of bytes at the end of a page")?;
        ensure!(output == input, "{} bytes at the end of a page come back as {}", input.len(), output.len());
        codec.decompressed_size(&lent).must("decompressed_size of bytes at the end of a page")?;
        // What is cut short ends before its format says.
        for len in (0..packed.len()).rev().take(40) {
            let cut = Lent::new(&packed[..len])?;
            let mut output = Vec::new();
            let _ = codec.decompress_into(&cut, &mut VecWriter::new(&mut output, 1 << 20).writer());
            let _ = codec.decompressed_size(&cut);
        }
    }
    // As for a dictionary.
    let dictionary = Lent::new(&b"a dictionary of some words ".repeat(40))?;
    let options = CompressionOptions::new().with_dictionary(&dictionary);
    let mut packed = Vec::new();
    let mut target = VecWriter::new(&mut packed, 1 << 20);
    // Whether it takes one is not looked at here.
    let _ = codec.compress_with(&Lent::new(b"some words of a dictionary")?, &options, &mut target.writer());
    Ok(())
}

/// The pages of the input are such that a write ends the process, also one that is undone at once.
fn the_input_is_not_written(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let input = Lent::new(&b"what is lent may be read alone, ".repeat(300))?;
    let packed = Lent::new(&codec.compress(&input).must("compress of bytes that may only be read")?)?;
    let output = codec.decompress(&packed).must("decompress of bytes that may only be read")?;
    ensure!(output == *input, "bytes that may only be read come back as {} others", output.len());
    Ok(())
}

fn nothing_behind_the_room_is_written(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    for input in inputs(subject) {
        let packed = round_trip(codec, "an input", &input)?;
        let mut output = Vec::new();
        let mut target = VecWriter::new(&mut output, u64::MAX).contract_checks(true);
        codec.compress_into(&input, &mut target.writer()).must("compress")?;
        let violation = target.violation();
        ensure!(violation.is_none(), "compress of {} bytes {}", input.len(), violation.unwrap_or_default());
        let mut output = Vec::new();
        let mut target = VecWriter::new(&mut output, input.len() as u64).contract_checks(true);
        codec.decompress_into(&packed, &mut target.writer()).must("decompress")?;
        let violation = target.violation();
        ensure!(violation.is_none(), "decompress to {} bytes {}", input.len(), violation.unwrap_or_default());
    }
    Ok(())
}

/// Room is lent until the next call of its writer: where the bytes are then, and whether they are anywhere, is the writer's affair.
fn what_was_written_is_not_looked_at_again(subject: &Subject) -> Result<(), NotPassed> {
    comes_back_to_another_place(subject, &[300, 5000, 70_000, 200_000])
}

fn what_was_written_of_large_inputs_is_not_looked_at_again(subject: &Subject) -> Result<(), NotPassed> {
    comes_back_to_another_place(subject, &[(1 << 20) + 70_000, 5 << 20])
}

fn comes_back_to_another_place(subject: &Subject, sizes: &[usize]) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let block = subject.random(83).bytes(20_000);
    for len in sizes {
        // What is near is written again and again, across whatever pieces are written at once.
        let input: Vec<u8> = block.iter().copied().cycle().take(*len).collect();
        let (mut packed, mut output) = (MovingWriter::new(u64::MAX), MovingWriter::new(*len as u64));
        let writer = packed.as_raw();
        // SAFETY: the writer is there until the call is over, and so nobody looks at what is behind it.
        codec.compress_into(&input, &mut unsafe { Writer::from_raw(&writer) }.must("a writer")?).must("compress")?;
        let writer = output.as_raw();
        codec
            // SAFETY: as for the compression.
            .decompress_into(packed.output(), &mut unsafe { Writer::from_raw(&writer) }.must("a writer")?)
            .must("decompress into room that is elsewhere each time")?;
        ensure!(
            output.output() == input,
            "{len} bytes come back as others through a writer that lends other room each time: what was committed is not the \
            plugin's any more (soch_writer.reserve)"
        );
    }
    Ok(())
}
