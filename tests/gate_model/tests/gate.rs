//! Every interleaving of three threads on one gate and on two; and each fault that is put in is found.

use gate_model::{explore, Found, Mutant, Program};

const MOST: usize = 12_000_000;

fn nothing(program: Program) -> Program {
    program
}

fn holds(name: &str, programs: &[Program], patience: bool) {
    match explore(programs, patience, MOST) {
        Found::Holds { states, ends } => println!("{name}: {states} states, {ends} ends"),
        Found::Fault { what, trace } => panic!("{name}: {what}\n  {}", trace.join("\n  ")),
    }
}

fn fails(name: &str, programs: &[Program], patience: bool, why: &str) {
    match explore(programs, patience, MOST) {
        Found::Fault { what, trace } => {
            println!("{name}: {what}, {} steps", trace.len());
            assert_eq!(what, why, "{name}");
        }
        held => panic!("{name}: the fault was not found: {held:?}"),
    }
}

fn shard(thread: u8) -> Program {
    Program::with_shard(thread, None)
}

fn no_shard(thread: u8) -> Program {
    Program::without_shard(thread, None)
}

#[test]
fn no_interleaving_breaks_a_promise_on_one_gate() {
    let nested = |program: Program| program.enter(0, |call| call.enter(0, nothing));
    holds(
        "two calls, one alone",
        &[shard(0).enter(0, nothing), shard(1).enter(0, nothing), shard(2).exclusive(0, nothing)],
        false,
    );
    holds(
        "nested, two alone",
        &[nested(shard(0)), shard(1).exclusive(0, nothing), shard(2).exclusive(0, nothing)],
        false,
    );
    holds(
        "nested without a shard, two alone",
        &[nested(no_shard(0)), shard(1).exclusive(0, nothing), no_shard(2).exclusive(0, nothing)],
        false,
    );
    holds(
        "twice, alone",
        &[shard(0).enter(0, nothing).enter(0, nothing), shard(1).exclusive(0, nothing).exclusive(0, nothing)],
        false,
    );
    holds(
        "a call in a stay, alone, call",
        &[
            shard(0).stay(0, |stay| stay.enter(0, nothing)),
            shard(1).exclusive(0, nothing),
            no_shard(2).enter(0, nothing),
        ],
        false,
    );
    holds(
        "a stay in a call, alone, end",
        &[shard(0).enter(0, |call| call.stay(0, nothing)), shard(1).exclusive(0, nothing), shard(2).close(0)],
        false,
    );
    holds("nested, alone, end", &[nested(shard(0)), shard(1).exclusive(0, nothing), shard(2).close(0)], false);
    holds(
        "a panic, alone, end",
        &[shard(0).enter(0, |call| call.poison(0)), shard(1).exclusive(0, nothing), shard(2).close(0)],
        false,
    );
    holds(
        "a panic alone, nested, alone",
        &[nested(shard(0)), shard(1).exclusive(0, |call| call.poison(0)), shard(2).exclusive(0, nothing)],
        false,
    );
}

#[test]
fn no_interleaving_breaks_a_promise_when_patience_ends() {
    let nested = |program: Program| program.enter(0, |call| call.enter(0, nothing));
    holds(
        "nested, two alone",
        &[nested(shard(0)), shard(1).exclusive(0, nothing), shard(2).exclusive(0, nothing)],
        true,
    );
    holds("nested, alone, end", &[nested(no_shard(0)), shard(1).exclusive(0, nothing), shard(2).close(0)], true);
}

