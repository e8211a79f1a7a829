//! A child that fork made.

use crate::sync::call_gate::tests::*;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Runs `check` in a child of fork, in which it must end with true within 10 s.
fn in_child(check: impl FnOnce() -> bool) {
    // SAFETY: the child does what a single thread may, and ends by `_exit`.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: only the child is ended.
        unsafe {
            libc::alarm(10);
            libc::_exit(if check() { 0 } else { 3 });
        }
    }
    let mut status = 0;
    // SAFETY: a place for the result.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    assert_eq!(status, 0, "a child hung, or got in");
}

#[test]
fn a_child_is_refused_whatever_other_threads_do() {
    for gate in BOTH {
        let (gate, done) = (gate(), AtomicBool::new(false));
        thread::scope(|scope| {
            for worker in 0..3 {
                let (gate, done) = (&gate, &done);
                scope.spawn(move || {
                    while !done.load(Relaxed) {
                        if worker == 0 {
                            drop(gate.enter_exclusive(LONG).unwrap());
                        } else {
                            drop((gate.enter(|| LONG).unwrap(), gate.enter_long(LONG).unwrap()));
                        }
                    }
                });
            }
            for _ in 0..100 {
                // What it was inside of when it forked may end in the child.
                let (pass, stay) = (gate.enter(|| LONG).unwrap(), gate.enter_long(LONG).unwrap());
                in_child(|| {
                    drop((pass, stay));
                    gate.poison();
                    let new = CallGate::for_calls("new");
                    [&gate, &new].iter().all(|gate| {
                        gate.enter(|| LONG).err() == Some(Refusal::Forked)
                            && gate.enter_long(LONG).err() == Some(Refusal::Forked)
                            && gate.enter_exclusive(LONG).err() == Some(Refusal::Forked)
                            && gate.close(after(LONG)).err() == Some(Refusal::Forked)
                            && gate.goes_on() == Err(Refusal::Forked)
                    })
                });
            }
            done.store(true, Relaxed);
        });
    }
}

#[test]
fn a_fork_inside_an_exclusive_call_ends_it_in_both() {
    for gate in BOTH {
        let gate = gate();
        let alone = gate.enter_exclusive(LONG).unwrap();
        // Each process drops the closure, and with it what is its own.
        in_child(|| {
            drop(alone);
            gate.enter(|| LONG).err() == Some(Refusal::Forked)
        });
        assert!(gate.enter(|| LONG).is_ok(), "the parent goes on");
    }
}
