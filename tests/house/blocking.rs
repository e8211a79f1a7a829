//! Each public method of the handles, the libraries, the loader and the manager says whether it blocks.

use crate::imports::Crate;
use std::fs;
use support::root;

const ROOMS: [&str; 3] = ["handles/", "plugin/", "manager/"];

/// Whether the method that begins in this line makes a `Self` from what it is given, as the options do: it waits for nothing.
fn is_setter(lines: &[&str]) -> bool {
    let signature = lines.iter().take_while(|line| !line.trim_end().ends_with('{')).chain(lines.first());
    signature.copied().any(|line| line.contains("-> Self"))
}

/// The public methods of a file whose comment does not say it, each with the number of its line; and how many say it.
fn silent(text: &str) -> (Vec<(usize, &str)>, usize) {
    let lines: Vec<&str> = text.lines().collect();
    let (mut found, mut telling) = (Vec::new(), 0);
    for (at, line) in lines.iter().enumerate() {
        let is_method = ["    pub fn ", "    pub unsafe fn "].iter().any(|begin| line.contains(begin));
        if !is_method || is_setter(&lines[at..]) {
            continue;
        }
        let above = lines[..at].iter().rev().map(|line| line.trim_start());
        let mut comment = above.take_while(|line| ["///", "#[", "$(#["].iter().any(|mark| line.starts_with(mark)));
        match comment.any(|line| line.contains("Never blocks") || line.contains("Blocks ")) {
            true => telling += 1,
            false => found.push((at + 1, line.trim_start())),
        }
    }
    (found, telling)
}

#[test]
fn a_method_says_whether_it_blocks() {
    let (mut found, mut telling) = (Vec::new(), 0);
    let src = root().join("host/src");
    for file in Crate::read(&src).files.values().filter(|file| ROOMS.iter().any(|room| file.starts_with(room))) {
        let text = fs::read_to_string(src.join(file)).expect("a source");
        let (silent, said) = silent(&text);
        found.extend(silent.into_iter().map(|(line, method)| format!("host/src/{file}:{line}: {method}")));
        telling += said;
    }
    assert!(found.is_empty(), "say \"Never blocks.\" or \"Blocks until …\": host/src/blocking.rs: {found:#?}");
    assert!(telling > 80, "only {telling} methods were seen");
}

#[test]
fn a_method_that_says_nothing_is_found() {
    let text = "impl X {\n    /// Ends it.\n    #[must_use]\n    pub fn end(&self) {\n    }\n    /// Sets it.\n    pub fn with(self) -> Self {\n    }\n    /// Looks.\n    ///\n    /// Never blocks.\n    pub fn look(\n        &self,\n    ) -> u64 {\n    }\n}\n";
    assert_eq!(silent(text), (vec![(4, "pub fn end(&self) {")], 1));
}
