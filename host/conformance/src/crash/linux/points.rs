//! Where a trial disturbs a run, and how.

use crate::crash::linux::perform::Decision;
use crate::crash::linux::process::{Act, Fits};
use crate::crash::linux::runs::STEPS;
use crate::crash::linux::supervised::{Line, Run};
use crate::crash::linux::trials::Trial;
use crate::crash::promise::Promise;

/// Calls that fail one after the other on a full disk.
const FULL: usize = 12;

/// The point that a trial is at: all of them one after the other come to each part of the run.
pub(crate) fn point(trial: &Trial, points: usize) -> usize {
    // The golden ratio: of any number of trials the points are about as far apart.
    let place = (f64::from(trial.number) * 0.618_033_988_749_895).fract();
    ((place * points as f64) as usize).min(points.saturating_sub(1))
}

/// Where a trial kills: each second one at a call that changes names or lengths, or right after one; each fourth between two writes of one
/// step, in turns of any step, and behind a long write, as few steps have one.
pub(crate) fn kill_point(trial: &Trial, run: &Run) -> usize {
    let is_rare = |at: usize| run.points.get(at).is_some_and(|point| point.fits.is_rare);
    let rare: Vec<usize> =
        (0..run.points.len()).filter(|at| is_rare(*at) || at.checked_sub(1).is_some_and(is_rare)).collect();
    let is_write = |at: usize| run.points.get(at).is_some_and(|point| point.fits.may_be_short);
    let is_between = |at: &usize| is_write(at - 1) && is_write(*at) && run.lines.iter().all(|line| line.calls != *at);
    let between: Vec<usize> = (1..run.points.len()).filter(is_between).collect();
    let long: Vec<usize> = between.iter().copied().filter(|at| run.points[at - 1].fits.is_long).collect();
    let between = if trial.number % 8 == 5 && !long.is_empty() { long } else { between };
    match (rare.get(point(trial, rare.len())), between.get(point(trial, between.len()))) {
        (Some(at), _) if trial.number.is_multiple_of(2) => *at,
        (_, Some(at)) if trial.number % 4 == 1 => *at,
        _ => point(trial, run.points.len()),
    }
}

/// How many changes were made when each step was done that is durable.
fn durable<P: Promise>(seed: u64, run: &Run) -> Vec<usize> {
    let steps = P::steps(seed, STEPS);
    let is_durable = |line: &&Line| {
        let at = line.text.strip_prefix("done ").and_then(|number| number.parse::<usize>().ok());
        at.and_then(|at| steps.get(at)).is_some_and(P::is_kept)
    };
    run.lines.iter().filter(is_durable).map(|line| line.ops).collect()
}

/// How many changes were made when the power fails in a run of which a call failed behind so many: right when a later step was done that is
/// durable, in turns the first one and any, or at the end.
pub(crate) fn later_loss_point<P: Promise>(trial: &Trial, seed: u64, run: &Run, failed: usize) -> usize {
    let later: Vec<usize> = durable::<P>(seed, run).into_iter().filter(|at| *at > failed).collect();
    let is_first = (trial.number / FAULTS.len() as u32).is_multiple_of(2);
    let at = if is_first { 0 } else { point(trial, later.len() + 1) };
    later.get(at).copied().unwrap_or(run.past.ops.len())
}

/// How many changes were made when the power fails: each second time right when a step was done that is durable.
pub(crate) fn loss_point<P: Promise>(trial: &Trial, seed: u64, run: &Run) -> usize {
    let durable = durable::<P>(seed, run);
    match durable.get(point(trial, durable.len())) {
        Some(at) if trial.number.is_multiple_of(2) => *at,
        _ => point(trial, run.past.ops.len() + 1),
    }
}

/// The failure of a trial.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    Error(&'static str, i32),
    Short,
    /// EIO of a call that waits for the disk.
    Sync,
    /// The disk is full for some calls.
    Full,
}

pub(crate) const FAULTS: [Fault; 6] = [
    Fault::Error("EIO", libc::EIO),
    Fault::Sync,
    Fault::Error("ENOSPC", libc::ENOSPC),
    Fault::Full,
    Fault::Error("EINTR", libc::EINTR),
    Fault::Short,
];

impl Fault {
    /// Whether a call can fail so.
    pub(crate) fn fits(self, call: &Fits) -> bool {
        match self {
            Self::Error(_, libc::EINTR) => call.may_be_interrupted,
            Self::Error(..) => true,
            Self::Short => call.may_be_short,
            Self::Sync => call.syncs,
            Self::Full => call.takes_space,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Error(name, _) => name,
            Self::Short => "a short write",
            Self::Sync => "EIO",
            Self::Full => "ENOSPC, as some calls after it,",
        }
    }

    /// The fate of call `number`, if it begins at call `at`.
    pub(crate) fn decide(self, at: usize, number: usize, act: &Act) -> Decision {
        match self {
            Self::Error(_, error) if number == at => Decision::Fail(error),
            Self::Sync if number == at => Decision::Fail(libc::EIO),
            Self::Short if number == at => Decision::Short,
            Self::Full if (at..at + FULL).contains(&number) && act.fits().takes_space => Decision::Fail(libc::ENOSPC),
            _ => Decision::Go,
        }
    }
}
