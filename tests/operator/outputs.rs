//! What every command does where its output cannot go, and what every command's JSON has.

mod rows;

use rows::{Row, ROWS};
use std::process::Command;
use support::command::{call, one_object, LIMIT};
use support::{run, Finished};

/// A name for each way in which standard output is not there, and how a shell arranges it.
const NOWHERE: [(&str, &str); 3] = [
    ("a full device", "exec \"$@\" >/dev/full"),
    ("no standard output", "exec \"$@\" >&-"),
    ("a closed pipe, SIGPIPE ignored", "trap '' PIPE; exec \"$@\" >&8 8>&-"),
];

/// As in `inspect FILE | head -1`.
const READER_LEFT: &str = "exec \"$@\" >&8 8>&-";

/// Makes descriptor 8 a pipe that nobody reads.
const PIPE: &str = "mkfifo gone && exec 9<>gone 8>gone 9<&-";

/// Runs `command` in a shell that does `script` with it.
fn behind(script: &str, command: &Command) -> Finished {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{PIPE}; {script}"), "sh"]).arg(command.get_program());
    shell.args(command.get_args()).current_dir(command.get_current_dir().expect("a home"));
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    run(&mut shell, LIMIT)
}

#[test]
fn every_command_has_a_row() {
    let help = call(&["--help"]).stdout;
    let commands = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("commands");
    let names: Vec<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 12, "{names:?}");
    for name in names.iter().filter(|name| **name != "help") {
        let known = ROWS.iter().any(|row| row.words.split(' ').next() == Some(name));
        assert!(known || !commands.contains(&format!("\n  {name} ")), "no row for {name}");
    }
}

#[test]
fn output_that_goes_nowhere_is_an_error() {
    for row in ROWS {
        for (nowhere, script) in NOWHERE {
            for json in [false, true] {
                if row.slow && (json || nowhere != NOWHERE[0].0) {
                    continue;
                }
                let finished = behind(script, &row.good(json).1);
                let (what, said) = (format!("{:?} into {nowhere}, json {json}", row.good), &finished.stderr);
                assert_eq!(finished.status.code(), Some(1), "{what}: {said}");
                assert!(said.contains("error[E_OUTPUT]") && !said.contains("panicked"), "{what}: {said}");
            }
        }
    }
}

#[test]
fn a_reader_that_has_enough_ends_a_command_without_a_word() {
    for row in ROWS.iter().filter(|row| !row.slow) {
        for json in [false, true] {
            let finished = behind(READER_LEFT, &row.good(json).1);
            let said = (finished.status.code(), finished.stderr.contains("error["));
            assert_eq!(said, (Some(141), false), "{:?}, json {json}: {}", row.good, finished.stderr);
        }
        // What is refused is refused, whoever reads it.
        let finished = behind(READER_LEFT, &row.bad(true).1);
        assert_eq!(finished.status.code(), Some(row.code), "{:?}: {}", row.bad, finished.stderr);
        assert!(!finished.stderr.contains("E_OUTPUT"), "{:?}: {}", row.bad, finished.stderr);
    }
    let operator = support::operator::Operator::new();
    let finished = behind(READER_LEFT, &operator.command(&["--help"]));
    assert_eq!((finished.status.code(), &*finished.stderr), (Some(141), ""));
}

#[test]
fn what_fails_anyway_fails_in_the_same_way_where_its_output_goes_nowhere() {
    for row in ROWS {
        let code = run(&mut row.bad(true).1, LIMIT).status.code();
        let finished = behind(NOWHERE[0].1, &row.bad(true).1);
        assert_eq!(finished.status.code(), code, "{:?}: {}", row.bad, finished.stderr);
        assert!(finished.stderr.contains("error[E_OUTPUT]"), "{:?}: {}", row.bad, finished.stderr);
    }
}

#[test]
fn nobody_needs_standard_error() {
    for row in ROWS.iter().filter(|row| !row.slow) {
        for (closed, script) in [("closed", "exec \"$@\" 2>&-"), ("full", "exec \"$@\" 2>/dev/full")] {
            let finished = behind(script, &row.good(true).1);
            let object = one_object(&finished, 0);
            assert_eq!(object["command"], row.words, "{closed}");
            one_object(&behind(script, &row.bad(true).1), row.code);
        }
    }
}

#[test]
fn help_that_goes_nowhere_is_an_error() {
    for arguments in [&["--help"][..], &["-h"], &["--version"], &["help", "verify"], &["trust", "add", "--help"]] {
        for (nowhere, script) in NOWHERE {
            let operator = support::operator::Operator::new();
            let finished = behind(script, &operator.command(arguments));
            assert_eq!(finished.status.code(), Some(1), "{arguments:?} into {nowhere}: {}", finished.stderr);
            assert!(finished.stderr.contains("error[E_OUTPUT]"), "{arguments:?} into {nowhere}: {}", finished.stderr);
        }
    }
}

#[test]
fn every_object_says_whether_all_is_well_and_of_which_command() {
    let tell = |row: &Row, (_home, mut command): (support::operator::Operator, Command), code| {
        let object = one_object(&run(&mut command, LIMIT), code);
        assert_eq!(object["command"], row.words, "{object}");
        object
    };
    for row in ROWS {
        tell(row, row.good(true), 0);
        let refused = tell(row, row.bad(true), row.code);
        let code = refused["code"].as_str();
        // What looks at several things tells the code of each.
        assert!(code.is_some() || ["doctor", "trust list", "list"].contains(&row.words), "{refused}");
        for key in ["code", "step", "message", "remedy"].iter().filter(|_| code.is_some()) {
            assert!(refused.get(key).is_some(), "no {key}: {refused}");
        }
    }
}
