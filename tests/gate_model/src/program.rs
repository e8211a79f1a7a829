//! What a thread does, built from the gate's functions.

use crate::step::{own, shared, Label, Place, Register, Step};

/// A fault that a search must find.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    /// `Core::all_pass` does nothing.
    NoBarrier,
    /// `Core::wake` does not take the lock.
    WakesWithoutTheLock,
    /// The lock is given up between the look at the state and the count of a call that goes in.
    GoesInWithoutTheLock,
    /// Whoever wants to be alone says so without the lock.
    AloneWithoutTheLock,
    /// Nobody looks for circles.
    NobodyLooksForCircles,
    /// Only the last one of a circle is looked at, not those that wait already.
    OnlyTheLastGoesIn,
    /// A call inside a call waits as any other.
    NestedCallsWait,
    /// Whoever gives up leaves the gate as it was.
    GivesUpWithoutOpening,
    /// Who runs the end and whose turn it is are one note: a second thread that comes to end an extension takes it over.
    OneNoteForTurnAndEnd,
    /// The last call lets others in before it closes the gate.
    ClosesLate,
}

/// One thread's steps.
#[derive(Clone)]
pub struct Program {
    pub(crate) steps: Vec<Step>,
    pub(crate) mutant: Option<Mutant>,
    pub(crate) thread: u8,
    /// Whether the thread has a shard of its own.
    pub(crate) has_shard: bool,
    /// How often it is inside of each gate at this point.
    pub(crate) calls: [u8; 2],
    pub(crate) stays: [u8; 2],
    pub(crate) is_alone: [bool; 2],
    /// Whether it runs the end of each.
    pub(crate) ends: [bool; 2],
    /// Whether a refusal of a circle is right.
    may_be_refused: bool,
}

/// Where a jump goes that is not known yet.
pub(crate) const LATER: Label = Label::MAX;

impl Program {
    /// Of a thread that has a shard of its own.
    pub fn with_shard(thread: u8, mutant: Option<Mutant>) -> Self {
        let (calls, stays) = ([0; 2], [0; 2]);
        Self {
            steps: vec![],
            mutant,
            thread,
            has_shard: true,
            calls,
            stays,
            is_alone: [false; 2],
            ends: [false; 2],
            may_be_refused: false,
        }
    }

    /// Of one of more threads than there are shards.
    pub fn without_shard(thread: u8, mutant: Option<Mutant>) -> Self {
        Self { has_shard: false, ..Self::with_shard(thread, mutant) }
    }

    /// Threads that really wait for each other are told so.
    pub fn may_be_refused(mut self) -> Self {
        self.may_be_refused = true;
        self
    }

    pub(crate) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    pub(crate) fn here(&self) -> Label {
        self.steps.len() as Label
    }

    /// A jump to be aimed later.
    pub(crate) fn jump_if(&mut self, register: Register, value: u8) -> usize {
        self.push(Step::If(register, value, LATER));
        self.steps.len() - 1
    }

    pub(crate) fn jump(&mut self) -> usize {
        self.push(Step::Goto(LATER));
        self.steps.len() - 1
    }

    /// Aims jumps at this point.
    pub(crate) fn land(&mut self, jumps: impl IntoIterator<Item = usize>) {
        let here = self.here();
        for jump in jumps {
            match &mut self.steps[jump] {
                Step::If(.., to) | Step::Goto(to) => *to = here,
                other => unreachable!("{other:?} does not jump"),
            }
        }
    }

    pub(crate) fn is(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    /// The gates that `held::Inside` finds, a bit each.
    pub(crate) fn inside(&self) -> u8 {
        let is_in = |gate: usize| self.calls[gate] > 0 || self.is_alone[gate] || self.ends[gate];
        u8::from(is_in(0)) | u8::from(is_in(1)) << 1
    }

    pub(crate) fn has_stays(&self) -> bool {
        self.stays != [0; 2]
    }

    pub(crate) fn counts(&self, stays: bool) -> bool {
        self.has_shard && !stays
    }

    pub(crate) fn place(&self, gate: u8, stays: bool) -> Place {
        if self.counts(stays) {
            own(gate, self.thread)
        } else {
            shared(gate)
        }
    }

    /// Notes a refusal that nobody should get, unless threads really wait for each other here.
    pub(crate) fn refuse(&mut self) {
        if !self.may_be_refused {
            self.push(Step::Refused);
        }
    }
}
