//! Random damage: the reader and the checks after it give an answer, in time.

use crate::elf::Facts;
use crate::loader::steps::note;
use crate::loader::tests::*;
use std::time::Duration;

const MUTANTS: usize = 400_000;
const THREADS: usize = 4;
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

/// What became of mutants.
#[derive(Default)]
struct Count {
    passed: usize,
    read: usize,
    refused: usize,
    slowest: Duration,
}

impl Count {
    fn of(good: &[u8], seed: u64, mutants: usize) -> Self {
        let mut random = Random(seed);
        let mut count = Self::default();
        let mut mutant = Vec::new();
        for _ in 0..mutants {
            mutant.clear();
            mutant.extend_from_slice(good);
            damage(&mut random, &mut mutant);
            let start = processor_time();
            count.add(&mutant);
            count.slowest = count.slowest.max(processor_time() - start);
        }
        count
    }

    fn add(&mut self, mutant: &[u8]) {
        let Ok(facts) = Facts::read(mutant) else { return self.refused += 1 };
        self.read += 1;
        let checked = facts.check("x.so".as_ref()).map_err(Refusal::from).map(|()| facts.line());
        let noted = note::check(&facts).map(|(note, words)| words(&note));
        for line in [&checked, &noted] {
            let line = line.as_ref().map_or_else(Refusal::to_string, String::clone);
            assert!(!line.contains(char::is_control), "{line:?}");
        }
        self.passed += usize::from(checked.is_ok() && noted.is_ok());
    }
}

#[test]
fn no_mutant_makes_the_reader_panic() {
    let good = good_or_skip!("no_mutant_makes_the_reader_panic");
    let seed = |thread: usize| 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(2 * thread as u64 + 1);
    let counts = std::thread::scope(|scope| {
        let start = |thread| scope.spawn(move || Count::of(good, seed(thread), MUTANTS / THREADS));
        let threads: Vec<_> = (0..THREADS).map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("no mutant panics")).collect::<Vec<_>>()
    });
    let sum = |of: fn(&Count) -> usize| counts.iter().map(of).sum::<usize>();
    let (passed, read, refused) = (sum(|count| count.passed), sum(|count| count.read), sum(|count| count.refused));
    assert_eq!(read + refused, MUTANTS);
    assert!(passed.min(read - passed).min(refused) > MUTANTS / 50, "{passed} passed, {read} read, {refused} refused");
    for count in counts {
        assert!(count.slowest < Duration::from_secs(2), "one took {:?}", count.slowest);
    }
}
