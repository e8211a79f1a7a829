//! Calls inside calls: nobody waits for who waits for it.

use crate::sync::call_gate::refusal::Hold;
use crate::sync::call_gate::tests::*;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::Barrier;

/// Far below the drain timeout of these tests, and enough for a machine that has other work.
const AT_ONCE: Duration = Duration::from_secs(5);

fn at_once<T>(call: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = call();
    assert!(begun.elapsed() < AT_ONCE, "it waited {:?}", begun.elapsed());
    result
}

fn is_draining(gate: &CallGate) -> bool {
    gate.core.state() == DRAINING
}

#[test]
fn a_call_that_waited_once_may_call_again_beside_who_wants_to_be_alone() {
    for gate in BOTH {
        let gate = gate();
        let first = gate.enter_exclusive(LONG).unwrap();
        let barriers = [Barrier::new(2), Barrier::new(2)];
        thread::scope(|scope| {
            let ([waited, go_on], gate) = (&barriers, &gate);
            let call = scope.spawn(move || {
                let outer = gate.enter(|| LONG).unwrap();
                waited.wait();
                go_on.wait();
                at_once(|| drop(gate.enter(|| LONG).unwrap()));
                drop(outer);
            });
            thread::sleep(SOON);
            drop(first);
            waited.wait();
            let alone = scope.spawn(|| drop(gate.enter_exclusive(LONG).unwrap()));
            wait_until(|| is_draining(gate));
            assert!(gate.enter(|| SOON).is_err(), "a thread that is inside of nothing waits");
            go_on.wait();
            call.join().unwrap();
            alone.join().unwrap();
        });
    }
}

#[test]
fn what_would_wait_for_itself_is_refused_at_once() {
    for gate in BOTH {
        let gate = gate();
        let stay = gate.enter_long(LONG).unwrap();
        at_once(|| assert_eq!(gate.enter_exclusive(LONG).err(), Some(Refusal::Within(Hold::Reader))));
        thread::scope(|scope| {
            let moved = scope.spawn(|| {
                stay.used_here();
                assert_eq!(gate.enter_exclusive(LONG).err(), Some(Refusal::Within(Hold::Reader)));
                stay
            });
            let stay = moved.join().unwrap();
            assert_eq!(gate.enter_exclusive(SOON).err(), Some(Refusal::Busy(1)), "another thread used it last");
            drop(stay);
        });
        let pass = gate.enter(|| LONG).unwrap();
        at_once(|| assert_eq!(gate.enter_exclusive(LONG).err(), Some(Refusal::Within(Hold::Call))));
        drop(pass);
        let alone = gate.enter_exclusive(LONG).unwrap();
        at_once(|| {
            assert_eq!(gate.enter(|| LONG).err(), Some(Refusal::Within(Hold::Exclusive)));
            assert_eq!(gate.enter_long(LONG).err(), Some(Refusal::Within(Hold::Exclusive)));
            assert_eq!(gate.enter_exclusive(LONG).err(), Some(Refusal::Within(Hold::Exclusive)));
            assert_eq!(gate.close(after(LONG)).err(), Some(Refusal::Within(Hold::Exclusive)));
        });
        drop(alone);
        let pass = gate.enter(|| LONG).unwrap();
        at_once(|| assert_eq!(gate.close(after(LONG)).err(), Some(Refusal::Within(Hold::Call))));
        assert_eq!(gate.enter(|| LONG).err(), Some(Refusal::Closed), "it is closed all the same");
        drop(pass);
        assert!(gate.close(after(LONG)).is_ok());
    }
}

#[test]
fn two_extensions_that_call_each_other_do_not_wait_for_each_other() {
    let (a, b) = (CallGate::for_calls("a"), CallGate::for_changes("b"));
    let barriers = [Barrier::new(3), Barrier::new(3)];
    thread::scope(|scope| {
        let (a, b, [inside, go_on]) = (&a, &b, &barriers);
        let calls = [(a, b), (b, a)].map(|(outer, inner)| {
            scope.spawn(move || {
                let _outer = outer.enter(|| LONG).unwrap();
                inside.wait();
                go_on.wait();
                at_once(|| drop(inner.enter(|| LONG).unwrap()));
            })
        });
        inside.wait();
        let alone = [a, b].map(|gate| scope.spawn(move || drop(gate.enter_exclusive(LONG).unwrap())));
        wait_until(|| is_draining(a) && is_draining(b));
        go_on.wait();
        calls.into_iter().for_each(|call| call.join().unwrap());
        alone.into_iter().for_each(|call| call.join().unwrap());
    });
}

