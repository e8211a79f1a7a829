//! A method that the host would not call does not compile, and the compiler says why.

use crate::header::{cpp, every_language};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use support::{compiler, root, run, succeed, Finished, PrivateDir, MINUTE};

const WHOLE: &str = include_str!("whole.cpp");
const STRICT: [&str; 5] = ["-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Werror"];

const OPTIONAL: &str = "an optional method (its slot is named here) has other parameters, is overloaded or not public";
const REQUIRED: &str = "the class lacks a required method (its slot is named in this message)";
const OF_HANDLE: &str = "what a method opens lacks a method (its slot is named in this message)";
const OPENS: &str = "a method that opens something returns its class by value, a std::unique_ptr to it";
const RESULT: &str = "a method returns void, bool, soch_status or soch::outcome<>";
const CONSTRUCTOR: &str = "the class needs a public constructor with soch::host and soch::config";
const CUSTOM: &str = "SOCH_KIND_CUSTOM is for a class that has `get_interface` and `capabilities`, and for no other";
const BOTH: &str = "the class has one of `get_interface` and `capabilities`";
const KINDS: &str = "the class has all required methods of a kind that KINDS leaves out";
const NARROW: &str = "a method (its slot is named in this message) has a parameter that is narrower than the slot's";
const DELETER: &str =
    "what is opened is destroyed by `delete`: a std::unique_ptr to one object, without a deleter of your own";
const AUTHOR: &str = "`author` is a static constexpr const char *";

