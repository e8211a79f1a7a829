//! Disturbs runs of a plugin that makes promises, of whatever kind, and looks at what is left.

use crate::crash::linux::child::Request;
use crate::crash::linux::content::Change;
use crate::crash::linux::disk::{after_power_loss, put, Op};
use crate::crash::linux::looker::{Found, Looker};
use crate::crash::linux::perform::Decision;
use crate::crash::linux::points::{kill_point, later_loss_point, loss_point, point, FAULTS};
use crate::crash::linux::process::Past;
use crate::crash::linux::runs::{ended, fates, flushed, found, left_open, under_way, wrong, Runs, STEPS};
use crate::crash::linux::supervised::{End, Run};
use crate::crash::linux::trials::{asked, fresh, supervised, Room, Trials};
use crate::crash::linux::work::AGAIN;
use crate::crash::promise::{Promise, FAILED};
use crate::frame::must::{skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;

/// Trials by default: as many of them as there is time for.
const KILLS: u32 = 60;
const FAILURES: u32 = 100;
const LOSSES: u32 = 300;
const READS: u32 = 60;
/// So many trials have the same steps.
const OF_A_RUN: u32 = 12;
const LOSSES_OF_A_RUN: u32 = 60;

/// The trials of a test, if the plugin makes promises.
fn trials<P: Promise>(subject: &Subject, count: u32) -> Result<Trials<'_>, NotPassed> {
    P::is_made(subject)?;
    Trials::new(subject, count)
}

