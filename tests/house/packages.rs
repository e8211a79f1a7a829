//! What a package brings along.

use crate::root;
use std::collections::BTreeSet;
use std::process::Command;

/// The packages that are built for this one, itself among them.
fn built_for(package: &str, options: &[&str]) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--offline", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    let tree = cargo.args(["-p", package]).args(options).current_dir(root()).output().expect("cargo runs");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).expect("names");
    // The name and the version; behind them is where a member lies, or that it was shown before.
    text.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn the_command_brings_no_example_and_few_packages() {
    let built = built_for("sochdb-plugin-cli", &[]);
    assert!(built.len() < 115, "{} packages: {built:#?}", built.len());
    let examples = std::fs::read_dir(root().join("examples-rust")).expect("it is there");
    let examples: BTreeSet<String> =
        examples.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    assert!(examples.contains("index_hnsw"), "{examples:?}");
    let names = |package: &String| package.split(' ').next().unwrap_or_default().to_owned();
    let found: Vec<String> = built.iter().map(names).filter(|name| examples.contains(name)).collect();
    assert!(found.is_empty(), "the command must be installable without examples: {found:?}");
}

#[test]
fn a_plugin_without_the_layout_brings_the_contract_alone() {
    let built = built_for("sochdb-plugin-sdk", &["--no-default-features"]);
    let names: Vec<&str> = built.iter().filter_map(|package| package.split(' ').next()).collect();
    assert_eq!(names, ["sochdb-plugin-abi", "sochdb-plugin-sdk"]);
}

/// SECURITY.md says of them why they are there.
#[test]
fn what_nobody_maintains_comes_in_through_abi_stable_alone() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("the lock file");
    let page = std::fs::read_to_string(root().join("SECURITY.md")).expect("the page");
    for package in ["generational-arena", "paste"] {
        let needs =
            |text: &&str| text.split("dependencies = [").nth(1).is_some_and(|list| list.contains(&quoted(package)));
        let users: Vec<&str> =
            lock.split("[[package]]").filter(needs).filter_map(|text| text.split('"').nth(1)).collect();
        assert_eq!(users, ["abi_stable"], "who uses {package}");
        assert!(page.contains(&format!("`{package}`")), "SECURITY.md does not name {package}");
    }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}