/// What stands in the file, what stands there instead, what the compiler says, and what it names.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    // A required method.
    ("bool get(uint32_t, soch::bytes, soch::writer) { return false; }\n    void put(uint32_t, soch::bytes, soch::bytes, uint64_t)", "bool gett(uint32_t, soch::bytes, soch::writer) { return false; }\n    void put(uint32_t, soch::bytes, soch::bytes, uint64_t)", REQUIRED, "slot_get"),
    ("void flush(soch::call) {}", "void flush() {}", REQUIRED, "slot_flush"),
    ("void flush(soch::call) {}", "private: void flush(soch::call) {}\npublic:", REQUIRED, "slot_flush"),
    ("void put(uint32_t, soch::bytes, soch::bytes, uint64_t) {}", "void put(uint32_t, std::string, soch::bytes, uint64_t) {}", REQUIRED, "slot_put"),
    ("void algorithm(soch_str *) {}", "void algorithm(soch::str) {}", REQUIRED, "slot_algorithm"),
    // An optional one.
    ("soch::span<const soch_write>, const", "soch_write *, size_t, const", OPTIONAL, "slot_write_batch"),
    ("soch::span<const soch_write>, const", "soch::span<soch_write>, const", OPTIONAL, "slot_write_batch"),
    ("soch::span<const soch_write>, const soch_batch_options *", "soch::span<const soch_write>", OPTIONAL, "slot_write_batch"),
    ("void stats(soch_storage_stats *) {}", "void stats(soch_storage_stats &) {}", OPTIONAL, "slot_stats"),
    ("void stats(soch_storage_stats *) {}", "private: void stats(soch_storage_stats *) {}\npublic:", OPTIONAL, "slot_stats"),
    ("void stats(soch_storage_stats *) {}", "int stats = 0;", OPTIONAL, "slot_stats"),
    ("begin_txn(const soch_transaction_options *)", "begin_txn(soch_transaction_options *)", OPTIONAL, "slot_begin_txn"),
    ("open_reader()", "open_reader(void **)", OPTIONAL, "slot_open_reader"),
    ("void shutdown() {}", "void shutdown(int) {}", OPTIONAL, "slot_shutdown"),
    ("soch::span<const soch_bytes>, size_t, soch::writer", "soch::span<soch_bytes>, size_t, soch::writer", OPTIONAL, "slot_train"),
    ("void stats(soch_storage_stats *) {}", "void stats(float) {} void stats(int) {}", OPTIONAL, "slot_stats"),
    ("void stats(soch_storage_stats *) {}", "template <class A, class B> void stats(A, B) {}", OPTIONAL, "slot_stats"),
    ("void shutdown() {}", "static void shutdown(int) {}", OPTIONAL, "slot_shutdown"),
    // One with another name.
    ("void write_batch(", "void writebatch(", "a method `writebatch` with the parameters of the slot `write_batch`", ""),
    ("void write_batch(", "void WriteBatch(", "a method `WriteBatch` with the parameters of the slot `write_batch`", ""),
    ("> open_reader()", "> open_raeder()", "a method `open_raeder` with the parameters of the slot `open_reader`", ""),
    ("begin_txn(", "begin_transaction(", "a method `begin_transaction` with the parameters of the slot `begin_txn`", ""),
    ("void stats(", "void stat(", "a method `stat` with the parameters of the slot `stats`", ""),
    ("void train(", "void trains(", "a method `trains` with the parameters of the slot `train`", ""),
    ("void shutdown() {}", "void Shutdown() {}", "a method `Shutdown` with the parameters of the slot `shutdown`", ""),
    ("void shutdown() {}", "void shutDown() {}", "a method `shutDown` with the parameters of the slot `shutdown`", ""),
    // Of several words, whatever its parameters are.
    ("void write_batch(soch::call", "void WriteBatch(int, soch::call", "a member `WriteBatch`, a slip away from the slot `write_batch`", ""),
    ("> open_reader()", "> open_raeder(int)", "a member `open_raeder`, a slip away from the slot `open_reader`", ""),
    // Of what a method opens.
    ("void seek(soch::call, soch::bytes) {}", "void Seek(soch::call, soch::bytes) {}", "a method `Seek`, which is `seek` with another name", ""),
    ("void close() {}", "void Close() {}", "a method `Close`, which is `close` with another name", ""),
    ("void abort() {}", "void rollback() {}", "a method `rollback`, which is `abort` with another name", ""),
    // One with a parameter that does not keep all of what is given.
    ("void put(uint32_t, soch::bytes, soch::bytes, uint64_t) {}", "void put(short, soch::bytes, soch::bytes, uint64_t) {}", NARROW, "slot_put"),
    ("void put(uint32_t, soch::bytes, soch::bytes, uint64_t) {}", "void put(uint32_t, soch::bytes, soch::bytes, int) {}", NARROW, "slot_put"),
    ("soch::bytes, uint64_t, soch::row_sink) {}\n    void", "soch::bytes, int, soch::row_sink) {}\n    void", NARROW, "slot_scan"),
    ("void flush(soch::call) {}", "void flush(bool) {}", NARROW, "slot_flush"),
    // What a method opens.
    ("std::unique_ptr<reader> open_reader()", "std::unique_ptr<reader[]> open_reader()", DELETER, "open_reader"),
    ("std::unique_ptr<reader> open_reader() { return nullptr; }", "struct eraser { void operator()(reader *) const {} };\n    std::unique_ptr<reader, eraser> open_reader() { return nullptr; }", DELETER, "open_reader"),
    ("std::unique_ptr<reader> open_reader() { return nullptr; }", "void open_reader() {}", OPENS, "open_reader"),
    ("std::unique_ptr<reader> open_reader() { return nullptr; }", "reader *open_reader() { return nullptr; }", OPENS, "open_reader"),
    ("bool get(uint32_t, soch::bytes, soch_bytes *)", "bool read(uint32_t, soch::bytes, soch_bytes *)", OF_HANDLE, "slot_get"),
    ("bool get(uint32_t, soch::bytes, soch_bytes *)", "bool get(uint32_t, soch::bytes, soch::writer)", OF_HANDLE, "slot_get"),
    ("cursor open_cursor(", "cursor cursor_open(", OF_HANDLE, "slot_open_cursor"),
    ("void next(soch::call, soch::span<soch_row>, size_t *) {}", "void next(soch::span<soch_row>, size_t *) {}", OF_HANDLE, "slot_next"),
    ("void remove(uint32_t, soch::bytes) {}", "", OF_HANDLE, "slot_remove"),
    ("soch_status commit(soch::call)", "soch_status commit()", OF_HANDLE, "slot_commit"),
    ("void seek(soch::call, soch::bytes) {}", "void seek(soch::bytes) {}", OPTIONAL, "slot_seek"),
    ("void close() {}", "void close(int) {}", OPTIONAL, "slot_close"),
    ("void abort() {}", "private: void abort() {}", OPTIONAL, "slot_abort"),
    // What a method returns.
    ("soch_status commit(soch::call) { return SOCH_OK; }", "unsigned commit(soch::call) { return 0; }", RESULT, "status_of<unsigned int>"),
    ("void seek(soch::call, soch::bytes) {}", "soch::bytes seek(soch::call, soch::bytes key) { return key; }", RESULT, "status_of<soch::bytes>"),
    // A group.
    ("    void decompress_with(soch::bytes, const soch_compression_options *, soch::writer) {}\n", "", "the class has one of the methods `compress_with` and `decompress_with`: the host calls both or none", ""),
    ("    void rollback_to_savepoint() {}\n", "", "what a method opens has one of the methods `set_savepoint` and `rollback_to_savepoint`: the host calls both or none", ""),
    // The entry.
    ("SOCH_KIND_STORAGE | SOCH_KIND_COMPRESSION, whole", "SOCH_KIND_STORAGE, whole", KINDS, ""),
    ("whole(soch::host, soch::config) {}", "whole(soch::host) {}", CONSTRUCTOR, "whole"),
    ("whole(soch::host, soch::config) {}", "", CONSTRUCTOR, "whole"),
    ("void shutdown() {}", "const void *get_interface(soch::str) { return nullptr; }", BOTH, ""),
    ("void shutdown() {}", "static const char *const capabilities[];", BOTH, ""),
    ("void shutdown() {}", "static const char *const capabilities[]; const void *get_interface(soch::str) { return nullptr; }", CUSTOM, ""),
    ("void shutdown() {}", "void get_interface(soch::str) {}", "`get_interface` is a method with a soch::str that returns a const void *", ""),
    ("| SOCH_KIND_COMPRESSION, whole", "| SOCH_KIND_CUSTOM, whole", CUSTOM, ""),
    ("void shutdown() {}", "std::string author = \"somebody\";", AUTHOR, ""),
    ("void shutdown() {}", "static const char *author() { return \"somebody\"; }", AUTHOR, ""),
];

