//! What `install` says of a plugin that is installed, and of a directory that none may be installed into.

use crate::input::paths::absolute;
use crate::output::Output;
use crate::store::directory::{is_absent, refuse, refuse_with};
use crate::store::staging;
use serde_json::json;
use sochdb_plugin_host::trust::{places, Locked};
use sochdb_plugin_host::{printable, LoadError, Refusal, Step, UntrustedText, ALLOW_VARIABLE};
use std::path::Path;

/// A plugin that is installed.
pub(crate) struct Installed<'a> {
    pub(crate) directory: &'a Path,
    pub(crate) entry: &'a Locked,
    pub(crate) outcome: &'a str,
    pub(crate) replaced: Option<Locked>,
    pub(crate) broken_lock: bool,
}

/// Says what is installed, and what comes next: the command `next`, and a host that is started so that it loads it.
pub(crate) fn tell(out: &Output, installed: &Installed<'_>, next: &str) {
    let Installed { directory, entry, outcome, replaced, broken_lock } = installed;
    let path = UntrustedText::from(&*directory.join(&entry.file)).to_string();
    let host = format!(
        "a program that calls `load_dir` of sochdb-plugin-host with {}, and is started with {ALLOW_VARIABLE}=1 in its \
         environment",
        UntrustedText::from(*directory)
    );
    let lines = [
        ("file", Some(path.clone())),
        ("kinds", Some(entry.kinds.join(", "))),
        ("sha256", Some(entry.sha256.to_string())),
        ("replaces", replaced.as_ref().map(|old| old.sha256.to_string())),
        ("publisher", Some(entry.publisher.clone().unwrap_or_else(|| "none was asked for".to_owned()))),
        ("next", Some(next.to_owned())),
        ("host", Some(host.clone())),
    ];
    out.object(&json!({
        "outcome": outcome, "replaced": replaced.as_ref().map(|old| &old.version),
        "replaced_sha256": replaced.as_ref().map(|old| old.sha256.to_string()),
        "path": path, "name": entry.name, "version": entry.version, "kinds": entry.kinds,
        "sha256": entry.sha256.to_string(), "publisher": entry.publisher, "next": next, "host": host,
        "broken_lock_file_kept": broken_lock,
    }));
    let instead = replaced.as_ref().map_or_else(String::new, |old| format!(" version {}", printable(&old.version)));
    out.line(format!("{} {}: {}{instead}", out.paint.bold(&entry.name), entry.version, out.paint.good(outcome)));
    for (name, value) in lines {
        let Some(value) = value else { continue };
        out.line(format!("  {}  {}", out.paint.dim(format!("{name:<9}")), printable(&value)));
    }
    if *broken_lock {
        out.line(format!("The lock file could not be read and was begun anew; the old one is {}.", staging::BROKEN));
        out.line("Install the other plugins of the directory again, from the copies of their publishers.");
    }
}

/// Says that nothing runs from `directory`, whatever is installed there: the download is not what is wrong.
pub(crate) fn noexec(out: &Output, source: &Path, directory: &Path, error: &LoadError, staged: Option<&Path>) {
    let remedy = format!(
        "choose a directory on a file system that allows to run code: sochdb-plugin install {} --directory DIRECTORY",
        UntrustedText::from(source)
    );
    let names: Vec<(&Path, &Path)> = staged.map(|staged| (staged, directory)).into_iter().collect();
    refuse_with(out, directory, error, remedy, &names);
}

/// Says that the loader takes nothing from `directory`.
pub(crate) fn closed(out: &Output, directory: &Path, error: &LoadError, trust: Option<&Path>) {
    let lock = directory.join(places::LOCK_FILE);
    // The lock file stands for any file there, unless it is what is wrong.
    let names: &[(&Path, &Path)] = if error.step() < Step::Trust { &[(&lock, directory)] } else { &[] };
    let Refusal::NotAllowed { .. } = error.refusal() else {
        return refuse(out, directory, error, names);
    };
    let name = UntrustedText::from(directory);
    let make = if is_absent(directory) { format!("mkdir -m 755 -p {name} && ") } else { String::new() };
    let file = trust.map_or_else(String::new, |file| format!(" --trust {}", UntrustedText::from(&*absolute(file))));
    let remedy = format!("{make}sochdb-plugin trust add directory {name}{file}");
    refuse_with(out, directory, error, remedy, names);
}
