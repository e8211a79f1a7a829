//! Tests of a codec with inputs of every size: what comes back, how much room it takes, and what a limit lets through.

use crate::codec::basics::round_trip;
use crate::codec::options::{packed_with, unpacked_with};
use crate::codec::ways::ways;
use crate::frame::must::{ensure, needed, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::abi::SOCH_LEAST_MAX_INPUT;
use sochdb_plugin_host::sdk::{CompressionExtension, CompressionOptions, ErrorKind};
use sochdb_plugin_host::Compression;
use std::time::{Duration, Instant};

suite!(Compression, "compression_sizes":
    small_sizes_come_back,
    sizes_at_borders_come_back,
    bounds_hold_for_every_size,
    the_limit_is_kept_to_the_byte,
    what_is_said_of_forms_in_a_row_is_what_they_make,
    sizes_come_back_with_dictionaries_of_several_sizes;
    full: large_sizes_come_back, large_sizes_come_back_with_dictionaries, sizes_up_to_the_least_longest_come_back,
);

/// Inputs of this length: that cannot be compressed, that can, and that repeat what is far behind.
fn inputs(random: &mut Random, len: usize) -> [(&'static str, Vec<u8>); 4] {
    let line = b"level=info message=\"compaction finished\" table=42 ";
    let block = random.bytes(len.clamp(1, 40_000));
    [
        ("at random", random.bytes(len)),
        ("all 0", vec![0; len]),
        ("of lines", line.iter().copied().cycle().take(len).collect()),
        ("of one block", block.into_iter().cycle().take(len).collect()),
    ]
}

/// Sizes beside each power of two between these.
fn borders(from: u32, to: u32) -> impl Iterator<Item = usize> {
    (from..=to).flat_map(|power| [(1 << power) - 1, 1 << power, (1 << power) + 1])
}

fn all_come_back(
    codec: &Compression,
    random: &mut Random,
    mut sizes: impl Iterator<Item = usize>,
) -> Result<(), NotPassed> {
    sizes.try_for_each(|len| {
        let mut inputs = inputs(random, len).into_iter();
        inputs.try_for_each(|(form, input)| round_trip(codec, &format!("{len} bytes {form}"), &input).map(drop))
    })
}

fn small_sizes_come_back(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    all_come_back(instance.compression()?, &mut subject.random(61), 0..=300)
}

fn sizes_at_borders_come_back(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    all_come_back(instance.compression()?, &mut subject.random(62), borders(9, 16).chain([1000, 10_000, 100_000]))
}

fn large_sizes_come_back(subject: &Subject) -> Result<(), NotPassed> {
    let (mut instance, mut random) = (subject.instance()?, subject.random(63));
    let codec = instance.compression()?;
    for len in borders(17, 20).chain([1_000_000, 4 << 20, (5 << 20) + 12_345]) {
        let [random, _, _, block] = inputs(&mut random, len);
        for (form, input) in [random, block] {
            round_trip(codec, &format!("{len} bytes {form}"), &input)?;
        }
    }
    Ok(())
}

/// Every codec takes so much; one that is slow is tried with less.
fn sizes_up_to_the_least_longest_come_back(subject: &Subject) -> Result<(), NotPassed> {
    const SLOW: Duration = Duration::from_millis(800);
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let block = subject.random(66).bytes(100_003);
    let longest = SOCH_LEAST_MAX_INPUT as usize;
    for len in [(16 << 20) + 1, (32 << 20) + 1, longest] {
        let begin = Instant::now();
        // All but the last block repeats the one before.
        let mut input = block.repeat(len.div_ceil(block.len()));
        input.truncate(len);
        let packed = codec.compress(&input).must(&format!("compress of {len} bytes"))?;
        if let Some(said) = codec.decompressed_size(&packed).must("decompressed_size")? {
            ensure!(said == len as u64, "of {len} bytes, compressed, `decompressed_size` says {said}");
        }
        let output = codec.decompress(&packed).must(&format!("decompress of {len} bytes"))?;
        ensure!(output == input, "{len} bytes come back as {} others", output.len());
        if begin.elapsed() > SLOW {
            break;
        }
    }
    Ok(())
}

fn bounds_hold_for_every_size(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let (codec, mut random) = (instance.compression()?, subject.random(64));
    if codec.bound(1).is_none() {
        skip!("`bound` knows none");
    }
    for len in (0..=300).chain(borders(9, 17)) {
        let Some(bound) = codec.bound(len) else { continue };
        for (form, input) in inputs(&mut random, len) {
            let packed = codec.compress(&input).must("compress")?.len();
            ensure!(packed <= bound, "compress makes {packed} bytes of {len} {form}; `bound` says {bound} at most");
        }
    }
    Ok(())
}

fn the_limit_is_kept_to_the_byte(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let (codec, mut random) = (instance.compression()?, subject.random(65));
    let dictionary = random.bytes(1000);
    for way in ways(codec, &dictionary)? {
        let name = way.name;
        for len in [0, 1, 2, 63, 64, 65, 300, 4095, 4096, 65_536, 200_000] {
            for (form, input) in inputs(&mut random, len) {
                let what = format!("{len} bytes {form}");
                let packed = way.round_trip(codec, &what, &input)?;
                let output = way
                    .decompress(codec, &packed, len as u64)
                    .must(&format!("decompress{name} of {what}, limited to them"))?;
                ensure!(output == input, "decompress{name} of {what}, limited to them, writes {} bytes", output.len());
                if len > 0 {
                    let kind = way.decompress(codec, &packed, len as u64 - 1).err().map(|error| error.kind());
                    ensure!(
                        kind == Some(ErrorKind::Limit),
                        "decompress{name} of {what} into one byte less gave {kind:?}, not Limit (soch_writer.limit)"
                    );
                }
                // An engine may need more room than it fills at the end, but not as much as its bound says for the worst input.
                let limit = 2 * packed.len() as u64 + 1024;
                way.compress(codec, &input, limit).must(&format!(
                    "compress{name} of {what} with a limit of {limit} bytes, of which it takes {} (soch_writer.limit)",
                    packed.len()
                ))?;
                if packed.is_empty() {
                    continue;
                }
                match way.compress(codec, &input, packed.len() as u64 - 1) {
                    Err(error) if error.kind() == ErrorKind::Limit => {}
                    Err(error) => return Err(format!("compress{name} of {what} into too few bytes: {error}").into()),
                    // It may find a shorter form, where it must.
                    Ok(shorter) => {
                        let back = way
                            .decompress(codec, &shorter, u64::MAX)
                            .must("decompress of what a limit made shorter")?;
                        ensure!(back == input, "{what}, compressed into a byte less than before, come back as others");
                    }
                }
            }
        }
    }
    Ok(())
}

/// Some formats read what several calls wrote, one behind the other.
fn what_is_said_of_forms_in_a_row_is_what_they_make(subject: &Subject) -> Result<(), NotPassed> {
    let (mut instance, mut random) = (subject.instance()?, subject.random(66));
    let codec = instance.compression()?;
    let all = [0, 1, 300, 5000].map(|len| random.bytes(len));
    let packed: Vec<Vec<u8>> =
        all.iter().map(|input| codec.compress(input).must("compress")).collect::<Result<_, _>>()?;
    for first in &packed {
        for second in &packed {
            let both = [&first[..], second].concat();
            let (Ok(output), Ok(Some(said))) = (codec.decompress(&both), codec.decompressed_size(&both)) else {
                continue;
            };
            ensure!(
                said == output.len() as u64,
                "of two compressed forms in a row decompress makes {} bytes, and decompressed_size says {said}",
                output.len()
            );
        }
    }
    Ok(())
}

/// A copy of a dictionary between other bytes than those of an earlier one: what is read beside it is no part of it.
fn between_others(random: &mut Random, dictionary: &[u8]) -> (Vec<u8>, std::ops::Range<usize>) {
    ([&random.bytes(16), dictionary, &random.bytes(16)].concat(), 16..16 + dictionary.len())
}

/// Inputs of this length with something of a dictionary: from begin to end, and behind what is new, in whatever block that is.
fn inputs_of(random: &mut Random, dictionary: &[u8], len: usize) -> [(&'static str, Vec<u8>); 3] {
    let end = &dictionary[dictionary.len().saturating_sub(len)..];
    [
        ("at random", random.bytes(len)),
        ("of the dictionary", dictionary.iter().copied().cycle().take(len).collect()),
        ("that end as the dictionary does", [&random.bytes(len - end.len()), end].concat()),
    ]
}

fn come_back_with_dictionaries(subject: &Subject, seed: u64, sizes: &[usize]) -> Result<(), NotPassed> {
    let (mut instance, mut random) = (subject.instance()?, subject.random(seed));
    let (codec, mut taken) = (instance.compression()?, 0);
    needed("compress_with", packed_with(codec, b"", &CompressionOptions::new()))?;
    for dictionary in [1, 7, 64, 70_000].map(|len| random.bytes(len)) {
        let of = dictionary.len();
        // No sentence says which dictionaries a codec takes.
        if packed_with(codec, b"an input", &CompressionOptions::new().with_dictionary(&dictionary)).is_err() {
            continue;
        }
        taken += 1;
        for len in sizes {
            for (form, input) in inputs_of(&mut random, &dictionary, *len) {
                let what = format!("{len} bytes {form}, with a dictionary of {of} bytes");
                let (copy, place) = between_others(&mut random, &dictionary);
                let options = CompressionOptions::new().with_dictionary(&copy[place]);
                let packed = packed_with(codec, &input, &options).must(&format!("compress_with of {what}"))?;
                let (copy, place) = between_others(&mut random, &dictionary);
                let options = CompressionOptions::new().with_dictionary(&copy[place]);
                let output = unpacked_with(codec, &packed, &options)
                    .must(&format!("decompress_with of {what}, whose copy has other bytes beside it"))?;
                ensure!(
                    output == input,
                    "{what}, come back from decompress_with, whose copy has other bytes beside it, as {} others",
                    output.len()
                );
            }
        }
    }
    if taken == 0 {
        skip!("it takes no dictionary of bytes at random");
    }
    Ok(())
}

fn sizes_come_back_with_dictionaries_of_several_sizes(subject: &Subject) -> Result<(), NotPassed> {
    come_back_with_dictionaries(subject, 67, &[0, 1, 2, 7, 8, 63, 65, 65_535, 65_536, 65_537, 200_000])
}

fn large_sizes_come_back_with_dictionaries(subject: &Subject) -> Result<(), NotPassed> {
    come_back_with_dictionaries(subject, 68, &[(1 << 20) + 1, 5 << 20])
}
