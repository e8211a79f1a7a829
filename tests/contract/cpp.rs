//! The C++ header: handles, views and results as it says; nothing thrown leaves, and nothing written is lost.

mod exceptions;
mod host;
mod mistakes;

use crate::header::cpp;
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
