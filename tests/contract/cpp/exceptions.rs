//! Whatever a method throws or returns, the slot answers with a status; no slot is left out.

use crate::header::cpp;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use support::slots::SLOTS;
use support::{compiler, root, succeed, PrivateDir, MINUTE};

/// The names of all methods, as the header has them.
fn methods() -> Vec<String> {
    let header = fs::read_to_string(root().join("include/sochdb_plugin.hpp")).expect("the header");
    let (_, slots) = header.split_once("// Slots: ").expect("where the slots begin");
    let (slots, _) = slots.split_once("\n\n").expect("where they end");
    let names = slots.split("SOCH_SLOT(").skip(1).filter_map(|rest| rest.split(')').next());
    names.map(str::to_owned).collect()
}

/// The two files that `sweep.cpp` includes.
fn write(directory: &PrivateDir) {
    let mut text = String::new();
    for name in methods() {
        let opens = name.starts_with("open_") || name.starts_with("begin_");
        let result = if opens { "FAILS_TO_OPEN()" } else { "FAILS()" };
        writeln!(text, "template <class... A> {result} {name}(A...) {{ FAIL; }}").expect("a string grows");
    }
    directory.write("methods.inc", &text);
    text.clear();
    for (kind, slot, ..) in SLOTS {
        let ends = ["close_", "commit_", "abort_", "finish_", "abandon_"].iter().any(|begin| slot.starts_with(begin));
        writeln!(text, "use(\"{kind}.{slot}\", {ends}, soch_plugin_v1.{kind}->{slot});").expect("a string grows");
    }
    directory.write("slots.inc", &text);
}

fn sweeps(directory: &PrivateDir, program: &Path, flags: &[&str]) {
    let mut command = compiler(program);
    command.args(["-Wall", "-Wextra", "-Werror"]).args(flags).arg("-I").arg(directory.path());
    succeed(command.arg(root().join("tests/contract/cpp/sweep.cpp")).arg("-o").arg(directory.join("sweep")), MINUTE);
    succeed(&mut Command::new(directory.join("sweep")), MINUTE);
}

#[test]
fn every_slot_stops_every_exception() {
    const TEST: &str = "every_slot_stops_every_exception";
    let directory = PrivateDir::new(TEST);
    write(&directory);
    for (program, standard) in cpp(TEST) {
        let rtti = if standard.ends_with("11") { "-frtti" } else { "-fno-rtti" };
        sweeps(&directory, &program, &[&standard, rtti]);
    }
}

#[test]
fn every_slot_tells_what_a_method_returns_where_there_are_no_exceptions() {
    const TEST: &str = "every_slot_tells_what_a_method_returns_where_there_are_no_exceptions";
    let directory = PrivateDir::new(TEST);
    write(&directory);
    for (program, standard) in cpp(TEST) {
        sweeps(&directory, &program, &[&standard, "-fno-exceptions", "-fno-rtti"]);
    }
}
