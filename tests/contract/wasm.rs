//! The contract in WebAssembly, where pointers have 32 bits: the header compiles there, and both languages assert one layout.

use std::fs;
use std::path::Path;
use std::process::Command;
use support::{cargo, compiler, root, run, skipped, succeed, target_tmp, tool, PrivateDir, MINUTE};

/// Without any library, and with that of WASI.
const TARGETS: [&[&str]; 2] = [&["--target=wasm32", "-ffreestanding", "-nostdlibinc"], &["--target=wasm32-wasi"]];

/// What makes the command that compiles for WebAssembly by `name`, if it can and the target's C library is there.
fn for_wasm<'a>(test: &str, name: &str, target: &'a [&str]) -> Option<impl Fn() -> Command + 'a> {
    let program = tool(test, name)?;
    let make = move || {
        let mut command = compiler(&program);
        command.args(target).arg("-fsyntax-only");
        command
    };
    let directory = PrivateDir::new(test);
    let probe = directory.write("probe.c", "#include <stdint.h>\nint32_t probe;\n");
    if !run(make().args(["-x", "c"]).arg(probe), MINUTE).status.success() {
        skipped(test, &format!("{name} does not compile for {target:?}; Debian's packages clang and wasi-libc do"));
        return None;
    }
    Some(make)
}

#[test]
fn the_header_compiles_for_webassembly() {
    let test = "the_header_compiles_for_webassembly";
    let directory = PrivateDir::new(test);
    let header = directory.write("header.cpp", "#include \"sochdb_config.h\"\n");
    let codec = root().join("examples-c/codec_xor.c");
    let strict = ["-pedantic", "-Wall", "-Wextra", "-Werror"];
    for target in TARGETS {
        for (name, standards, file) in [
            ("clang", ["c99", "c11", "c17", "c2x"], &codec),
            ("clang++", ["c++11", "c++17", "c++20", "c++2b"], &header),
        ] {
            let Some(command) = for_wasm(test, name, target) else { continue };
            for standard in standards {
                succeed(command().args(strict).arg(format!("-std={standard}")).arg(file), MINUTE);
            }
        }
    }
}

/// The module that the command of the header's first page makes of `source`, if clang and its linker for WebAssembly are there.
fn by_the_first_page(test: &str, source: &str) -> Option<Vec<u8>> {
    let _compiles = for_wasm(test, "clang", TARGETS[0])?;
    if support::find("wasm-ld").is_none() {
        skipped(test, "wasm-ld is not there: Debian's package lld has it");
        return None;
    }
    let header = fs::read_to_string(root().join("include/sochdb_plugin.h")).expect("the header");
    let command = header.lines().find_map(|line| line.strip_prefix("//              clang ")).expect("the command");
    let directory = PrivateDir::new(test);
    directory.write("plugin.c", source);
    let include = format!("-I{}", root().join("include").display());
    let arguments = command.split(' ').map(|word| if word == "-Iinclude" { &include } else { word });
    let mut clang = compiler(&support::find("clang").expect("it was there"));
    succeed(clang.args(arguments).current_dir(directory.path()), MINUTE);
    Some(fs::read(directory.join("plugin.wasm")).expect("a module"))
}

fn codec_xor() -> String {
    fs::read_to_string(root().join("examples-c/codec_xor.c")).expect("a plugin")
}

#[test]
fn the_command_of_the_first_page_keeps_entry_note_and_functions() {
    let test = "the_command_of_the_first_page_keeps_entry_note_and_functions";
    let Some(module) = by_the_first_page(test, &codec_xor()) else { return };
    let has = |bytes: &[u8]| module.windows(bytes.len()).any(|window| window == bytes);
    for name in ["soch_plugin_v1", "memory", "__indirect_function_table"] {
        assert!(has(name.as_bytes()), "the module exports no `{name}`");
    }
    assert!(has(b"SochDB\0"), "the linker dropped the note");
}

