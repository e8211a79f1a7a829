//! A plugin's load, and the making of an instance, leave the process as it was, and say what the plugin changed.

mod child;
mod things;

use child::{ask, Mode};
use std::collections::BTreeSet;
use support::plugins::Private;
use things::{Thing, THINGS};

fn plugin(flags: &[&str]) -> Private {
    Private::compile("changes_process", &[flags, &["-Wl,--no-as-needed", "-lm"]].concat())
}

/// Asks a child for each thing, and compares what it was told with what the table says.
fn sweep(moment: &str, mode: Mode, flags: &[&str]) {
    let plugin = plugin(flags);
    let mut wrong = Vec::new();
    for thing in THINGS.iter().filter(|thing| thing.can_be_changed(moment)) {
        let said = ask(&plugin.path, moment, thing.name, mode);
        let told: BTreeSet<String> = [thing.told(mode)].into();
        let left: BTreeSet<String> = thing.left(mode).into_iter().collect();
        if (&said.told, &said.left) != (&told, &left) {
            wrong.push(format!("{}: told {:?}, left {:?}; not {told:?}, {left:?}", thing.name, said.told, said.left));
        }
    }
    assert!(wrong.is_empty(), "{moment}, {mode:?}:\n{}", wrong.join("\n"));
}

#[test]
fn a_constructor_changes_nothing_where_no_other_thread_runs() {
    sweep("constructor", Mode::Alone, &[]);
}

#[test]
fn a_constructor_changes_nothing_where_the_program_promised_to_change_nothing() {
    sweep("constructor", Mode::Promised, &[]);
}

#[test]
fn a_constructor_changes_nothing_of_its_thread_where_others_run() {
    sweep("constructor", Mode::Threads, &[]);
}

#[test]
fn create_changes_nothing_where_no_other_thread_runs() {
    sweep("create", Mode::Alone, &[]);
}

#[test]
fn create_changes_nothing_where_the_program_promised_to_change_nothing() {
    sweep("create", Mode::Promised, &[]);
}

#[test]
fn create_changes_nothing_of_its_thread_where_others_run() {
    sweep("create", Mode::Threads, &[]);
}

#[test]
fn a_plugin_that_is_refused_after_its_constructors_changed_nothing() {
    sweep("constructor", Mode::Alone, &["-DWITHOUT_A_KIND"]);
}

#[test]
fn an_instance_that_is_not_made_changed_nothing() {
    sweep("refused-create", Mode::Alone, &[]);
}

#[test]
fn what_a_call_or_the_end_of_an_instance_changes_is_seen_by_who_looks() {
    let plugin = plugin(&[]);
    for moment in ["call", "shutdown", "destroy"] {
        for thing in THINGS.iter().filter(|thing| thing.can_be_changed(moment)) {
            let said = ask(&plugin.path, moment, thing.name, Mode::Threads);
            assert_eq!(said.told, BTreeSet::new(), "{moment} {}", thing.name);
            // The end of an instance runs on a thread of its own, with which goes what is the thread's.
            let gone = moment != "call" && thing.is_of_thread();
            let left: BTreeSet<String> = (!gone).then(|| thing.what()).into_iter().collect();
            assert_eq!(said.left, left, "{moment} {}", thing.name);
        }
    }
}

#[test]
fn an_honest_plugin_is_told_of_nothing() {
    let plugin = plugin(&[]);
    for mode in [Mode::Alone, Mode::Promised, Mode::Threads] {
        let said = ask(&plugin.path, "never", "anything", mode);
        assert_eq!((said.told, said.left), (BTreeSet::new(), BTreeSet::new()), "{mode:?}");
    }
}

#[test]
fn all_handlers_at_once_are_put_back() {
    for moment in ["constructor", "create"] {
        let said = ask(&plugin(&[]).path, moment, "handlers", Mode::Threads);
        let put_back = said.told.iter().filter(|told| told.starts_with("signal-handler") && told.ends_with("Yes"));
        // All but SIGKILL, SIGSTOP and the two that the C library keeps for itself.
        assert_eq!((put_back.count(), said.told.len(), said.left.len()), (60, 60, 0), "{moment} {:?}", said.told);
    }
}

#[test]
fn the_value_of_a_variable_is_told_to_nobody() {
    let said = ask(&plugin(&[]).path, "create", "new-variable", Mode::Threads);
    assert!(said.output.contains("SOCH_TEST_NEW") && !said.output.contains("secret"), "{}", said.output);
}

#[test]
fn another_thread_computes_as_before() {
    let said = ask(&plugin(&[]).path, "constructor", "small-numbers", Mode::Threads);
    assert!(said.output.contains("another thread: [], 5e-324"), "{}", said.output);
}

#[test]
fn a_change_of_another_thread_is_not_lost() {
    let said = ask(&plugin(&[]).path, "never", "busy", Mode::Threads);
    assert!(said.output.contains("lost: 0 of "), "{}", said.output);
}

#[test]
fn every_part_is_changed_by_a_thing() {
    let parts = sochdb_plugin_host::ProcessPart::ALL.iter();
    let untried: Vec<_> = parts.filter(|part| !THINGS.iter().any(|Thing { part: of, .. }| of == *part)).collect();
    assert!(untried.is_empty(), "{untried:?}");
}
