//! The steps that programs are made of.

/// What a gate's state is; as in `host/src/sync/call_gate/core.rs`.
pub const OPEN: u8 = 0;
pub const DRAINING: u8 = 1;
pub const ALONE: u8 = 2;
pub const CLOSED: u8 = 3;
pub const POISONED: u8 = 4;

pub const THREADS: usize = 3;
pub const GATES: usize = 2;

/// A place in memory: a gate's state, its counts of each thread's own calls, and that of the others.
pub type Place = u8;
const PLACES: u8 = 2 + THREADS as u8;
pub const MEMORY: usize = GATES * PLACES as usize;

pub fn state(gate: u8) -> Place {
    gate * PLACES
}

pub fn own(gate: u8, thread: u8) -> Place {
    gate * PLACES + 1 + thread
}

pub fn shared(gate: u8) -> Place {
    gate * PLACES + 1 + THREADS as u8
}

/// For what a thread waits; as in `host/src/sync/call_gate/waits.rs`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum What {
    Drain,
    Owner,
    Entry,
    End,
}

/// A register of a thread.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Register {
    /// What was loaded, or found.
    Value,
    /// The sum of counts.
    Sum,
    /// Whether the patience is over.
    Late,
}

/// What [`Step::Register`] finds.
pub const WAITS: u8 = 0;
pub const GOES_IN: u8 = 1;
pub const CIRCLE: u8 = 2;
pub const WAKES: u8 = 3;

/// How far the end of an extension is; as in `host/src/instance/end.rs`.
pub const NOT_YET: u8 = 0;
pub const RUNS: u8 = 1;
pub const OVER: u8 = 2;

pub type Label = u16;

#[derive(Clone, Copy, Debug)]
pub enum Step {
    Load(Place),
    /// Adds to a place that only this thread writes; the store goes to the buffer.
    StoreAdd(Place, i8),
    /// The same, past the buffer: an atomic read-modify-write.
    Add(Place, i8),
    /// Compare and exchange; the value before is found.
    Exchange(Place, u8, u8),
    /// An atomic store.
    Set(Place, u8),
    /// Waits until the buffer of that thread was empty once: its part of `membarrier`.
    Empty(u8),
    Lock(u8),
    Unlock(u8),
    /// Gives the lock up and sleeps, in one; then takes it again. May come back late, if patience ends.
    Wait(u8),
    Notify(u8),
    Turn(u8),
    EndTurn(u8),
    /// Finds how far the end is.
    LoadEnd(u8),
    /// The same, and says that it runs if nobody did before.
    BeginEnd(u8),
    SetEnder(u8),
    ClearEnder(u8),
    EndIsOver(u8),
    WaitForEnd(u8),
    ClearSum,
    AddToSum(Place),
    Registers(u8, What, u8),
    Withdraw,
    /// Whether another thread decided that this one goes in.
    LoadGoesIn,
    /// Finds 1 if this thread decided so of one that waits at this gate.
    LoadWakes(u8),
    Stays(u8),
    EndsStay(u8),
    ClearLate,
    If(Register, u8, Label),
    Goto(Label),
    /// A shared call is in, or out.
    In(u8),
    Out(u8),
    AloneIn(u8),
    AloneOut(u8),
    /// `close` said that nobody is inside.
    IsClosed(u8),
    /// A call was refused as it would wait for itself, where nobody should be.
    Refused,
}

impl Step {
    /// Whether no other thread can tell when it happens, so that it goes with the one before.
    pub fn is_local(self) -> bool {
        use Step::*;
        matches!(
            self,
            ClearSum | If(..) | Goto(_) | In(_) | AloneIn(_) | IsClosed(_) | Refused | ClearLate | LoadWakes(_)
        )
    }

    /// Whether it waits until the thread's own buffer is empty, as locked instructions and system calls do.
    pub fn empties_buffer(self) -> bool {
        use Step::*;
        matches!(
            self,
            Add(..)
                | Exchange(..)
                | Set(..)
                | Empty(_)
                | Lock(_)
                | Unlock(_)
                | Wait(_)
                | Notify(_)
                | Turn(_)
                | EndTurn(_)
                | LoadEnd(_)
                | BeginEnd(_)
                | SetEnder(_)
                | ClearEnder(_)
                | EndIsOver(_)
                | WaitForEnd(_)
                | Registers(..)
                | Withdraw
                | LoadGoesIn
                | Stays(_)
                | EndsStay(_)
        )
    }
}
