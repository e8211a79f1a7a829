//! The texts that people read, and the sources.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use support::command::call;
use support::root;

/// A text and where it is.
pub struct Text {
    pub name: String,
    pub text: String,
}

/// Every file below `directory` with one of these endings, but what cargo and git made.
pub fn files(directory: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("a directory of the repository").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if name != "target" && name != ".git" {
                found.extend(files(&path, endings));
            }
        } else if endings.iter().any(|ending| name.to_string_lossy().ends_with(ending)) {
            found.push(path);
        }
    }
    found
}

/// The path of a file of the repository, from its root.
pub fn name(path: &Path) -> String {
    path.strip_prefix(root()).expect("it is below the root").display().to_string()
}

fn text(path: &Path) -> Text {
    let text = fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    Text { name: name(path), text }
}

/// The pages.
pub fn pages() -> Vec<Text> {
    files(root(), &[".md"]).iter().map(|path| text(path)).collect()
}

/// The help of every command, and what it says of each code.
pub fn of_command() -> Vec<Text> {
    let mut texts = Vec::new();
    helps(&[], &mut texts);
    let codes = call(&["explain", "--json"]).stdout;
    let codes: Value = serde_json::from_str(&codes).expect("an object");
    for code in codes["codes"].as_array().expect("a list") {
        let text = ["cause", "remedy"].map(|key| code[key].as_str().expect("a text")).join("\n");
        texts.push(Text { name: format!("explain {}", code["code"]), text });
    }
    texts
}

fn helps(above: &[&str], texts: &mut Vec<Text>) {
    let help = call(&[above, &["--help"]].concat()).stdout;
    let list = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    for line in list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
        match line.split_whitespace().next() {
            Some(name) if name != "help" => helps(&[above, &[name]].concat(), texts),
            _ => {}
        }
    }
    texts.push(Text { name: format!("{above:?} --help"), text: help });
}

/// The files with these endings, of which no part is a test's.
pub fn product() -> Vec<Text> {
    let is_product = |path: &PathBuf| {
        let name = name(path);
        let room = ["host/src", "host/probe", "cli/src", "sdk", "include", "examples-c", "examples-rust"];
        room.iter().any(|room| name.starts_with(room)) && !name.contains("/tests")
    };
    files(root(), &[".rs", ".c", ".h", ".hpp"]).into_iter().filter(is_product).map(|path| text(&path)).collect()
}

/// All that is compiled or run.
pub fn all() -> Vec<Text> {
    let mut texts: Vec<_> =
        files(root(), &[".rs", ".c", ".h", ".hpp", ".cpp", "Cargo.toml"]).iter().map(|path| text(path)).collect();
    texts.extend(fs::read_dir(root().join(".ci")).expect("a directory").flatten().map(|entry| text(&entry.path())));
    texts
}

/// The words of a text that are made of these characters.
pub fn words(text: &str, of: fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.split(move |c| !of(c)).filter(|word| !word.is_empty())
}
