//! Runs in which nothing is disturbed, what a message says of a run, and whether what is left after it may be.

use crate::crash::linux::looker::{Found, Looker};
use crate::crash::linux::perform::Decision;
use crate::crash::linux::supervised::{End, Line, Run};
use crate::crash::linux::trials::{supervised, Room, Trial, Trials};
use crate::crash::linux::work::FLUSHED;
use crate::crash::promise::{Fate, Promise};
use crate::frame::not_passed::NotPassed;

/// The steps of one run.
pub(crate) const STEPS: usize = 40;

/// The fates of the steps, from what the child said before this many changes.
pub(crate) fn fates(lines: &[Line], until: usize) -> Vec<Fate> {
    let mut fates = vec![Fate::Never; STEPS];
    for line in lines.iter().filter(|line| line.ops <= until) {
        let mut words = line.text.split(' ');
        let (word, at) = (words.next(), words.next().and_then(|number| number.parse::<usize>().ok()));
        let Some(fate) = at.and_then(|at| fates.get_mut(at)) else { continue };
        *fate = match word {
            Some("done") => Fate::Done,
            Some("never") => Fate::Never,
            Some("begin" | "failed") => Fate::Perhaps,
            _ => continue,
        };
    }
    fates
}

/// The files that were open when the instance was gone; None if the process did not come so far.
pub(crate) fn left_open(run: &Run) -> Option<usize> {
    run.lines.iter().find_map(|line| line.text.strip_prefix("open ")?.parse().ok())
}

/// The findings of a supervised look.
pub(crate) fn found(run: &Run) -> Found {
    if run.end != End::Done {
        return Found::Broken(format!("where it is opened, {}", ended(&run.end)));
    }
    let mut seen = Vec::new();
    for line in &run.lines {
        match line.text.split_once(' ') {
            Some(("refused", why)) => return Found::Refused(why.to_owned()),
            Some(("broken", why)) => return Found::Broken(why.to_owned()),
            Some(("seen", what)) => seen.push(what.to_owned()),
            _ => {}
        }
    }
    Found::Seen(seen)
}

/// How many changes were made when it had flushed what it opened.
pub(crate) fn flushed(run: &Run) -> Option<usize> {
    run.lines.iter().find(|line| line.text == FLUSHED).map(|line| line.ops)
}

/// Whether anything is promised.
fn is_promised<P: Promise>(steps: &[P::Step], fates: &[Fate]) -> bool {
    steps.iter().zip(fates).any(|(step, fate)| *fate == Fate::Done && P::is_kept(step))
}

/// Says what is wrong with what is found after the steps of `seed` with these fates.
pub(crate) fn wrong<P: Promise>(seed: u64, fates: &[Fate], found: Found) -> Option<String> {
    let steps = P::steps(seed, STEPS);
    match found {
        Found::Seen(seen) => P::check(&steps, fates, &seen).err(),
        Found::Broken(why) => Some(why),
        // Where nothing was promised, nothing is lost.
        Found::Refused(_) if !is_promised::<P>(&steps, fates) => None,
        Found::Refused(why) => Some(format!("the {} does not open what it had made durable: {why}", P::KIND)),
    }
}

/// The step that was under way, as a message says it.
pub(crate) fn under_way<P: Promise>(seed: u64, lines: &[Line], until: usize) -> String {
    let begun = lines
        .iter()
        .rev()
        .filter(|line| line.ops <= until)
        .find_map(|line| line.text.strip_prefix("begin ").and_then(|number| number.parse::<usize>().ok()));
    match begun.and_then(|at| Some((at, P::name(P::steps(seed, STEPS).get(at)?)))) {
        Some((at, name)) => format!("in step {at} ({name})"),
        None => "before the first step".to_owned(),
    }
}

/// A run in which nothing fails: what it did, and that all is there after it.
fn undisturbed<P: Promise>(trials: &Trials<'_>, seed: u64, looker: &mut Looker<'_>) -> Result<Run, NotPassed> {
    let room = Room::new()?;
    let run = supervised::<P>(trials.subject, &room, seed, STEPS, |_, _| Decision::Go)?;
    if run.end != End::Done {
        return Err(format!("without any failure: {}", ended(&run.end)).into());
    }
    if let Some(refused) = run.lines.iter().find_map(|line| line.text.strip_prefix("refused ")) {
        return Err(format!("without any failure no instance is made: {refused}").into());
    }
    let fates = fates(&run.lines, usize::MAX);
    let Some(there) = P::looked_at(&P::steps(seed, STEPS), &fates, &room.at) else {
        let failed = run.lines.iter().find_map(|line| line.text.strip_prefix("failed ")).unwrap_or("no step");
        return Err(format!("without any failure nothing is there that is promised; what failed: {failed}").into());
    };
    let found = looker.look::<P>(&there)?;
    match wrong::<P>(seed, &fates, found) {
        Some(why) => Err(format!("without any failure, when the {} is opened again: {why}", P::KIND).into()),
        None => Ok(run),
    }
}

/// Runs in which nothing fails, each for some trials.
pub(crate) struct Runs<'a> {
    trials: &'a Trials<'a>,
    each: u32,
    now: Option<(u32, Run)>,
}

impl<'a> Runs<'a> {
    pub(crate) fn of(trials: &'a Trials<'a>, each: u32) -> Self {
        Self { trials, each, now: None }
    }

    /// The run that a trial is to disturb, and the seed of its steps.
    pub(crate) fn of_trial<P: Promise>(
        &mut self,
        trial: &Trial,
        looker: &mut Looker<'_>,
    ) -> Result<(u64, &Run), NotPassed> {
        let number = trial.number / self.each;
        let seed = self.trials.seed().wrapping_add(u64::from(number));
        let run = match self.now.take() {
            Some((of, run)) if of == number => run,
            _ => undisturbed::<P>(self.trials, seed, looker)?,
        };
        Ok((seed, &self.now.insert((number, run)).1))
    }
}

/// The end, as a message says it.
pub(crate) fn ended(end: &End) -> String {
    match end {
        End::Done => "the process ended".to_owned(),
        End::Killed => "the process was killed".to_owned(),
        End::Crashed(how) => format!("the process of the plugin ended with {how}"),
        End::Hung => "the plugin did not go on".to_owned(),
    }
}
