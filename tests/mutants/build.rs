//! Compiles a plugin with a mistake in it.

use crate::subject::{Mutant, Needs};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use support::plugins::Private;
use support::{cargo, compiler, find, root, succeed, target_directory, target_tmp, MINUTE};

/// The mutant, compiled.
pub fn built(mutant: &Mutant) -> Private {
    if mutant.plugin.is_in_rust() {
        in_rust(mutant)
    } else {
        in_c(mutant)
    }
}

/// The texts that a mutant's sources do not have once, each with its file: those that have changed since.
pub fn not_found(mutant: &Mutant) -> Vec<(&'static str, &'static str)> {
    let mut files: std::collections::BTreeMap<&str, String> = std::collections::BTreeMap::new();
    let mut missing = Vec::new();
    for (file, from, to) in mutant.edits {
        let text = files.entry(file).or_insert_with(|| fs::read_to_string(root().join(file)).unwrap_or_default());
        if text.matches(from).count() != 1 {
            missing.push((*file, *from));
        }
        *text = text.replace(from, to);
    }
    missing
}

/// The text of a file below the root with the mutant's mistakes.
fn edited(mutant: &Mutant, file: &str) -> String {
    let mut text = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    for (_, from, to) in mutant.edits.iter().filter(|(edited, ..)| *edited == file) {
        assert_eq!(text.matches(from).count(), 1, "{}: {file} must have this once: {from}", mutant.name);
        text = text.replace(from, to);
    }
    text
}

fn in_c(mutant: &Mutant) -> Private {
    let source = Path::new(mutant.plugin.source);
    let private = Private::empty(&source.file_stem().expect("a file name").to_string_lossy());
    let sources = tempfile::tempdir().expect("a directory");
    // Headers are found beside the file that includes them: all that is there comes along, as it is or changed.
    let folder = source.parent().expect("a folder");
    for entry in fs::read_dir(root().join(folder)).expect("a folder of plugins") {
        let entry = entry.expect("an entry");
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            fs::copy(entry.path(), sources.path().join(entry.file_name())).expect("a copy");
        }
    }
    for (file, ..) in mutant.edits {
        assert_eq!(Path::new(file).parent(), Some(folder), "{}: {file} is elsewhere", mutant.name);
        let place = sources.path().join(Path::new(file).file_name().expect("a file name"));
        fs::write(place, edited(mutant, file)).expect("a copy");
    }
    let cpp = source.extension().is_some_and(|extension| extension == "cpp");
    let program = find(if cpp { "c++" } else { "cc" }).expect("a compiler: the plugins in examples-c need it too");
    let mut command = compiler(&program);
    // Most of a C compiler's time goes into better code; in C++ that makes the calls short enough to be stopped everywhere.
    let language = if cpp { ["-std=c++11", "-O1"] } else { ["-std=c99", "-O0"] };
    command.args(language).args(["-w", "-shared", "-fPIC", "-pthread", "-fvisibility=hidden", "-Wl,-z,now"]);
    command.arg("-I").arg(root().join("examples-c"));
    command.arg(format!("-Wl,--version-script={}", root().join("include/sochdb_plugin.map").display()));
    command.arg(sources.path().join(source.file_name().expect("a file name")));
    match mutant.plugin.needs {
        Needs::Nothing => {}
        Needs::Lmdb => _ = command.arg("-isystem").arg(env!("SOCH_LMDB")).args(lmdb()),
        Needs::Zstd => {
            let zstd = Path::new(env!("SOCH_ZSTD"));
            command.arg("-isystem").arg(zstd.join("include")).arg(zstd.join("libzstd.a"));
        }
    }
    succeed(command.arg("-o").arg(&private.path), MINUTE);
    private.executable()
}

/// LMDB as the build script compiles it, once for all mutants.
fn lmdb() -> &'static [PathBuf] {
    static OBJECTS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    OBJECTS.get_or_init(|| {
        let folder = target_tmp().join("mutants-lmdb");
        fs::create_dir_all(&folder).expect("a directory");
        let object = |name: &str| {
            let object = folder.join(name).with_extension("o");
            let mut command = compiler(&find("cc").expect("a C compiler"));
            command.args(["-O1", "-w", "-fPIC", "-pthread", "-fvisibility=hidden", "-c"]);
            command.args(env!("SOCH_LMDB_FLAGS").split('\x1f'));
            succeed(command.arg(Path::new(env!("SOCH_LMDB")).join(name)).arg("-o").arg(&object), MINUTE);
            object
        };
        ["mdb.c", "midl.c"].map(object).into()
    })
}

/// Crates are built one by one, in a workspace of their own whose SDK is this one: what they depend on is built once.
fn in_rust(mutant: &Mutant) -> Private {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let name = Path::new(mutant.plugin.source).file_name().expect("a folder").to_str().expect("names are ASCII");
    let workspace = target_tmp().join("mutants");
    let place = workspace.join(name);
    copy(mutant, Path::new(mutant.plugin.source), &place);
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace's manifest");
    let (head, rest) = manifest.split_once("[package]").expect("the root is a package");
    let members = head.find("members").expect("members")..head.find("resolver").expect("a resolver");
    let mut head = head.to_owned();
    head.replace_range(members, &format!("members = [\"{name}\"]\n"));
    let head = head.replace("path = \"", &format!("path = \"{}/", root().display()));
    let profiles = rest.find("[profile.").expect("profiles");
    // A profile that names a package which is not there is warned of, and taken.
    put(&workspace.join("Cargo.toml"), &(head + &rest[profiles..]));
    fs::copy(root().join("Cargo.lock"), workspace.join("Cargo.lock")).expect("the lock file");
    let mut build = cargo();
    build.current_dir(&workspace).args(["build", "--offline", "-q", "-p", name]);
    succeed(build.env("CARGO_TARGET_DIR", target_directory().join("tmp/mutants-target")), 10 * MINUTE);
    Private::copy(&target_directory().join(format!("tmp/mutants-target/debug/lib{name}.so")))
}

/// Copies a folder below the root, with the mutant's mistakes.
fn copy(mutant: &Mutant, from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory for the copy");
    for entry in fs::read_dir(root().join(from)).expect("a folder of the repository") {
        let entry = entry.expect("an entry");
        let (file, place) = (from.join(entry.file_name()), to.join(entry.file_name()));
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            copy(mutant, &file, &place);
        } else {
            put(&place, &edited(mutant, file.to_str().expect("names are ASCII")));
        }
    }
}

/// Writes a file that changes: what is the same keeps its time, and is not built again.
fn put(place: &Path, text: &str) {
    if fs::read_to_string(place).ok().as_deref() != Some(text) {
        fs::write(place, text).expect("a file of the copy");
    }
}
