//! The C header: equal to its source, and clean in every C and C++ that it promises.

mod mistakes;

use sochdb_plugin_abi::SOCH_ABI_MINOR;
use std::fs;
use std::path::{Path, PathBuf};
use support::{compiler, find, root, run, succeed, tool, PrivateDir, MINUTE};

const C: [&str; 4] = ["c99", "c11", "c17", "c2x"];
const CPP: [&str; 5] = ["c++11", "c++14", "c++17", "c++20", "c++2b"];
const STRICT: [&str; 4] = ["-pedantic", "-Wall", "-Wextra", "-Werror"];

fn same(committed: &str, generated: &str) {
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (have, want) = (read(&root().join(committed)), read(Path::new(generated)));
    let difference = have.lines().zip(want.lines()).position(|(have, want)| have != want);
    let shorter = have.lines().count().min(want.lines().count());
    if have != want {
        let at = difference.unwrap_or(shorter);
        panic!(
            "{committed}:{} differs from sdk/abi/src. It says:\n  {}\nand should say:\n  {}\n`SOCH_RENEW_HEADER=1 cargo build` renews \
             the header and the layout hashes: commit both.",
            at + 1,
            have.lines().nth(at).unwrap_or("(its end)"),
            want.lines().nth(at).unwrap_or("(its end)")
        );
    }
}

#[test]
fn header_is_what_the_contract_says() {
    same("include/sochdb_plugin.h", concat!(env!("OUT_DIR"), "/sochdb_plugin.h"));
}

#[test]
fn layout_hashes_are_what_the_contract_says() {
    same("sdk/abi/src/layout_hash.rs", concat!(env!("OUT_DIR"), "/layout_hash.rs"));
}

#[test]
fn first_page_has_at_most_95_lines() {
    let header = fs::read_to_string(root().join("include/sochdb_plugin.h")).expect("the header");
    let lines = header.lines().take_while(|line| line.starts_with("//")).count();
    assert!((20..=95).contains(&lines), "the first page has {lines} lines");
    for topic in ["Ownership", "NULL", "Status", "Threads", "Panics", "Growth", "Versions", "Rules"] {
        let page: Vec<&str> = header.lines().take(lines).collect();
        assert!(page.iter().any(|line| line.starts_with(&format!("// {topic} "))), "the first page lacks {topic}");
    }
}

/// Two files that include the header twice each; the first one is a plugin where the language has SOCH_PLUGIN.
fn two_files(directory: &PrivateDir, header: &str, suffix: &str) -> [PathBuf; 2] {
    let include = format!("#include \"{header}\"\n#include \"{header}\"\n");
    let entry = if suffix == "c" {
        "static const soch_compression codec = {.size = sizeof(soch_compression)};\n\
         SOCH_PLUGIN(\"one\", \"1.0\", SOCH_KIND_COMPRESSION, .compression = &codec);\n"
    } else {
        ""
    };
    let use_it = |name: &str| {
        format!(
            "{include}soch_status {name}(soch_error *error, const soch_writer *out);\n\
             soch_status {name}(soch_error *error, const soch_writer *out) {{\n    \
             soch_str text = SOCH_STR(\"x\");\n    \
             soch_status status = soch_put(out, text.ptr, text.len);\n    \
             return status == SOCH_OK ? status : soch_fail(error, status, 1, \"no\");\n}}\n"
        )
    };
    let first = directory.write(&format!("first.{suffix}"), &(use_it("first") + entry));
    [first, directory.write(&format!("second.{suffix}"), &use_it("second"))]
}

fn compiles_clean(test: &str, compilers: &[&str], header: &str, suffix: &str, standards: &[&str], more: &[&str]) {
    for name in compilers {
        let Some(program) = tool(test, name) else { continue };
        let directory = PrivateDir::new(test);
        let files = two_files(&directory, header, suffix);
        for (at, standard) in standards.iter().enumerate() {
            // What a target leaves out depends on no standard.
            for minor in if at == 0 { 0 } else { SOCH_ABI_MINOR }..=SOCH_ABI_MINOR {
                let mut command = compiler(&program);
                command.args(STRICT).args(more).arg(format!("-std={standard}"));
                command.arg(format!("-DSOCH_TARGET_MINOR={minor}")).args(["-shared", "-fPIC"]);
                succeed(command.args(&files).arg("-o").arg(directory.join("both.so")), MINUTE);
            }
        }
    }
}

