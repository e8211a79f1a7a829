//! A plugin whose author changed the SDK's types but kept its layout hash is refused, and the refusal names the place.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use support::plugins::Private;
use support::{cargo, root, succeed, target_directory, target_tmp, MINUTE};

/// A file below `sdk`, a text in it, and what stands there instead.
type Edit<'a> = (&'a str, &'a str, &'a str);

/// The files of a directory by their paths in it.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A copy of the SDK with these edits, and a copy of codec_xor built with it.
fn codec_of_a_changed_sdk(name: &str, edits: &[Edit<'_>]) -> PathBuf {
    let copy = target_tmp().join("layout_walk").join(name);
    // The place in the workspace tells one package from another of the same name: each SDK has one of its own.
    let sdk = format!("sdk_{name}");
    let mut files = Files::new();
    add(&mut files, &root().join("sdk"), Path::new(&sdk));
    add(&mut files, &root().join("examples-rust/codec_xor"), Path::new("codec_xor"));
    // A name of its own, as it is built beside the others and the one of this repository.
    let codec = format!("codec_of_a_changed_sdk_{name}");
    edit(&mut files, "codec_xor/Cargo.toml", "\"codec_xor\"", &format!("\"{codec}\""));
    let workspace = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace's manifest");
    let (mut manifest, rest) =
        workspace.split_once("[package]").map(|(all, rest)| (all.to_owned(), rest)).expect("the root");
    let members = manifest.find("members").expect("members")..manifest.find("resolver").expect("a resolver");
    manifest.replace_range(members, "members = [\"sdk\", \"sdk/abi\", \"codec_xor\"]\n");
    let manifest = manifest.replace("\"sdk", &format!("\"{sdk}"));
    // With other profiles, nothing that is built already could be used.
    let profiles = rest.find("[profile.").expect("profiles");
    files.insert("Cargo.toml".into(), (manifest + &rest[profiles..]).into());
    for (file, from, to) in edits {
        edit(&mut files, &format!("{sdk}/{file}"), from, to);
    }

    // What is as it was is left, with its times, so that cargo builds only what changed since the last run.
    let mut there = Files::new();
    if copy.exists() {
        add(&mut there, &copy, Path::new(""));
    }
    // cargo leaves out of it what this workspace does not need.
    there.remove(Path::new("Cargo.lock"));
    if there != files {
        let _ = fs::remove_dir_all(&copy);
        for (path, text) in &files {
            let path = copy.join(path);
            fs::create_dir_all(path.parent().expect("a directory of the copy")).expect("a directory for the copy");
            fs::write(path, text).expect("a copied file");
        }
    }
    fs::copy(root().join("Cargo.lock"), copy.join("Cargo.lock")).expect("the lock file");

    // That of the repository: what the SDK depends on is built there.
    let target = target_directory();
    let mut build = cargo();
    build.current_dir(&copy).args(["build", "--offline", "-q", "-p", &codec]).env("CARGO_TARGET_DIR", &target);
    // What is built once and left is not worth the files for building it by parts.
    succeed(build.env("CARGO_INCREMENTAL", "0"), MINUTE * 5);
    target.join(format!("debug/lib{codec}.so"))
}

/// Adds the files of a directory, below this place.
fn add(files: &mut Files, from: &Path, place: &Path) {
    for entry in fs::read_dir(from).expect("a directory to copy") {
        let entry = entry.expect("a directory entry");
        let place = place.join(entry.file_name());
        if entry.file_type().expect("a file type").is_dir() {
            add(files, &entry.path(), &place);
        } else {
            files.insert(place, fs::read(entry.path()).expect("a file to copy"));
        }
    }
}

fn edit(files: &mut Files, file: &str, from: &str, to: &str) {
    let bytes = files.get_mut(Path::new(file)).unwrap_or_else(|| panic!("no {file}: change this test"));
    let text = std::str::from_utf8(bytes).expect("a text");
    assert!(text.contains(from), "{file} no longer contains {from}: change this test");
    *bytes = text.replacen(from, to, 1).into();
}

/// None if it loads, else code and text of the refusal.
fn refusal(library: &Path) -> Option<(&'static str, String)> {
    let loaded = Private::copy(library).load();
    loaded.err().map(|error| (error.code(), error.to_string()))
}

/// One test, because cargo would make the builds wait for each other: they share a directory.
#[test]
fn a_changed_contract_is_refused_by_its_place() {
    let cases: [(&str, &[Edit<'_>], &str); 5] = [
        (
            "parameter",
            &[
                ("abi/src/compression.rs", "*mut c_void, level: i32", "*mut c_void, level: i16"),
                ("src/machinery/shims/compression.rs", "    level: i32,", "    level: i16,"),
                ("src/machinery/shims/compression.rs", "set_level(level)", "set_level(level.into())"),
            ],
            "soch_plugin.compression.set_level(#1): host i32, plugin i16",
        ),
        (
            "renamed",
            &[
                ("abi/src/compression.rs", "pub set_level:", "pub tune:"),
                ("src/machinery/shims/compression.rs", "set_level: Some(", "tune: Some("),
            ],
            "soch_plugin.compression.set_level: the plugin has `tune` in this place",
        ),
        (
            "field",
            &[
                ("abi/src/data.rs", "pub limit: u64", "pub limit: usize"),
                ("src/writer.rs", "self.raw().limit\n", "self.raw().limit as u64\n"),
                ("src/vec_writer.rs", "            limit,\n", "            limit: limit as usize,\n"),
                ("src/vec_writer.rs", "<= self.raw.limit.", "<= (self.raw.limit as u64)."),
            ],
            "soch_plugin.compression.compress(#2).limit: host u64, plugin usize",
        ),
        (
            "array",
            &[("abi/src/status.rs", "SOCH_ERROR_MESSAGE_SIZE: usize = 508", "SOCH_ERROR_MESSAGE_SIZE: usize = 252")],
            "soch_plugin.create(#3): host 2 fields in 512 bytes, plugin 2 fields in 256 bytes",
        ),
        (
            "undescribed",
            &[("src/machinery/layout.rs", "CURRENT.$kind", "ENTRY.$kind")],
            "the plugin has the table soch_plugin.compression, and does not describe it",
        ),
    ];
    for (name, edits, place) in cases {
        let library = codec_of_a_changed_sdk(name, edits);
        let (code, text) = refusal(&library).unwrap_or_else(|| panic!("{name} was loaded"));
        assert_eq!(code, "E_LAYOUT", "{text}");
        assert!(text.contains(place), "{text}\nlacks\n{place}");
    }

    let grown = codec_of_a_changed_sdk(
        "grown",
        &[
            ("abi/src/lib.rs", "SOCH_ABI_MINOR: u16 = 1", "SOCH_ABI_MINOR: u16 = 2"),
            ("abi/src/layout_hash.rs", "= &[", "= &[[7; 16],"),
            (
                "abi/src/compression.rs",
                "    >,\n}",
                "    >,\n    pub newest: Option<unsafe extern \"C\" fn(code: u64)>,\n}",
            ),
            (
                "src/machinery/shims/compression.rs",
                "bound: Some(bound::<P>),",
                "bound: Some(bound::<P>),\n        newest: None,",
            ),
        ],
    );
    assert_eq!(refusal(&grown), None, "a table that grew at its end is no change");
}
