//! Kernels and sandboxes that do not have what the loader would like to use: what it does without.

mod place;
mod rows;

use place::Place;
use rows::{strict, Expected, Missing, MISSING};
use sochdb_plugin_host::{DynamicPluginLoader, LoadError, StepOutcome, TrustFiles};
use std::env;
use std::ffi::OsString;
use std::sync::{Arc, Mutex};
use support::{alone, run, skipped, Finished, MINUTE};

/// Rows that are not as the table says yet. One that is must be taken out: the test says so.
const PENDING: &[&str] = &[];

const ROW: &str = "SOCH_TEST_POOR_KERNEL";
const PATH: &str = "SOCH_TEST_POOR_KERNEL_PATH";

/// Not a test of its own: what the others start. Takes away what the row says, and loads.
#[test]
fn inside() {
    let Ok(row) = env::var(ROW) else { return };
    let mut words = row.split(' ').map(|word| word.parse::<usize>().expect("a number"));
    let mut next = || words.next().expect("three numbers");
    let (missing, errno, is_strict) = (&MISSING[next()], next(), next() == 1);
    let outcomes = Arc::new(Mutex::new(Vec::new()));
    let keep = outcomes.clone();
    let mut loader = DynamicPluginLoader::new_trusted()
        .observer(move |outcome: StepOutcome| keep.lock().expect("no test panics with it").push(outcome));
    if is_strict {
        let Some(policy) = strict() else { return println!("answer: no such policy") };
        loader = loader.policy(policy).trust_files(TrustFiles::Operator);
    }
    missing.take_away(i32::try_from(errno).expect("an error number"));
    // SAFETY: it was compiled from this source tree.
    let answer = unsafe { loader.load(env::var_os(PATH).expect("set beside the row")) };
    println!("answer: {}", answer.as_ref().map_or_else(LoadError::code, |_| "loaded"));
    println!("remedy: {}", answer.as_ref().map_or_else(LoadError::remedy, |_| String::new()));
    for outcome in outcomes.lock().expect("no test panics with it").iter() {
        println!("{}: {}", outcome.step, outcome.detail.escape_debug());
    }
}

/// Loads in a child, without what the row says.
fn child(row: usize, errno: i32, is_strict: bool, place: &Place) -> Finished {
    let mut child = alone!("inside");
    child.env(PATH, place.plugin()).env("XDG_CONFIG_HOME", place.config());
    child.env(ROW, OsString::from(format!("{row} {errno} {}", usize::from(is_strict))));
    run(&mut child, MINUTE)
}

/// Does what the remedy says, as far as it can be done without another kernel: what was missing is there again, which is
/// the first row; or another policy is chosen.
fn follow(remedy: &str, place: &Place, is_strict: bool) -> Result<(), String> {
    let loads = |is_strict| {
        let finished = child(0, 0, is_strict, place);
        let loaded = finished.stdout.contains("answer: loaded");
        if loaded {
            Ok(())
        } else {
            Err(format!("after {remedy}: {}{}", finished.stdout, finished.stderr))
        }
    };
    loads(is_strict)?;
    if remedy.contains("another policy") {
        loads(false)
    } else {
        Ok(())
    }
}

/// Loads in a child without `missing`; says what is not as expected.
fn row(at: usize, missing: &Missing, is_strict: bool, place: &Place) -> Result<(), String> {
    let expected = if is_strict { missing.strict } else { missing.development };
    for (number, errno) in missing.errors.iter().enumerate() {
        let finished = child(at, *errno, is_strict, place);
        let wrong = |what| {
            Err(format!("{what} with error {errno}, expected {expected:?}: {}{}", finished.stdout, finished.stderr))
        };
        let Some((_, answer)) = finished.stdout.split_once("answer: ") else { return wrong("no answer") };
        let mut lines = answer.lines();
        let word = lines.next().unwrap_or_default();
        match expected {
            _ if !finished.status.success() => return wrong("no clean end"),
            Expected::Refused(code) if word == code => {
                let remedy = lines.next().unwrap_or_default();
                if !remedy.contains(missing.remedy(number)) {
                    return wrong("another remedy");
                }
                follow(remedy, place, is_strict)?;
            }
            Expected::Loads if word == "loaded" => {}
            Expected::LoadsAndSays(step, text) if word == "loaded" => {
                let said = |line: &str| line.starts_with(&format!("{step}: ")) && line.contains(text);
                if !lines.any(said) {
                    return wrong("not said");
                }
            }
            _ => return wrong("another answer"),
        }
    }
    Ok(())
}

fn check(is_strict: bool, place: &Place) {
    let mut faults = Vec::new();
    for (at, missing) in MISSING.iter().enumerate() {
        let name = format!("{}, {}", missing.name, if is_strict { "strict" } else { "development" });
        match (row(at, missing, is_strict, place), PENDING.contains(&name.as_str())) {
            (Ok(()), false) => {}
            (Ok(()), true) => faults.push(format!("{name}: it is as the table says; take it out of PENDING")),
            (Err(_), true) => eprintln!("pending: {name}"),
            (Err(fault), false) => faults.push(format!("{name}: {fault}")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_poor_kernel_loads_under_the_development_policy() {
    check(false, &Place::private());
}

#[test]
fn a_poor_kernel_is_refused_under_the_strict_policy_where_a_promise_needs_more() {
    match Place::of_root() {
        Ok(place) => check(true, &place),
        Err(why) => {
            skipped("a_poor_kernel_is_refused_under_the_strict_policy_where_a_promise_needs_more", &why);
        }
    }
}

#[test]
fn every_pending_row_is_in_the_table() {
    let is_row = |pending: &&&str| {
        let (name, policy) = pending.split_once(", ").expect("a name and a policy");
        MISSING.iter().any(|missing| missing.name == name) && ["development", "strict"].contains(&policy)
    };
    let unknown: Vec<_> = PENDING.iter().filter(|pending| !is_row(pending)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
