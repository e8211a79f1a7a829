//! Tests of what a durable storage has kept after its process was killed, the power failed, or its calls of the system did.

use crate::crash::content::Change;
use crate::crash::disk::{after_power_loss, put, Op};
use crate::crash::history::{check, Fate};
use crate::crash::looker::{Found, Looker};
use crate::crash::perform::Decision;
use crate::crash::process::Fits;
use crate::crash::steps::{steps, Step};
use crate::crash::supervised::{End, Line, Run};
use crate::crash::trials::{fresh, supervised, Room, Trial, Trials};
use crate::frame::must::{skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use sochdb_plugin_host::sdk::StorageExtension;

suite!(Storage, "storage_crash":
    ; full:
    killed_at_any_call_it_keeps_what_it_promised,
    failing_calls_lose_nothing_that_it_promised,
    a_power_loss_at_any_call_leaves_what_it_promised,
);

/// The steps of one run.
const STEPS: usize = 40;
/// Trials by default: as many of them as there is time for.
const KILLS: u32 = 60;
const FAILURES: u32 = 100;
const LOSSES: u32 = 300;
/// So many trials have the same steps.
const OF_A_RUN: u32 = 12;
const LOSSES_OF_A_RUN: u32 = 60;
/// Calls that fail one after the other on a full disk.
const FULL: usize = 12;

/// The trials of a test, if the storage says that it is durable.
fn trials(subject: &Subject, count: u32) -> Result<Trials<'_>, NotPassed> {
    let is_durable = subject.instance()?.storage()?.describe().durable;
    if !is_durable {
        skip!("`describe` does not say that what was flushed is there after the process and the machine stopped");
    }
    Trials::new(subject, count)
}

/// The fates of the steps, from what the child said before this many changes.
fn fates(lines: &[Line], until: usize) -> Vec<Fate> {
    let mut fates = vec![Fate::Never; STEPS];
    for line in lines.iter().filter(|line| line.ops <= until) {
        let mut words = line.text.split(' ');
        let (word, at) = (words.next(), words.next().and_then(|number| number.parse::<usize>().ok()));
        let Some(fate) = at.and_then(|at| fates.get_mut(at)) else { continue };
        *fate = match word {
            Some("done") => Fate::Done,
            Some("never") => Fate::Never,
            _ => Fate::Perhaps,
        };
    }
    fates
}

/// Whether anything is promised.
fn is_promised(steps: &[Step], fates: &[Fate]) -> bool {
    let is_durable = |step: &Step| *step == Step::Flush || step.is_durable();
    steps.iter().zip(fates).any(|(step, fate)| *fate == Fate::Done && is_durable(step))
}

/// Says what is wrong with what is found after the steps of `seed` with these fates.
fn wrong(seed: u64, fates: &[Fate], found: Found) -> Option<String> {
    let steps = steps(seed, STEPS);
    match found {
        Found::Rows(rows) => check(&steps, fates, &rows).err(),
        Found::Broken(why) => Some(why),
        // Where nothing was promised, nothing is lost.
        Found::Refused(_) if !is_promised(&steps, fates) => None,
        Found::Refused(why) => Some(format!("the storage does not open what it had made durable: {why}")),
    }
}

/// The step that was under way, as a message says it.
fn under_way(seed: u64, lines: &[Line], until: usize) -> String {
    let begun = lines
        .iter()
        .rev()
        .filter(|line| line.ops <= until)
        .find_map(|line| line.text.strip_prefix("begin ").and_then(|number| number.parse::<usize>().ok()));
    match begun.and_then(|at| Some((at, steps(seed, STEPS).get(at)?.name()))) {
        Some((at, name)) => format!("in step {at} ({name})"),
        None => "before the first step".to_owned(),
    }
}

/// A run in which nothing fails: what it did, and that all is there after it.
fn undisturbed(trials: &Trials<'_>, seed: u64, looker: &mut Looker<'_>) -> Result<Run, NotPassed> {
    let room = Room::new()?;
    let run = supervised(trials.subject, &room, seed, STEPS, |_, _| Decision::Go)?;
    if run.end != End::Done {
        return Err(format!("without any failure: {}", ended(&run.end)).into());
    }
    if let Some(refused) = run.lines.iter().find_map(|line| line.text.strip_prefix("refused ")) {
        return Err(format!("without any failure no instance is made: {refused}").into());
    }
    let found = looker.look(&room.at)?;
    match wrong(seed, &fates(&run.lines, usize::MAX), found) {
        Some(why) => Err(format!("without any failure, when the storage is opened again: {why}").into()),
        None => Ok(run),
    }
}

