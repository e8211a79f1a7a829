//! Files and directories.

use crate::sources::{all, files, name, of_command, pages, product, words, Text};
use std::collections::BTreeSet;
use std::path::Path;
use support::root;

/// Paths of a system that texts may name: what the product itself reads or makes, and what is there anyway.
const OF_SYSTEM: [(&str, &str); 30] = [
    ("/etc/sochdb/trust.toml", "the trust file of the machine: host/src/kernel/posix.rs"),
    ("/usr/local/lib/sochdb/plugins", "the plugin directory of the machine: host/src/kernel/posix.rs"),
    ("~/.config/sochdb/trust.toml", "the trust file of a user: host/src/trust/places.rs"),
    ("~/.local/share/sochdb/plugins", "the plugin directory of a user: host/src/trust/places.rs"),
    ("~/.cache", "the names of the tests that failed last: cli/src/commands/check/failed_before.rs"),
    ("~/.local/share/bash-completion/", "where bash reads completions"),
    ("~/.config/fish/completions/", "where fish reads completions"),
    ("~/.local/share/man", "where man finds pages"),
    ("~/.local/bin", "the programs of a user, by which man finds pages"),
    ("/usr/local/share/man/man1", "where man finds pages"),
    ("/proc", "the kernel's"),
    ("/sys/fs/cgroup", "the kernel's"),
    ("/dev/", "the kernel's"),
    ("/etc/ld.so.", "the dynamic linker's"),
    ("/etc/ssl", "OpenSSL's"),
    ("/lib", "the system's libraries"),
    ("/usr/lib", "the system's libraries"),
    ("/usr/include", "the system's headers"),
    ("/bin/", "the system's programs"),
    ("/usr/bin/", "the system's programs"),
    ("/tmp", "the system's temporary directory"),
    ("/srv/", "an example of an operator's directory"),
    ("/var/lib/", "an example of an operator's directory"),
    ("/opt/", "an example of an operator's directory"),
    ("/where/it/is/", "stands for an author's directory"),
    ("/memfd", "how the kernel calls sealed memory, not a file"),
    ("/inheritance", "an option of icacls on Windows, not a file"),
    ("/remove", "an option of icacls on Windows, not a file"),
    ("/setowner", "an option of icacls on Windows, not a file"),
    ("/metrics", "what the Prometheus plugin answers over HTTP, not a file"),
];

/// The rooms of the repository.
const ROOMS: [&str; 9] =
    ["host/", "cli/", "sdk/", "include/", "examples-c/", "examples-rust/", "tests/", "benches/", ".ci/"];

fn is_of_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/._-~*{}$<>".contains(c)
}

fn bare(word: &str) -> &str {
    word.trim_end_matches(['.', '-', '>', '<'])
}

fn stands_for_many(word: &str) -> bool {
    word.contains(['*', '{', '}', '$', '<', '>']) || word.contains("..") || word.contains("NAME")
}

/// Whether `path` is there, from the root, or from the package that `of` is in.
fn is_there(path: &str, of: &str) -> bool {
    let packages = Path::new(of).ancestors().skip(1).filter(|above| root().join(above).join("Cargo.toml").exists());
    packages.chain([Path::new("")]).any(|above| root().join(above).join(path).exists())
}

#[test]
fn no_text_names_a_file_of_the_repository_that_is_not_there() {
    let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
    for text in pages().into_iter().chain(product()).chain(of_command()).chain(all()) {
        for line in text.text.lines() {
            // Of a source, what it says: its code is compiled.
            let is_page =
                text.name.ends_with(".md") || text.name.contains("--help") || text.name.starts_with("explain");
            let said = if is_page { line } else { line.find("//").map_or("", |at| &line[at..]) };
            for word in words(&said.replace("\\_", "_"), is_of_path).map(bare) {
                let is_one = ROOMS.iter().any(|room| word.strip_prefix(room).is_some_and(|rest| !rest.is_empty()));
                if !is_one || stands_for_many(word) {
                    continue;
                }
                seen.insert(word.to_owned());
                // A member of a file.
                let file = word.split_once(".rs::").map_or(word, |(file, _)| file);
                if !is_there(file, &text.name) {
                    faults.push(format!("{}: {word}", text.name));
                }
            }
        }
    }
    faults.sort();
    faults.dedup();
    assert!(faults.is_empty(), "they are not there:\n{}", faults.join("\n"));
    assert!(seen.len() > 60 && seen.contains("include/sochdb_plugin.h"), "{seen:?}");
}

#[test]
fn no_link_of_a_page_leads_nowhere() {
    let (mut count, mut faults) = (0, Vec::new());
    for page in files(root(), &[".md"]) {
        let text = std::fs::read_to_string(&page).expect("a page");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            // In rustdoc's pages a link may be to an item.
            if path.is_empty() || path.contains("://") || path.contains("::") || path.contains(' ') {
                continue;
            }
            count += 1;
            if !page.parent().expect("a directory").join(path).exists() {
                faults.push(format!("{}: {link}", name(&page)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 12, "only {count} links are found");
}

#[test]
fn no_text_names_a_path_of_the_system_that_nobody_knows() {
    let (mut seen, mut faults) = (BTreeSet::new(), Vec::new());
    for text in pages().into_iter().chain(of_command()) {
        let text = Text { text: text.text.replace("\\_", "_"), ..text };
        for word in words(&text.text, is_of_path).map(bare) {
            let path = word.trim_start_matches('<');
            if !(path.starts_with("~/")
                || (path.starts_with('/') && path[1..].starts_with(|c: char| c.is_ascii_lowercase())))
            {
                continue;
            }
            seen.insert(path.to_owned());
            if !OF_SYSTEM.iter().any(|(known, _)| path.starts_with(known)) {
                faults.push(format!("{}: {path}", text.name));
            }
        }
    }
    assert!(faults.is_empty(), "in no list:\n{}", faults.join("\n"));
    assert!(seen.contains("/etc/sochdb/trust.toml"), "{seen:?}");
    for source in ["host/src/trust/places.rs", "host/src/kernel/posix.rs"] {
        let text = std::fs::read_to_string(root().join(source)).expect("a source");
        for (path, of) in OF_SYSTEM.iter().filter(|(_, of)| of.ends_with(source)) {
            let own = path.trim_start_matches("~/.config/").trim_start_matches("~/.local/share/");
            assert!(text.contains(&format!("\"{own}\"")), "{of} has no {own}");
        }
    }
}
