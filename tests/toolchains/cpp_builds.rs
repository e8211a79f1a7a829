//! Ordinary C++ loads when it is built as the header says, by each compiler and with each C++ library; and what the
//! refusal of a build without the version script says to do is enough.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use support::conforms::{conforms, loaded};
use support::plugins::Private;
use support::{root, run, skipped, succeed, target_tmp, tool, PrivateDir};

const BUILD: Duration = Duration::from_secs(300);
const LEVELS: [&str; 2] = ["-O0", "-O2"];
const SOURCE: &str = "tests/plugins/ordinary.cpp";

/// The header's line for C++, in words: the compiler, its options, the source and the library.
fn line() -> Vec<String> {
    let header = fs::read_to_string(root().join("include/sochdb_plugin.hpp")).expect("the header");
    let line = header.lines().find_map(|line| line.strip_prefix("// Build")).expect("a line for the build");
    line.split_whitespace().map(str::to_owned).collect()
}

/// Builds tests/plugins/ordinary.cpp by the header's line; only the compiler, the level of optimization and the two
/// files are others, and `extra` comes behind it.
fn build(program: &Path, level: &str, extra: &[&str], library: &Path) -> Command {
    let words = line();
    let mut command = Command::new(program);
    command.current_dir(root());
    for word in &words[1..] {
        match word.as_str() {
            "-O2" => command.arg(level),
            "plugin.cpp" => command.arg(SOURCE),
            "plugin.so" => command.arg(library),
            other => command.arg(other),
        };
    }
    command.args(extra);
    command
}

/// By compiler and level.
type Objects = BTreeMap<(PathBuf, String), Arc<OnceLock<PathBuf>>>;

/// What is compiled once for all that only link it in other ways.
static OBJECTS: Mutex<Objects> = Mutex::new(BTreeMap::new());

/// The object of tests/plugins/ordinary.cpp, compiled as the header's line says.
fn object(program: &Path, level: &str) -> PathBuf {
    let key = (program.to_owned(), level.to_owned());
    let object = OBJECTS.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
    let compiled = || {
        let name = program.file_name().expect("a compiler is a file").display().to_string();
        let directory = target_tmp().join("cpp_builds");
        fs::create_dir_all(&directory).expect("a directory for the object");
        // Another run of this test may be at the same.
        let (file, own) =
            (directory.join(format!("{name}{level}.o")), format!("{name}{level}-{}.o", std::process::id()));
        let own = directory.join(own);
        succeed(&mut build(program, level, &["-c"], &own), BUILD);
        fs::rename(own, &file).expect("the object has its name");
        file
    };
    object.get_or_init(compiled).clone()
}

/// Links what is compiled already by the header's line, and `extra` behind it.
fn link(program: &Path, level: &str, extra: &[&str], library: &Path) -> Command {
    let object = object(program, level);
    let command = build(program, level, extra, library);
    let mut linked = Command::new(program);
    linked.current_dir(root());
    for word in command.get_args() {
        linked.arg(if word == SOURCE { object.as_os_str() } else { word });
    }
    linked
}

/// Builds it at both levels; it loads, with the probe, and does what its kind must.
fn loads(test: &str, program: &str, extra: &[&str]) {
    let Some(program) = tool(test, program) else { return };
    let directory = PrivateDir::new(test);
    let hello = directory.write("hello.cpp", "#include <iostream>\nint main() { std::cout << 1; }\n");
    let trial = run(Command::new(&program).args(extra).arg(hello).arg("-o").arg(directory.join("hello")), BUILD);
    if !trial.status.success() {
        return skipped(test, &format!("this compiler makes no program with {extra:?}: {}", trial.stderr));
    }
    for level in LEVELS {
        let library = directory.join(&format!("ordinary{level}.so"));
        // Another standard library has other headers; all else is a matter of the linker.
        let same_object = !extra.is_empty() && !extra.contains(&"-stdlib=libc++");
        let mut command = if same_object { link } else { build }(&program, level, extra, &library);
        succeed(&mut command, BUILD);
        conforms(&loaded(&library, "{}"));
    }
}

#[test]
fn gcc_loads() {
    loads("gcc_loads", "g++", &[]);
}

#[test]
fn gcc_with_its_library_inside_loads() {
    loads("gcc_with_its_library_inside_loads", "g++", &["-static-libstdc++", "-static-libgcc"]);
}

#[test]
fn clang_loads() {
    loads("clang_loads", "clang++", &[]);
}

#[test]
fn clang_with_the_library_of_gcc_inside_loads() {
    loads("clang_with_the_library_of_gcc_inside_loads", "clang++", &["-static-libstdc++", "-static-libgcc"]);
}

#[test]
fn clang_with_its_own_library_inside_loads() {
    loads("clang_with_its_own_library_inside_loads", "clang++", &["-stdlib=libc++", "-static-libstdc++"]);
}

#[test]
fn clang_with_the_linker_of_llvm_loads() {
    if tool("clang_with_the_linker_of_llvm_loads", "ld.lld").is_some() {
        loads("clang_with_the_linker_of_llvm_loads", "clang++", &["-fuse-ld=lld"]);
    }
}

#[test]
fn newer_gcc_loads() {
    for version in 13..=20 {
        let program = format!("g++-{version}");
        if support::find(&program).is_some() {
            loads("newer_gcc_loads", &program, &[]);
        }
    }
}

#[test]
fn what_the_refusal_of_shared_statics_says_is_enough() {
    const TEST: &str = "what_the_refusal_of_shared_statics_says_is_enough";
    let Some(gcc) = tool(TEST, "g++") else { return };
    let directory = PrivateDir::new(TEST);
    let library = directory.join("ordinary.so");
    for extra in [&[][..], &["-static-libstdc++", "-static-libgcc"]] {
        let without_script = |command: Command| {
            let mut without = Command::new(command.get_program());
            without.current_dir(root());
            without.args(command.get_args().filter(|word| !word.to_string_lossy().contains("version-script")));
            without
        };
        let mut command = without_script(link(&gcc, "-O0", extra, &library));
        succeed(&mut command, BUILD);
        let refusal = match Private::copy(&library).load() {
            Err(refusal) if refusal.code() == "E_ELF_UNIQUE" => refusal,
            Err(other) => panic!("{extra:?}: {other}"),
            Ok(_) => panic!("{extra:?}: it loads without the version script"),
        };
        let remedy = refusal.remedy();
        let option = remedy.split_whitespace().find(|word| word.starts_with("-Wl,")).expect("an option");
        let mut command = without_script(link(&gcc, "-O0", extra, &library));
        succeed(command.arg(option.trim_end_matches(',')), BUILD);
        conforms(&loaded(&library, "{}"));
    }
}
