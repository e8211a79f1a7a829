//! Tests of a codec with input that is damaged or holds more than it may: it is an error, it is soon, and it takes no more than what is there.

use crate::codec::ways::{ways, Way};
use crate::frame::memory::memory;
use crate::frame::must::{ensure, show, skip, unseen, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::{Error, ErrorKind};
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

/// Something that inputs have in common.
const DICTIONARY: &[u8] = b"what repeats is written once, and what many inputs have in common is in none of them";

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
        Err(error) => Err(format!("decompress{} gave {:?}, not Corruption: {error}", how(), error.kind()).into()),
        Ok(output) if finds_all && output != input => {
            Err(format!("decompress{} gave {} bytes that are others, and no error", how(), output.len()).into())
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
fn finds_all(subject: &Subject, codec: &Compression, way: &Way) -> Result<bool, NotPassed> {
    let input = subject.random(72).bytes(401);
    let packed = way.round_trip(codec, "401 bytes at random", &input)?;
    let mut all = changes(&packed);
    let is_unseen = |damaged: &[u8]| is_unseen(&way.decompress(codec, damaged, LIMIT), &input);
    Ok(subject.has_checksum() || !all.any(|(damaged, ..)| is_unseen(&damaged)))
}

fn each_changed_byte_is_an_error(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    for way in ways(codec, DICTIONARY)? {
        let finds_all = finds_all(subject, codec, &way)?;
        for input in inputs(subject) {
            let packed = way.round_trip(codec, "a short input", &input)?;
            for (damaged, at, mask) in changes(&packed) {
                let how = || format!("{} of {} bytes with byte {at} changed by {mask:#x}", way.name, packed.len());
                is_told(finds_all, &way.decompress(codec, &damaged, LIMIT), &input, how)?;
            }
            way.round_trip(codec, "a short input after damaged ones", &input)?;
        }
    }
    Ok(())
}

/// Also a format that finds no damage has a reason to give no bytes for some: one that never gives any hides its errors.
fn cut_input_is_not_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    for way in ways(codec, DICTIONARY)? {
        let finds_all = finds_all(subject, codec, &way)?;
        let nothing = way.compress(codec, b"", u64::MAX).must("compress of nothing")?;
        for input in inputs(subject) {
            let packed = way.round_trip(codec, "a short input", &input)?;
            let (mut cuts, mut empty) = (0, 0);
            for len in (0..packed.len()).filter(|len| packed[..*len] != nothing) {
                let cut = way.decompress(codec, &packed[..len], LIMIT);
                let how = || format!("{} of the first {len} bytes of {}", way.name, packed.len());
                is_told(finds_all, &cut, &input, how)?;
                ensure!(
                    !finds_all || cut.is_err(),
                    "decompress{} is OK with all bytes: what is missing at the end, a checksum maybe, was not looked at",
                    how()
                );
                cuts += 1;
                empty += usize::from(cut.is_ok_and(|output| output.is_empty()));
            }
            ensure!(
                empty * 2 <= cuts || empty < 4,
                "decompress{} of {empty} of {cuts} beginnings of {} is OK with no bytes; damaged input is SOCH_CORRUPTION",
                way.name,
                show(&packed)
            );
        }
    }
    Ok(())
}

/// Also where what is before them is whole: who reads on finds no other form of the same input.
fn bytes_behind_the_end_are_an_error(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    let mut looked_at = 0;
    for way in ways(codec, DICTIONARY)? {
        if !finds_all(subject, codec, &way)? {
            continue;
        }
        looked_at += 1;
        for input in inputs(subject) {
            let packed = way.round_trip(codec, "a short input", &input)?;
            for more in [&b"!"[..], &[0xA5; 9]] {
                let result = way.decompress(codec, &[&packed[..], more].concat(), LIMIT);
                let is_told =
                    matches!(&result, Err(error) if matches!(error.kind(), ErrorKind::Corruption | ErrorKind::Limit));
                ensure!(
                    is_told,
                    "decompress{} of {} bytes and {} more behind them gave {:?}, not Corruption",
                    way.name,
                    packed.len(),
                    more.len(),
                    result.map(|output| output.len())
                );
            }
        }
    }
    if looked_at == 0 {
        skip!("its format does not find every change, and nobody says so with `--checksum`");
    }
    Ok(())
}

/// The most memory that this process ever had, in bytes of addresses; None where the system does not tell.
fn most_memory() -> Option<u64> {
    memory("status", "VmPeak")
}

/// By how much more of memory it used than it uses now while this ran.
fn grown_by<T>(call: impl FnOnce() -> T) -> Option<(T, u64)> {
    // What the kernel's documentation has for the peak of what is resident (filesystems/proc).
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    let before = memory("status", "VmRSS")?;
    let result = call();
    Some((result, memory("status", "VmHWM")?.saturating_sub(before)))
}

/// A codec that unpacks all, and then asks whether it may be written, is ended by what a stranger sends.
fn what_is_beyond_the_limit_takes_no_memory(subject: &Subject) -> Result<(), NotPassed> {
    const LEN: usize = 32 << 20;
    const MAY: u64 = 64 << 10;
    /// More than the largest windows that are usual.
    const ROOM: u64 = 24 << 20;
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    for way in ways(codec, DICTIONARY)? {
        let name = way.name;
        let packed = match way.compress(codec, &vec![0; LEN], u64::MAX) {
            Err(error) if error.kind() == ErrorKind::Limit => skip!("it does not take {LEN} bytes: {error}"),
            packed => packed.must("compress of 32 MiB of zeros")?,
        };
        let unpacked = grown_by(|| way.decompress(codec, &packed, MAY));
        let Some((result, grown)) = unpacked else { unseen!("the system does not tell how much memory there was") };
        let kind = result.as_ref().err().map(Error::kind);
        ensure!(
            kind == Some(ErrorKind::Limit),
            "decompress{name} of 32 MiB with a limit of {MAY} bytes gave {kind:?}, not Limit"
        );
        // As much again as came is no bomb.
        ensure!(
            grown < ROOM + 2 * packed.len() as u64,
            "decompress{name} of 32 MiB, with a limit of {MAY} bytes, took {grown} bytes of memory; none is taken for more than the \
            writer's limit"
        );
        way.round_trip(codec, "text after much that is beyond the limit", b"text")?;
    }
    Ok(())
}

fn a_length_that_is_only_stated_takes_no_memory(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let codec = instance.compression()?;
    for (way, len) in ways(codec, DICTIONARY)?.iter().flat_map(|way| [(way, 300), (way, 70_000)]) {
        let input = vec![b'a'; len];
        let packed = way.round_trip(codec, "one letter", &input)?;
        let Some(before) = most_memory() else { unseen!("the system does not tell how much memory there was") };
        for at in 0..packed.len().min(24) {
            for change in [&[0x7F][..], &[0xFF], &[0xFF, 0x7F], &[0xFF, 0xFF, 0xFF, 0x7F], &[0, 0, 0, 0x7F, 0, 0, 0, 0]]
            {
                let mut damaged = packed.clone();
                let end = damaged.len().min(at + change.len());
                damaged[at..end].copy_from_slice(&change[..end - at]);
                let (name, of) = (way.name, packed.len());
                let how = || format!("{name} of {of} bytes that state another length with {change:02x?} at byte {at}");
                is_told(subject.has_checksum(), &way.decompress(codec, &damaged, LIMIT), &input, how)?;
                let grown = most_memory().unwrap_or(before).saturating_sub(before);
                ensure!(
                    grown < ROOM,
                    "decompress{}, with a limit of {LIMIT} bytes, took {grown} bytes of memory; what input states is not taken before the limit is looked at",
                    how()
                );
            }
        }
    }
    Ok(())
}
