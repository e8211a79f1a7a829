//! What does not compile, and that the compiler says why.

use super::{cpp, every_language};
use std::path::Path;
use support::{compiler, run, tool, Finished, PrivateDir, MINUTE};

const LONGEST_NAME: &str = "\"a23456789012345678901234567890123456789012345678901234567890123\"";
const LONGEST_VERSION: &str = "\"1234567890123456789012345678901\"";

/// Name, version, kinds, and what the compiler must say: the text, or in C99 the name of the check.
const IDENTITIES: [(&str, &str, &str, &[&str]); 7] = [
    ("\"\"", "\"1\"", "8", &["the plugin's name must have 1 to 63 bytes", "soch_name_has_1_to_63_bytes"]),
    ("LONGEST_NAME \"4\"", "\"1\"", "8", &["the plugin's name must have 1 to 63 bytes", "soch_name_has_1_to_63_bytes"]),
    ("\"a\"", "\"\"", "8", &["the plugin's version must have 1 to 31 bytes", "soch_version_has_1_to_31_bytes"]),
    (
        "\"a\"",
        "LONGEST_VERSION \"2\"",
        "8",
        &["the plugin's version must have 1 to 31 bytes", "soch_version_has_1_to_31_bytes"],
    ),
    ("\"a\"", "\"1\"", "0", &["KINDS must be some of SOCH_KIND_*", "soch_kinds_are_some_of_SOCH_KIND"]),
    ("\"a\"", "\"1\"", "32", &["KINDS must be some of SOCH_KIND_*", "soch_kinds_are_some_of_SOCH_KIND"]),
    ("\"a\"", "\"1\"", "-1", &["KINDS must be some of SOCH_KIND_*", "soch_kinds_are_some_of_SOCH_KIND"]),
];

const CODEC_IN_C: &str = "#include \"sochdb_plugin.h\"\n\
    static const soch_compression codec = {.size = sizeof(soch_compression)};\n\
    SOCH_PLUGIN(NAME, VERSION, KINDS, .compression = &codec);\n";

const CODEC_IN_CPP: &str = "#include \"sochdb_plugin.hpp\"\n\
    struct copies {\n    \
        copies(const soch_host &, soch_str) {}\n    \
        void algorithm(soch_str *name) { *name = SOCH_STR(\"copy\"); }\n    \
        void compress(soch_bytes input, soch::writer output) { output.write(input.ptr, input.len); }\n    \
        void decompress(soch_bytes input, soch::writer output) { output.write(input.ptr, input.len); }\n\
    };\n\
    SOCH_CPP_PLUGIN(NAME, VERSION, KINDS, copies, \"Copies.\");\n";

/// Compiles `source` with `defines`, each `NAME=VALUE`.
fn compile(program: &Path, standard: &str, source: &Path, defines: &[(&str, &str)]) -> Finished {
    let mut command = compiler(program);
    command.args(["-pedantic", "-Wall", "-Wextra", standard]);
    // Takes half the time, but tcc cannot.
    command.arg(if source.extension().is_some_and(|suffix| suffix == "cpp") { "-fsyntax-only" } else { "-c" });
    command.args(defines.iter().map(|(name, value)| format!("-D{name}={value}")));
    run(command.arg(source).arg("-o").arg(source.with_extension("o")), MINUTE)
}

fn refused(what: &str, result: &Finished, says: &[&str]) {
    assert!(!result.status.success(), "{what} compiles");
    assert!(says.iter().any(|text| result.stderr.contains(text)), "{what}: none of {says:?} in\n{}", result.stderr);
}

fn identity<'a>(name: &'a str, version: &'a str, kinds: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut defines = vec![("NAME", name), ("VERSION", version), ("KINDS", kinds)];
    defines.extend([("LONGEST_NAME", LONGEST_NAME), ("LONGEST_VERSION", LONGEST_VERSION)]);
    defines
}

fn longest_identity(program: &Path, standard: &str, source: &Path) {
    let longest = identity("LONGEST_NAME", "LONGEST_VERSION", "8");
    let result = compile(program, standard, source, &longest);
    assert!(result.status.success() && result.stderr.is_empty(), "{}", result.stderr);
}

/// The identity with this number is refused.
fn wrong_identity(number: usize, program: &Path, standard: &str, source: &Path) {
    let (name, version, kinds, says) = IDENTITIES[number];
    let defines = identity(name, version, kinds);
    refused(&format!("{name} {version} {kinds}"), &compile(program, standard, source, &defines), says);
}

#[test]
fn wrong_identity_in_c() {
    const TEST: &str = "wrong_identity_in_c";
    let directory = PrivateDir::new(TEST);
    let source = directory.write("codec.c", CODEC_IN_C);
    let mut all = every_language(TEST);
    all.retain(|(_, _, language)| *language == "c");
    all.extend(tool(TEST, "tcc").map(|tcc| (tcc, "-std=c99".to_owned(), "c")));
    for (program, standard, _) in all {
        longest_identity(&program, &standard, &source);
        (0..IDENTITIES.len()).for_each(|number| wrong_identity(number, &program, &standard, &source));
    }
}

#[test]
fn soch_plugin_in_cpp_names_what_to_use() {
    const TEST: &str = "soch_plugin_in_cpp_names_what_to_use";
    let directory = PrivateDir::new(TEST);
    let source = directory.write("codec.cpp", CODEC_IN_C);
    for (program, standard, language) in every_language(TEST) {
        if language == "c++" {
            let result = compile(&program, &standard, &source, &identity("\"a\"", "\"1\"", "8"));
            refused(TEST, &result, &["in C++ include sochdb_plugin.hpp and use SOCH_CPP_PLUGIN"]);
            assert_eq!(result.stderr.matches("error:").count(), 1, "{}", result.stderr);
        }
    }
}

#[test]
fn least_host_above_the_target() {
    const TEST: &str = "least_host_above_the_target";
    let directory = PrivateDir::new(TEST);
    let source = directory.write("codec.c", CODEC_IN_C);
    for (program, standard, language) in every_language(TEST) {
        if language == "c" {
            let mut defines = identity("\"a\"", "\"1\"", "8");
            defines.push(("SOCH_MIN_HOST_MINOR", "1"));
            assert!(compile(&program, &standard, &source, &defines).status.success(), "1 is the header's own");
            defines.push(("SOCH_TARGET_MINOR", "0"));
            let result = compile(&program, &standard, &source, &defines);
            refused(TEST, &result, &["SOCH_MIN_HOST_MINOR is above SOCH_TARGET_MINOR"]);
        }
    }
}

#[test]
fn wrong_identity_in_cpp() {
    const TEST: &str = "wrong_identity_in_cpp";
    let directory = PrivateDir::new(TEST);
    let source = directory.write("codec.cpp", CODEC_IN_CPP);
    let languages: Vec<_> = cpp(TEST).collect();
    for (program, standard) in &languages {
        longest_identity(program, standard, &source);
    }
    // Each in one of them, in turn: the check is one for all.
    for (number, (program, standard)) in languages.iter().cycle().take(IDENTITIES.len()).enumerate() {
        wrong_identity(number, program, standard, &source);
    }
}
