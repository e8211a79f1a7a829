//! Swaps a plugin's file while it is loaded, and counts what ran.
//!
//! `SOCH_RACE_TRIALS=3000 cargo test --test races -- --nocapture` makes that many trials of each kind, and prints the
//! table. Two loaders as they are often written are attacked in the same way: that the evil file runs in them shows
//! that the attack works.

mod designs;
mod stage;
mod trials;

use designs::Design;
use stage::{Stage, Swap};
use std::env;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;
use support::{alone, private, succeed};
use trials::Counts;

/// Of each kind, unless `SOCH_RACE_TRIALS` says otherwise.
const TRIALS: u32 = 100;
/// Goes on up to this many times as often, while no loader by path ran the evil file, or the trusted one the good file.
const PATIENCE: u32 = 50;
/// Long enough for the trials of one kind on a busy machine.
const LIMIT: Duration = Duration::from_secs(1200);
/// Tells a child where the stage is; then the numbers of swap and design.
const STAGE: &str = "SOCH_TEST_RACE_STAGE";
const TEST: &str = "what_was_checked_is_what_runs";

#[test]
fn what_was_checked_is_what_runs() {
    let trials = env::var("SOCH_RACE_TRIALS").map_or(TRIALS, |text| text.parse().expect("a number of trials"));
    if let Some(base) = env::var_os(STAGE) {
        return inside(Path::new(&base), trials);
    }
    let mut table =
        String::from("| Swap | Design | trials | refused | good ran | other, and said so | mixture, and said so | EVIL | crashed |\n");
    table.push_str("|--|--|--:|--:|--:|--:|--:|--:|--:|\n");
    let mut faults = Vec::new();
    for (at, swap) in Swap::ALL.into_iter().enumerate() {
        for (number, design) in Design::ALL.into_iter().enumerate() {
            let counts = outside(at, number, trials);
            let Counts { refused, good, other, mixed, evil, surprised, crashed } = counts;
            let name = design.name();
            let total = counts.trials();
            writeln!(
                table,
                "| {swap:?} | {name} | {total} | {refused} | {good} | {other} | {mixed} | {evil} | {crashed} |"
            )
            .expect("a string takes all");
            if design.is_trusted() {
                if mixed + evil + crashed + surprised > 0 {
                    faults.push(format!("{swap:?}, {name}: {counts:?}"));
                }
                if good == 0 {
                    faults.push(format!("{swap:?}, {name}: it never loaded the good file, so nothing is shown"));
                }
            } else if evil == 0 {
                faults.push(format!("{swap:?}, {name}: the attack never worked, so nothing is shown"));
            }
        }
    }
    println!("\n{table}");
    assert!(faults.is_empty(), "{faults:#?}\n{table}");
}

/// Makes a stage and lets a child make the trials: it has no other test's threads, so that it may fork.
fn outside(swap: usize, design: usize, trials: u32) -> Counts {
    let (_base, path) = private();
    Stage::build(&path);
    let mut child = alone!(TEST);
    child.arg("--test-threads=1").env(STAGE, &path);
    child.env("SOCH_TEST_RACE_KIND", format!("{swap} {design}")).env("SOCH_RACE_TRIALS", trials.to_string());
    let finished = succeed(&mut child, LIMIT);
    let (_, numbers) = finished.stdout.split_once("counts:").expect("the child's counts");
    let mut numbers = numbers.split_whitespace().map_while(|word| word.parse().ok());
    let mut next = || numbers.next().expect("seven counts");
    Counts {
        refused: next(),
        good: next(),
        other: next(),
        mixed: next(),
        evil: next(),
        surprised: next(),
        crashed: next(),
    }
}

/// Makes the trials of one kind.
fn inside(base: &Path, trials: u32) {
    let kind = env::var("SOCH_TEST_RACE_KIND").expect("the numbers of swap and design");
    let (swap, design) = kind.split_once(' ').expect("two numbers");
    let swap = Swap::ALL[swap.parse::<usize>().expect("a number")];
    let design = Design::ALL[design.parse::<usize>().expect("a number")];
    let shown: fn(&Counts) -> bool =
        if design.is_trusted() { |counts| counts.good > 0 } else { |counts| counts.evil > 0 };
    let counts = Counts::of(swap, design, &Stage::at(base), trials, trials * PATIENCE, shown);
    let Counts { refused, good, other, mixed, evil, surprised, crashed } = counts;
    println!("counts: {refused} {good} {other} {mixed} {evil} {surprised} {crashed} .");
}
