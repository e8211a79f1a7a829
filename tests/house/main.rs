//! The rules of the house: which room may know which, and where a thing has its file. Each failure says its rule.

mod blocking;
mod codes;
mod docs;
mod errors;
mod files;
mod imports;
mod packages;
mod readme;
mod threats;

use imports::{Crate, Import, Module};
use sochdb_plugin_host::Step;
use support::root;

/// The rooms of the host, from the ground up: each knows only those before it.
const HOST: &[&str] = &[
    "kernel",
    "base",
    "sync",
    "linker",
    "process_state",
    "trust",
    "refusal",
    "elf",
    "formats",
    "files",
    "probe",
    "system",
    "metrics",
    "instance",
    "tiers",
    "handles",
    "loader",
    "plugin",
    "manager",
    "blocking",
];

/// The rooms of the command, likewise.
const CLI: &[&str] = &["system", "explanations", "output", "input", "loading", "store", "commands", "arguments"];

/// The rooms of the suite, likewise.
const SUITE: &[&str] = &[
    "system", "frame", "inputs", "sink", "crash", "index", "history", "fuzz", "life", "storage", "codec", "children",
    "all", "harness",
];

/// Where rules of files hold.
const SOURCES: &[&str] = &["host/src", "host/conformance/src", "sdk/abi/src", "sdk/src", "cli/src"];

/// Steps without a file of their own, and whose work they are.
const STEPS_ELSEWHERE: &[(&str, &str)] = &[
    ("gate", "host/src/loader/permission.rs"),
    ("path", "host/src/system/posix/files/plain_path.rs"),
    ("directories", "host/src/system/posix/files/directory_walk.rs"),
    ("file", "host/src/system/posix/files/open_file.rs"),
    ("exec-policy", "host/src/system/linux/files/exec_policy.rs"),
    ("seal", "host/src/system/linux/files/sealed_file.rs"),
    ("digest", "host/src/base/digest.rs"),
    ("elf", "host/src/elf/check.rs"),
    ("identity", "host/src/system/linux/files/fd_paths.rs"),
    ("create", "host/src/plugin/recipe.rs"),
];

fn host() -> Crate {
    Crate::read(&root().join("host/src"))
}

/// The room of a module. A system's part of a room has its name below the system's.
fn room(module: &Module) -> &str {
    match &module[..] {
        [] => "lib.rs",
        [system, _, room, ..] if system == "system" && HOST.contains(&room.as_str()) => room,
        [room, ..] => room,
    }
}

fn shown<'a>(house: &Crate, imports: impl Iterator<Item = &'a Import>) -> String {
    let lines =
        imports.map(|Import { from, to, what }| format!("{} -> {} ({what})\n", house.files[from], house.files[to]));
    lines.collect()
}

/// The imports of the crate at `src` that do not run down from room to room.
fn back(src: &str, rooms: &[&str]) -> String {
    let house = Crate::read(&root().join(src));
    let floor = |module: &Module| rooms.iter().position(|name| *name == room(module));
    let nameless =
        |(module, file): (&Module, &String)| (!module.is_empty() && floor(module).is_none()).then(|| file.clone());
    let nameless: Vec<String> = house.files.iter().filter_map(nameless).collect();
    assert!(nameless.is_empty(), "give each room of {src} its place among the others: {nameless:?}");
    let imports = house.imports();
    let back = imports.iter().filter(|import| {
        !import.from.is_empty() && room(&import.from) != room(&import.to) && floor(&import.to) >= floor(&import.from)
            || import.to.is_empty()
    });
    shown(&house, back)
}

