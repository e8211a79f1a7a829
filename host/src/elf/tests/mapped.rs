//! For every mutant that the reader accepts, the dynamic linker sees the same, or refuses it in words.

use crate::elf::tests::mapper::{compile, expected, Mapper};
use crate::elf::tests::mutants;
use crate::elf::tests::random::Random;
use crate::elf::tests::seeds;
use crate::elf::tests::structure::Structure;
use crate::elf::Facts;
use crate::loader::steps::note;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

/// How many accepted mutants are mapped, if the variable does not say it.
const ACCEPTED: usize = 8_000;
const VARIABLE: &str = "SOCH_ELF_MUTANTS";
const SEED: &str = "SOCH_ELF_SEED";
const OTHER_CODE: &str = "in other code";
/// It dies as its own functions are damaged: without them all is as it was read.
const OWN_FAULT: &str = "own fault";
const PROCESSES: usize = 2;
/// Faults that are told; more do not help.
const TOLD: usize = 12;

/// What became of mutants.
#[derive(Default)]
struct Count {
    /// By structure and by bytes.
    accepted: [usize; 2],
    made: [usize; 2],
    loaded: usize,
    refused: usize,
    /// What a damaged function did, which ran after all that is compared here, or instead of it.
    own_fault: usize,
    faults: Vec<String>,
}

struct Run<'a> {
    seeds: &'a [Vec<u8>],
    program: &'a Path,
    directory: &'a Path,
    share: usize,
    faults: &'a AtomicUsize,
}

/// What the reader and the steps after it take for a plugin, but for its digest.
fn accepted(bytes: &[u8]) -> Option<Facts> {
    let facts = Facts::read(bytes).ok()?;
    facts.check("x.so".as_ref()).ok()?;
    let (_, _) = note::check(&facts).ok()?;
    Some(facts)
}

impl Run<'_> {
    fn go(&self, seed: u64) -> Count {
        let mut random = Random::new(seed);
        let mut mapper = Mapper::start(self.program);
        let mut count = Count::default();
        let mut mutant = Vec::new();
        while count.accepted.iter().sum::<usize>() < self.share && self.faults.load(Ordering::Relaxed) < TOLD {
            let way = usize::from(count.accepted[0] > count.accepted[1]);
            mutant.clone_from(&self.seeds[random.below(self.seeds.len())]);
            match way {
                0 => Structure { bytes: &mut mutant, random: &mut random }.damage(),
                _ => mutants::damage(&mut random, &mut mutant),
            }
            count.made[way] += 1;
            let Some(facts) = accepted(&mutant) else { continue };
            count.accepted[way] += 1;
            let found = mapper.map(&mutant);
            let (read, mut found) = (expected(&mutant, &facts), found);
            if found.starts_with("died: ") && self.dies_by_itself(&mut mapper, &found, &mut mutant.clone()) {
                found = OWN_FAULT.to_owned();
            }
            if let Some(fault) = count.judge(&read, &found) {
                let at = self.faults.fetch_add(1, Ordering::Relaxed);
                let file = self.directory.join(format!("fault{at}.so"));
                fs::write(&file, &mutant).expect("a new file");
                count.faults.push(format!("{}: {fault}", file.display()));
            }
        }
        count
    }

    /// Whether functions that the dynamic linker calls died, and not the dynamic linker. They may damage what it goes on
    /// with, so it is tried without them.
    fn dies_by_itself(&self, mapper: &mut Mapper, found: &str, mutant: &mut Vec<u8>) -> bool {
        if found.ends_with(OTHER_CODE) {
            return true;
        }
        Structure { bytes: mutant, random: &mut Random::new(0) }.silence();
        let Some(facts) = accepted(mutant) else { return false };
        let found = mapper.map(mutant);
        found == expected(mutant, &facts) || found.starts_with("refused: ") || found.ends_with(OTHER_CODE)
    }
}

impl Count {
    fn judge(&mut self, expected: &str, found: &str) -> Option<String> {
        if found == expected {
            self.loaded += 1;
            return None;
        }
        if found.starts_with("refused: ") {
            self.refused += 1;
            return None;
        }
        if found == OWN_FAULT {
            self.own_fault += 1;
            return None;
        }
        let differ = |(one, other): (&str, &str)| (one != other).then(|| format!("read {one}, mapped {other}"));
        let line = expected.lines().zip(found.lines()).find_map(differ);
        Some(line.unwrap_or_else(|| format!("read {expected}, mapped {found}")))
    }
}

#[test]
fn the_dynamic_linker_sees_something_else_than_the_reader() {
    let directory = tempfile::tempdir().expect("the temporary directory is writable");
    let Some(program) = compile(directory.path()) else {
        return eprintln!("skipped: the_dynamic_linker_sees_something_else_than_the_reader: cc is not installed");
    };
    if cfg!(target_env = "musl") {
        return eprintln!("skipped: the_dynamic_linker_sees_something_else_than_the_reader: it knows glibc");
    }
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse().ok());
    let (wanted, seed) = (number(VARIABLE).unwrap_or(ACCEPTED), number(SEED).unwrap_or(0) as u64);
    let seeds = seeds::make(directory.path());
    let mut mapper = Mapper::start(&program);
    for seed in &seeds {
        let facts = accepted(seed).expect("a good plugin");
        assert_eq!(mapper.map(seed), expected(seed, &facts), "undamaged");
    }
    let faults = AtomicUsize::new(0);
    let (share, directory) = (wanted / PROCESSES, directory.path());
    let run = Run { seeds: &seeds, program: &program, directory, share, faults: &faults };
    let counts: Vec<Count> = thread::scope(|scope| {
        let start = |at: usize| {
            scope.spawn({
                let run = &run;
                move || run.go(seed * PROCESSES as u64 + at as u64)
            })
        };
        let threads: Vec<_> = (0..PROCESSES).map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    });
    let sum = |of: fn(&Count) -> usize| counts.iter().map(of).sum::<usize>();
    let [by_structure, by_bytes] = [sum(|count| count.accepted[0]), sum(|count| count.accepted[1])];
    let (loaded, refused, own) = (sum(|count| count.loaded), sum(|count| count.refused), sum(|count| count.own_fault));
    let made = [sum(|count| count.made[0]), sum(|count| count.made[1])];
    println!(
        "{} seeds; accepted {by_structure} of {} by structure and {by_bytes} of {} by bytes: {loaded} are seen alike, \
         {refused} refused by the dynamic linker, {own} died in their own code",
        seeds.len(),
        made[0],
        made[1]
    );
    let told: Vec<String> = counts.into_iter().flat_map(|count| count.faults).collect();
    if !told.is_empty() {
        let kept = tempfile::Builder::new().prefix("elf-faults").tempdir().expect("a temporary directory").keep();
        for file in fs::read_dir(directory).into_iter().flatten().flatten() {
            if file.file_name().to_string_lossy().starts_with("fault") {
                let _ = fs::copy(file.path(), kept.join(file.file_name()));
            }
        }
        panic!("{} faults, kept in {}:\n{}", told.len(), kept.display(), told.join("\n"));
    }
    assert!(loaded > wanted / 2, "most were never compared");
    assert!(own < wanted / 20, "too many never came as far as their constructors");
}
