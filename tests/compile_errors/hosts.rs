//! What is lent cannot be kept longer than it is lent: such a program does not compile.

use crate::ui::{is_refused, program, programs, rustc, text};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use support::PrivateDir;

const FOLDER: &str = "hosts";

fn compile(program: &Path, host: &Path) -> Output {
    let written = PrivateDir::new("compile-errors-of-hosts");
    let mut command = rustc();
    command.args(["--crate-type", "lib", "--emit", "metadata", "--crate-name", "ui", "-D", "warnings"]);
    command.arg("--extern").arg(format!("sochdb_plugin_host={}", host.display()));
    command.arg("-L").arg(format!("dependency={}", host.parent().expect("a directory").display()));
    command.arg("-o").arg(written.join("ui.rmeta")).arg(program).output().expect("rustc runs")
}

/// The compiled host. Cargo may keep several beside this test, of other compilers and features too.
fn host() -> PathBuf {
    let test = env::current_exe().expect("this test's own path");
    let beside = fs::read_dir(test.parent().expect("a directory")).expect("its directory");
    let mut tried = Vec::new();
    for path in beside.map(|entry| entry.expect("an entry").path()) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.starts_with("libsochdb_plugin_host-") && name.ends_with(".rlib") {
            let result = compile(&program(FOLDER, "pass_lent_in_time.rs"), &path);
            if result.status.success() {
                return path;
            }
            tried.push(text(&result));
        }
    }
    panic!("no compiled host compiles a correct program: {tried:#?}");
}

#[test]
fn what_is_lent_cannot_be_kept() {
    let (host, programs) = (host(), programs(FOLDER, "fail_"));
    assert!(programs.len() >= 5, "{programs:?}");
    for program in programs {
        is_refused(&program, &compile(&program, &host));
    }
}