#[test]
fn no_interleaving_breaks_a_promise_on_two_gates() {
    let crossing = |program: Program, outer, inner| program.enter(outer, |call| call.enter(inner, nothing));
    holds(
        "two that cross, one alone",
        &[crossing(shard(0), 0, 1), crossing(shard(1), 1, 0), shard(2).exclusive(0, nothing)],
        false,
    );
    holds(
        "crossing, two alone",
        &[crossing(shard(0), 0, 1), shard(1).exclusive(0, nothing), no_shard(2).exclusive(1, nothing)],
        false,
    );
    holds(
        "alone calls the other, call calls back",
        &[
            shard(0).exclusive(0, |alone| alone.enter(1, nothing)),
            shard(1).enter(1, nothing),
            shard(2).exclusive(1, nothing),
        ],
        false,
    );
    let told = |program: Program, outer, inner| {
        program.may_be_refused().exclusive(outer, |alone| alone.exclusive(inner, nothing))
    };
    holds("alone in alone, crossing", &[told(shard(0), 0, 1), told(shard(1), 1, 0), shard(2).enter(0, nothing)], false);
    holds(
        "alone in a call, crossing",
        &[
            shard(0).may_be_refused().enter(0, |call| call.exclusive(1, nothing)),
            shard(1).may_be_refused().enter(1, |call| call.exclusive(0, nothing)),
            shard(2).may_be_refused().exclusive(0, nothing),
        ],
        false,
    );
}

/// Whoever comes second waits for the end that the first one runs, and is told if that one waits for it.
#[test]
fn no_interleaving_of_ends_waits_for_ever() {
    let ends = |program: Program, outer, inner| program.may_be_refused().end(outer, |end| end.end(inner, nothing));
    let calls = |program: Program, outer, inner| program.may_be_refused().enter(outer, |call| call.end(inner, nothing));
    holds(
        "two end one that is called",
        &[shard(0).end(0, nothing), shard(1).end(0, nothing), shard(2).enter(0, nothing)],
        false,
    );
    holds(
        "a call in a call and two that end",
        &[shard(0).enter(0, |call| call.enter(0, nothing)), shard(1).end(0, nothing), no_shard(2).end(0, nothing)],
        false,
    );
    holds(
        "a last call, one and an end",
        &[shard(0).exclusive_and_last(0), no_shard(1).enter(0, nothing), shard(2).end(0, nothing)],
        false,
    );
    holds(
        "a last call, a call in a call, a panic",
        &[
            shard(0).exclusive_and_last(0),
            shard(1).enter(0, |call| call.enter(0, nothing)),
            shard(2).enter(0, |call| call.poison(0)),
        ],
        false,
    );
    holds("ends that end each other", &[ends(shard(0), 0, 1), ends(shard(1), 1, 0), shard(2).end(0, nothing)], false);
    holds(
        "an end from a call, and one from an end",
        &[calls(shard(0), 1, 0), ends(shard(1), 0, 1), shard(2).may_be_refused().end(1, nothing)],
        false,
    );
    holds(
        "calls that end each other",
        &[calls(shard(0), 0, 1), calls(shard(1), 1, 0), shard(2).may_be_refused().end(1, nothing)],
        false,
    );
}

#[test]
fn the_gate_as_it_was_let_a_call_wait_for_who_waited_for_it() {
    let nested = shard(0).enter_before(0, &|call| call.enter_before(0, &nothing));
    holds("as it was, one alone", &[nested.clone(), shard(1).alone_before(0)], false);
    fails(
        "as it was, two alone",
        &[nested, shard(1).alone_before(0), shard(2).alone_before(0)],
        false,
        "threads wait for ever",
    );
}

