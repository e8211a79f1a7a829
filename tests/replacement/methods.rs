//! The methods of a handle, as the sources have them, so that a test of each method misses none.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use support::root;

/// What each handle has that makes no call: the handles' macro writes it, or it is of all extensions.
const OF_ALL: [&str; 7] = ["new", "inspect", "alone", "is_poisoned", "info", "init", "shutdown"];

/// The methods of blocks that begin with one of `heads`, in the files of a directory.
fn methods(directory: &Path, heads: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in fs::read_dir(directory).expect("the sources") {
        let path = file.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            found.extend(methods_of(&fs::read_to_string(path).expect("a source"), heads));
        }
    }
    found
}

/// Those of one text. All methods of a trait are public; others say so.
fn methods_of(text: &str, heads: &[String]) -> BTreeSet<String> {
    let (mut found, mut begin) = (BTreeSet::new(), None);
    for line in text.lines() {
        if line == "}" {
            begin = None;
        } else if !line.starts_with(' ') && heads.iter().any(|head| line.starts_with(&**head)) {
            begin = Some(if line.starts_with("impl ") && !line.contains(" for ") { "    pub fn " } else { "    fn " });
        } else if let Some(method) = begin.and_then(|begin| line.strip_prefix(begin)) {
            let name = method.split(|of: char| !of.is_alphanumeric() && of != '_').next().unwrap_or_default();
            found.insert(name.to_owned());
        }
    }
    found
}

/// The methods of a handle and its trait that are neither in `swept` nor in `others`, and names there that are no methods. One that
/// takes a writer or a sink is swept by the form without, if the handle leaves that to the trait.
pub fn unswept(handle: &str, of: &str, others: &[&str], swept: impl Iterator<Item = &'static str>) -> Vec<String> {
    let head = |text: String| [text];
    let root = root();
    let (handles, traits) = (root.join("host/src/handles"), root.join("sdk/src"));
    let own = methods(&handles, &head(format!("impl {of} for {handle} ")));
    let mut all = methods(&handles, &head(format!("impl {handle} ")));
    assert!(all.len() + own.len() > 3, "{handle} has {all:?} and {own:?}");
    all.extend(methods(&traits, &head(format!("pub trait {of}"))));
    all.extend(own.iter().cloned());
    let rows: BTreeSet<String> = swept.map(str::to_owned).collect();
    let known = |name: &str| rows.contains(name) || OF_ALL.contains(&name) || others.contains(&name);
    let made_by =
        |name: &str| name.strip_suffix("_into").is_some_and(|form| rows.contains(form) && !own.contains(form));
    let missing = all.iter().filter(|name| !known(name) && !made_by(name)).cloned();
    let strange = rows.iter().map(|name| &**name).chain(others.iter().copied());
    let strange =
        strange.filter(|name| !all.contains(*name) && !OF_ALL.contains(name)).map(|name| format!("no {name}"));
    missing.chain(strange).collect()
}

#[test]
fn a_method_without_a_row_is_found() {
    let text = "impl Storage {\n    pub fn open(&self) {\n    }\n    fn hidden(&self) {\n    }\n}\nimpl Other for Storage {\n    \
                fn get(&self) {\n    }\n}\nimpl Extension for Storage {\n    fn not_asked_for(&self) {\n    }\n}\n";
    let heads = ["impl Storage ", "impl Other for Storage "].map(str::to_owned);
    assert_eq!(methods_of(text, &heads), ["get", "open"].map(str::to_owned).into());
    let calls = ["get", "put", "no_method"];
    let missing = unswept("Table", "StorageTable", &["id"], calls.into_iter());
    assert_eq!(missing, ["get_append", "get_into", "no no_method"]);
}
