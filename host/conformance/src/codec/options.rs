//! Tests of a codec's options: dictionaries take turns, and are made of samples of any form or not at all.

use crate::frame::must::{ensure, needed, show, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::inputs::cancelled::{ends_when_cancelled, long_enough, time, QUICK};
use crate::inputs::handed_on::hands_on;
use crate::inputs::lent::Lent;
use crate::inputs::moving_writer::MovingWriter;
use sochdb_plugin_host::sdk::abi::{soch_bytes, soch_compression_options, SOCH_DENIED, SOCH_UNSUPPORTED};
use sochdb_plugin_host::sdk::{CompressionExtension, CompressionOptions, Error, ErrorKind, VecWriter};
use sochdb_plugin_host::Compression;
use std::ptr;

suite!(Compression, "compression_options":
    no_option_is_a_plain_call,
    dictionaries_take_turns,
    odd_samples_are_invalid_or_make_a_dictionary,
    a_training_that_is_cancelled_ends,
    dictionaries_take_turns_in_one_place,
    a_dictionary_is_lent_for_its_call,
    a_call_that_fails_leaves_no_options,
    a_level_is_that_of_its_call_with_a_dictionary_too,
    a_level_and_a_dictionary_of_one_call_come_back,
    a_level_without_its_flag_is_passed_over,
    a_status_is_handed_on_by_calls_with_options_too,
    a_status_is_handed_on_by_a_training,
);

/// Samples that are like each other, of about this many bytes.
fn records(count: u64, len: usize) -> Vec<Vec<u8>> {
    let record = |at: u64| {
        let mut record = format!("{{\"user\": {at}, \"name\": \"name of {}\"}}", at * at % 977).into_bytes();
        while record.len() < len {
            let more = format!(", \"{}\": \"{}\"", record.len() / 40, at * record.len() as u64 % 1009);
            record.extend_from_slice(more.as_bytes());
        }
        record
    };
    (0..count).map(record).collect()
}

/// Of each part of a dictionary some bytes: what is taken from any of them is missed by who has another part.
fn of_each_part(dictionary: &[u8], round: usize) -> impl Iterator<Item = &u8> {
    let part = dictionary.len() / 16;
    dictionary.chunks(part).flat_map(move |part| &part[(round * 5).min(part.len())..(round * 5 + 200).min(part.len())])
}

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
            let input: Vec<u8> = dictionaries.iter().flat_map(|other| of_each_part(other, round)).copied().collect();
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

/// As a caller has them who reads one after the other into one buffer.
fn dictionaries_take_turns_in_one_place(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let (codec, mut random) = (instance.compression()?, subject.random(103));
    let all: Vec<Vec<u8>> = (0..4).map(|_| random.bytes(3000)).collect();
    // Something in common with each: what is taken from the one before is missed by the right one.
    let common: Vec<u8> = all.iter().flat_map(|each| of_each_part(each, 0)).copied().collect();
    let (mut place, mut kept) = (vec![0; 3000], Vec::new());
    for (dictionary, input) in all.into_iter().zip(common.chunks(common.len() / 4)) {
        place.copy_from_slice(&dictionary);
        let options = CompressionOptions::new().with_dictionary(&place);
        let input = [input, &common].concat();
        let packed = needed("compress_with", packed_with(codec, &input, &options))?;
        kept.push((dictionary, input, packed));
    }
    for (dictionary, input, packed) in kept {
        place.copy_from_slice(&dictionary);
        let output = unpacked_with(codec, &packed, &CompressionOptions::new().with_dictionary(&place))
            .must("decompress_with of what the same dictionary compressed, which had the place of others")?;
        ensure!(output == input, "by a dictionary in the place of others come back {}", show(&output));
        // Whether it is the bytes that count: elsewhere they are the same.
        let output = unpacked_with(codec, &packed, &CompressionOptions::new().with_dictionary(&dictionary))
            .must("decompress_with of what the same dictionary compressed, which is elsewhere now")?;
        ensure!(output == input, "by a dictionary that is elsewhere now come back {}", show(&output));
    }
    Ok(())
}

/// Each call has a copy of its own, at a place where nothing is when it is over.
fn a_dictionary_is_lent_for_its_call(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let (codec, mut random) = (instance.compression()?, subject.random(104));
    let all: Vec<Vec<u8>> = (0..3).map(|_| random.bytes(2000)).collect();
    let common: Vec<u8> = all.iter().flat_map(|each| of_each_part(each, 1)).copied().collect();
    for dictionary in all.iter().chain(&all) {
        let copies: Vec<Lent> = (0..6).map(|_| Lent::new(dictionary)).collect::<Result<_, _>>()?;
        for (at, copy) in copies.into_iter().enumerate() {
            let options = CompressionOptions::new().with_dictionary(&copy);
            let packed = needed("compress_with", packed_with(codec, &common, &options))?;
            let output = unpacked_with(codec, &packed, &options)
                .must("decompress_with of a dictionary whose earlier copies are gone")?;
            ensure!(
                output == common,
                "the copy {at} of a dictionary gives {}, when earlier ones are gone",
                show(&output)
            );
        }
    }
    Ok(())
}

/// Neither the dictionary nor the level of a call that fails, for want of room or as its input is damaged, is that of the next one.
fn a_call_that_fails_leaves_no_options(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let (codec, mut random) = (instance.compression()?, subject.random(105));
    let dictionary = random.bytes(2000);
    let input = of_each_part(&dictionary, 0).copied().collect::<Vec<u8>>().repeat(3);
    let plain = codec.compress(&input).must("compress")?;
    if codec.compress(&input).must("compress")? != plain {
        skip!("compress makes others of the same bytes each time");
    }
    let mut all = vec![CompressionOptions::new().with_dictionary(&dictionary)];
    let levels = codec.describe().levels;
    all.extend(
        levels
            .iter()
            .flat_map(|levels| [*levels.start(), *levels.end()])
            .map(|level| CompressionOptions::new().with_level(level)),
    );
    for options in &all {
        let packed = needed("compress_with", packed_with(codec, &input, options))?;
        for limit in [0, 1, packed.len() as u64 / 2] {
            let mut output = Vec::new();
            let result = codec.compress_with(&input, options, &mut VecWriter::new(&mut output, limit).writer());
            ensure!(result.is_err(), "compress_with a limit of {limit} bytes is OK, where {} come else", packed.len());
            let mut output = Vec::new();
            let _ = codec.decompress_with(&packed, options, &mut VecWriter::new(&mut output, limit).writer());
            let _ = unpacked_with(codec, &packed[..packed.len() / 2], options);
            let again = codec.compress(&input).must("compress after a call with options that failed")?;
            ensure!(
                again == plain,
                "after a call with options that failed, compress makes {} bytes instead of {}",
                again.len(),
                plain.len()
            );
            let output = codec.decompress(&plain).must("decompress after a call with options that failed")?;
            ensure!(output == input, "after a call with options that failed come back {}", show(&output));
        }
    }
    Ok(())
}

fn a_level_is_that_of_its_call_with_a_dictionary_too(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let Some(levels) = codec.describe().levels else { skip!("the codec has no levels") };
    let dictionary = records(40, 100).concat();
    let input = records(300, 100).concat();
    let at = |codec: &Compression, level: i32| {
        let options = CompressionOptions::new().with_dictionary(&dictionary).with_level(level);
        needed("compress_with", packed_with(codec, &input, &options)).map(|packed| packed.len())
    };
    let ends = [*levels.start(), *levels.end()];
    let alone = ends.map(|level| at(subject.instance()?.compression()?, level));
    let [first, last] = alone;
    let (first, last) = (first?, last?);
    if at(subject.instance()?.compression()?, ends[0])? != first || first == last {
        skip!("levels make no difference with a dictionary, or not the same each time");
    }
    for (level, expected) in [(ends[0], first), (ends[1], last), (ends[0], first)] {
        let found = at(codec, level)?;
        ensure!(
            found == expected,
            "with a dictionary that was used at another level, level {level} makes {found} bytes instead of {expected}"
        );
    }
    Ok(())
}

/// The reader has the dictionary and no level, or the levels of other calls: they have no meaning there.
fn a_level_and_a_dictionary_of_one_call_come_back(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let (codec, mut random) = (instance.compression()?, subject.random(106));
    let Some(levels) = codec.describe().levels else { skip!("the codec has no levels") };
    let dictionary = [records(40, 100).concat(), random.bytes(5000)].concat();
    let ends = [*levels.start(), *levels.end()];
    let inputs = [vec![], records(3, 60).concat(), [&random.bytes(140_000), &dictionary[..]].concat()];
    for level in ends.into_iter().chain([0, 1].into_iter().filter(|level| levels.contains(level))) {
        let alone = CompressionOptions::new().with_dictionary(&dictionary);
        for input in &inputs {
            let what = format!("{} bytes that compress_with wrote at level {level} with a dictionary", input.len());
            let packed = needed("compress_with", packed_with(codec, input, &alone.with_level(level)))?;
            for (how, options) in [
                ("of the dictionary alone", alone),
                ("of the same options", alone.with_level(level)),
                ("of the dictionary and the lowest level", alone.with_level(ends[0])),
                ("of the dictionary and the highest level", alone.with_level(ends[1])),
            ] {
                let output = unpacked_with(codec, &packed, &options)
                    .must(&format!("decompress_with {how}, of {what} (soch_compression.decompress_with)"))?;
                ensure!(output == *input, "decompress_with {how}, of {what}, gives {}", show(&output));
            }
        }
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
    let samples = |count| records(count, 0);
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
    let size = size_of::<soch_compression_options>();
    let options = soch_compression_options { size, flags: 0, level: 0, reserved: 0, dictionary: soch_bytes::lend(b"") };
    for (slot, bytes) in [("compress_with", &input[..]), ("decompress_with", &packed)] {
        hands_on(slot, |writer| {
            codec.alone(slot, |table, instance, error| {
                let call = if slot == "compress_with" { table.compress_with } else { table.decompress_with };
                let Some(call) = call else { return SOCH_DENIED };
                // SAFETY: the plugin's function on its own instance; all is lent for the call.
                unsafe { call(instance, soch_bytes::lend(bytes), &options, writer, error) }
            })
        })?;
    }
    Ok(())
}

fn a_status_is_handed_on_by_a_training(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = &*instance.compression()?;
    let samples = records(2000, 0);
    let lent: Vec<&[u8]> = samples.iter().map(Vec::as_slice).collect();
    needed("train", codec.train(&lent, 4096, &mut VecWriter::new(&mut Vec::new(), 4096).writer()))?;
    let lent: Vec<soch_bytes> = samples.iter().map(|sample| soch_bytes::lend(sample)).collect();
    hands_on("train", |writer| {
        codec.alone("train", |table, instance, error| {
            let Some(train) = table.train else { return SOCH_DENIED };
            // SAFETY: as for the calls with options.
            unsafe { train(instance, ptr::null(), lent.as_ptr(), lent.len(), 4096, writer, error) }
        })
    })
}

/// A level counts only with the flag that says so.
fn a_level_without_its_flag_is_passed_over(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = &*instance.compression()?;
    let input: Vec<u8> = (0..20_000_u32).flat_map(|at| (at.wrapping_mul(at) >> 7).to_le_bytes()).collect();
    let before = needed("compress_with", packed_with(codec, &input, &CompressionOptions::new()))?;
    if packed_with(codec, &input, &CompressionOptions::new()).must("compress_with")? != before {
        skip!("compress_with makes others of the same bytes each time");
    }
    let size = size_of::<soch_compression_options>();
    for level in [i32::MIN, -1, 1, 3, 9, 12, i32::MAX] {
        let options =
            soch_compression_options { size, flags: 0, level, reserved: 0, dictionary: soch_bytes::lend(b"") };
        let mut output = MovingWriter::new(1 << 20);
        let writer = output.as_raw();
        codec
            .alone("compress_with", |table, instance, error| {
                let Some(call) = table.compress_with else { return SOCH_UNSUPPORTED };
                // SAFETY: the plugin's function on its own instance; all is lent for the call.
                unsafe { call(instance, soch_bytes::lend(&input), &options, &writer, error) }
            })
            .must(&format!("compress_with of flags that do not say SOCH_COMPRESS_AT_LEVEL, and a level of {level}"))?;
        ensure!(
            output.output() == before,
            "a level of {level} in options whose flags do not say SOCH_COMPRESS_AT_LEVEL makes {} bytes instead of {}",
            output.output().len(),
            before.len()
        );
    }
    Ok(())
}
