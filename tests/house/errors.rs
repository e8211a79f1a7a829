//! Every error that somebody gets says of which plugin, instance, path and slot it is, as fields.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use support::root;

/// What an error names.
const NAMED: [&str; 4] = ["plugin", "instance", "path", "slot"];

/// Rooms that know none of these: bytes and texts go in, types come out.
const OF_BYTES: [&str; 2] = ["host/src/trust/", "host/src/base/"];

/// Errors of other rooms that name none of these, and why.
const OF_NOTHING: [(&str, &str); 2] = [
    ("Refusal", "a `LoadError` has it, and names all"),
    ("ElfError", "it is of bytes; a `LoadError` has it, and names all"),
];

/// Variants of errors that are of no instance.
const OF_NO_INSTANCE: [&str; 8] =
    ["Name", "Unknown", "ShutDown", "MetricKind", "TooManySeries", "TooManyBytes", "MetricBounds", "Forked"];

/// The public types that are errors, each with its file.
fn errors(directory: &Path, found: &mut BTreeMap<String, (String, String)>) {
    for entry in fs::read_dir(directory).expect("a directory of the repository").flatten() {
        let path = entry.path();
        if path.is_dir() {
            errors(&path, found);
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source");
        let file = path.strip_prefix(root()).expect("in the repository").display().to_string();
        let name_of = |line: &str| {
            let rest = line.trim().strip_prefix("pub enum ").or_else(|| line.trim().strip_prefix("pub struct "))?;
            Some(rest.split(|c: char| !c.is_alphanumeric()).next()?.to_owned())
        };
        // Derived, by hand, or by the table of refusals.
        let derived = text.match_indices("thiserror::Error)]");
        let is_type = |line: &&str| line.contains("struct ") || line.contains("enum ");
        let derived = derived.filter_map(|(at, _)| text[at..].lines().find(is_type).and_then(name_of));
        let of_table = text.match_indices("\nrefusals! {").filter_map(|(at, _)| text[at..].lines().find_map(name_of));
        let by_hand = text.lines().filter_map(|line| {
            let name = line.strip_prefix("impl std::error::Error for ")?.split(' ').next()?;
            text.lines().any(|line| name_of(line).as_deref() == Some(name)).then(|| name.to_owned())
        });
        for name in derived.chain(of_table).chain(by_hand) {
            found.insert(name, (file.clone(), text.clone()));
        }
    }
}

/// The block that begins with `begin` at the margin.
fn block<'a>(text: &'a str, begin: &str) -> Option<&'a str> {
    let at = text.find(begin)?;
    text[at..].split("\n}").next()
}

/// Whether the type has a public field or method of this name, or one of the type of another error that has.
fn names(all: &BTreeMap<String, (String, String)>, name: &str, what: &str) -> bool {
    let Some((_, text)) = all.get(name) else { return false };
    let own = [format!("pub {what}: "), format!("pub fn {what}(&self)")];
    let fields = block(text, &format!("pub struct {name} {{")).unwrap_or_default();
    let methods = block(text, &format!("\nimpl {name} {{")).unwrap_or_default();
    let has = own.iter().any(|own| fields.contains(own.as_str()) || methods.contains(own.as_str()));
    let typed = |line: &str| line.trim().trim_end_matches(',').rsplit(": ").next().map(str::to_owned);
    has || fields.lines().filter_map(typed).any(|of| of != name && all.contains_key(&of) && names(all, &of, what))
}

#[test]
fn every_error_names_plugin_instance_path_and_slot() {
    let mut all = BTreeMap::new();
    ["host/src", "sdk/src"].into_iter().for_each(|part| errors(&root().join(part), &mut all));
    assert!(all.len() >= 12, "{:?}", all.keys());
    for known in ["Error", "LoadError", "ManagerError", "Unreplaced", "DirectoryError", "Refusal", "ElfError"] {
        assert!(all.contains_key(known), "{known} is not found: {:?}", all.keys());
    }
    let of_bytes = |file: &str| OF_BYTES.iter().any(|room| file.starts_with(room));
    let exempt = |name: &str| OF_NOTHING.iter().any(|(of_nothing, _)| *of_nothing == name);
    let wanted = all.iter().filter(|(name, (file, _))| !of_bytes(file) && !exempt(name));
    let mut missing = Vec::new();
    for (name, (_, text)) in wanted {
        let Some(variants) = block(text, &format!("pub enum {name} {{")) else {
            missing.extend(NAMED.iter().filter(|what| !names(&all, name, what)).map(|what| format!("{name}: {what}")));
            continue;
        };
        // A variant has the fields, or an error that has them.
        let parts: Vec<&str> = variants.split("\n    #[error(").skip(1).collect();
        for part in parts {
            let lines = part.lines().skip_while(|line| !line.starts_with("    ") || line.starts_with("     "));
            let variant = part.lines().map(str::trim).find(|line| {
                line.starts_with(char::is_uppercase) && !line.starts_with("///") && line.ends_with(['{', ',', ')'])
            });
            let variant = variant.unwrap_or_default();
            let word = variant.split([' ', '(', ',']).next().unwrap_or_default();
            let wraps =
                all.keys().map(String::as_str).chain(["Unended"]).any(|other| variant.contains(&format!("<{other}>")));
            let fields =
                ["plugin: ", "instance: "].iter().all(|field| lines.clone().any(|line| line.trim().starts_with(field)));
            if !(wraps || fields || OF_NO_INSTANCE.contains(&word)) {
                missing.push(format!("{name}::{word}"));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "these name too little: add fields");
}
