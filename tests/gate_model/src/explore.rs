//! The search.

use crate::program::{Mutant, Program};
use crate::promises::note;
use crate::state::State;
use crate::step::{Step, OVER, RUNS, THREADS};
use crate::waits;
use std::collections::hash_map::DefaultHasher;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};

/// What a search found.
#[derive(Debug)]
pub enum Found {
    /// All interleavings end, and none breaks a promise.
    Holds {
        /// How many states there are.
        states: usize,
        /// In how many of them all threads are at their end.
        ends: usize,
    },
    /// A promise is broken.
    Fault {
        /// Which.
        what: &'static str,
        /// The steps that lead there, of which thread each.
        trace: Vec<String>,
    },
}

/// Goes through every interleaving of `programs`. With `patience`, a wait may also end late at any time.
///
/// A state that was seen is known by 128 bits of it: two different ones that share them would be taken for one, which
/// for the numbers of states here has a chance below 10^-20.
///
/// # Panics
/// If there are more than `most` states, or more than three programs.
pub fn explore(programs: &[Program], patience: bool, most: usize) -> Found {
    assert!(programs.len() <= THREADS, "the model has {THREADS} threads");
    let search = Search { programs, patience };
    let mut seen = HashSet::new();
    let first = State::new();
    seen.insert(fingerprint(&first));
    let mut path = vec![(None, search.next(&first))];
    let mut ends = 0;
    while let Some((_, next)) = path.last_mut() {
        let Some((step, result)) = next.pop() else {
            path.pop();
            continue;
        };
        let trace = |path: &[(Option<Move>, Vec<Next>)], last: Move| {
            path.iter().filter_map(|(step, _)| *step).chain([last]).map(|step| step.to_string()).collect()
        };
        let state = match result {
            Ok(state) => state,
            Err(what) => return Found::Fault { what, trace: trace(&path, step) },
        };
        if !seen.insert(fingerprint(&state)) {
            continue;
        }
        assert!(seen.len() <= most, "more than {most} states");
        let next = search.next(&state);
        if next.is_empty() {
            if !search.is_over(&state) {
                return Found::Fault { what: "threads wait for ever", trace: trace(&path, step) };
            }
            ends += 1;
        }
        path.push((Some(step), next));
    }
    Found::Holds { states: seen.len(), ends }
}

type Next = (Move, Result<State, &'static str>);

/// What happens, and of which thread.
#[derive(Clone, Copy)]
enum Move {
    /// Its oldest store reaches memory.
    Drains(usize),
    PatienceEnds(usize),
    Runs(usize, Step),
}

impl std::fmt::Display for Move {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Drains(thread) => write!(formatter, "{thread}: a store reaches memory"),
            Self::PatienceEnds(thread) => write!(formatter, "{thread}: its patience ends"),
            Self::Runs(thread, step) => write!(formatter, "{thread}: {step:?}"),
        }
    }
}

fn fingerprint(state: &State) -> u128 {
    let half = |salt: u64| {
        let mut hasher = DefaultHasher::new();
        (salt, state).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(1) << 64 | half(2)
}

struct Search<'a> {
    programs: &'a [Program],
    patience: bool,
}