#[test]
fn a_room_knows_only_rooms_below_it() {
    for (src, rooms) in [("host/src", HOST), ("cli/src", CLI), ("host/conformance/src", SUITE)] {
        let back = back(src, rooms);
        assert_eq!(back, "", "a room knows only those below it, and none the crate's root: move what is named down");
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for src in SOURCES {
        let circle = Crate::read(&root().join(src)).circle();
        assert_eq!(circle, None, "files of {src} that need each other are one file, or need a third one below both");
    }
}

#[test]
fn what_a_file_names_it_names_where_it_is() {
    for src in SOURCES {
        let house = Crate::read(&root().join(src));
        let hands_on = |(file, what): (&String, &Vec<String>)| {
            let face = ["lib.rs", "trust/mod.rs"].contains(&&**file);
            (!face && what.iter().any(|path| path.starts_with("crate"))).then(|| file.clone())
        };
        let hands_on: Vec<String> = house.handed_on.iter().filter_map(hands_on).collect();
        assert!(hands_on.is_empty(), "{src}: only the public face hands names on; others name the file: {hands_on:?}");
        let relative = &house.relative;
        assert!(relative.is_empty(), "{src}: a path begins at the crate, so that it can be found: {relative:?}");
    }
}

#[test]
fn a_step_knows_no_other_step_but_its_own_parts() {
    let house = host();
    let steps: Vec<String> = Step::ALL.iter().map(|step| step.name().replace('-', "_")).collect();
    let step = |module: &Module| match &module[..] {
        [loader, folder, file] if loader == "loader" && folder == "steps" => steps
            .iter()
            .filter(|step| file == *step || file.starts_with(&format!("{step}_")))
            .max_by_key(|step| step.len()),
        _ => None,
    };
    let imports = house.imports();
    let across =
        imports.iter().filter(|import| matches!((step(&import.from), step(&import.to)), (Some(a), Some(b)) if a != b));
    let across = shown(&house, across);
    assert_eq!(across, "", "steps do not know each other: what two of them need lies beside `steps`");
    let foreign: Vec<&String> = house
        .files
        .iter()
        .filter(|(module, _)| module.len() == 3 && module[1] == "steps" && step(module).is_none())
        .map(|(_, file)| file)
        .collect();
    assert!(foreign.is_empty(), "a file in `steps` begins with the name of its step: {foreign:?}");
}

#[test]
fn each_step_has_the_file_of_its_name() {
    for step in Step::ALL {
        let own = root().join(format!("host/src/loader/steps/{}.rs", step.name().replace('-', "_")));
        let elsewhere = STEPS_ELSEWHERE.iter().find(|(name, _)| *name == step.name());
        match elsewhere {
            Some((_, file)) => {
                assert!(!own.exists(), "the step `{step}` has its file, and an exception too");
                assert!(root().join(file).exists(), "the work of the step `{step}` is not in {file}");
            }
            None => assert!(own.exists(), "the step `{step}` has no file {}", own.display()),
        }
    }
}

/// The files of the host whose source has this word.
fn naming(word: &str) -> Vec<String> {
    let house = host();
    let texts =
        house.files.values().map(|file| (file, std::fs::read_to_string(root().join("host/src").join(file)).unwrap()));
    texts.filter(|(_, text)| text.contains(word)).map(|(file, _)| file.clone()).collect()
}

#[test]
fn one_file_knows_the_dynamic_linker_and_one_the_layout_library() {
    let linkers = ["system/linux/linker.rs", "system/macos/linker.rs", "system/windows/linker.rs"];
    assert_eq!(naming("libloading::"), linkers, "what maps libraries is in one place a system");
    assert_eq!(naming("abi_stable::"), ["loader/steps/layout.rs"], "what compares layouts is in one place");
}

/// The files that choose between systems, by crate: each names the part of every one.
const CHOOSING: &[(&str, &[&str])] = &[
    ("host/src", &["kernel/mod.rs", "process_state/mod.rs", "system/mod.rs", "system/posix/files/own/mod.rs"]),
    ("host/conformance/src", &["crash/mod.rs", "frame/stepped/mod.rs", "system/mod.rs"]),
    ("cli/src", &["system/mod.rs", "system/posix/own/mod.rs", "system/posix/standard.rs"]),
];

/// What asks for a system, or for its C library, in `cfg`.
const ASKING: &[&str] = &["target_os", "target_env", "target_vendor", "target_family", "unix", "windows"];

/// Whether a source asks for a system in an attribute, or by the macro `cfg!`.
fn asks_for_a_system(text: &str) -> bool {
    text.match_indices("cfg").any(|(at, _)| {
        let behind = text[at + 3..].trim_start_matches("_attr").trim_start_matches('!');
        let asked = behind.strip_prefix('(').map(|asked| asked.split(['\n', '{']).next().unwrap_or_default());
        let words = asked.into_iter().flat_map(|asked| asked.split(|one: char| !one.is_alphanumeric() && one != '_'));
        words.into_iter().any(|word| ASKING.contains(&word))
    })
}

#[test]
fn no_room_asks_which_system_it_is_on() {
    for (text, asks) in [
        ("#[cfg(target_os = \"linux\")]", true),
        ("if cfg!(windows) {", true),
        ("#[cfg_attr(all(test, unix), path = \"x\")]", true),
        ("#[cfg(target_arch = \"x86_64\")] mod unix;", true),
        ("#[cfg(target_arch = \"x86_64\")]\nmod unix;", false),
        ("use std::os::unix::fs;", false),
        ("const A: bool = cfg!(target_endian = \"big\");", false),
    ] {
        assert_eq!(asks_for_a_system(text), asks, "{text}");
    }
    for (src, choosing) in CHOOSING {
        let house = Crate::read(&root().join(src));
        let asking = house.files.values().filter(|file| {
            let text = std::fs::read_to_string(root().join(src).join(file)).expect("a source");
            asks_for_a_system(&text)
        });
        // A backend knows its system, and may ask for the C library.
        let of_a_backend = |file: &&str| file.contains("/linux/") || file.ends_with("/linux.rs");
        let asking: Vec<&str> = asking.map(String::as_str).filter(|file| !of_a_backend(file)).collect();
        assert_eq!(asking, *choosing, "{src}: what differs from system to system is a backend's: `Kernel` or `System`");
    }
}

#[test]
fn a_step_has_one_name_in_code_and_in_what_is_printed() {
    for step in Step::ALL {
        let mut printed = String::new();
        for letter in format!("{step:?}").chars() {
            if letter.is_uppercase() && !printed.is_empty() {
                printed.push('-');
            }
            printed.extend(letter.to_lowercase());
        }
        assert_eq!(printed, step.name());
    }
}