/// What nobody writes would cross with a struct that a tier copies.
#[test]
fn no_struct_has_bytes_that_no_field_has() {
    let test = "no_struct_has_bytes_that_no_field_has";
    let directory = PrivateDir::new(test);
    let file = directory.write("padded.c", "#include \"sochdb_plugin.h\"\n");
    for program in ["gcc", "clang"].iter().filter_map(|name| tool(test, name)) {
        succeed(compiler(&program).args(["-Wpadded", "-Werror", "-fsyntax-only"]).arg(&file), MINUTE);
    }
}

#[test]
fn reader_of_configurations_compiles_clean() {
    let test = "reader_of_configurations_compiles_clean";
    compiles_clean(test, &["gcc", "clang"], "sochdb_config.h", "c", &C, &["-Wstrict-prototypes", "-Wconversion"]);
    compiles_clean(test, &["g++", "clang++"], "sochdb_config.h", "cpp", &CPP, &["-Wconversion"]);
}

#[test]
fn flags_are_taken_away_without_a_sign() {
    let test = "flags_are_taken_away_without_a_sign";
    let directory = PrivateDir::new(test);
    let text = "#include \"sochdb_plugin.h\"\n\
        int unknown(const soch_cursor_options *options);\n\
        int unknown(const soch_cursor_options *options) {\n    \
        return (options->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~SOCH_CURSOR_REVERSE) != 0;\n}\n\
        SOCH_ASSERT((UINT64_MAX & ~SOCH_CURSOR_REVERSE) == UINT64_MAX - 1);\n";
    let file = directory.write("flags.c", text);
    for (program, standard, language) in every_language(test) {
        let mut command = compiler(&program);
        command.args(STRICT).args(["-Wconversion", "-Wsign-conversion", &standard, "-fsyntax-only", "-x", language]);
        succeed(command.arg(&file), MINUTE);
    }
}

#[test]
fn each_item_is_met_and_the_count_is_asked_once() {
    let test = "each_item_is_met_and_the_count_is_asked_once";
    let directory = PrivateDir::new(test);
    let text = "#include \"sochdb_plugin.h\"\n\
        static int asked;\n\
        static size_t count_of(size_t count) { return asked++, count; }\n\
        int main(void) {\n    \
        const soch_row rows[3] = {{{NULL, 1}, {NULL, 0}}, {{NULL, 2}, {NULL, 0}}, {{NULL, 4}, {NULL, 0}}};\n    \
        const soch_row *none = NULL;\n    size_t sum = 0;\n    \
        SOCH_EACH(soch_row, each, rows, count_of(3)) sum += each->key.len;\n    \
        SOCH_EACH(soch_row, each, none, count_of(0)) sum += each->key.len;\n    \
        return sum == 7 && asked == 2 ? 0 : 1;\n}\n";
    let file = directory.write("each.c", text);
    for (program, standard, language) in every_language(test) {
        let (mut command, made) = (compiler(&program), directory.join("each"));
        command.args(STRICT).args([&standard, "-x", language]).arg(&file).arg("-o").arg(&made);
        succeed(&mut command, MINUTE);
        succeed(&mut std::process::Command::new(&made), MINUTE);
    }
}

#[test]
fn passed_over_status_is_told() {
    let test = "passed_over_status_is_told";
    let directory = PrivateDir::new(test);
    let text = "#include \"sochdb_config.h\"\n\
        void use(const soch_writer *out, soch_str config, soch_error *error);\n\
        void use(const soch_writer *out, soch_str config, soch_error *error) {\n    CALL;\n}\n";
    let file = directory.write("passed_over.c", text);
    for (program, standard, language) in every_language(test) {
        for call in
            ["soch_put(out,\"a\",1)", "soch_fail(error,SOCH_IO,0,\"a\")", "soch_config_only(config,\"\",NULL,error)"]
        {
            let mut command = compiler(&program);
            command.args([&standard, "-c", "-o", "/dev/null", "-x", language]).arg(format!("-DCALL={call}"));
            let result = run(command.arg(&file), MINUTE);
            let told = ["-Wunused-result", "-Wunused-value"].iter().any(|option| result.stderr.contains(option));
            assert!(told, "{command:?}: {}", result.stderr);
        }
    }
}

#[test]
fn c_compiles_clean() {
    compiles_clean("c_compiles_clean", &["gcc", "clang"], "sochdb_plugin.h", "c", &C, &["-Wstrict-prototypes"]);
}

#[test]
fn cpp_compiles_clean() {
    compiles_clean("cpp_compiles_clean", &["g++", "clang++"], "sochdb_plugin.h", "cpp", &CPP, &[]);
}