/// The options that let `program` read the header as it was compiled once, which takes half of the time of each file.
fn precompiled(program: &Path, standard: &str, directory: &PrivateDir) -> Vec<String> {
    let header = directory.join("sochdb_plugin.hpp");
    let of_clang = program.ends_with("clang++");
    let compiled = directory.join(if of_clang { "sochdb_plugin.hpp.pch" } else { "sochdb_plugin.hpp.gch" });
    let mut command = compiler(program);
    command.args(STRICT).args([standard, "-x", "c++-header"]).arg(root().join("include/sochdb_plugin.hpp"));
    succeed(command.arg("-o").arg(&compiled), MINUTE);
    let (option, file) = if of_clang { ("-include-pch", compiled) } else { ("-include", header) };
    vec![option.to_owned(), file.display().to_string()]
}

fn compile(program: &Path, standard: &str, source: &Path, flags: &[&str]) -> Finished {
    let mut command = compiler(program);
    command.args(STRICT).args(["-fsyntax-only", standard]).args(flags);
    run(command.arg(source), MINUTE)
}

#[test]
fn a_method_that_would_be_lost_does_not_compile() {
    const TEST: &str = "a_method_that_would_be_lost_does_not_compile";
    let directory = PrivateDir::new(TEST);
    // Each compiler in turn, with its oldest standard, which takes half the time of the newest.
    let oldest = cpp(TEST).filter(|(_, standard)| standard == "-std=c++11");
    let languages: Vec<(PathBuf, String, PrivateDir, Vec<String>)> = oldest
        .map(|(program, standard)| {
            let headers = PrivateDir::new(TEST);
            let flags = precompiled(&program, &standard, &headers);
            (program, standard, headers, flags)
        })
        .collect();
    let next = AtomicUsize::new(0);
    let one_after_the_other = || {
        while let Some((at, (from, to, says, names))) = MISTAKES.iter().enumerate().nth(next.fetch_add(1, Relaxed)) {
            assert_eq!(WHOLE.matches(from).count(), 1, "{from:?} occurs once");
            let source = directory.write(&format!("mistake-{at}.cpp"), &WHOLE.replace(from, to));
            for (program, standard, _, flags) in languages.iter().skip(at % languages.len().max(1)).take(1) {
                let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
                let result = compile(program, standard, &source, &flags);
                assert!(!result.status.success(), "{to:?} compiles with {} {standard}", program.display());
                for text in [says, names] {
                    assert!(result.stderr.contains(text), "{to:?}: {text:?} is not in\n{}", result.stderr);
                }
            }
        }
    };
    // Compilers take most of the time of this program's tests, and the longest.
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(one_after_the_other);
        }
    });
}

