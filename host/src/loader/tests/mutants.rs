//! Random damage: the reader gives an answer, in time.

use super::*;
use crate::elf::Facts;
use std::time::{Duration, Instant};

const MUTANTS: usize = 20_000;
/// Where most of what is read lies: headers and dynamic tables are at the start of the good plugin.
const DENSE: usize = 0x800;
const NUMBERS: [u64; 8] = [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 1 << 40, u64::MAX];

/// The xorshift generator of Marsaglia: the same mutants in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

fn damage(random: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..=random.below(3) {
        let at = if random.below(4) == 0 { random.below(bytes.len()) } else { random.below(DENSE.min(bytes.len())) };
        match random.below(5) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            2 | 3 => {
                let number = NUMBERS[random.below(NUMBERS.len())].to_le_bytes();
                let len = [1, 2, 4, 8][random.below(4)].min(bytes.len() - at);
                bytes[at..at + len].copy_from_slice(&number[..len]);
            }
            _ => bytes.truncate(at.max(1)),
        }
    }
}

#[test]
fn no_mutant_makes_the_reader_panic() {
    let good = good_or_skip!("no_mutant_makes_the_reader_panic");
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut read, mut refused) = (0, 0);
    let mut slowest = Duration::ZERO;
    for _ in 0..MUTANTS {
        let mut mutant = good.to_vec();
        damage(&mut random, &mut mutant);
        let start = Instant::now();
        match Facts::read(&mutant).and_then(|facts| facts.check("x.so".as_ref())) {
            Ok(line) => {
                assert!(!line.contains(char::is_control), "{line:?}");
                read += 1;
            }
            Err(error) => {
                assert!(!error.to_string().contains(char::is_control), "{error}");
                refused += 1;
            }
        }
        slowest = slowest.max(start.elapsed());
    }
    assert!(read > MUTANTS / 50 && refused > MUTANTS / 50, "{read} read, {refused} refused: the damage says little");
    assert!(slowest < Duration::from_secs(2), "one took {slowest:?}");
}

/// Numbers as large as the file allows cost time in proportion to the file, and no memory.
#[test]
fn tables_as_large_as_the_file_are_read_in_time() {
    let good = patch::Patch::of(good_or_skip!("tables_as_large_as_the_file_are_read_in_time"));
    let size: u64 = 16 << 20;
    let offset = good.field(patch::PT_LOAD, 3, patch::Field::Offset);
    let address = good.field(patch::PT_LOAD, 3, patch::Field::Address);
    let end = (good.0.len() as u64).next_multiple_of(4096);
    let mut large = good
        .segment(patch::PT_LOAD, 3, patch::Field::FileSize, end + size - offset)
        .segment(patch::PT_LOAD, 3, patch::Field::MemorySize, end + size - offset)
        .dynamic(0x6fff_fef5, address + (end - offset));
    large.0.resize((end + size) as usize, 0);
    // One bucket, whose chain has no end.
    let table = [1u32, 0, 0, 0, 1].map(u32::to_le_bytes).concat();
    let large = large.with(end as usize, &table);
    let start = Instant::now();
    let error = Facts::read(&large.0).expect_err("the chain has no end");
    assert_eq!(error.code(), "E_ELF_SYMBOLS");
    assert!(start.elapsed() < Duration::from_secs(5), "it took {:?}", start.elapsed());
}

#[test]
fn a_file_full_of_notes_is_not_searched() {
    let good = patch::Patch::of(good_or_skip!("a_file_full_of_notes_is_not_searched"));
    let end = good.0.len().next_multiple_of(8);
    let mut full = good.segment(patch::PT_NOTE, 0, patch::Field::Offset, end as u64).segment(
        patch::PT_NOTE,
        0,
        patch::Field::FileSize,
        2 << 20,
    );
    full.0.resize(end + (2 << 20), 0);
    assert_eq!(Facts::read(&full.0).expect_err("they are too many").code(), "E_ELF_NOTES");
}