#[test]
fn who_wants_to_be_alone_lets_those_in_that_wait_for_it_in_a_circle() {
    // The one inside of `a` waits for `b` before anybody waits for `a`: the last one to wait is not inside of anything.
    let (a, b, inside) = (CallGate::for_calls("a"), CallGate::for_calls("b"), Barrier::new(2));
    thread::scope(|scope| {
        let (a, b, inside) = (&a, &b, &inside);
        let outer_b = b.enter(|| LONG).unwrap();
        let alone_b = scope.spawn(|| drop(b.enter_exclusive(LONG).unwrap()));
        wait_until(|| is_draining(b));
        let call = scope.spawn(move || {
            let _outer = a.enter(|| LONG).unwrap();
            inside.wait();
            at_once(|| drop(b.enter(|| LONG).unwrap()));
        });
        inside.wait();
        thread::sleep(SOON);
        let alone_a = scope.spawn(|| drop(a.enter_exclusive(LONG).unwrap()));
        wait_until(|| is_draining(a));
        at_once(|| drop(a.enter(|| LONG).unwrap()));
        drop(outer_b);
        for thread in [alone_b, call, alone_a] {
            thread.join().unwrap();
        }
    });
}

#[test]
fn exclusive_calls_that_wait_for_each_other_are_told_at_once_and_one_goes_on() {
    let (a, b) = (CallGate::for_changes("a"), CallGate::for_changes("b"));
    let both = Barrier::new(2);
    let results = thread::scope(|scope| {
        let threads = [(&a, &b), (&b, &a)].map(|(outer, inner)| {
            let both = &both;
            scope.spawn(move || {
                let _outer = outer.enter_exclusive(LONG).unwrap();
                both.wait();
                at_once(|| inner.enter_exclusive(LONG).map(drop))
            })
        });
        threads.map(|thread| thread.join().unwrap())
    });
    let refused: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert_eq!(refused.len(), 1, "{results:?}");
    assert!(matches!(refused[0], Refusal::Deadlock(_)), "{refused:?}");
}

/// Any mix on two gates and more threads than shards: no wait comes near the drain timeout.
#[test]
fn no_mix_of_entries_waits_for_itself() {
    for threads in [3, 33, 64] {
        let gates = [CallGate::for_calls("a"), CallGate::for_changes("b")];
        let (slowest, done) = (AtomicUsize::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            for number in 0..threads {
                let (gates, slowest, done) = (&gates, &slowest, &done);
                scope.spawn(move || {
                    let mut seed = number as u64 + 1;
                    while !done.load(Relaxed) {
                        let begun = Instant::now();
                        mix(gates, &mut seed, 4);
                        slowest.fetch_max(begun.elapsed().as_millis() as usize, Relaxed);
                    }
                });
            }
            thread::sleep(Duration::from_millis(1500));
            done.store(true, Relaxed);
        });
        assert!(slowest.load(Relaxed) < 10_000, "{threads} threads: {slowest:?} ms of {LONG:?}");
        assert!(gates.iter().all(|gate| gate.core.in_flight() == 0 && gate.core.state() != ALONE));
    }
}

/// One call of a kind that `seed` chooses, and others inside of it.
fn mix(gates: &[CallGate; 2], seed: &mut u64, depth: u32) {
    *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    let dice = *seed >> 33;
    let gate = &gates[dice as usize % 2];
    let refused = match dice / 2 % 8 {
        0 if depth > 0 => gate.enter_exclusive(LONG).map(|_alone| mix(gates, seed, depth - 1)).err(),
        1 if depth > 0 => gate.enter_long(LONG).map(|_stay| mix(gates, seed, depth - 1)).err(),
        _ if depth > 0 => gate.enter(|| LONG).map(|_pass| mix(gates, seed, depth - 1)).err(),
        _ => None,
    };
    assert!(!matches!(refused, Some(Refusal::Busy(_))), "a wait was waited out");
}

/// Who runs the end of an extension is known as such, also after somebody else came to end it and found it under way.
#[test]
fn ends_that_wait_for_each_other_are_found_after_a_third_came_to_end_one() {
    let (first, second) = (CallGate::for_calls("first"), CallGate::for_calls("second"));
    let (begun, waits, told) = (Barrier::new(3), Barrier::new(2), Barrier::new(2));
    thread::scope(|scope| {
        scope.spawn(|| {
            let ending = first.ending().begin();
            begun.wait();
            waits.wait();
            let refused = at_once(|| second.wait_for_end().map(drop).err());
            told.wait();
            drop(ending);
            assert_eq!(refused, Some(Refusal::Deadlock("first".into())), "the other waits for this one");
        });
        scope.spawn(|| {
            let ending = second.ending().begin();
            begun.wait();
            drop(first.close(after(LONG)).unwrap());
            let waiting = first.wait_for_end().unwrap();
            waits.wait();
            told.wait();
            drop(waiting);
            drop(ending);
        });
        begun.wait();
    });
}