impl Search<'_> {
    fn is_over(&self, state: &State) -> bool {
        let at_its_end = |(thread, program): (usize, &Program)| {
            usize::from(state.threads[thread].at) == program.steps.len() && state.threads[thread].buffer.is_empty()
        };
        self.programs.iter().enumerate().all(at_its_end)
    }

    /// All states that may come next.
    fn next(&self, state: &State) -> Vec<Next> {
        let mut next = Vec::new();
        for (thread, program) in self.programs.iter().enumerate() {
            if !state.threads[thread].buffer.is_empty() {
                let mut drained = *state;
                let (place, value) = drained.threads[thread].buffer.pop();
                drained.memory[usize::from(place)] = value;
                next.push((Move::Drains(thread), Ok(drained)));
            }
            let Some(&step) = program.steps.get(usize::from(state.threads[thread].at)) else { continue };
            let asleep = state.threads[thread].asleep && !state.threads[thread].woken;
            if asleep && self.patience {
                let mut late = *state;
                late.threads[thread].woken = true;
                late.threads[thread].late = true;
                next.push((Move::PatienceEnds(thread), Ok(late)));
            }
            let mut after = *state;
            if let Some(result) = self.run(&mut after, thread, step) {
                let result = result.and_then(|()| self.run_local(&mut after, thread)).map(|()| after);
                next.push((Move::Runs(thread, step), result));
            }
        }
        next
    }

    /// Runs what follows and what no other thread can tell the time of.
    fn run_local(&self, state: &mut State, thread: usize) -> Result<(), &'static str> {
        while let Some(step) = self.programs[thread].steps.get(usize::from(state.threads[thread].at)) {
            if !step.is_local() {
                break;
            }
            self.run(state, thread, *step).expect("a local step does not wait")?;
        }
        Ok(())
    }

    fn mutant(&self) -> Option<Mutant> {
        self.programs[0].mutant
    }

    /// Runs one step of a thread; None if it has to wait.
    fn run(&self, state: &mut State, thread: usize, step: Step) -> Option<Result<(), &'static str>> {
        let bit = 1 << thread;
        if step.empties_buffer() && !state.threads[thread].buffer.is_empty() {
            return None;
        }
        if let Step::Wait(gate) = step {
            return self.wait(state, thread, gate).then_some(Ok(()));
        }
        state.threads[thread].at += 1;
        let value = match step {
            Step::Load(place) => Some(state.read(thread, place)),
            Step::StoreAdd(place, by) => {
                if state.threads[thread].buffer.is_full() {
                    return None;
                }
                let value = state.read(thread, place).wrapping_add_signed(by);
                state.threads[thread].buffer.push(place, value);
                None
            }
            Step::Add(place, by) => {
                let place = &mut state.memory[usize::from(place)];
                *place = place.wrapping_add_signed(by);
                None
            }
            Step::Exchange(place, old, new) => {
                let before = state.memory[usize::from(place)];
                if before == old {
                    state.memory[usize::from(place)] = new;
                }
                Some(before)
            }
            Step::Set(place, value) => {
                state.memory[usize::from(place)] = value;
                None
            }
            Step::Empty(other) if !state.threads[usize::from(other)].buffer.is_empty() => return None,
            Step::Empty(_) => None,
            Step::Lock(gate) => {
                if !State::is_free(state.locks[usize::from(gate)]) {
                    return None;
                }
                state.locks[usize::from(gate)] = thread as u8;
                None
            }
            Step::Unlock(gate) => {
                assert_eq!(state.locks[usize::from(gate)], thread as u8, "a lock of another thread is given up");
                state.locks[usize::from(gate)] = State::free();
                None
            }
            Step::Turn(gate) => {
                if !State::is_free(state.turns[usize::from(gate)]) {
                    return None;
                }
                state.turns[usize::from(gate)] = thread as u8;
                self.note_turn(state, gate, thread as u8);
                None
            }
            Step::EndTurn(gate) => {
                assert_eq!(state.turns[usize::from(gate)], thread as u8, "a turn of another thread ends");
                state.turns[usize::from(gate)] = State::free();
                self.note_turn(state, gate, State::free());
                None
            }
            Step::LoadEnd(gate) => Some(state.ends[usize::from(gate)]),
            Step::BeginEnd(gate) => {
                let end = &mut state.ends[usize::from(gate)];
                Some(std::mem::replace(end, (*end).max(RUNS)))
            }
            Step::SetEnder(gate) => {
                state.enders[usize::from(gate)] = thread as u8;
                None
            }
            Step::ClearEnder(gate) => {
                state.enders[usize::from(gate)] = State::free();
                None
            }
            Step::EndIsOver(gate) => {
                state.ends[usize::from(gate)] = OVER;
                None
            }
            Step::WaitForEnd(gate) if state.ends[usize::from(gate)] != OVER => return None,
            Step::WaitForEnd(_) => None,
            Step::Notify(gate) => {
                for (other, program) in self.programs.iter().enumerate() {
                    let at = program.steps.get(usize::from(state.threads[other].at));
                    if state.threads[other].asleep && matches!(at, Some(Step::Wait(there)) if *there == gate) {
                        state.threads[other].woken = true;
                    }
                }
                None
            }
            Step::ClearSum => {
                state.threads[thread].sum = 0;
                None
            }
            Step::AddToSum(place) => {
                state.threads[thread].sum += state.read(thread, place);
                None
            }
            Step::Registers(gate, what, calls) => {
                Some(waits::register(state, thread, gate, what, calls, self.mutant()))
            }
            Step::Withdraw => {
                state.threads[thread].waiter = None;
                None
            }
            Step::LoadGoesIn => Some(state.threads[thread].waiter.is_some_and(|waiter| waiter.goes_in).into()),
            Step::LoadWakes(gate) => {
                let wakes = state.threads[thread].wakes >> gate & 1;
                state.threads[thread].wakes &= !(1 << gate);
                Some(wakes)
            }
            Step::Stays(gate) => {
                state.stays[usize::from(gate)] |= bit;
                None
            }
            Step::EndsStay(gate) => {
                state.stays[usize::from(gate)] &= !bit;
                None
            }
            Step::ClearLate => {
                state.threads[thread].late = false;
                None
            }
            Step::If(register, value, to) => {
                if state.register(thread, register) == value {
                    state.threads[thread].at = to;
                }
                None
            }
            Step::Goto(to) => {
                state.threads[thread].at = to;
                None
            }
            ghost => return Some(note(state, ghost)),
        };
        if let Some(value) = value {
            state.threads[thread].value = value;
        }
        Some(Ok(()))
    }

    fn note_turn(&self, state: &mut State, gate: u8, thread: u8) {
        if self.mutant() == Some(Mutant::OneNoteForTurnAndEnd) {
            state.enders[usize::from(gate)] = thread;
        }
    }

    /// One of the two halves of a wait; false if it goes on.
    fn wait(&self, state: &mut State, thread: usize, gate: u8) -> bool {
        let lock = &mut state.locks[usize::from(gate)];
        let waiting = &mut state.threads[thread];
        if !waiting.asleep {
            *lock = State::free();
            waiting.asleep = true;
            return true;
        }
        if !waiting.woken || !State::is_free(*lock) {
            return false;
        }
        *lock = thread as u8;
        waiting.asleep = false;
        waiting.woken = false;
        waiting.at += 1;
        true
    }
}
