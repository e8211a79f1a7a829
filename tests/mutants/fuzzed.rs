//! What `check --fuzz` writes of a mistake: a test in C and one in Rust, which fail with the mistake and pass without it.

use crate::build::built;
use crate::subject::{Damage, Mutant, Plugin};
use std::cmp::Reverse;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::command::{command, one_object, LIMIT};
use support::plugins::Private;
use support::{compiler, find, in_c, run, succeed, PrivateDir, MINUTE};

const OF_A_STORAGE: Mutant = Mutant {
    name: "a get inside that finds what the transaction removed",
    plugin: Plugin::of("examples-c/storage_memory.c"),
    edits: &[(
        "examples-c/storage_memory_transaction.h",
        "    return own->removes ? NULL : own;",
        "    return own->removes ? find_in(&self->before, number, key) : own;",
    )],
    damage: Damage::Wrong,
    finds: "storage_schedule::own_writes_are_seen",
};

const OF_AN_INDEX: Mutant = Mutant {
    name: "a range that has its end",
    plugin: Plugin::of("examples-c/index_sorted.c"),
    edits: &[("examples-c/index_sorted.c", "seek(self, end, 0)", "seek(self, end, UINT64_MAX)")],
    damage: Damage::Wrong,
    finds: "index_sequences::some_agree_with_a_model",
};

const OF_A_CODEC: Mutant = Mutant {
    name: "a page loses its last byte",
    plugin: Plugin::of("examples-c/codec_xor.c"),
    edits: &[(
        "examples-c/codec_xor.c",
        "output->commit(output->ctx, input.len)",
        "output->commit(output->ctx, input.len - (input.len >= 4096))",
    )],
    damage: Damage::Loss,
    finds: "compression_sequences::some_agree_with_a_model",
};

