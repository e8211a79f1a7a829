//! Calls and ends on one gate.

use crate::sync::call_gate::tests::*;
use crate::sync::thread_slot::SHARDS;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::Barrier;

#[test]
fn nobody_is_inside_with_an_exclusive_call() {
    for gate in BOTH {
        let (gate, inside, broken) = (gate(), AtomicUsize::new(0), AtomicBool::new(false));
        let shared = |inside: &AtomicUsize| {
            inside.fetch_add(1, Relaxed);
            inside.fetch_sub(1, Relaxed);
        };
        thread::scope(|scope| {
            for worker in 0..4 {
                let (gate, inside, broken) = (&gate, &inside, &broken);
                scope.spawn(move || {
                    for round in 0..4_000 {
                        if worker == 0 && round % 8 == 0 {
                            let _alone = gate.enter_exclusive(LONG).unwrap();
                            if inside.load(Relaxed) != 0 {
                                broken.store(true, Relaxed);
                            }
                        } else if round % 32 == 1 {
                            let _stay = gate.enter_long(LONG).unwrap();
                            let _inner = gate.enter(|| LONG).unwrap();
                            shared(inside);
                        } else {
                            let _pass = gate.enter(|| LONG).unwrap();
                            let _inner = gate.enter(|| LONG).unwrap();
                            shared(inside);
                        }
                    }
                });
            }
        });
        assert!(!broken.load(Relaxed));
        assert_eq!(gate.core.in_flight(), 0);
        assert_eq!(gate.core.stays.lock().iter().count(), 0);
    }
}

#[test]
fn more_threads_than_there_are_shards_are_all_counted() {
    for gate in BOTH {
        let gate = gate();
        let (inside, leave) = (Barrier::new(2 * SHARDS + 1), Barrier::new(2 * SHARDS + 1));
        thread::scope(|scope| {
            for _ in 0..2 * SHARDS {
                scope.spawn(|| {
                    let _pass = gate.enter(|| LONG).unwrap();
                    inside.wait();
                    leave.wait();
                });
            }
            inside.wait();
            assert_eq!(close_elsewhere(&gate, SOON), Err(Refusal::Busy(2 * SHARDS)));
            leave.wait();
            assert_eq!(close_elsewhere(&gate, LONG), Ok(()));
        });
    }
}

#[test]
fn close_waits_for_calls_and_gives_up_in_time() {
    for gate in BOTH {
        let gate = gate();
        let pass = gate.enter(|| LONG).unwrap();
        let inner = gate.enter(|| LONG).unwrap();
        let stay = gate.enter_long(LONG).unwrap();
        assert_eq!(close_elsewhere(&gate, SOON), Err(Refusal::Busy(3)));
        assert_eq!(gate.enter(|| LONG).err(), Some(Refusal::Closed));
        drop((pass, inner));
        assert_eq!(close_elsewhere(&gate, SOON), Err(Refusal::Busy(1)));
        thread::scope(|scope| {
            let closing = scope.spawn(|| gate.close(after(LONG)).map(drop));
            // What stays may end on another thread.
            scope.spawn(|| {
                thread::sleep(SOON);
                drop(stay);
            });
            assert_eq!(closing.join().unwrap(), Ok(()));
        });
    }
}

#[test]
fn who_waits_for_a_call_that_panics_does_not_get_in() {
    for gate in BOTH {
        for wait in
            [|gate: &CallGate| gate.enter_exclusive(LONG).err(), |gate: &CallGate| gate.close(after(LONG)).err()]
        {
            let gate = gate();
            thread::scope(|scope| {
                let pass = gate.enter(|| LONG).unwrap();
                let waiting = scope.spawn(|| wait(&gate));
                thread::sleep(SOON);
                gate.poison();
                drop(pass);
                assert_eq!(waiting.join().unwrap(), Some(Refusal::Poisoned));
            });
        }
    }
}

#[test]
fn a_drain_timeout_without_end_is_no_overflow() {
    let gate = CallGate::for_calls("one");
    drop(gate.enter_exclusive(Duration::MAX).unwrap());
    assert!(gate.close(after(Duration::MAX)).is_ok());
}

#[test]
fn poison_outlives_the_call_that_found_it() {
    for gate in BOTH {
        let gate = gate();
        let alone = gate.enter_exclusive(LONG).unwrap();
        gate.poison();
        drop(alone);
        assert_eq!(gate.enter(|| LONG).err(), Some(Refusal::Poisoned));
        assert_eq!(gate.enter_exclusive(LONG).err(), Some(Refusal::Poisoned));
        assert_eq!(gate.close(after(LONG)).err(), Some(Refusal::Poisoned));
    }
}

#[test]
fn a_gate_that_is_gone_is_not_among_the_living() {
    let gate = CallGate::for_calls("one");
    let id = held_id(&gate);
    let alive = || {
        let mut found = false;
        live::each(|core| found |= held::id(core) == id);
        found
    };
    assert!(alive());
    drop(gate);
    assert!(!alive());
}

fn held_id(gate: &CallGate) -> usize {
    held::id(&gate.core)
}
