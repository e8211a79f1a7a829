//! Plugins by other compilers than the host's run the quick tests of their kind; `.ci/matrix` tries many more.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use support::conforms::{conforms_quickly, loaded, JSON_CONFIG};
use support::plugins::in_rust;
use support::{compiler, root, run, succeed, target_tmp, tool, PrivateDir, MINUTE};

const BUILD: Duration = Duration::from_secs(900);
const TWINS: [(&str, &str); 5] = [
    ("codec_xor", "{}"),
    ("storage_memory", "{}"),
    ("index_sorted", "{}"),
    ("index_flat", r#"{"dimensions": 16}"#),
    ("observability_json", JSON_CONFIG),
];

/// The library says which compiler made it.
fn made_by(library: &Path, compiler: &str) {
    let bytes = fs::read(library).expect("the library");
    let found = bytes.windows(compiler.len()).any(|window| window == compiler.as_bytes());
    assert!(found, "{} was not made by {compiler:?}", library.display());
}

/// Compiles each C twin by `build(source, library)` and runs its suite.
fn c_twins(test: &str, build: impl Fn(&Path, &Path)) {
    let directory = PrivateDir::new(test);
    for (name, config) in TWINS {
        let library = directory.join(&format!("{name}.so"));
        build(&root().join(format!("examples-c/{name}.c")), &library);
        conforms_quickly(&loaded(&library, config));
    }
}

fn c_twins_by(test: &str, program: &str, flags: &[&str], name: &str) {
    let Some(program) = tool(test, program) else { return };
    c_twins(test, |source, library| {
        let mut command = compiler(&program);
        command.args(["-std=c11", "-shared", "-fPIC", "-pthread"]).args(flags);
        succeed(command.arg(source).arg("-o").arg(library).arg("-lm"), MINUTE);
        made_by(library, name);
    });
}

#[test]
fn c_by_gcc_with_all_optimizations() {
    c_twins_by("c_by_gcc_with_all_optimizations", "gcc", &["-O3", "-flto", "-s"], "GCC: (");
}

#[test]
fn c_by_clang() {
    c_twins_by("c_by_clang", "clang", &["-O2"], "clang version");
}

#[test]
fn c_by_tcc() {
    let Some(tcc) = tool("c_by_tcc", "tcc") else { return };
    if tool("c_by_tcc", "objcopy").is_some() {
        c_twins("c_by_tcc", |source, library| support::tcc::build(&tcc, source, library));
    }
}

/// Builds the crate `storage_memory` into a directory that is kept between runs. `command` is cargo, as it is called.
fn storage_memory(name: &str, mut command: Command) -> PathBuf {
    let target = target_tmp().join(name);
    for (variable, _) in std::env::vars_os() {
        let text = variable.to_string_lossy();
        if text.starts_with("CARGO") && !text.starts_with("CARGO_HOME") && !text.starts_with("CARGO_NET") {
            command.env_remove(variable);
        }
    }
    command.current_dir(root()).args(["build", "--locked", "-p", "storage_memory", "--target-dir"]).arg(&target);
    command.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG", "0");
    // What the host's own build fetched is enough, unless this cargo wants another index.
    command.env("CARGO_NET_OFFLINE", "true");
    if !run(&mut command, BUILD).status.success() {
        command.env("CARGO_NET_OFFLINE", "false");
        succeed(&mut command, BUILD);
    }
    target.join("debug/libstorage_memory.so")
}

#[test]
fn rust_by_nightly_with_random_layouts() {
    const TEST: &str = "rust_by_nightly_with_random_layouts";
    let Some(rustup) = tool(TEST, "rustup") else { return };
    let nightly = |program: &str| {
        let mut command = Command::new(&rustup);
        command.args(["run", "nightly", program]).env_remove("RUSTUP_TOOLCHAIN").env_remove("RUSTC");
        command
    };
    if !run(nightly("rustc").arg("--version"), MINUTE).status.success() {
        eprintln!("skipped: {TEST}: the nightly toolchain is not installed");
        return;
    }
    let mut cargo = nightly("cargo");
    cargo.env("RUSTFLAGS", "-Zrandomize-layout");
    let library = storage_memory("nightly", cargo);
    made_by(&library, "-nightly (");
    conforms_quickly(&loaded(&library, "{}"));
}

#[test]
fn rust_by_debian() {
    let (cargo, rustc) = (Path::new("/usr/bin/cargo"), Path::new("/usr/bin/rustc"));
    if !cargo.exists() || !rustc.exists() {
        eprintln!("skipped: rust_by_debian: /usr/bin/cargo and /usr/bin/rustc are not installed (packages rustc-web cargo-web)");
        return;
    }
    let mut command = Command::new(cargo);
    command.env("RUSTC", rustc).env_remove("RUSTFLAGS").env_remove("RUSTUP_TOOLCHAIN");
    let library = storage_memory("debian", command);
    made_by(&library, "built from a source tarball");
    conforms_quickly(&loaded(&library, "{}"));
}

#[test]
fn rust_with_another_allocator() {
    conforms_quickly(&loaded(&in_rust("own_allocator"), "{}"));
}