/// Runs in which nothing fails, each for some trials.
struct Runs<'a> {
    trials: &'a Trials<'a>,
    each: u32,
    now: Option<(u32, Run)>,
}

impl<'a> Runs<'a> {
    fn of(trials: &'a Trials<'a>, each: u32) -> Self {
        Self { trials, each, now: None }
    }

    /// The run that a trial is to disturb, and the seed of its steps.
    fn of_trial(&mut self, trial: &Trial, looker: &mut Looker<'_>) -> Result<(u64, &Run), NotPassed> {
        let number = trial.number / self.each;
        let seed = self.trials.seed().wrapping_add(u64::from(number));
        let run = match self.now.take() {
            Some((of, run)) if of == number => run,
            _ => undisturbed(self.trials, seed, looker)?,
        };
        Ok((seed, &self.now.insert((number, run)).1))
    }
}

fn ended(end: &End) -> String {
    match end {
        End::Done => "the process ended".to_owned(),
        End::Killed => "the process was killed".to_owned(),
        End::Crashed(how) => format!("the process of the plugin ended with {how}"),
        End::Hung => "the plugin did not go on".to_owned(),
    }
}

/// The point that a trial is at: all of them one after the other come to each part of the run.
fn point(trial: &Trial, points: usize) -> usize {
    // The golden ratio: of any number of trials the points are about as far apart.
    let place = (f64::from(trial.number) * 0.618_033_988_749_895).fract();
    ((place * points as f64) as usize).min(points.saturating_sub(1))
}

/// Where a trial kills: each second one at a call that changes names or lengths, or right after one.
fn kill_point(trial: &Trial, run: &Run) -> usize {
    let is_rare = |at: usize| run.points.get(at).is_some_and(|point| point.fits.is_rare);
    let rare: Vec<usize> =
        (0..run.points.len()).filter(|at| is_rare(*at) || at.checked_sub(1).is_some_and(is_rare)).collect();
    match rare.get(point(trial, rare.len())) {
        Some(at) if trial.number.is_multiple_of(2) => *at,
        _ => point(trial, run.points.len()),
    }
}

/// How many changes were made when the power fails: each second time right when a step was done that is durable.
fn loss_point(trial: &Trial, seed: u64, run: &Run) -> usize {
    let steps = steps(seed, STEPS);
    let is_durable = |line: &&Line| {
        let at = line.text.strip_prefix("done ").and_then(|number| number.parse::<usize>().ok());
        at.and_then(|at| steps.get(at)).is_some_and(|step| *step == Step::Flush || step.is_durable())
    };
    let durable: Vec<usize> = run.lines.iter().filter(is_durable).map(|line| line.ops).collect();
    match durable.get(point(trial, durable.len())) {
        Some(at) if trial.number.is_multiple_of(2) => *at,
        _ => point(trial, run.ops.len() + 1),
    }
}

fn killed_at_any_call_it_keeps_what_it_promised(subject: &Subject) -> Result<(), NotPassed> {
    let trials = trials(subject, KILLS)?;
    let (mut looker, mut runs) = (Looker::new(subject), Runs::of(&trials, OF_A_RUN));
    trials.each(|trial| {
        let (seed, undisturbed) = runs.of_trial(trial, &mut looker)?;
        let (room, at) = (Room::new()?, kill_point(trial, undisturbed));
        let run = supervised(
            subject,
            &room,
            seed,
            STEPS,
            |number, _| {
                if number == at {
                    Decision::Kill
                } else {
                    Decision::Go
                }
            },
        )?;
        if !matches!(run.end, End::Killed | End::Done) {
            return Err(ended(&run.end).into());
        }
        // A process that did not write it.
        looker.renew();
        let found = looker.look(&room.at)?;
        match wrong(seed, &fates(&run.lines, usize::MAX), found) {
            Some(why) => {
                let what = run.points.get(at).map_or("its end", |point| &point.what);
                let step = under_way(seed, &run.lines, usize::MAX);
                Err(format!("killed before call {at} ({what}), {step}: {why}").into())
            }
            None => Ok(()),
        }
    })
}