#[test]
fn each_fault_that_is_put_in_is_found() {
    for mutant in [
        Mutant::NoBarrier,
        Mutant::WakesWithoutTheLock,
        Mutant::GoesInWithoutTheLock,
        Mutant::AloneWithoutTheLock,
        Mutant::NobodyLooksForCircles,
        Mutant::OnlyTheLastGoesIn,
        Mutant::NestedCallsWait,
        Mutant::GivesUpWithoutOpening,
        Mutant::OneNoteForTurnAndEnd,
        Mutant::ClosesLate,
    ] {
        let with = |thread| Program::with_shard(thread, Some(mutant));
        let nested = |program: Program| program.enter(0, |call| call.enter(0, nothing));
        let crossing = |program: Program, outer, inner| program.enter(outer, |call| call.enter(inner, nothing));
        let circle = vec![
            crossing(with(0), 0, 1),
            with(1).enter(1, |call| call.exclusive(0, nothing)),
            with(2).exclusive(1, nothing),
        ];
        let (programs, why) = match mutant {
            Mutant::NoBarrier => {
                (vec![with(0).enter(0, nothing), with(1).exclusive(0, nothing)], "an exclusive call is not alone")
            }
            Mutant::WakesWithoutTheLock => {
                (vec![with(0).enter(0, nothing), with(1).exclusive(0, nothing)], "threads wait for ever")
            }
            Mutant::GoesInWithoutTheLock | Mutant::AloneWithoutTheLock => (circle, "an exclusive call is not alone"),
            Mutant::NestedCallsWait => (vec![nested(with(0)), with(1).exclusive(0, nothing)], "threads wait for ever"),
            Mutant::NobodyLooksForCircles | Mutant::OnlyTheLastGoesIn => (circle, "threads wait for ever"),
            Mutant::GivesUpWithoutOpening => {
                let told = |thread, outer, inner| {
                    with(thread).may_be_refused().enter(outer, |call| call.exclusive(inner, nothing))
                };
                (vec![told(0, 0, 1), told(1, 1, 0), with(2).enter(0, nothing)], "threads wait for ever")
            }
            Mutant::OneNoteForTurnAndEnd => {
                let told =
                    |thread, outer, inner| with(thread).may_be_refused().end(outer, |end| end.end(inner, nothing));
                (vec![told(0, 0, 1), told(1, 1, 0)], "threads wait for ever")
            }
            Mutant::ClosesLate => {
                (vec![with(0).exclusive_and_last(0), with(1).enter(0, nothing)], "a call is inside after the end")
            }
        };
        // Those for whom one waits that goes in keep everybody else out, unless their patience ends.
        let patience = matches!(mutant, Mutant::GoesInWithoutTheLock | Mutant::AloneWithoutTheLock);
        fails(&format!("{mutant:?}"), &programs, patience, why);
    }
}

/// One thread's work, of which all combinations of three are tried.
type Shape = (&'static str, fn(Program) -> Program);

const SHAPES: [Shape; 7] = [
    ("call", |program| program.enter(0, nothing)),
    ("call in a call", |program| program.enter(0, |call| call.enter(0, nothing))),
    ("call of the other in a call", |program| program.enter(0, |call| call.enter(1, nothing))),
    ("the same the other way round", |program| program.enter(1, |call| call.enter(0, nothing))),
    ("call of the other beside a stay", |program| program.stay(0, |stay| stay.enter(1, nothing))),
    ("alone", |program| program.exclusive(0, nothing)),
    ("alone in the other", |program| program.exclusive(1, |alone| alone.enter(0, nothing))),
];

/// Those of which one may really wait for another that waits for it, and is told so then.
const ENDS: [Shape; 6] = [
    ("end", |program| program.end(0, nothing)),
    ("last call", |program| program.exclusive_and_last(0)),
    ("end in the end of the other", |program| program.end(1, |end| end.end(0, nothing))),
    ("the same the other way round", |program| program.end(0, |end| end.end(1, nothing))),
    ("end in a call of the other", |program| program.enter(1, |call| call.end(0, nothing))),
    ("the same beside a stay", |program| program.stay(0, |stay| stay.end(1, nothing))),
];

#[test]
fn no_three_of_the_ways_in_break_a_promise() {
    let programs = [shard(0), shard(1), no_shard(2)];
    sweep(&SHAPES, programs);
}

#[test]
fn no_three_of_the_ways_to_end_break_a_promise() {
    let programs = [shard(0), shard(1), no_shard(2)].map(Program::may_be_refused);
    sweep(&ENDS, programs);
}

/// All combinations of three. The last one is of a thread beyond the number of shards.
fn sweep(shapes: &[Shape], programs: [Program; 3]) {
    for (first, one) in shapes.iter().enumerate() {
        for (second, two) in shapes.iter().enumerate().skip(first) {
            for three in &shapes[second..] {
                let [a, b, c] = programs.clone();
                let name = format!("{}, {}, {}", one.0, two.0, three.0);
                holds(&name, &[(one.1)(a), (two.1)(b), (three.1)(c)], false);
            }
        }
    }
}
