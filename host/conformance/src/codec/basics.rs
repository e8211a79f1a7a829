//! Tests of a codec: what it gives back.

use crate::codec::options::{packed_with, unpacked_with};
use crate::frame::must::{ensure, needed, show, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::frame::threads::together;
use crate::inputs::handed_on::hands_on;
use sochdb_plugin_host::sdk::abi::{soch_bytes, SOCH_OK};
use sochdb_plugin_host::sdk::{CompressionExtension, CompressionOptions, Error, ErrorKind, VecWriter};
use sochdb_plugin_host::Compression;

suite!(Compression, "compression":
    the_algorithm_has_a_name,
    everything_comes_back,
    output_is_appended,
    damaged_input_is_an_error,
    a_bomb_is_stopped,
    the_limit_itself_is_allowed,
    the_bound_holds,
    every_level_comes_back,
    the_decompressed_size_is_right,
    a_level_of_one_call_is_for_that_call,
    what_a_dictionary_compressed_needs_it_again,
    many_threads_may_compress,
    a_status_is_handed_on_as_it_is,
);

/// Inputs of every form, each with what to call it.
fn inputs(subject: &Subject) -> Vec<(&'static str, Vec<u8>)> {
    let mut random = subject.random(3);
    let line = b"2026-11-23T15:00:00Z level=info message=\"compaction finished\" table=42\n";
    vec![
        ("nothing", Vec::new()),
        ("one byte", vec![0x5A]),
        ("two bytes", vec![0, 0xFF]),
        ("64 KiB of lines", line.iter().copied().cycle().take(64 << 10).collect()),
        ("64 KiB of zeros", vec![0; 64 << 10]),
        ("64 KiB at random", random.bytes(64 << 10)),
        ("1 MiB of lines", line.iter().copied().cycle().take(1 << 20).collect()),
        ("1 MiB at random", random.bytes(1 << 20)),
    ]
}

pub(crate) fn round_trip(codec: &Compression, what: &str, input: &[u8]) -> Result<Vec<u8>, NotPassed> {
    let packed = codec.compress(input).must(&format!("compress {what}"))?;
    let unpacked = codec.decompress(&packed).must(&format!("decompress {what}"))?;
    ensure!(unpacked == input, "{what} came back as {} bytes: {}", unpacked.len(), show(&unpacked));
    Ok(packed)
}

fn the_algorithm_has_a_name(subject: &Subject) -> Result<(), NotPassed> {
    let (mut first, mut second) = (subject.instance()?, subject.instance()?);
    let name = first.compression()?.algorithm().to_owned();
    ensure!(!name.is_empty() && !name.contains(char::is_whitespace), "the algorithm is called {name:?}");
    ensure!(second.compression()?.algorithm() == name, "another instance has another algorithm");
    Ok(())
}

fn everything_comes_back(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    for (what, input) in inputs(subject) {
        round_trip(codec, what, &input)?;
    }
    // What one instance wrote, another one reads.
    let packed = codec.compress(b"from one to another").must("compress")?;
    let unpacked = subject.instance()?.compression()?.decompress(&packed).must("decompress in another instance")?;
    ensure!(unpacked == b"from one to another", "another instance reads {}", show(&unpacked));
    Ok(())
}

fn output_is_appended(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let mut packed = b"head".to_vec();
    codec.compress_append(b"text", &mut packed).must("compress")?;
    ensure!(packed.starts_with(b"head"), "compress changed what was in the output");
    let mut unpacked = b"head".to_vec();
    codec.decompress_append(&packed[4..], &mut unpacked).must("decompress")?;
    ensure!(unpacked == b"headtext", "decompress made {} of the output", show(&unpacked));
    Ok(())
}

fn damaged_input_is_an_error(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let mut random = subject.random(11);
    let input: Vec<u8> = b"some text that repeats, ".iter().copied().cycle().take(5000).collect();
    let packed = round_trip(codec, "text", &input)?;
    let mut damaged = vec![Vec::new(), random.bytes(100), packed[..packed.len() / 2].to_vec()];
    damaged.push([&packed[..], b"more"].concat());
    for _ in 0..100 {
        let mut changed = packed.clone();
        let at = random.below(packed.len() as u64) as usize;
        changed[at] ^= 1 << random.below(8);
        damaged.push(changed);
    }
    for bytes in damaged {
        let mut output = Vec::new();
        match codec.decompress_into(&bytes, &mut VecWriter::new(&mut output, 1 << 20).writer()) {
            Err(error) if matches!(error.kind(), ErrorKind::Corruption | ErrorKind::Limit) => {}
            Err(error) => {
                return Err(format!("{} gave {:?}, not Corruption: {error}", show(&bytes), error.kind()).into())
            }
            Ok(()) if subject.has_checksum() && output != input => {
                return Err(
                    format!("{} was decompressed to {} bytes without an error", show(&bytes), output.len()).into()
                );
            }
            Ok(()) => {}
        }
    }
    round_trip(codec, "text after damaged input", &input).map(drop)
}

fn a_bomb_is_stopped(subject: &Subject) -> Result<(), NotPassed> {
    const LIMIT: u64 = 1 << 20;
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let bomb = codec.compress(&vec![0; 4 << 20]).must("compress")?;
    let mut output = Vec::new();
    let result = codec.decompress_into(&bomb, &mut VecWriter::new(&mut output, LIMIT).writer());
    let kind = result.as_ref().err().map(|error| error.kind());
    ensure!(kind == Some(ErrorKind::Limit), "4 MiB with a limit of 1 MiB gave {result:?}, not Limit");
    ensure!(output.len() as u64 <= LIMIT, "{} bytes were written with a limit of 1 MiB", output.len());
    let mut output = Vec::new();
    let result = codec.compress_into(&subject.random(5).bytes(5000), &mut VecWriter::new(&mut output, 100).writer());
    let kind = result.as_ref().err().map(|error| error.kind());
    ensure!(kind == Some(ErrorKind::Limit), "5000 random bytes with a limit of 100 gave {result:?}, not Limit");
    round_trip(codec, "text after a bomb", b"text").map(drop)
}

fn the_limit_itself_is_allowed(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let input = subject.random(6).bytes(5000);
    let packed = round_trip(codec, "5000 bytes", &input)?;
    let mut output = Vec::new();
    codec
        .decompress_into(&packed, &mut VecWriter::new(&mut output, 5000).writer())
        .must("decompress of 5000 bytes with a limit of 5000")?;
    ensure!(output == input, "5000 bytes came back as {}", output.len());
    Ok(())
}

fn the_bound_holds(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    for (what, input) in inputs(subject) {
        let Some(bound) = codec.bound(input.len()) else { continue };
        let packed = codec.compress(&input).must("compress")?;
        ensure!(packed.len() <= bound, "{what} is compressed to {} bytes, the bound is {bound}", packed.len());
    }
    // No input has this length: any answer is right, a panic is not.
    let _ = codec.bound(usize::MAX);
    ensure!(!codec.is_poisoned(), "the bound of the largest length panicked");
    Ok(())
}

fn every_level_comes_back(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let input: Vec<u8> = b"a level changes the size, ".iter().copied().cycle().take(20_000).collect();
    let mut all = vec![codec.compress(&input).must("compress")?];
    let described = codec.describe().levels;
    let ends = described.iter().flat_map(|levels| [*levels.start(), *levels.end()]);
    for level in [i32::MIN, -100, -1, 0, 1, 5, 12, 1000, i32::MAX].into_iter().chain(ends) {
        match codec.set_level(level) {
            Err(error) if described.as_ref().is_some_and(|levels| levels.contains(&level)) => {
                return Err(format!("set_level({level}), which is described: {error}").into());
            }
            Err(error) if error.kind() != ErrorKind::Invalid => {
                return Err(format!("set_level({level}): {error}").into())
            }
            _ => all.push(round_trip(codec, &format!("text at level {level}"), &input)?),
        }
    }
    for packed in all {
        let unpacked = codec.decompress(&packed).must("decompress at another level")?;
        ensure!(unpacked == input, "what was compressed at one level does not come back at another");
    }
    Ok(())
}

fn the_decompressed_size_is_right(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let mut random = subject.random(11);
    for (what, input) in inputs(subject) {
        let mut packed = codec.compress(&input).must(&format!("compress {what}"))?;
        let claimed = codec.decompressed_size(&packed).must("decompressed_size")?;
        ensure!(
            claimed.is_none_or(|claimed| claimed == input.len() as u64),
            "{what} has {} bytes, and the decompressed size is {claimed:?}",
            input.len()
        );
        // What damaged input claims is its own affair; that it ends in an error or in a figure is not.
        for _ in 0..50 {
            packed.truncate(random.below(packed.len() as u64 + 1) as usize);
            let _ = codec.decompressed_size(&packed);
            let at = random.below(packed.len().max(1) as u64) as usize;
            packed.get_mut(at).into_iter().for_each(|byte| *byte ^= 0x55);
            let _ = codec.decompressed_size(&packed);
        }
    }
    Ok(())
}

fn a_level_of_one_call_is_for_that_call(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let mut random = subject.random(14);
    // Words among which one level finds longer matches than another.
    let mut word = |_| {
        let bits = 4 + random.below(40);
        format!("{:x} ", random.below(1 << bits))
    };
    let words: Vec<String> = (0..200).map(&mut word).collect();
    let input: Vec<u8> = (0..8000).flat_map(|_| words[random.below(200) as usize].bytes()).collect();
    let before = codec.compress(&input).must("compress")?;
    let levels = codec.describe().levels.map_or(vec![1], |levels| vec![*levels.start(), *levels.end()]);
    for level in levels {
        let options = CompressionOptions::new().with_level(level);
        let packed = needed("compress_with", packed_with(codec, &input, &options))?;
        let unpacked = codec.decompress(&packed).must("decompress of what one level wrote")?;
        ensure!(unpacked == input, "what compress_with wrote at level {level} does not come back");
        ensure!(
            codec.compress(&input).must("compress")? == before,
            "level {level} of one call is that of the next one"
        );
    }
    Ok(())
}

fn what_a_dictionary_compressed_needs_it_again(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let mut random = subject.random(12);
    let record = |number: u64, random: &mut Random| {
        format!("{{\"order\": {number}, \"state\": \"shipped\", \"weight\": {}}}", random.below(9000)).into_bytes()
    };
    let samples: Vec<Vec<u8>> = (0..2000).map(|number| record(number, &mut random)).collect();
    let lent: Vec<&[u8]> = samples.iter().map(Vec::as_slice).collect();
    let mut trained = Vec::new();
    let result = codec.train(&lent, 4096, &mut VecWriter::new(&mut trained, 4096).writer());
    let trained = supported("train", result)?.map(|()| trained);
    // Any bytes are a dictionary of a codec that trains none.
    for dictionary in trained.into_iter().chain([samples.concat()[..2000].to_vec()]) {
        let options = CompressionOptions::new().with_dictionary(&dictionary);
        let input = record(7_000_000, &mut random);
        let packed = needed("compress_with", packed_with(codec, &input, &options))?;
        let unpacked = unpacked_with(codec, &packed, &options).must("decompress_with")?;
        ensure!(unpacked == input, "with a dictionary {} comes back as {}", show(&input), show(&unpacked));
        let plain = codec.compress(&input).must("compress")?;
        ensure!(packed.len() <= plain.len(), "a dictionary makes {} bytes of {}", packed.len(), plain.len());
        for other in [&b""[..], b"another dictionary, with nothing in common"] {
            let result = unpacked_with(codec, &packed, &CompressionOptions::new().with_dictionary(other));
            let kind = result.as_ref().err().map(Error::kind);
            let refused = matches!(kind, Some(ErrorKind::Corruption | ErrorKind::Invalid));
            ensure!(refused, "the wrong dictionary gave {result:?}, not Corruption");
        }
        let same = codec.compress(&input).must("compress after compress_with")?;
        ensure!(same == plain, "the dictionary of one call is that of the next one");
    }
    Ok(())
}

fn many_threads_may_compress(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = &*instance.compression()?;
    let work = |thread: usize| {
        let mut random = subject.random(thread as u64);
        (0..25).try_for_each(|_| {
            let length = random.below(5000) as usize;
            round_trip(codec, &format!("input of thread {thread}"), &random.bytes(length)).map(drop)
        })
    };
    together(4, work)
}

/// The host keeps the error of its own writer; who calls a slot without one gets the status alone.
fn a_status_is_handed_on_as_it_is(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = &*instance.compression()?;
    let input = b"one line, and one line more";
    let packed = codec.compress(input).must("compress")?;
    for (slot, bytes) in [("compress", &input[..]), ("decompress", &packed)] {
        hands_on(slot, |writer| {
            codec.alone(slot, |table, instance, error| {
                let Some(call) = (if slot == "compress" { table.compress } else { table.decompress }) else {
                    return SOCH_OK;
                };
                // SAFETY: the plugin's function on its own instance; all is lent for the call.
                unsafe { call(instance, soch_bytes::lend(bytes), writer, error) }
            })
        })?;
    }
    Ok(())
}