const OF_VECTORS: Mutant = Mutant {
    name: "a distance without its last dimension",
    plugin: Plugin::of("examples-c/index_flat.c").with(&["--config", r#"{"dimensions": 16}"#]),
    edits: &[(
        "examples-c/index_flat.c",
        "for (size_t i = 0; i < self->dimensions; i++) sum +=",
        "for (size_t i = 0; i + 1 < self->dimensions; i++) sum +=",
    )],
    damage: Damage::Wrong,
    finds: "index_sequences::some_agree_with_a_model",
};

const OF_TEXTS: Mutant = Mutant {
    name: "a text that another row has is not kept",
    plugin: Plugin::of("tests/plugins/texts_in_a_file.c"),
    edits: &[(
        "tests/plugins/texts_in_a_file.c",
        "if (one->row == row && one->len == key.len",
        "if (row != 0 && one->len == key.len",
    )],
    damage: Damage::Loss,
    finds: "index_sequences::some_agree_with_a_model",
};

const OF_A_SINK: Mutant = Mutant {
    name: "the line of the log behind a report of health is lost",
    plugin: crate::sink::JSON,
    edits: &[
        (
            "examples-c/observability_json.c",
            "static soch_status take_log(",
            "static int is_behind;\nstatic soch_status take_log(",
        ),
        (
            "examples-c/observability_json.c",
            "    line made;\n    begin(&made, \"log\");",
            "    if (is_behind) return is_behind = 0, SOCH_OK;\n    line made;\n    begin(&made, \"log\");",
        ),
        (
            "examples-c/observability_json.c",
            "    begin(&made, \"health\");",
            "    is_behind = 1;\n    begin(&made, \"health\");",
        ),
    ],
    damage: Damage::Loss,
    finds: "observability_sequences::some_agree_with_a_model",
};

const OF_MANY_GETS: Mutant = Mutant {
    name: "many gets of the first table and of the last one find nothing",
    plugin: Plugin::of("examples-c/storage_memory.c"),
    edits: &[(
        "examples-c/storage_memory.c",
        "    table *in = find_table(self, number);\n    for (size_t i = 0; i < count",
        "    table *in = number + 1 < 2 ? NULL : find_table(self, number);\n    for (size_t i = 0; i < count",
    )],
    damage: Damage::Loss,
    finds: "storage_sequences::some_agree_with_a_model",
};

const OF_A_SAVEPOINT: Mutant = Mutant {
    name: "a transaction that sees later commits once it has set a savepoint",
    plugin: Plugin::of("examples-c/storage_memory.c"),
    edits: &[(
        "examples-c/storage_memory_transaction.h",
        "    savepoint *made = malloc(sizeof *made);\n",
        "    store *of = self->before.owner;\n    end_snapshot(&self->before, NULL);\n    begin_snapshot(of, &self->before);\n    savepoint *made = malloc(sizeof *made);\n",
    )],
    damage: Damage::Wrong,
    finds: "storage_sequences::some_agree_with_a_model",
};

pub const MUTANTS: &[Mutant] =
    &[OF_A_STORAGE, OF_MANY_GETS, OF_A_SAVEPOINT, OF_AN_INDEX, OF_A_CODEC, OF_VECTORS, OF_TEXTS, OF_A_SINK];

/// Whether a test in C passes, with the plugin at `file`.
fn passes_in_c(test: &Path, file: &Path) -> bool {
    let program = test.with_extension("");
    let mut command = compiler(&find("cc").expect("a compiler: the plugins in examples-c need it too"));
    command.args(["-std=c99", "-Wall", "-Wextra", "-Werror"]).arg(test).args(["-ldl", "-o"]).arg(&program);
    succeed(&mut command, MINUTE);
    run(Command::new(program).arg(file), MINUTE).status.success()
}

/// A test in Rust, compiled. Cargo may keep several hosts beside this test, of other compilers and features too.
fn in_rust(test: &Path) -> PathBuf {
    let program = test.with_extension("rust");
    let deps = env::current_exe().expect("this test's own path").with_file_name("");
    let is_host = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with("libsochdb_plugin_host-") && name.ends_with(".rlib")
    };
    let entries = fs::read_dir(&deps).expect("its directory").map(|entry| entry.expect("an entry").path());
    let mut hosts: Vec<_> = entries.filter(is_host).collect();
    // Those of earlier builds come last.
    hosts.sort_by_key(|host| Reverse(fs::metadata(host).and_then(|metadata| metadata.modified()).expect("its time")));
    let mut said = Vec::new();
    for host in hosts {
        let mut rustc = Command::new(Path::new(env!("CARGO")).with_file_name("rustc"));
        rustc.args(["--edition", "2021", "--test", "--extern"]).arg(format!("sochdb_plugin_host={}", host.display()));
        rustc.arg("-L").arg(format!("dependency={}", deps.display())).arg("-o").arg(&program).arg(test);
        let finished = run(&mut rustc, MINUTE);
        if finished.status.success() {
            return program;
        }
        said.push(finished.stderr);
    }
    panic!("no compiled host compiles {}: {said:#?}", test.display());
}

/// Draws sequences until they show the mistake. Returns how many operations are left of it.
fn is_written(mutant: &Mutant, seed: &str) -> u64 {
    let (wrong, place) = (built(mutant), PrivateDir::new("found"));
    let mut check = command();
    let out = place.join("out");
    check.args(["check", "--json", "--fuzz", "100", "--seed", seed, "--out"]).arg(&out).arg(&wrong.path);
    let answer = one_object(&run(check.args(mutant.plugin.options), LIMIT), 1);
    let sequences = answer["sequences"].as_array().expect("sequences");
    let found = sequences.iter().find(|sequence| sequence["ok"] == false).expect("one fails");
    let [c, rust] = [0, 1].map(|number| place.join(found["files"][number].as_str().expect("a file")));
    let source = Path::new(mutant.plugin.source);
    let stem = source.file_stem().expect("a file name").to_string_lossy().into_owned();
    let is_example = source.starts_with("examples-c");
    let right = if is_example { Private::copy(&in_c!(stem)) } else { Private::compile(&stem, &[]) };
    assert!(!passes_in_c(&c, &wrong.path) && passes_in_c(&c, &right.path), "{}: {found}", mutant.name);
    let program = in_rust(&rust);
    for (file, passes) in [(&wrong.path, false), (&right.path, true)] {
        let finished = run(Command::new(&program).env("PLUGIN", file), MINUTE);
        assert_eq!(finished.status.success(), passes, "{}: {found}\n{}", mutant.name, finished.stdout);
    }
    let mut check = command();
    let sequence = found["sequence"].as_str().expect("a name");
    check.current_dir(&out).args(["check", "--fuzz-case", sequence]).args(mutant.plugin.options).arg(&wrong.path);
    let files = || fs::read_dir(&out).expect("its directory").count();
    let (before, again) = (files(), run(&mut check, LIMIT));
    assert_eq!(again.status.code(), Some(1), "the same sequence passes: {}", again.stdout);
    assert_eq!(files(), before, "it writes without --out");
    let calls = fs::read_to_string(&rust).expect("its own file");
    let last = calls.lines().rev().nth(1).expect("a call");
    assert!(again.stdout.contains(last) && again.stdout.contains("--out DIR"), "{}", again.stdout);
    found["operations"].as_u64().expect("a number")
}

#[test]
fn a_mistake_of_a_transaction_is_left_alone_with_what_shows_it() {
    let left = is_written(&OF_A_STORAGE, "1077");
    assert!(left <= 6, "a row, a transaction, its removal and a get are {left} operations");
}

#[test]
fn a_mistake_of_an_index_is_left_alone_with_what_shows_it() {
    let left = is_written(&OF_AN_INDEX, "0");
    assert!(left <= 4, "an entry and a range are {left} operations");
}

#[test]
fn a_mistake_of_a_codec_is_left_alone_with_what_shows_it() {
    let left = is_written(&OF_A_CODEC, "0");
    assert_eq!(left, 1);
}

#[test]
fn a_mistake_of_an_index_of_vectors_is_left_alone_with_what_shows_it() {
    let left = is_written(&OF_VECTORS, "0");
    assert!(left <= 3, "a vector and a search are {left} operations");
}

#[test]
fn a_mistake_of_an_index_of_texts_is_left_alone_with_what_shows_it() {
    let left = is_written(&OF_TEXTS, "0");
    assert!(left <= 4, "two texts and a search are {left} operations");
}

#[test]
fn a_mistake_of_a_sink_is_left_alone_with_what_shows_it() {
    let left = is_written(&OF_A_SINK, "0");
    assert!(left <= 3, "a report, a line and a look are {left} operations");
}