#[test]
fn cpp_header_compiles_clean() {
    let test = "cpp_header_compiles_clean";
    compiles_clean(test, &["g++", "clang++"], "sochdb_plugin.hpp", "cpp", &[CPP[0], CPP[CPP.len() - 1]], &[]);
    for (program, standard, language) in every_language(test) {
        if language == "c++" {
            let mut command = compiler(&program);
            command.args(STRICT).args([&standard, "-fsyntax-only"]);
            succeed(command.arg(root().join("examples-c/codec_reverse.cpp")), MINUTE);
        }
    }
}

/// Every C compiler with every standard, each as `(program, -std=…)`.
pub fn every_language(test: &str) -> Vec<(PathBuf, String, &'static str)> {
    let c = ["gcc", "clang"].map(|name| (name, &C[..], "c"));
    let cpp = ["g++", "clang++"].map(|name| (name, &CPP[..], "c++"));
    let mut all = Vec::new();
    for (name, standards, language) in c.into_iter().chain(cpp) {
        let Some(program) = tool(test, name) else { continue };
        all.extend(standards.iter().map(|standard| (program.clone(), format!("-std={standard}"), language)));
    }
    all
}

/// The oldest and the newest C++ of each compiler.
pub fn cpp(test: &str) -> impl Iterator<Item = (PathBuf, String)> {
    let ends = [CPP[0], CPP[CPP.len() - 1]].map(|standard| format!("-std={standard}"));
    every_language(test)
        .into_iter()
        .filter(move |(_, standard, _)| ends.contains(standard))
        .map(|(program, standard, _)| (program, standard))
}

#[test]
fn wrong_layout_does_not_compile() {
    let header = fs::read_to_string(root().join("include/sochdb_plugin.h")).expect("the header");
    let wrong = [
        ("a wider field", "  int32_t code;\n", "  int64_t code;\n"),
        ("a field too many", "  uint64_t limit;\n", "  uint64_t limit;\n  uint64_t more;\n"),
        ("another length", "#define SOCH_NAME_SIZE 64\n", "#define SOCH_NAME_SIZE 60\n"),
    ];
    for (what, from, to) in wrong {
        assert_eq!(header.matches(from).count(), 1, "{from:?} occurs once");
        let directory = PrivateDir::new("wrong-layout");
        let file = directory.write("wrong.h", &header.replace(from, to));
        for (program, standard, language) in every_language("wrong_layout_does_not_compile") {
            let mut command = compiler(&program);
            let result = run(command.args([&standard, "-fsyntax-only", "-x", language]).arg(&file), MINUTE);
            let says = ["soch_assert", "static assertion failed", "static_assert failed"];
            assert!(!result.status.success(), "{what} compiles: {command:?}");
            assert!(says.iter().any(|text| result.stderr.contains(text)), "{what}: {}", result.stderr);
        }
    }
}

#[test]
fn newer_slot_is_hidden_from_an_older_target() {
    let directory = PrivateDir::new("older-target");
    let text = "#include \"sochdb_plugin.h\"\nconst soch_storage table = {.size = sizeof(table), .write_batch = 0};\n";
    let file = directory.write("newer.c", text);
    for name in ["gcc", "clang"] {
        let Some(program) = tool("newer_slot_is_hidden_from_an_older_target", name) else { continue };
        let compile = |minor: u16| {
            let define = format!("-DSOCH_TARGET_MINOR={minor}");
            run(compiler(&program).args(["-std=c99", "-fsyntax-only", &define]).arg(&file), MINUTE)
        };
        let old = compile(0);
        assert!(!old.status.success() && old.stderr.contains("write_batch"), "{name}: {}", old.stderr);
        let new = compile(1);
        assert!(new.status.success(), "{name}: {}", new.stderr);
    }
}

#[test]
fn target_above_the_header_is_an_error() {
    let directory = PrivateDir::new("above");
    let file = directory.write("above.c", "#include \"sochdb_plugin.h\"\n");
    for (program, standard, language) in every_language("target_above_the_header_is_an_error") {
        let define = format!("-DSOCH_TARGET_MINOR={}", SOCH_ABI_MINOR + 1);
        let mut command = compiler(&program);
        let result = run(command.args([&standard, "-fsyntax-only", &define, "-x", language]).arg(&file), MINUTE);
        assert!(!result.status.success(), "{command:?}");
        assert!(result.stderr.contains("this header is older than that"), "{}", result.stderr);
    }
}

#[test]
fn some_compiler_was_there() {
    assert!(
        find("gcc").or_else(|| find("clang")).is_some(),
        "install gcc or clang: without one nothing here is tested"
    );
}