/// The process is killed before any call.
pub(crate) fn killed<P: Promise>(subject: &Subject) -> Result<(), NotPassed> {
    let trials = trials::<P>(subject, KILLS)?;
    let (mut looker, mut runs) = (Looker::new(subject), Runs::of(&trials, OF_A_RUN));
    trials.each(|trial| {
        let (seed, undisturbed) = runs.of_trial::<P>(trial, &mut looker)?;
        let (room, at) = (Room::new()?, kill_point(trial, undisturbed));
        let run =
            supervised::<P>(
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
        let what = run.points.get(at).map_or("its end", |point| &point.what);
        let place = format!("killed before call {at} ({what}), {}", under_way::<P>(seed, &run.lines, usize::MAX));
        // A process that did not write it.
        let request = Request::Again { directory: room.at.clone() };
        let again = asked::<P>(subject, &room, &request, run.past, |_, _| Decision::Go)?;
        let first = found(&again);
        let found = looker.once_more::<P>(&room.at, first.clone())?;
        if let Some(why) = wrong::<P>(seed, &fates(&run.lines, usize::MAX), found) {
            return Err(format!("{place}: {why}").into());
        }
        let (Found::Seen(seen), Some(until)) = (first, flushed(&again)) else { return Ok(()) };
        fresh(&room)?;
        let entries = after_power_loss(&again.past.ops[..until], trials.rule(), &mut Random::new(trial.seed));
        put(&entries, &room.at).must("cannot write what a disk holds")?;
        let why = match looker.look::<P>(&room.at)? {
            Found::Seen(found) => {
                let only_of =
                    |all: &[String], others: &[String]| all.iter().find(|line| !others.contains(line)).cloned();
                match (only_of(&seen, &found), only_of(&found, &seen)) {
                    (Some(gone), _) => Some(format!("{} was there then, and is not", P::said(&gone))),
                    (None, Some(new)) => Some(format!("{} is there, and was not then", P::said(&new))),
                    (None, None) => None,
                }
            }
            Found::Refused(why) => Some(format!("it does not open: {why}")),
            Found::Broken(why) => Some(why),
        };
        let flushed = "another process opened it and flushed, and the power failed: what was there is durable";
        why.map_or(Ok(()), |why| Err(format!("{place}; {flushed}: {why}").into()))
    })
}

/// Any call fails.
pub(crate) fn failing_calls<P: Promise>(subject: &Subject) -> Result<(), NotPassed> {
    let trials = trials::<P>(subject, FAILURES)?;
    let (mut looker, mut runs) = (Looker::new(subject), Runs::of(&trials, OF_A_RUN));
    trials.each(|trial| {
        let (seed, undisturbed) = runs.of_trial::<P>(trial, &mut looker)?;
        let fault = FAULTS[trial.number as usize % FAULTS.len()];
        let fitting = undisturbed.points.iter().enumerate().filter(|(_, point)| fault.fits(&point.fits));
        let fitting: Vec<usize> = fitting.map(|(number, _)| number).collect();
        let Some(at) = fitting.get(point(trial, fitting.len())).copied() else { return Ok(()) };
        let room = Room::new()?;
        let run = supervised::<P>(subject, &room, seed, STEPS, |number, act| fault.decide(at, number, act))?;
        let what = run.points.get(at).map_or("none", |point| &point.what);
        let ops = run.points.get(at).map_or(usize::MAX, |point| point.ops);
        let place = format!("{} at call {at} ({what}), {}", fault.name(), under_way::<P>(seed, &run.lines, ops));
        if run.end != End::Done {
            return Err(format!("{place}: {}", ended(&run.end)).into());
        }
        if let Some((now, usual)) = left_open(&run).zip(left_open(undisturbed)).filter(|(now, usual)| now > usual) {
            let why = "what fails gives back all that it took, and `destroy` closes the rest";
            return Err(format!(
                "{place}: {now} files are open behind the end of the instance, {usual} without the failure; {why}"
            )
            .into());
        }
        let failed = run.lines.iter().filter_map(|line| line.text.strip_prefix("failed ")).next();
        let failed = failed
            .map_or_else(|| "no step failed".to_owned(), |first| format!("step {first} was the first that failed"));
        let found = looker.look::<P>(&room.at)?;
        if let Some(why) = wrong::<P>(seed, &fates(&run.lines, usize::MAX), found) {
            return Err(format!("{place}; {failed}; opened again: {why}").into());
        }
        fresh(&room)?;
        let until = later_loss_point::<P>(trial, seed, &run, ops);
        let entries = after_power_loss(&run.past.ops[..until], trials.rule(), &mut Random::new(trial.seed));
        put(&entries, &room.at).must("cannot write what a disk holds")?;
        let found = looker.look::<P>(&room.at)?;
        let later = under_way::<P>(seed, &run.lines, until);
        match wrong::<P>(seed, &fates(&run.lines, until), found) {
            Some(why) => Err(format!("{place}; {failed}; the power failed {later}; opened again: {why}").into()),
            None => Ok(()),
        }
    })
}

/// Any read fails, of an instance that opens what another one wrote.
pub(crate) fn failing_reads<P: Promise>(subject: &Subject) -> Result<(), NotPassed> {
    let trials = trials::<P>(subject, READS)?;
    let read = |seed: u64, room: &Room, decide: &dyn Fn(usize) -> Decision| {
        let request = Request::Read { seed, steps: STEPS, directory: room.at.clone() };
        asked::<P>(subject, room, &request, Past::default(), |number, _| decide(number))
    };
    let said = |run: &Run| -> Vec<String> {
        run.lines.iter().filter_map(|line| line.text.strip_prefix("read ").map(str::to_owned)).collect()
    };
    let (mut undisturbed, mut any): (Option<(u64, Run)>, bool) = (None, false);
    trials.each(|trial| {
        let seed = trials.seed().wrapping_add(u64::from(trial.number / OF_A_RUN));
        let (_, run) = match undisturbed.take() {
            Some(run) if run.0 == seed => undisturbed.insert(run),
            _ => undisturbed.insert((seed, read(seed, &Room::new()?, &|_| Decision::Go)?)),
        };
        let again = run.lines.iter().find(|line| line.text == AGAIN).map_or(usize::MAX, |line| line.calls);
        let reads: Vec<usize> = (again..run.points.len()).filter(|at| run.points[*at].fits.reads).collect();
        // The last step may have taken all away.
        let Some(at) = reads.get(point(trial, reads.len())).copied() else { return Ok(()) };
        any = true;
        let failed = read(seed, &Room::new()?, &|number| match number == at {
            true => Decision::Fail(libc::EIO),
            false => Decision::Go,
        })?;
        let what = run.points.get(at).map_or("none", |point| &point.what);
        let place = format!("EIO at call {at} ({what}) of an instance that opens what is there");
        if failed.end != End::Done {
            return Err(format!("{place}: {}", ended(&failed.end)).into());
        }
        let (expected, found) = (said(run), said(&failed));
        let is_right = |(expected, found): (&String, &String)| found == expected || found.ends_with(FAILED);
        // What is not opened says nothing that is wrong.
        if found.is_empty() || found.len() == expected.len() && expected.iter().zip(&found).all(is_right) {
            return Ok(());
        }
        let at =
            expected.iter().zip(&found).position(|both| !is_right(both)).unwrap_or(found.len().min(expected.len()));
        let shown = |lines: &[String]| lines.get(at).cloned().unwrap_or_else(|| "nothing more".to_owned());
        let (found, expected) = (shown(&found), shown(&expected));
        let why = "what cannot be read is an error, and not missing";
        Err(format!("{place}: {found}, where without it {expected}; {why}").into())
    })?;
    if !any {
        skip!("what is there is read by no call of the system");
    }
    Ok(())
}

/// The power fails after any change.
pub(crate) fn power_loss<P: Promise>(subject: &Subject) -> Result<(), NotPassed> {
    let trials = trials::<P>(subject, LOSSES)?;
    let (mut looker, mut runs) = (Looker::new(subject), Runs::of(&trials, LOSSES_OF_A_RUN));
    let room = Room::new()?;
    trials.each(|trial| {
        let (seed, run) = runs.of_trial::<P>(trial, &mut looker)?;
        let until = loss_point::<P>(trial, seed, run);
        fresh(&room)?;
        let entries = after_power_loss(&run.past.ops[..until], trials.rule(), &mut Random::new(trial.seed));
        put(&entries, &room.at).must("cannot write what a disk holds")?;
        let fates = fates(&run.lines, until);
        let Some(there) = P::looked_at(&P::steps(seed, STEPS), &fates, &room.at) else { return Ok(()) };
        let found = looker.look::<P>(&there)?;
        match wrong::<P>(seed, &fates, found) {
            Some(why) => {
                let before = run.past.ops[..until].last().map_or_else(|| "nothing".to_owned(), shown);
                let step = under_way::<P>(seed, &run.lines, until);
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
