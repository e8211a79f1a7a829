//! 138 inputs that a loader must get right, numbered as in the research on trusted loaders, and some beside them: each
//! has its stable code or loads, in a process of its own, which goes on to load and use a good plugin.
//!
//! With `SOCH_CORPUS_PLAIN=1` a column says what plain `dlopen` does with each.

mod beside;
mod child;
mod code;
mod files;
mod formats;
mod linked;
mod materials;
mod notes;
mod pass;
mod paths;
mod process;
mod row;
mod rules;
mod segments;

use materials::Materials;
use pass::Pass;
use row::{chmod, is_root, Row};
use std::env;
use std::fs;
use std::os::unix::fs::{chown, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use support::{private, private_in, run, skipped};

/// Rows that the loader has no step for. They are made, and tried by plain `dlopen`, but not loaded.
const PENDING: &[u32] = &[];
/// Rows that are cheap to try without a loader. They show that the table tells a good loader from a bad one.
const BITE: &[u32] = &[8, 22, 40, 75, 134, 136];

/// Libraries that were made before, for a user who cannot read the source tree.
const MATERIALS: &str = "SOCH_CORPUS_MATERIALS";
const PLAIN: &str = "SOCH_CORPUS_PLAIN";
const TABLE: &str = "every_input_has_its_code_and_the_host_goes_on";
/// `nobody` and `nogroup`.
const ORDINARY: u32 = 65534;

fn table() -> Vec<Row> {
    let parts =
        [paths::rows, files::rows, rules::rows, formats::rows, segments::rows, linked::rows, notes::rows, code::rows];
    parts.into_iter().flat_map(|rows| rows()).collect()
}

#[test]
fn the_table_has_all_rows_in_order() {
    let numbers: Vec<u32> = table().iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=138).collect::<Vec<u32>>());
}

/// As whoever runs the tests; no code depends on who that is, but only root can make some inputs.
#[test]
fn every_input_has_its_code_and_the_host_goes_on() {
    let (_guard, dir) = private();
    let materials = match env::var_os(MATERIALS) {
        Some(made) => Materials::made(Path::new(&made)),
        None => Materials::make(&subdirectory(&dir, "materials")),
    };
    let plain = env::var_os(PLAIN).is_some_and(|value| value == "1");
    let pass = Pass { dir: &dir, materials: &materials, pending: PENDING, bite: BITE, plain };
    let mut rows = table();
    rows.extend(beside::rows());
    let summary = pass.run(&rows);
    for why in &summary.skipped {
        skipped(TABLE, why);
    }
    if plain {
        eprintln!("plain dlopen:\n{}", summary.plain.join("\n"));
    }
    let user = if is_root() { "root" } else { "an ordinary user" };
    let passed = summary.passed;
    println!("as {user}: {passed} of {} inputs, {} skipped", rows.len(), summary.skipped.len());
    assert!(summary.failed.is_empty(), "as {user}, {} faults:\n{}", summary.failed.len(), summary.failed.join("\n"));
    assert!(passed >= 110, "only {passed} inputs were tried");
}

#[test]
fn every_input_has_its_code_for_an_ordinary_user_too() {
    const TEST: &str = "every_input_has_its_code_for_an_ordinary_user_too";
    if !is_root() {
        return skipped(TEST, "the tests run as one, and only root can be another user");
    }
    let Some(place) = [env::temp_dir(), "/tmp".into(), "/var/tmp".into()].into_iter().find(|dir| all_may_enter(dir))
    else {
        return skipped(TEST, "an ordinary user can enter no temporary directory");
    };
    let (_guard, dir) = private_in(&place).expect("a private directory");
    let materials = Materials::make(&subdirectory(&dir, "materials"));
    let program = dir.join("corpus");
    fs::copy(env::current_exe().expect("/proc is mounted"), &program).expect("a new file");
    chmod(&program, 0o755);
    for path in [&dir, &program, &materials.dir().to_owned()] {
        chown(path, Some(ORDINARY), Some(ORDINARY)).expect("root may");
    }
    for file in fs::read_dir(materials.dir()).expect("its directory").flatten() {
        chown(file.path(), Some(ORDINARY), Some(ORDINARY)).expect("root may");
    }
    let mut command = Command::new(&program);
    command.args(["--exact", TABLE, "--nocapture"]).uid(ORDINARY).gid(ORDINARY).current_dir(&dir);
    command.env(MATERIALS, materials.dir()).env("TMPDIR", &dir).env("HOME", &dir).env_remove(PLAIN);
    let finished = run(&mut command, Duration::from_secs(300));
    eprint!("{}", finished.stderr);
    assert!(finished.status.success(), "{}\n{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("as an ordinary user: "), "it ran nothing:\n{}", finished.stdout);
}

/// What the rows start, each for itself.
#[test]
#[ignore = "run by each row in a process of its own"]
fn in_a_process_of_its_own() {
    if env::var_os(child::WAY).is_none() {
        return skipped(process::CHILD, "no row started it");
    }
    child::run();
}

fn subdirectory(dir: &Path, name: &str) -> PathBuf {
    let path = dir.join(name);
    fs::create_dir(&path).expect("a new directory");
    chmod(&path, 0o755);
    path
}

fn all_may_enter(dir: &Path) -> bool {
    let open = |dir: &Path| fs::metadata(dir).is_ok_and(|found| found.permissions().mode() & 0o001 != 0);
    fs::canonicalize(dir).is_ok_and(|dir| dir.ancestors().all(open))
}
