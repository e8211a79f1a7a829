//! Two versions of a plugin, and versions that do not work.

use sochdb_plugin_host::{DynamicPluginLoader, ManagerError, PluginLibrary, Unreplaced};
use std::fmt::Debug;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;
use support::errors::whole;
use support::plugins::Private;
use support::{private, root};

/// How long callers wait at most; each part of a replacement has a quarter of it. Short, as some versions hang.
pub const PATIENCE: Duration = Duration::from_secs(8);

pub fn loader() -> DynamicPluginLoader {
    DynamicPluginLoader::new_trusted().drain_timeout(PATIENCE)
}

/// The plugin, and the same with other bytes.
pub fn two_versions(library: &Path) -> [PluginLibrary; 2] {
    [Private::copy(library), another_version(library)]
        .map(|version| version.load_by(&loader()).expect("the version loads"))
}

/// The plugin with other bytes.
pub fn another_version(library: &Path) -> Private {
    let second = Private::copy(library);
    let mut file = fs::OpenOptions::new().append(true).open(&second.path).expect("a copy of our own");
    file.write_all(b"2").expect("one more byte");
    second
}

/// A version of the plugin `name` that does not work, `FAULT` as in tests/plugins/bad_version.c.
pub fn bad_version(name: &str, kind: &str, fault: &str) -> Private {
    let flags = [format!("-DNAME=\"{name}\""), format!("-DKIND=SOCH_KIND_{kind}"), format!("-DFAULT={fault}")];
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    Private::compile("bad_version", &flags)
}

/// A version of tests/plugins/`name`.c that writes the format of this number, and converts what it finds in the other one.
pub fn of_format(name: &str, format: u8) -> Private {
    Private::compile(name, &[&format!("-DFORMAT={format}"), "-DCONVERTS"])
}

/// What became of an extension that is not to be replaced, and the whole text of why.
pub fn not_replaced(result: Result<impl Debug, ManagerError>) -> (String, Unreplaced) {
    match result {
        Err(ManagerError::NotReplaced(not)) => (whole(&*not), *not),
        other => panic!("it is not to be replaced: {other:?}"),
    }
}

/// `index_sorted` of another version, which saves in the format of this number, and loads those of `reads`.
pub fn index_of_format(version: &str, writes: u8, reads: &[u8]) -> Private {
    let (_room, directory) = private();
    let example = |name: &str| fs::read_to_string(root().join("examples-c").join(name)).expect("the example");
    let edit = |text: String, from: &str, to: &str| {
        assert!(text.contains(from), "the example has no {from}");
        text.replace(from, to)
    };
    // In the second format a row has all its bits turned.
    let known: Vec<String> = reads.iter().map(|format| format!("saved.ptr[7] == '{format}'")).collect();
    let saved = edit(
        example("index_sorted_saved.h"),
        "'0', '1'}",
        &format!("'0', '{writes}'}};\nstatic _Thread_local uint64_t turned"),
    );
    let saved = edit(saved, "turned;", "turned = 0;");
    let turned = if writes == 2 { "~one->row" } else { "one->row" };
    let saved = edit(saved, "add_number(&to, one->row)", &format!("add_number(&to, {turned})"));
    let saved = edit(saved, "uint64_t row = number_at(at);", "uint64_t row = number_at(at) ^ turned;");
    let saved = edit(
        saved,
        "if (memcmp(saved.ptr, format, sizeof format) != 0) {",
        &format!(
            "turned = saved.ptr[7] == '2' ? UINT64_MAX : 0;\n    if (memcmp(saved.ptr, format, 7) != 0 || !({})) {{",
            known.join(" || ")
        ),
    );
    fs::write(directory.join("index_sorted_saved.h"), saved).expect("its own directory");
    let source = directory.join("index_sorted.c");
    fs::write(&source, edit(example("index_sorted.c"), "\"1.0.0\"", &format!("\"{version}\"")))
        .expect("its own directory");
    Private::compile_file(&source, &[])
}