/// Where a class has it as it should be, nothing is said, whatever the standard, the library and the options.
#[test]
fn a_class_with_everything_compiles_clean() {
    const TEST: &str = "a_class_with_everything_compiles_clean";
    let directory = PrivateDir::new(TEST);
    let source = directory.write("whole.cpp", WHOLE);
    let library = directory.write("library.cpp", "#include <string>\n");
    let clean = |program: &Path, standard: &str, flags: &[&str]| {
        let result = compile(program, standard, &source, flags);
        assert!(result.status.success() && result.stderr.is_empty(), "{standard} {flags:?}: {}", result.stderr);
    };
    for (program, standard, _) in every_language(TEST).into_iter().filter(|(.., language)| *language == "c++") {
        clean(&program, &standard, &[]);
    }
    for (program, standard) in cpp(TEST) {
        clean(&program, &standard, &["-fno-exceptions", "-fno-rtti"]);
        // gcc has no such option, and the library may not be there.
        if compile(&program, &standard, &library, &["-stdlib=libc++"]).status.success() {
            clean(&program, &standard, &["-stdlib=libc++"]);
        }
    }
}

#[test]
fn what_only_looks_like_a_mistake_compiles() {
    const TEST: &str = "what_only_looks_like_a_mistake_compiles";
    let directory = PrivateDir::new(TEST);
    let changes: [(&str, &str); 8] = [
        ("class whole {", "class whole final {"),
        // A class may have the name of a slot,
        ("whole", "bound"),
        // and a method of another kind's slot, or of a slot's name that the kind has not with these parameters.
        ("void shutdown() {}", "void log(int) {} void nearest() {} void compct(int) {} int stat = 0;"),
        ("void shutdown() {}", "void compact(double) {} void compact(soch::call) {} void compct(soch::call) {}"),
        ("void shutdown() {}", "static constexpr const char *author = \"somebody\";"),
        // Parameters that keep all of what is given.
        (
            "void put(uint32_t, soch::bytes, soch::bytes, uint64_t) {}",
            "void put(const uint32_t &, const soch::bytes &, soch_bytes, unsigned long long) {}",
        ),
        (
            "void put(uint32_t, soch::bytes, soch::bytes, uint64_t) {}",
            "template <class A, class B, class C, class D> void put(A, B, C, D) {}",
        ),
        ("void flush(soch::call) {}", "void flush(const soch_call *) {}"),
    ];
    let languages: Vec<(PathBuf, String)> = cpp(TEST).collect();
    for (at, (from, to)) in changes.into_iter().enumerate() {
        let source = directory.write("whole.cpp", &WHOLE.replace(from, to));
        for (program, standard) in languages.iter().skip(at % languages.len().max(1)).take(1) {
            let result = compile(program, standard, &source, &[]);
            assert!(result.status.success() && result.stderr.is_empty(), "{to}: {}", result.stderr);
        }
    }
}

#[test]
fn a_slot_that_the_target_leaves_out_is_no_member() {
    const TEST: &str = "a_slot_that_the_target_leaves_out_is_no_member";
    let directory = PrivateDir::new(TEST);
    let source = directory.write("whole.cpp", WHOLE);
    for (program, standard) in cpp(TEST) {
        let result = compile(&program, &standard, &source, &["-DSOCH_TARGET_MINOR=0"]);
        assert!(!result.status.success(), "it compiles");
        // clang names the first of each kind.
        for name in ["write_batch", "compress_with"] {
            let says =
                format!("a member `{name}`, named like a slot of contract 1.1, which SOCH_TARGET_MINOR leaves out");
            assert!(result.stderr.contains(&says), "{says} is not in\n{}", result.stderr);
        }
    }
}

#[test]
fn a_result_that_is_passed_over_is_told() {
    const TEST: &str = "a_result_that_is_passed_over_is_told";
    let directory = PrivateDir::new(TEST);
    let text = "#include \"sochdb_plugin.hpp\"\n\
        void use(soch::writer out, soch::config config);\n\
        void use(soch::writer out, soch::config config) {\n\
        #ifdef __cpp_exceptions\n    out.reserve(1);\n    config.text(\"a\");\n\
        #else\n    (void)config;\n    out.write(\"a\", 1);\n\
        #endif\n}\n";
    let source = directory.write("passed_over.cpp", text);
    for (program, standard) in cpp(TEST) {
        for (flags, calls) in [(&[][..], 2), (&["-fno-exceptions"], 1)] {
            let mut command = compiler(&program);
            command.args([&standard, "-c", "-o", "/dev/null"]).args(flags);
            let result = succeed(command.arg(&source), MINUTE);
            let warning = |line: &&str| line.contains("-Wunused-result") || line.contains("-Wunused-value");
            let told = result.stderr.lines().filter(warning).count();
            assert_eq!(told, calls, "{command:?}: {}", result.stderr);
        }
    }
}
