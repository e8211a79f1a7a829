//! Tests of a codec with input that is damaged or holds more than it may: it is an error, it is soon, and it takes no more than what is there.

use crate::codec::basics::round_trip;
use crate::frame::must::{ensure, show, skip, unseen, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::{CompressionExtension, Error, ErrorKind, VecWriter};
use sochdb_plugin_host::Compression;

suite!(Compression, "compression_damage":
    each_changed_byte_is_an_error,
    cut_input_is_not_nothing,
    bytes_behind_the_end_are_an_error,
    a_length_that_is_only_stated_takes_no_memory;
    full: what_is_beyond_the_limit_takes_no_memory,
);

/// The most bytes that damaged input may make.
const LIMIT: u64 = 1 << 20;
/// The bytes that memory may grow by, for windows and tables: far less than lengths state that are made up.
const ROOM: u64 = 512 << 20;

fn unpack(codec: &Compression, packed: &[u8]) -> Result<Vec<u8>, Error> {
    let mut output = Vec::new();
    codec.decompress_into(packed, &mut VecWriter::new(&mut output, LIMIT).writer())?;
    Ok(output)
}

/// Short inputs of several forms.
fn inputs(subject: &Subject) -> Vec<Vec<u8>> {
    let mut random = subject.random(71);
    let text: Vec<u8> = b"what repeats is written once, and ".iter().copied().cycle().take(700).collect();
    vec![vec![7], random.bytes(17), vec![0; 300], text, random.bytes(300)]
}

/// Whether bytes that are others came of damaged input.
fn is_unseen(result: &Result<Vec<u8>, Error>, input: &[u8]) -> bool {
    result.as_ref().is_ok_and(|output| output != input)
}

/// Checks that damaged input gave an error of damaged input, or bytes if the format does not find all damage.
fn is_told(
    finds_all: bool,
    result: &Result<Vec<u8>, Error>,
    input: &[u8],
    how: impl Fn() -> String,
) -> Result<(), NotPassed> {
    match result {
        Err(error) if matches!(error.kind(), ErrorKind::Corruption | ErrorKind::Limit) => Ok(()),
        Err(error) => Err(format!("decompress of {} gave {:?}, not Corruption: {error}", how(), error.kind()).into()),
        Ok(output) if finds_all && output != input => {
            Err(format!("decompress of {} gave {} bytes that are others, and no error", how(), output.len()).into())
        }
        Ok(_) => Ok(()),
    }
}

/// Every change of one byte of a compressed form, and where it is.
fn changes(packed: &[u8]) -> impl Iterator<Item = (Vec<u8>, usize, u8)> + '_ {
    (0..packed.len()).flat_map(move |at| {
        [1, 0x80, 0xFF].map(|mask| {
            let mut damaged = packed.to_vec();
            damaged[at] ^= mask;
            (damaged, at, mask)
        })
    })
}

/// Whether the format finds every change of its bytes: its author says so, or none of a larger input was unseen, which is no chance:
/// bytes at random are in most formats as they were.
fn finds_all(subject: &Subject, codec: &Compression) -> Result<bool, NotPassed> {
    let input = subject.random(72).bytes(401);
    let packed = round_trip(codec, "401 bytes at random", &input)?;
    let mut all = changes(&packed);
    Ok(subject.has_checksum() || !all.any(|(damaged, ..)| is_unseen(&unpack(codec, &damaged), &input)))
}

fn each_changed_byte_is_an_error(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let finds_all = finds_all(subject, codec)?;
    for input in inputs(subject) {
        let packed = round_trip(codec, "a short input", &input)?;
        for (damaged, at, mask) in changes(&packed) {
            let how = || format!("{} bytes with byte {at} changed by {mask:#x}", packed.len());
            is_told(finds_all, &unpack(codec, &damaged), &input, how)?;
        }
        round_trip(codec, "a short input after damaged ones", &input)?;
    }
    Ok(())
}

/// Also a format that finds no damage has a reason to give no bytes for some: one that never gives any hides its errors.
fn cut_input_is_not_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let finds_all = finds_all(subject, codec)?;
    let nothing = codec.compress(b"").must("compress of nothing")?;
    for input in inputs(subject) {
        let packed = round_trip(codec, "a short input", &input)?;
        let (mut cuts, mut empty) = (0, 0);
        for len in (0..packed.len()).filter(|len| packed[..*len] != nothing) {
            let cut = unpack(codec, &packed[..len]);
            let how = || format!("the first {len} bytes of {}", packed.len());
            is_told(finds_all, &cut, &input, how)?;
            ensure!(
                !finds_all || cut.is_err(),
                "decompress of {} is OK with all bytes: what is missing at the end, a checksum maybe, was not looked at",
                how()
            );
            cuts += 1;
            empty += usize::from(cut.is_ok_and(|output| output.is_empty()));
        }
        ensure!(
            empty * 2 <= cuts || empty < 4,
            "decompress of {empty} of {cuts} beginnings of {} is OK with no bytes; damaged input is SOCH_CORRUPTION",
            show(&packed)
        );
    }
    Ok(())
}

