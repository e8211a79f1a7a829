//! What the README shows is what is tested.

use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The README's blocks of code, without their fences.
fn blocks(language: &str) -> Vec<String> {
    let readme = read("README.md");
    let open = format!("```{language}\n");
    readme.split(&open).skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_smallest_plugins_are_the_tested_files() {
    assert_eq!(blocks("c")[0], read("examples-c/codec_xor.c"));
    assert_eq!(blocks("rust")[0], read("examples-rust/codec_xor/src/lib.rs"));
}

#[test]
fn the_smallest_plugins_are_small() {
    assert!(read("examples-c/codec_xor.c").lines().count() <= 25);
    assert!(read("examples-rust/codec_xor/src/lib.rs").lines().count() <= 20);
}

#[test]
fn the_loading_lines_are_those_of_the_example() {
    let example = read("host/examples/load.rs");
    let block = &blocks("rust")[1];
    assert!(block.lines().count() <= 6);
    for line in block.lines() {
        assert!(example.lines().any(|other| other.trim() == line.trim()), "host/examples/load.rs lacks: {line}");
    }
}

#[test]
fn the_sdk_comes_from_this_repository() {
    let dependency = concat!("sochdb-plugin-sdk = { git = \"", env!("CARGO_PKG_REPOSITORY"), "\" }");
    assert!(blocks("toml")[0].contains(dependency), "README.md does not say {dependency}");
    assert!(read("sdk/README.md").contains(dependency), "sdk/README.md does not say {dependency}");
}

#[test]
fn links_lead_to_files() {
    for target in read("README.md").split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(target);
        assert!(path.exists(), "the README links to {target}, which is not there");
    }
}
