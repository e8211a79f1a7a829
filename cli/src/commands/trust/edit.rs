//! Changes a trust file, and leaves alone what it does not change.

use crate::commands::trust::entry::Entry;
use crate::commands::trust::forbidden::forbidden;
use crate::commands::trust::reach::arguments;
use crate::commands::trust::text::{find, with, without, Fields, Found};
use crate::output::failure::Failure;
use crate::store::directory::{is_absent, read_lock};
use crate::store::locked_dir::LockedDir;
use crate::store::package::read;
use sochdb_plugin_host::trust::{Pin, Revoked, RevokedKey, SyntaxError, TrustFile, MAX_SIZE};
use sochdb_plugin_host::{DynamicPluginLoader, LoadError, Policy, TrustFiles, UntrustedText};
use std::path::Path;

/// How a trust file begins that was made here.
const HEADING: &str = "\
    # Which SochDB plugins may be loaded. `sochdb-plugin trust list` prints it, `sochdb-plugin trust --help` explains it.\n";

/// What became of it.
pub(crate) enum Outcome {
    /// The file says this now.
    Changed(TrustFile),
    /// The file said so already.
    Unchanged,
    /// The loader would not use the file, or does not use it as it is.
    Refused(LoadError),
}

/// Adds an entry to the trust file at `path`. Nothing changes if that cannot be.
///
/// # Errors
/// The file has an entry about the same that says another thing: that is for its owner to decide.
pub(crate) fn add(path: &Path, entry: &Entry, fields: &Fields) -> Result<Outcome, Failure> {
    let kind = entry.kind();
    let alone = with("", kind, fields).and_then(|text| TrustFile::parse(text.as_bytes()));
    let asked = alone.map_err(|error| Failure::usage(format!("{kind}: {}", error.message)))?;
    change(path, |text, there| {
        if let Some(failure) = forbidden(path, there, &asked) {
            return Err(failure);
        }
        if says(there, &asked) {
            return Ok(None);
        }
        match find(text, kind, entry.subject(fields)).map_err(|error| wrong(path, &error))? {
            Some(found) => Err(conflict(path, text, kind, fields, &found)),
            None => with(text, kind, fields).map(Some).map_err(|error| wrong(path, &error)),
        }
    })
}

/// Takes the entries of `kind` out of the trust file at `path` that have these fields; gives how many there were.
///
/// # Errors
/// There is none.
pub(crate) fn remove(path: &Path, kind: &'static str, fields: &Fields) -> Result<(Outcome, usize), Failure> {
    let mut removed = 0;
    let outcome = change(path, |text, _| {
        let mut left = text.to_owned();
        while let Some(found) = find(&left, kind, fields).map_err(|error| wrong(path, &error))? {
            left = without(&left, kind, &found).map_err(|error| wrong(path, &error))?;
            removed += 1;
        }
        if removed == 0 {
            let values: Vec<String> =
                fields.iter().map(|(_, value)| UntrustedText::from(value.as_bytes()).to_string()).collect();
            let (path, values) = (UntrustedText::from(path), values.join(" "));
            let reason = format!("{path} has no {kind} {values}; `sochdb-plugin trust list` prints what it has");
            return Err(Failure::new("E_TRUST_NO_ENTRY", reason));
        }
        Ok(Some(left))
    })?;
    Ok((outcome, removed))
}

/// Changes the text of the file, which says `TrustFile`, to what `new` gives, if it gives any.
fn change(
    path: &Path,
    new: impl FnOnce(&str, &TrustFile) -> Result<Option<String>, Failure>,
) -> Result<Outcome, Failure> {
    let place = path.parent().zip(path.file_name().and_then(|name| name.to_str()));
    let (directory, name) =
        place.ok_or_else(|| Failure::usage(format!("{} is no file name", UntrustedText::from(path))))?;
    let held = LockedDir::open(directory)?;
    let changed = change_held(&held, path, name, new);
    if !matches!(changed, Ok(Outcome::Changed(_))) {
        held.undo();
    }
    changed
}