#[test]
fn what_reads_a_configuration_needs_no_library() {
    let test = "what_reads_a_configuration_needs_no_library";
    let page = fs::read_to_string(root().join("include/sochdb_config.h")).expect("the header");
    let code = page.lines().skip_while(|line| !line.starts_with("//   ")).map_while(|line| line.strip_prefix("//   "));
    let example: String = code.map(|line| format!("{line}\n")).collect();
    assert!(example.contains("soch_config_unsigned"), "the example of the page: {example}");
    let create = format!(
        "#include \"sochdb_config.h\"\nstatic soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {{\n\
         {example}(void)host;\n*instance = NULL;\nreturn path[0] == '/' && megabytes == 7 ? SOCH_FAILED : SOCH_OK;\n}}\n"
    );
    let source = codec_xor().replace("SOCH_KIND_COMPRESSION, ", "SOCH_KIND_COMPRESSION, .create = create, ");
    assert!(source.contains("create"));
    let _module = by_the_first_page(test, &(create + &source));
}

#[test]
fn a_wrong_layout_does_not_compile_for_webassembly() {
    let test = "a_wrong_layout_does_not_compile_for_webassembly";
    let header = fs::read_to_string(root().join("include/sochdb_plugin.h")).expect("the header");
    let directory = PrivateDir::new(test);
    let commands: Vec<_> = TARGETS.iter().filter_map(|target| for_wasm(test, "clang", target)).collect();
    for (what, from, to) in [
        ("a wider field", "  int32_t code;\n", "  int64_t code;\n"),
        ("a length that is no pointer's size", "  uint64_t limit;\n", "  size_t limit;\n"),
    ] {
        assert_eq!(header.matches(from).count(), 1, "{from:?} occurs once");
        let file = directory.write("wrong.c", &header.replace(from, to));
        for command in &commands {
            let result = run(command().arg(&file), MINUTE);
            assert!(!result.status.success(), "{what} compiles: {:?}", command());
            assert!(result.stderr.contains("soch_assert") || result.stderr.contains("static"), "{}", result.stderr);
        }
    }
}

#[test]
fn rust_has_the_same_layout_in_webassembly() {
    const TARGET: &str = "wasm32-unknown-unknown";
    let test = "rust_has_the_same_layout_in_webassembly";
    let rustc = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    let libraries = rustc.ok().filter(|found| found.status.success()).map(|found| found.stdout);
    let libraries = libraries.and_then(|path| String::from_utf8(path).ok()).unwrap_or_default();
    if !Path::new(libraries.trim()).is_dir() {
        return skipped(test, &format!("rustc has no {TARGET}: rustup target add {TARGET}"));
    }
    let asserts = concat!(env!("OUT_DIR"), "/layout_asserts.rs");
    let directory = PrivateDir::new(test);
    let contract = root().join("sdk/abi");
    fs::create_dir(directory.join("src")).expect("a directory");
    // `{:?}` of a path in UTF-8 is a string of Rust and of TOML.
    let manifest = format!(
        "[package]\nname = \"layout_in_wasm\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n\
         [dependencies]\nsochdb-plugin-abi = {{ path = {contract:?} }}\n"
    );
    directory.write("Cargo.toml", &manifest);
    let check = |asserts: &str| {
        let source = "#![no_std]\nuse core::mem::{align_of, offset_of, size_of};\nuse sochdb_plugin_abi as abi;\n";
        directory.write("src/lib.rs", &format!("{source}include!({asserts:?});\n"));
        let mut cargo = cargo();
        cargo
            .args(["check", "--quiet", "--offline", "--target", TARGET, "--target-dir"])
            .arg(target_tmp().join("wasm"));
        run(cargo.current_dir(directory.path()), MINUTE)
    };
    let right = check(asserts);
    assert!(right.status.success(), "{}", right.stderr);
    let text = fs::read_to_string(asserts).expect("the assertions");
    let (of_64_bit, of_wasm) = text.split_once("#[cfg(target_arch = \"wasm32\")]").expect("those of wasm32");
    let wrong = of_wasm.replacen("size_of::<abi::soch_bytes>() == 8", "size_of::<abi::soch_bytes>() == 16", 1);
    assert_ne!(of_wasm, wrong);
    let wrong = directory.write("wrong.rs", &format!("{of_64_bit}#[cfg(target_arch = \"wasm32\")]{wrong}"));
    let wrong = check(wrong.to_str().expect("UTF-8"));
    assert!(
        !wrong.status.success() && wrong.stderr.contains("soch_bytes"),
        "a wrong assertion holds: {}",
        wrong.stderr
    );
}
