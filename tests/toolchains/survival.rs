//! Entry and note are still in the file after everything that makes libraries smaller.

use crate::rust_codec;
use sochdb_plugin_abi::{SOCH_ABI_MAJOR, SOCH_ABI_MINOR, SOCH_KIND_COMPRESSION, SOCH_LAYOUT_HASHES};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::elf::{exports, notes, Note};
use support::{compiler, root, succeed, tool, PrivateDir, MINUTE};

const SECTIONS: [&str; 3] = ["-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"];

/// Checks that the note of the codec `name` is in PT_NOTE, once, and that the dynamic symbol table has its entry.
fn survived_as(name: &str, what: &str, library: &Path) {
    let expected = Note {
        abi: (SOCH_ABI_MAJOR, SOCH_ABI_MINOR),
        kinds: SOCH_KIND_COMPRESSION,
        layout_hash: SOCH_LAYOUT_HASHES[usize::from(SOCH_ABI_MINOR)],
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
    };
    assert_eq!(notes(library), [expected], "{what}: the notes of the file");
    assert!(exports(library, "soch_plugin_v1"), "{what}: soch_plugin_v1 is not in the dynamic symbol table");
}

fn survived(what: &str, library: &Path) {
    survived_as("codec_xor", what, library);
}

fn source() -> PathBuf {
    root().join("examples-c/codec_xor.c")
}

fn build_c(program: &Path, arguments: &[&str], library: &Path) {
    let mut command = compiler(program);
    command.args(["-std=c99", "-O2", "-shared", "-fPIC"]).args(arguments);
    succeed(command.arg(source()).arg("-o").arg(library), MINUTE);
}

/// Builds the C codec with each set of arguments and reads it back.
fn c_variants(test: &str, compiler: &str, variants: &[&[&str]]) {
    let Some(program) = tool(test, compiler) else { return };
    let directory = PrivateDir::new(test);
    for arguments in variants {
        let library = directory.join("codec_xor.so");
        build_c(&program, arguments, &library);
        survived(&format!("{compiler} {arguments:?}"), &library);
    }
}

const SMALLER: [&[&str]; 6] = [
    &[],
    &["-s"],
    &SECTIONS,
    &["-fvisibility=hidden"],
    &["-Wl,--as-needed"],
    &["-Os", "-s", "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections,--as-needed"],
];

#[test]
fn c_by_gcc() {
    c_variants("c_by_gcc", "gcc", &SMALLER);
    c_variants("c_by_gcc", "gcc", &[&["-flto"], &["-flto", "-s", "-fvisibility=hidden", "-Wl,--gc-sections"]]);
}

#[test]
fn c_by_clang() {
    c_variants("c_by_clang", "clang", &SMALLER);
}

#[test]
fn c_by_every_linker() {
    for linker in ["bfd", "gold", "lld"] {
        if tool("c_by_every_linker", &format!("ld.{linker}")).is_none() {
            continue;
        }
        let choice = format!("-fuse-ld={linker}");
        for compiler in ["gcc", "clang"] {
            let [functions, data, sections] = SECTIONS;
            let hidden = [&choice, functions, data, sections, "-s", "-fvisibility=hidden"];
            c_variants("c_by_every_linker", compiler, &[&[&choice], &hidden]);
        }
    }
}

#[test]
fn c_by_clang_with_lto() {
    if tool("c_by_clang_with_lto", "ld.lld").is_some() {
        let hidden = ["-fuse-ld=lld", "-flto", "-s", "-fvisibility=hidden", "-Wl,--gc-sections"];
        c_variants(
            "c_by_clang_with_lto",
            "clang",
            &[&["-fuse-ld=lld", "-flto"], &["-fuse-ld=lld", "-flto=thin"], &hidden],
        );
    }
}

