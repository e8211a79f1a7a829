//! All that changes.

use crate::step::{Place, Register, What, GATES, MEMORY, NOT_YET, THREADS};

/// So many stores wait at most; a thread with more waits itself.
const BUFFER: usize = 4;
const NOBODY: u8 = u8::MAX;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Buffer {
    stores: [(Place, u8); BUFFER],
    len: u8,
}

impl Buffer {
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn is_full(&self) -> bool {
        usize::from(self.len) == BUFFER
    }

    pub fn push(&mut self, place: Place, value: u8) {
        self.stores[usize::from(self.len)] = (place, value);
        self.len += 1;
    }

    /// The oldest store, which reaches memory.
    pub fn pop(&mut self) -> (Place, u8) {
        let first = self.stores[0];
        self.stores.copy_within(1.., 0);
        self.len -= 1;
        self.stores[usize::from(self.len)] = (0, 0);
        first
    }

    pub fn last(&self, place: Place) -> Option<u8> {
        self.stores[..usize::from(self.len)].iter().rev().find(|store| store.0 == place).map(|store| store.1)
    }
}

/// What a thread has written down in the table of those that wait.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Waiter {
    pub gate: u8,
    pub what: What,
    /// The gates of its calls, a bit each.
    pub calls: u8,
    pub goes_in: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Thread {
    pub at: u16,
    pub buffer: Buffer,
    pub value: u8,
    pub sum: u8,
    pub late: bool,
    /// Asleep, and at what gate.
    pub asleep: bool,
    pub woken: bool,
    pub waiter: Option<Waiter>,
    /// The gates, a bit each, at which it decided that somebody goes in.
    pub wakes: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct State {
    pub memory: [u8; MEMORY],
    pub threads: [Thread; THREADS],
    /// Who has the lock of each gate.
    pub locks: [u8; GATES],
    /// Whose turn it is.
    pub turns: [u8; GATES],
    /// Who runs the end of each.
    pub enders: [u8; GATES],
    /// How far the end of each is.
    pub ends: [u8; GATES],
    /// The threads whose stays are open, a bit each.
    pub stays: [u8; GATES],
    pub inside: [u8; GATES],
    pub alone: [u8; GATES],
    pub closed: [bool; GATES],
}

impl State {
    pub fn new() -> Self {
        let thread = Thread {
            at: 0,
            buffer: Buffer::default(),
            value: 0,
            sum: 0,
            late: false,
            asleep: false,
            woken: false,
            waiter: None,
            wakes: 0,
        };
        Self {
            memory: [0; MEMORY],
            threads: [thread; THREADS],
            locks: [NOBODY; GATES],
            turns: [NOBODY; GATES],
            enders: [NOBODY; GATES],
            ends: [NOT_YET; GATES],
            stays: [0; GATES],
            inside: [0; GATES],
            alone: [0; GATES],
            closed: [false; GATES],
        }
    }

    pub fn is_free(holder: u8) -> bool {
        holder == NOBODY
    }

    pub fn free() -> u8 {
        NOBODY
    }

    /// What this thread reads at a place: its own last store, or memory.
    pub fn read(&self, thread: usize, place: Place) -> u8 {
        self.threads[thread].buffer.last(place).unwrap_or(self.memory[usize::from(place)])
    }

    pub fn register(&self, thread: usize, register: Register) -> u8 {
        let thread = &self.threads[thread];
        match register {
            Register::Value => thread.value,
            Register::Sum => thread.sum,
            Register::Late => thread.late.into(),
        }
    }
}
