//! Compiles the probe, which the crate carries in itself: a program that loads a plugin in a sandbox.

use std::path::Path;
use std::{env, fs};

const SOURCES: &str = "probe";
const FLAGS: [&str; 9] =
    ["-std=gnu11", "-D_GNU_SOURCE", "-fPIE", "-pie", "-fno-lto", "-s", "-Wl,-z,now", "-Wl,-z,noexecstack", "-o"];

fn main() {
    println!("cargo::rerun-if-changed={SOURCES}");
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        compile(&Path::new(&env::var_os("OUT_DIR").expect("cargo sets it")).join(SOURCES));
    }
}

fn compile(program: &Path) {
    let mut command = cc::Build::new().opt_level(2).debug(false).warnings(true).get_compiler().to_command();
    command.args(FLAGS).arg(program);
    let mut sources: Vec<_> = fs::read_dir(SOURCES).expect("it comes with the crate").flatten().collect();
    sources.sort_by_key(fs::DirEntry::file_name);
    command.args(sources.iter().map(fs::DirEntry::path).filter(|path| path.extension().is_some_and(|end| end == "c")));
    // A part of libc since glibc 2.34.
    command.arg("-ldl");
    // Without the environment, which may hold what is no business of a build's log.
    let compiler = command.get_program().display().to_string();
    match command.status() {
        Ok(status) if status.success() => {}
        Ok(status) => panic!("the probe does not compile with {compiler}, see above: {status}"),
        Err(error) => {
            panic!("no C compiler for the probe: {compiler}: {error}; install gcc or clang, or set CC to one")
        }
    }
}
