//! The C++ header: handles, views and results as it says; nothing thrown leaves, and nothing written is lost.

mod exceptions;
mod host;
mod mistakes;

use crate::header::cpp;
use std::fs;
use std::process::Command;
use support::{compiler, root, succeed, PrivateDir, MINUTE};

#[test]
fn what_is_opened_is_destroyed_when_it_is_closed() {
    const TEST: &str = "what_is_opened_is_destroyed_when_it_is_closed";
    let directory = PrivateDir::new(TEST);
    for (program, standard) in cpp(TEST) {
        let mut command = compiler(&program);
        command.args(["-pedantic", "-Wall", "-Wextra", "-Werror", &standard]);
        command.arg(root().join("tests/contract/cpp/handles.cpp")).arg("-o").arg(directory.join("handles"));
        succeed(&mut command, MINUTE);
        succeed(&mut Command::new(directory.join("handles")), MINUTE);
    }
}

#[test]
fn the_first_line_that_the_page_shows_ends_an_example() {
    let page = fs::read_to_string(root().join("include/sochdb_plugin.hpp")).expect("the header");
    let shown = page.lines().find_map(|line| line.strip_prefix("//   ")).expect("a line of code");
    let example = fs::read_to_string(root().join("examples-c/codec_reverse.cpp")).expect("the example");
    assert_eq!(example.lines().last(), Some(shown));
}