/// Also where what is before them is whole: who reads on finds no other form of the same input.
fn bytes_behind_the_end_are_an_error(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    if !finds_all(subject, codec)? {
        skip!("its format does not find every change, and nobody says so with `--checksum`");
    }
    for input in inputs(subject) {
        let packed = round_trip(codec, "a short input", &input)?;
        for more in [&b"!"[..], &[0xA5; 9]] {
            let result = unpack(codec, &[&packed[..], more].concat());
            let is_told =
                matches!(&result, Err(error) if matches!(error.kind(), ErrorKind::Corruption | ErrorKind::Limit));
            ensure!(
                is_told,
                "decompress of {} bytes and {} more behind them gave {:?}, not Corruption",
                packed.len(),
                more.len(),
                result.map(|output| output.len())
            );
        }
    }
    Ok(())
}

/// A figure of this process's memory, in bytes; None where the system does not tell.
fn memory(figure: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(figure))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// The most that it ever had of addresses.
fn most_memory() -> Option<u64> {
    memory("VmPeak:")
}

/// By how much more of memory it used than it uses now while this ran.
fn grown_by<T>(call: impl FnOnce() -> T) -> Option<(T, u64)> {
    // What the kernel's documentation has for the peak of what is resident (filesystems/proc).
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    let before = memory("VmRSS:")?;
    let result = call();
    Some((result, memory("VmHWM:")?.saturating_sub(before)))
}

/// A codec that unpacks all, and then asks whether it may be written, is ended by what a stranger sends.
fn what_is_beyond_the_limit_takes_no_memory(subject: &Subject) -> Result<(), NotPassed> {
    const LEN: usize = 32 << 20;
    const MAY: u64 = 64 << 10;
    /// More than the largest windows that are usual.
    const ROOM: u64 = 24 << 20;
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let packed = match codec.compress(&vec![0; LEN]) {
        Err(error) if error.kind() == ErrorKind::Limit => skip!("it does not take {LEN} bytes: {error}"),
        packed => packed.must("compress of 32 MiB of zeros")?,
    };
    let mut output = Vec::new();
    let unpacked = grown_by(|| codec.decompress_into(&packed, &mut VecWriter::new(&mut output, MAY).writer()));
    let Some((result, grown)) = unpacked else { unseen!("the system does not tell how much memory there was") };
    let kind = result.as_ref().err().map(Error::kind);
    ensure!(kind == Some(ErrorKind::Limit), "32 MiB with a limit of {MAY} bytes gave {result:?}, not Limit");
    // As much again as came is no bomb.
    ensure!(
        grown < ROOM + 2 * packed.len() as u64,
        "decompress of 32 MiB, with a limit of {MAY} bytes, took {grown} bytes of memory; none is taken for more than the writer's limit"
    );
    round_trip(codec, "text after much that is beyond the limit", b"text").map(drop)
}

fn a_length_that_is_only_stated_takes_no_memory(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    for len in [300, 70_000] {
        let input = vec![b'a'; len];
        let packed = round_trip(codec, "one letter", &input)?;
        let Some(before) = most_memory() else { unseen!("the system does not tell how much memory there was") };
        for at in 0..packed.len().min(24) {
            for change in [&[0x7F][..], &[0xFF], &[0xFF, 0x7F], &[0xFF, 0xFF, 0xFF, 0x7F], &[0, 0, 0, 0x7F, 0, 0, 0, 0]]
            {
                let mut damaged = packed.clone();
                let end = damaged.len().min(at + change.len());
                damaged[at..end].copy_from_slice(&change[..end - at]);
                let how =
                    || format!("{} bytes that state another length with {change:02x?} at byte {at}", packed.len());
                is_told(subject.has_checksum(), &unpack(codec, &damaged), &input, how)?;
                let grown = most_memory().unwrap_or(before).saturating_sub(before);
                ensure!(
                    grown < ROOM,
                    "decompress of {}, with a limit of {LIMIT} bytes, took {grown} bytes of memory; what input states is not taken before the limit is looked at",
                    how()
                );
            }
        }
    }
    Ok(())
}
