//! The variables of the environment.

use crate::base::text::UntrustedText;
use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use crate::process_state::change::{By, Changes, ProcessPart};
use crate::process_state::part::Part;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

/// The most changed variables that are told one by one.
const MOST: usize = 32;

/// In their order. The standard library reads them under the lock under which it writes them.
pub(crate) struct Environment(Vec<(OsString, OsString)>);

impl Part for Environment {
    fn now() -> Self {
        Self(std::env::vars_os().collect())
    }

    fn compare(&self, now: &Self, changes: &mut Changes) {
        if self.0 == now.0 {
            return;
        }
        let (before, after) = (self.by_name(), now.by_name());
        let names: std::collections::BTreeSet<&OsStr> = before.keys().chain(after.keys()).copied().collect();
        let changed: Vec<&OsStr> = names.into_iter().filter(|name| before.get(name) != after.get(name)).collect();
        let part = (ProcessPart::Environment, By::AnyThread);
        for name in changed.iter().take(MOST) {
            let texts = texts(before.contains_key(name), after.contains_key(name));
            changes.add(part, &UntrustedText::from(*name).to_string(), texts, || put_back(name, before.get(name)));
        }
        let rest = &changed[changed.len().min(MOST)..];
        if !rest.is_empty() {
            let texts = ("as they were".to_owned(), "otherwise".to_owned());
            changes.add(part, &format!("and {} more", rest.len()), texts, || {
                rest.iter().all(|name| put_back(name, before.get(name)))
            });
        }
    }
}

impl Environment {
    fn by_name(&self) -> BTreeMap<&OsStr, &OsStr> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str())).collect()
    }
}

/// The words for a change: a value may be a password.
fn texts(before: bool, after: bool) -> (String, String) {
    let word = |there| if there { "set" } else { "not set" }.to_owned();
    match (before, after) {
        (true, true) => ("a value".to_owned(), "another value".to_owned()),
        _ => (word(before), word(after)),
    }
}

fn put_back(name: &OsStr, value: Option<&&OsStr>) -> bool {
    match value {
        Some(value) => std::env::set_var(name, value),
        None => std::env::remove_var(name),
    }
    if name == "TZ" {
        Own::time_zone_changed();
    }
    std::env::var_os(name).as_deref() == value.copied()
}