fn change_held(
    held: &LockedDir,
    path: &Path,
    name: &str,
    new: impl FnOnce(&str, &TrustFile) -> Result<Option<String>, Failure>,
) -> Result<Outcome, Failure> {
    // Before anything is written: who may change the directory could lead it elsewhere.
    let there = match is_absent(path) {
        true => match read_lock(&DynamicPluginLoader::new_trusted(), &held.path).err().filter(is_of_the_way) {
            None => Ok(None),
            Some(error) => Err(error),
        },
        false => TrustFiles::Only(vec![path.to_owned()]).read(path),
    };
    let there = match there {
        Ok(there) => there.unwrap_or_default(),
        Err(error) => return Ok(Outcome::Refused(error)),
    };
    held.clean();
    let bytes = read(path, MAX_SIZE as u64)?.unwrap_or_else(|| HEADING.into());
    let text = String::from_utf8(bytes).map_err(|error| wrong(path, &error))?;
    let Some(text) = new(&text, &there)? else { return Ok(Outcome::Unchanged) };
    let file = TrustFile::parse(text.as_bytes()).map_err(|error: SyntaxError| wrong(path, &error))?;
    held.write(name, text.as_bytes(), 0o644)?;
    Ok(Outcome::Changed(file))
}

/// Whether it is about the directory and those above it, not about a lock file there.
pub(crate) fn is_of_the_way(error: &LoadError) -> bool {
    error.step() < sochdb_plugin_host::Step::Trust
}

/// Whether `file` has each entry of `asked`, however it is written. Words for people may be there that were not asked for.
fn says(file: &TrustFile, asked: &TrustFile) -> bool {
    let words = |asked: &Option<String>, there: &Option<String>| asked.is_none() || asked == there;
    let pinned = |asked: &Pin| file.pins.iter().any(|it| it.sha256 == asked.sha256 && words(&asked.name, &it.name));
    let revoked =
        |asked: &Revoked| file.revoked.iter().any(|it| it.sha256 == asked.sha256 && words(&asked.reason, &it.reason));
    let revoked_key =
        |asked: &RevokedKey| file.revoked_keys.iter().any(|it| it.key == asked.key && words(&asked.reason, &it.reason));
    asked.directories.iter().all(|entry| file.directories.contains(entry))
        && asked.dependencies.iter().all(|entry| file.dependencies.contains(entry))
        && asked.pins.iter().all(pinned)
        && asked.publishers.iter().all(|entry| file.publishers.contains(entry))
        && asked.revoked.iter().all(revoked)
        && asked.revoked_keys.iter().all(revoked_key)
        && asked.minimums.iter().all(|entry| file.minimums.contains(entry))
}

fn conflict(path: &Path, text: &str, kind: &str, fields: &Fields, found: &Found) -> Failure {
    let (file, line, mut said) = (UntrustedText::from(path), found.line(text, fields), found.said());
    if kind == "directory" && found.value("policy").is_none() {
        said += &format!(", and so the policy {}", Policy::default());
    }
    // A publisher has a key beside its name, which says which of them is meant.
    let subject = fields.iter().take(if kind == "publisher" { 2 } else { 1 });
    let subject = subject.filter_map(|(key, _)| Some(UntrustedText::from(found.value(key)?.as_bytes()).to_string()));
    let (subject, kind_typed) = (subject.collect::<Vec<_>>().join(" "), kind.replace('_', "-"));
    let named = arguments(path);
    let reason = format!(
        "{file} says another thing of this {kind} already: {said}; edit line {line} of {file}, or take that out first: \
         sochdb-plugin trust remove {kind_typed} {subject}{named}"
    );
    Failure::new("E_TRUST_CONFLICT", reason)
}

fn wrong(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    let reason = format!("{} would be wrong in {error}; nothing was changed", UntrustedText::from(path));
    Failure::new("E_TRUST_SYNTAX", reason)
}
