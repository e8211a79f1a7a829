//! Whatever compiles and links a plugin, with whatever options, for whatever system: entry and note are in its file, and
//! are read there without running anything. For WebAssembly `tests/contract/wasm.rs` has it.

use crate::rust_codec;
use sochdb_plugin_host::sdk::abi::{SOCH_ABI_MAJOR, SOCH_ABI_MINOR, SOCH_KIND_COMPRESSION, SOCH_MAGIC};
use sochdb_plugin_host::{Facts, Format};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::foreign::Llvm;
use support::{compiler, find, root, run, skipped, succeed, tcc, tool, PrivateDir, MINUTE};

/// What a linker is told to leave out, fold or pack, and what is put between by a sanitizer.
const GNU: &[&[&str]] = &[
    &["-O0"],
    &["-O2", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"],
    &["-O3", "-flto", "-Wl,--gc-sections", "-s"],
    &["-Os", "-fvisibility=hidden", "-Wl,--as-needed", "-Wl,-z,relro", "-Wl,-z,now"],
    &["-O2", "-Wl,-z,pack-relative-relocs"],
    &["-fsanitize=address"],
    &["-fsanitize=undefined"],
    &["-fsanitize=thread"],
];
const LLVM: &[&[&str]] = &[
    &["-O2", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", "-Wl,--icf=all"],
    &["-O2", "-flto=thin", "-Wl,--gc-sections", "-s"],
    &["-O2", "-flto", "-Wl,--gc-sections"],
    &["-O2", "-Wl,--pack-dyn-relocs=relr"],
    &["-fsanitize=address"],
    &["-fsanitize=undefined"],
    &["-fsanitize=thread"],
];
const MINGW: &[&[&str]] = &[
    &["-O0"],
    &["-O2", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"],
    &["-O2", "-flto", "-Wl,--gc-sections", "-s"],
];
/// For linkers that leave out what nobody names.
const LEFT_OUT: &[&[&str]] = &[&["-O0"], &["-O2", "-ffunction-sections", "-fdata-sections"], &["-O2", "-flto"]];
const STRIPS: &[&[&str]] = &[&["strip"], &["strip", "--strip-unneeded"], &["strip", "--strip-debug"]];
/// Systems of zig, which brings the libraries of each.
const ZIG: &[(&str, Format, &str)] = &[
    ("x86_64-macos", Format::MachO, "x86_64"),
    ("aarch64-macos", Format::MachO, "aarch64"),
    ("x86_64-linux-musl", Format::Elf, "x86_64"),
    ("aarch64-linux-musl", Format::Elf, "aarch64"),
    ("x86_64-linux-gnu.2.17", Format::Elf, "x86_64"),
];
const ZIG_OPTIONS: &[&[&str]] = &[&["-O0"], &["-O2", "-s"]];

fn source() -> PathBuf {
    root().join("examples-c/codec_xor.c")
}

/// The file says of itself what the source says.
fn is_marked(library: &Path, how: &str, format: Format, machine: &str) {
    let bytes = fs::read(library).expect("the built library");
    let facts = Facts::read(&bytes).unwrap_or_else(|error| panic!("{how}: {error}"));
    assert_eq!((facts.format, facts.machine_name()), (format, machine), "{how}");
    let note = facts.note.as_ref().unwrap_or_else(|| panic!("{how}: it has no note"));
    assert_eq!((note.name.to_string().as_str(), note.kinds), ("codec_xor", SOCH_KIND_COMPRESSION), "{how}");
    assert_eq!((note.abi_major, note.abi_minor, facts.note_count), (SOCH_ABI_MAJOR, SOCH_ABI_MINOR, 1), "{how}");
    let entry = facts.entry.unwrap_or_else(|| panic!("{how}: it has no entry"));
    assert_eq!((entry.magic, entry.layout_hash), (SOCH_MAGIC, note.layout_hash), "{how}");
    assert!(u64::from(entry.size) <= facts.entry_size, "{how}: {} of {} bytes", entry.size, facts.entry_size);
}

/// Builds the codec with each row of options; a sanitizer or an option that a compiler does not have is told.
fn each(test: &str, program: &Path, first: &[&str], rows: &[&[&str]], library: &str, as_what: (Format, &str)) {
    let directory = PrivateDir::new(test);
    let mut built = 0;
    for row in rows {
        let library = directory.join(library);
        let how = format!("{} {} {}", program.display(), first.join(" "), row.join(" "));
        let mut command = compiler(program);
        command.args(["-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]).args(first).args(*row);
        command.arg(source()).arg("-o").arg(&library);
        let done = run(&mut command, MINUTE * 5);
        if !done.status.success() {
            let lacks = [
                "unrecognized",
                "unknown",
                "unsupported",
                "cannot find",
                "unable to find",
                "cannot open",
                "warning: -z",
            ];
            assert!(lacks.iter().any(|word| done.stderr.contains(word)), "{how}: {}", done.stderr);
            skipped(test, &format!("{how}: {}", done.stderr.lines().next().unwrap_or_default()));
            continue;
        }
        is_marked(&library, &how, as_what.0, as_what.1);
        built += 1;
    }
    assert!(built > rows.len() / 3, "{test}: {built} of {} were built", rows.len());
}

#[test]
fn gcc_drops_a_mark() {
    let Some(gcc) = tool("gcc_drops_a_mark", "gcc") else { return };
    each("gcc_drops_a_mark", &gcc, &[], GNU, "codec.so", (Format::Elf, std::env::consts::ARCH));
}

#[test]
fn clang_and_lld_drop_a_mark() {
    let test = "clang_and_lld_drop_a_mark";
    let (Some(clang), Some(_)) = (tool(test, "clang"), tool(test, "ld.lld")) else { return };
    each(test, &clang, &["-fuse-ld=lld"], LLVM, "codec.so", (Format::Elf, std::env::consts::ARCH));
}

#[test]
fn tcc_drops_a_mark() {
    let Some(program) = tool("tcc_drops_a_mark", "tcc") else { return };
    let directory = PrivateDir::new("tcc_drops_a_mark");
    let library = directory.join("codec.so");
    tcc::build(&program, &source(), &library);
    is_marked(&library, "tcc", Format::Elf, std::env::consts::ARCH);
}

#[test]
fn strip_takes_a_mark_away() {
    let directory = PrivateDir::new("strip_takes_a_mark_away");
    for (compiling, first, name, as_what) in [
        ("gcc", "", "codec.so", (Format::Elf, std::env::consts::ARCH)),
        ("x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-", "codec.dll", (Format::Pe, "x86_64")),
    ] {
        let Some(program) = tool("strip_takes_a_mark_away", compiling) else { continue };
        for strip in STRIPS {
            let library = directory.join(name);
            succeed(compiler(&program).args(["-shared", "-fPIC", "-g"]).arg(source()).arg("-o").arg(&library), MINUTE);
            let stripping = format!("{first}{}", strip[0]);
            succeed(Command::new(&stripping).args(&strip[1..]).arg(&library), MINUTE);
            is_marked(&library, &format!("{stripping} {}", strip[1..].join(" ")), as_what.0, as_what.1);
        }
    }
}

#[test]
fn a_compiler_for_another_processor_drops_a_mark() {
    let test = "a_compiler_for_another_processor_drops_a_mark";
    for (name, machine) in [("aarch64-linux-gnu-gcc", "aarch64"), ("musl-gcc", std::env::consts::ARCH)] {
        let Some(gcc) = tool(test, name) else { continue };
        each(test, &gcc, &[], &GNU[..4], "codec.so", (Format::Elf, machine));
    }
}

#[test]
fn mingw_drops_a_mark() {
    let test = "mingw_drops_a_mark";
    let Some(mingw) = tool(test, "x86_64-w64-mingw32-gcc") else { return };
    each(test, &mingw, &[], MINGW, "codec.dll", (Format::Pe, "x86_64"));
}

/// Microsoft's compiler is known here from clang's mode for it.
#[test]
fn a_compiler_for_windows_or_macos_warns_or_drops_a_mark() {
    let test = "a_compiler_for_windows_or_macos_warns_or_drops_a_mark";
    let Some(llvm) = Llvm::find(test) else { return };
    let directory = PrivateDir::new(test);
    let header = directory.write("header.cpp", "#include \"sochdb_plugin.h\"\n");
    for target in ["x86_64-pc-windows-msvc", "arm64-apple-macos11"] {
        let strict = || {
            let mut command = llvm.clang(target);
            command.args(["-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]);
            command
        };
        for standard in ["c99", "c11", "c17", "c2x"] {
            succeed(strict().arg(format!("-std={standard}")).arg(source()), MINUTE);
        }
        succeed(strict().arg("-std=c++11").arg(&header), MINUTE);
    }
    for options in LEFT_OUT {
        let library = directory.join("codec_xor.dll");
        llvm.windows(options, &source(), &library);
        is_marked(&library, &format!("clang in MSVC mode {}", options.join(" ")), Format::Pe, "x86_64");
        for (processor, machine) in [("arm64", "aarch64"), ("x86_64", "x86_64")] {
            let library = directory.join("codec_xor.dylib");
            llvm.macos(processor, options, &source(), &library);
            is_marked(&library, &format!("clang for macOS {}", options.join(" ")), Format::MachO, machine);
        }
    }
}

/// zig is on the search path where `.ci/macos` put it there.
#[test]
fn zig_drops_a_mark() {
    let test = "zig_drops_a_mark";
    let Some(zig) = tool(test, "zig") else { return };
    let directory = PrivateDir::new(test);
    for (target, format, machine) in ZIG {
        for row in ZIG_OPTIONS {
            let library = directory.join("codec");
            let how = format!("zig {target} {}", row.join(" "));
            let mut command = Command::new(&zig);
            command.args(["cc", "-target", target, "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror"]).args(*row);
            command.arg("-I").arg(root().join("include")).arg(source()).arg("-o").arg(&library);
            succeed(&mut command, MINUTE * 5);
            is_marked(&library, &how, *format, machine);
        }
    }
}

/// A Rust plugin for each other system that rustup and a linker are there for.
#[test]
fn rust_for_another_system_drops_a_mark() {
    let test = "rust_for_another_system_drops_a_mark";
    for (system, linker, file, format, machine) in [
        ("x86_64-pc-windows-gnu", "x86_64-w64-mingw32-gcc", "codec_xor.dll", Format::Pe, "x86_64"),
        ("aarch64-apple-darwin", "zig-cc-aarch64-macos", "libcodec_xor.dylib", Format::MachO, "aarch64"),
        ("x86_64-apple-darwin", "zig-cc-x86_64-macos", "libcodec_xor.dylib", Format::MachO, "x86_64"),
    ] {
        let Some(linker) = find(linker) else {
            skipped(test, &format!("{system}: {linker} is not installed"));
            continue;
        };
        let installed =
            find("rustup").map(|rustup| succeed(Command::new(rustup).args(["target", "list", "--installed"]), MINUTE));
        if !installed.is_some_and(|list| list.stdout.lines().any(|line| line == system)) {
            skipped(test, &format!("rustup's target {system} is not installed"));
            continue;
        }
        let library = rust_codec::for_system(system, &linker, file);
        is_marked(&library, system, format, machine);
    }
}