/// The failure of a trial.
#[derive(Clone, Copy)]
enum Fault {
    Error(&'static str, i32),
    Short,
    /// EIO of a call that waits for the disk.
    Sync,
    /// The disk is full for some calls.
    Full,
}

const FAULTS: [Fault; 6] = [
    Fault::Error("EIO", libc::EIO),
    Fault::Sync,
    Fault::Error("ENOSPC", libc::ENOSPC),
    Fault::Full,
    Fault::Error("EINTR", libc::EINTR),
    Fault::Short,
];

impl Fault {
    /// Whether a call can fail so.
    fn fits(self, call: &Fits) -> bool {
        match self {
            Self::Error(_, libc::EINTR) => call.may_be_interrupted,
            Self::Error(..) => true,
            Self::Short => call.may_be_short,
            Self::Sync => call.syncs,
            Self::Full => call.takes_space,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Error(name, _) => name,
            Self::Short => "a short write",
            Self::Sync => "EIO",
            Self::Full => "ENOSPC, as some calls after it,",
        }
    }
}

fn failing_calls_lose_nothing_that_it_promised(subject: &Subject) -> Result<(), NotPassed> {
    let trials = trials(subject, FAILURES)?;
    let (mut looker, mut runs) = (Looker::new(subject), Runs::of(&trials, OF_A_RUN));
    trials.each(|trial| {
        let (seed, undisturbed) = runs.of_trial(trial, &mut looker)?;
        let fault = FAULTS[trial.number as usize % FAULTS.len()];
        let fitting = undisturbed.points.iter().enumerate().filter(|(_, point)| fault.fits(&point.fits));
        let fitting: Vec<usize> = fitting.map(|(number, _)| number).collect();
        let Some(at) = fitting.get(point(trial, fitting.len())).copied() else { return Ok(()) };
        let room = Room::new()?;
        let run = supervised(subject, &room, seed, STEPS, |number, act| match fault {
            Fault::Error(_, error) if number == at => Decision::Fail(error),
            Fault::Sync if number == at => Decision::Fail(libc::EIO),
            Fault::Short if number == at => Decision::Short,
            Fault::Full if (at..at + FULL).contains(&number) && act.fits().takes_space => Decision::Fail(libc::ENOSPC),
            _ => Decision::Go,
        })?;
        let what = run.points.get(at).map_or("none", |point| &point.what);
        let ops = run.points.get(at).map_or(usize::MAX, |point| point.ops);
        let place = format!("{} at call {at} ({what}), {}", fault.name(), under_way(seed, &run.lines, ops));
        if run.end != End::Done {
            return Err(format!("{place}: {}", ended(&run.end)).into());
        }
        let fates = fates(&run.lines, usize::MAX);
        let failed = run.lines.iter().filter_map(|line| line.text.strip_prefix("failed ")).next();
        let failed = failed
            .map_or_else(|| "no step failed".to_owned(), |first| format!("step {first} was the first that failed"));
        let found = looker.look(&room.at)?;
        if let Some(why) = wrong(seed, &fates, found) {
            return Err(format!("{place}; {failed}; opened again: {why}").into());
        }
        fresh(&room)?;
        let entries = after_power_loss(&run.ops, trials.rule(), &mut Random::new(trial.seed));
        put(&entries, &room.at).must("cannot write what a disk holds")?;
        let found = looker.look(&room.at)?;
        match wrong(seed, &fates, found) {
            Some(why) => Err(format!("{place}; {failed}; the power failed at the end; opened again: {why}").into()),
            None => Ok(()),
        }
    })
}

fn a_power_loss_at_any_call_leaves_what_it_promised(subject: &Subject) -> Result<(), NotPassed> {
    let trials = trials(subject, LOSSES)?;
    let (mut looker, mut runs) = (Looker::new(subject), Runs::of(&trials, LOSSES_OF_A_RUN));
    let room = Room::new()?;
    trials.each(|trial| {
        let (seed, run) = runs.of_trial(trial, &mut looker)?;
        let until = loss_point(trial, seed, run);
        fresh(&room)?;
        let entries = after_power_loss(&run.ops[..until], trials.rule(), &mut Random::new(trial.seed));
        put(&entries, &room.at).must("cannot write what a disk holds")?;
        let found = looker.look(&room.at)?;
        match wrong(seed, &fates(&run.lines, until), found) {
            Some(why) => {
                let before = run.ops[..until].last().map_or_else(|| "nothing".to_owned(), shown);
                let step = under_way(seed, &run.lines, until);
                let at = run.points.iter().rposition(|point| point.ops < until).unwrap_or(0);
                let call = run.points.get(at).map_or("none", |point| &point.what);
                Err(format!("the power failed after call {at} ({call}: {before}), {step}: {why}").into())
            }
            None => Ok(()),
        }
    })
}

fn shown(op: &Op) -> String {
    match op {
        Op::Change { change: Change::Write { at, data }, .. } => format!("{} bytes at {at}", data.len()),
        Op::Change { change: Change::Length(len), .. } => format!("length {len}"),
        Op::Sync { .. } | Op::SyncDirectory { .. } | Op::SyncAll => "synced".to_owned(),
        Op::Lost { .. } => "not synced".to_owned(),
        Op::Name(_) => "a name".to_owned(),
    }
}