#[test]
fn cpp_by_every_compiler() {
    for name in ["g++", "clang++"] {
        let Some(program) = tool("cpp_by_every_compiler", name) else { continue };
        let directory = PrivateDir::new("cpp");
        let library = directory.join("codec_reverse.so");
        let lld = support::find("ld.lld").is_some();
        let lto: &[&str] = if name == "g++" { &["-flto"] } else { &["-flto", "-fuse-ld=lld"] };
        // The entry is made by another macro than C's; what only the linker does is tried there.
        let [plain, _, sections, .., all] = SMALLER;
        for arguments in [plain, sections, all].into_iter().chain((name == "g++" || lld).then_some(lto)) {
            let mut command = compiler(&program);
            command.args(["-std=c++11", "-O2", "-shared", "-fPIC"]).args(arguments);
            succeed(command.arg(root().join("examples-c/codec_reverse.cpp")).arg("-o").arg(&library), MINUTE);
            survived_as("codec_reverse", &format!("{name} {arguments:?}"), &library);
        }
    }
}

#[test]
fn c_by_tcc() {
    let Some(tcc) = tool("c_by_tcc", "tcc") else { return };
    if tool("c_by_tcc", "objcopy").is_none() {
        return;
    }
    let directory = PrivateDir::new("tcc");
    let library = directory.join("codec_xor.so");
    support::tcc::build(&tcc, &source(), &library);
    survived("tcc", &library);
    stripped("c_by_tcc", &library, &directory);
}

/// Strips `library` in each way that leaves a working library, and reads it back.
fn stripped(test: &str, library: &Path, directory: &PrivateDir) {
    let Some(strip) = tool(test, "strip") else { return };
    for arguments in [&[][..], &["-s"], &["--strip-unneeded"], &["--strip-debug"], &["-x"]] {
        let copy = directory.join("stripped.so");
        fs::copy(library, &copy).expect("a copy");
        succeed(Command::new(&strip).args(arguments).arg(&copy), MINUTE);
        survived(&format!("{test}: strip {arguments:?}"), &copy);
    }
}

#[test]
fn strip_keeps_the_note_unless_told_otherwise() {
    let test = "strip_keeps_the_note_unless_told_otherwise";
    let (Some(gcc), Some(strip)) = (tool(test, "gcc"), tool(test, "strip")) else { return };
    let directory = PrivateDir::new("strip");
    let library = directory.join("codec_xor.so");
    build_c(&gcc, &["-g"], &library);
    stripped(test, &library, &directory);

    // What the checks above see is gone when the note is: they can fail.
    succeed(Command::new(&strip).args(["-R", ".note.*"]).arg(&library), MINUTE);
    assert_eq!(notes(&library), []);
    assert!(exports(&library, "soch_plugin_v1"));
}

#[test]
fn hidden_entry_is_seen() {
    let Some(gcc) = tool("hidden_entry_is_seen", "gcc") else { return };
    let directory = PrivateDir::new("hidden");
    let script = directory.write("hide.map", "{ local: *; };\n");
    let library = directory.join("codec_xor.so");
    build_c(&gcc, &[&format!("-Wl,--version-script={}", script.display())], &library);
    assert!(!exports(&library, "soch_plugin_v1"));
}

#[test]
fn rust_release() {
    let directory = PrivateDir::new("rust-release");
    let release = |flags: &[&str]| rust_codec::release(flags, directory.path());
    let library = release(&[]);
    survived("release", &library);
    stripped("rust_release", &library, &directory);
    for flags in [&["-Cstrip=symbols"][..], &["-Ccodegen-units=1", "-Copt-level=z"], &["-Clink-arg=-Wl,--gc-sections"]]
    {
        survived(&format!("release {flags:?}"), &release(flags));
    }
    for linker in ["bfd", "gold", "lld"] {
        if tool("rust_release", &format!("ld.{linker}")).is_some() {
            let flags = [&format!("-Clink-arg=-fuse-ld={linker}"), "-Cstrip=symbols"];
            survived(&format!("release {flags:?}"), &release(&flags));
        }
    }
}

#[test]
fn rust_smallest() {
    let directory = PrivateDir::new("rust-smallest");
    let rest = format!(
        "path = {:?}\n[dependencies]\nsochdb-plugin-sdk = {{ path = {:?} }}\n\
         [profile.release]\nlto = \"fat\"\nopt-level = \"z\"\ncodegen-units = 1\nstrip = \"symbols\"\n",
        root().join("examples-rust/codec_xor/src/lib.rs"),
        root().join("sdk")
    );
    survived("smallest release", &rust_codec::alone("codec_xor", &rest, &[], directory.path()));
}
