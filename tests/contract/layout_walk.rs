//! A plugin whose author changed the SDK's types but kept its layout hash is refused, and the refusal names the place.

use std::fs;
use std::path::{Path, PathBuf};
use support::plugins::Private;
use support::{cargo, root, succeed, target_directory, target_tmp, MINUTE};

/// The codec that is built with a changed SDK.
const CODEC: &str = "codec_of_a_changed_sdk";

/// A file below `sdk`, a text in it, and what stands there instead.
type Edit<'a> = (&'a str, &'a str, &'a str);

/// A copy of the SDK with these edits, and a copy of codec_xor built with it.
fn codec_of_a_changed_sdk(name: &str, edits: &[Edit<'_>]) -> PathBuf {
    let copy = target_tmp().join("layout_walk").join(name);
    let _ = fs::remove_dir_all(&copy);
    // The place in the workspace tells one package from another of the same name: each SDK has one of its own.
    let sdk = format!("sdk_{name}");
    copy_tree(&root().join("sdk"), &copy.join(&sdk));
    copy_tree(&root().join("examples-rust/codec_xor"), &copy.join("codec_xor"));
    // A name of its own, as it is built beside the one of this repository.
    let package = copy.join("codec_xor/Cargo.toml");
    let text = fs::read_to_string(&package).expect("a copied manifest");
    fs::write(&package, text.replace("\"codec_xor\"", &format!("\"{CODEC}\""))).expect("a copied package");
    let workspace = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace's manifest");
    let (mut manifest, rest) =
        workspace.split_once("[package]").map(|(all, rest)| (all.to_owned(), rest)).expect("the root");
    let members = manifest.find("members").expect("members")..manifest.find("resolver").expect("a resolver");
    manifest.replace_range(members, "members = [\"sdk\", \"sdk/abi\", \"codec_xor\"]\n");
    let manifest = manifest.replace("\"sdk", &format!("\"{sdk}"));
    // With other profiles, nothing that is built already could be used.
    let profiles = rest.find("[profile.").expect("profiles");
    fs::write(copy.join("Cargo.toml"), manifest + &rest[profiles..]).expect("a copied workspace");
    fs::copy(root().join("Cargo.lock"), copy.join("Cargo.lock")).expect("the lock file");

    for (file, from, to) in edits {
        let changed = copy.join(&sdk).join(file);
        let text = fs::read_to_string(&changed).expect("a file of the SDK");
        assert!(text.contains(from), "{file} no longer contains {from}: change this test");
        fs::write(&changed, text.replacen(from, to, 1)).expect("a changed SDK");
    }

    // That of the repository: what the SDK depends on is built there.
    let target = target_directory();
    let build = ["build", "--offline", "-q", "-p", CODEC];
    succeed(cargo().current_dir(&copy).args(build).env("CARGO_TARGET_DIR", &target), MINUTE * 5);
    // Every variant has the same file name, so it is copied before the next one is built.
    let library = copy.join("codec_xor.so");
    fs::copy(target.join(format!("debug/lib{CODEC}.so")), &library).expect("the built plugin");
    library
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory for the copy");
    for entry in fs::read_dir(from).expect("a directory to copy") {
        let entry = entry.expect("a directory entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a file type").is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copied file");
        }
    }
}

/// None if it loads, else code and text of the refusal.
fn refusal(library: &Path) -> Option<(&'static str, String)> {
    let loaded = Private::copy(library).load();
    loaded.err().map(|error| (error.code(), error.to_string()))
}

/// One test, because the variants share a build directory.
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
