//! Tests of the model: what may be there is never refused, and what may not be is.

use super::check;
use crate::crash::promise::Fate;
use crate::frame::random::Random;
use crate::index::crash::steps::{steps, Change, Step};
use std::collections::BTreeSet;
use Fate::{Done, Never, Perhaps};

fn insert(entry: u64) -> Step {
    Step::Change(Change { entry, comes: true })
}

fn remove(entry: u64) -> Step {
    Step::Change(Change { entry, comes: false })
}

fn build(entries: &[u64]) -> Step {
    Step::Build { entries: entries.to_vec(), by_parts: false }
}

#[track_caller]
fn fails(steps: &[Step], fates: &[Fate], watermark: u64, found: &[u64], text: &str) {
    let found = found.iter().copied().collect();
    let why = check(steps, fates, watermark, &found).expect_err("these entries cannot be there");
    assert!(why.contains(text), "{why}");
}

#[track_caller]
fn holds(steps: &[Step], fates: &[Fate], watermark: u64, found: &[u64]) {
    check(steps, fates, watermark, &found.iter().copied().collect()).expect("these entries may be there");
}

#[test]
fn what_was_flushed_is_there_and_nothing_else() {
    let steps = [insert(1), Step::Flush(2), insert(2)];
    holds(&steps, &[Done; 3], 2, &[1]);
    fails(&steps, &[Done; 3], 2, &[], "row 1099511627777 of key 1 is not there");
    fails(&steps, &[Done; 3], 2, &[1, 2], "of key 2 is, which was not there then");
    fails(&steps, &[Done; 3], 0, &[], "it holds watermark 0, which no flush had that may be the last; that was step 1");
    fails(&steps, &[Done; 3], 3, &[1, 2], "it holds watermark 3");
    holds(&steps, &[Done, Perhaps, Never], 2, &[1]);
    holds(&steps, &[Done, Perhaps, Never], 0, &[]);
    fails(&steps, &[Done, Perhaps, Never], 0, &[1], "of a new index");
    fails(&steps, &[Done, Perhaps, Never], 2, &[], "is not there");
}

#[test]
fn what_was_removed_before_a_flush_is_gone() {
    let steps = [insert(1), Step::Flush(2), remove(1), Step::Flush(4)];
    holds(&steps, &[Done; 4], 4, &[]);
    fails(&steps, &[Done; 4], 4, &[1], "which was not there then");
    fails(&steps, &[Done; 4], 2, &[1], "it holds watermark 2");
    holds(&steps, &[Done, Done, Done, Perhaps], 2, &[1]);
}

#[test]
fn flushes_that_failed_may_be_there_until_one_returns() {
    let steps = [insert(1), Step::Flush(2), insert(2), Step::Flush(4), insert(3), Step::Flush(6)];
    let fates = [Done, Done, Done, Perhaps, Done, Perhaps];
    holds(&steps, &fates, 2, &[1]);
    holds(&steps, &fates, 4, &[1, 2]);
    holds(&steps, &fates, 6, &[1, 2, 3]);
    fails(&steps, &fates, 6, &[1, 2], "is not there");
    fails(&steps, &[Done, Done, Done, Perhaps, Done, Done], 4, &[1, 2], "it holds watermark 4");
}

#[test]
fn a_change_that_failed_may_be_there_until_another_one_is_made() {
    let steps = [insert(1), insert(2), remove(1), Step::Flush(4), insert(2), insert(1), Step::Flush(7)];
    let fates = [Done, Perhaps, Perhaps, Done, Done, Done, Done];
    [&[][..], &[1], &[2], &[1, 2]].iter().for_each(|found| holds(&steps[..4], &fates[..4], 4, found));
    holds(&steps, &fates, 7, &[1, 2]);
    fails(&steps, &fates, 7, &[1], "is not there");
}

#[test]
fn a_build_and_a_load_replace_all_or_nothing() {
    let steps = [insert(1), Step::Save, build(&[2, 3]), Step::Load, Step::Flush(5)];
    holds(&steps, &[Done; 5], 5, &[1]);
    holds(&steps, &[Done, Done, Done, Perhaps, Done], 5, &[2, 3]);
    holds(&steps, &[Done, Done, Perhaps, Perhaps, Done], 5, &[1]);
    holds(&steps, &[Done, Perhaps, Done, Done, Done], 5, &[2, 3]);
    fails(&steps, &[Done; 5], 5, &[1, 2], "which was not there then");
}

#[test]
fn a_drop_leaves_nothing_or_all() {
    let steps = [insert(1), Step::Flush(2), Step::Drop];
    [Done, Perhaps].iter().for_each(|dropped| {
        holds(&steps, &[Done, Done, *dropped], 0, &[]);
        holds(&steps, &[Done, Done, *dropped], 2, &[1]);
        fails(&steps, &[Done, Done, *dropped], 2, &[], "is not there");
        fails(&steps, &[Done, Done, *dropped], 0, &[1], "which was not there then");
    });
    fails(&steps, &[Done, Done, Never], 0, &[], "it holds watermark 0");
}

/// The entries after each of the steps, if all are made.
fn after(steps: &[Step]) -> Vec<BTreeSet<u64>> {
    let (mut now, mut saved) = (BTreeSet::new(), None);
    let one = |step: &Step| {
        let changes = match step {
            Step::Change(change) => vec![*change],
            Step::Batch(changes) => changes.clone(),
            _ => Vec::new(),
        };
        changes
            .iter()
            .for_each(|change| _ = if change.comes { now.insert(change.entry) } else { now.remove(&change.entry) });
        match step {
            Step::Build { entries, .. } => now = entries.iter().copied().collect(),
            Step::Save => saved = Some(now.clone()),
            Step::Load => now = saved.clone().unwrap_or_else(|| now.clone()),
            _ => {}
        }
        now.clone()
    };
    steps.iter().map(one).collect()
}

#[test]
fn the_state_of_each_flush_is_accepted_and_every_other_one_is_not() {
    let (mut flushes, mut refused) = (0, 0);
    for seed in 0..200 {
        let steps = steps(seed, 40);
        let states = after(&steps);
        for at in (0..40).filter(|at| matches!(steps[*at], Step::Flush(_))) {
            let mut fates = vec![Done; at + 1];
            let watermark = at as u64 + 1;
            check(&steps, &fates, watermark, &states[at]).unwrap_or_else(|why| panic!("seed {seed}, step {at}: {why}"));
            flushes += 1;
            let mut other = states[at].clone();
            let entry = Random::new(seed).below(40);
            if !other.remove(&entry) {
                other.insert(entry);
            }
            check(&steps, &fates, watermark, &other).expect_err("an entry is missing, or one too many");
            fates[at] = Perhaps;
            check(&steps, &fates, watermark, &states[at]).unwrap_or_else(|why| panic!("seed {seed}, step {at}: {why}"));
            if let Some(before) = (0..at).rev().find(|at| matches!(steps[*at], Step::Flush(_))) {
                check(&steps, &fates, before as u64 + 1, &states[before]).expect("the flush before may be there");
                fates[at] = Done;
                check(&steps, &fates, before as u64 + 1, &states[before]).expect_err("it was flushed again");
                refused += 1;
            }
        }
    }
    assert!(flushes > 1000 && refused > 800, "{flushes} flushes, {refused} older ones");
}
