//! Changes a trust file, and leaves alone what it does not change.

use super::entry::Entry;
use crate::failure::Failure;
use crate::held::Held;
use crate::package::read;
use crate::store::{is_absent, read_lock};
use sochdb_plugin_host::trust::{SyntaxError, TrustFile, MAX_SIZE};
use sochdb_plugin_host::{DynamicPluginLoader, LoadError, Text, TrustFiles};
use std::path::Path;
use toml_edit::{DocumentMut, InlineTable, Item, Table, Value};

/// How a trust file begins that was made here.
const HEADING: &str = "\
    # Which SochDB plugins may be loaded. `sochdb-plugin trust list` prints it, `sochdb-plugin trust --help` explains it.\n";

/// What became of it.
pub(crate) enum Outcome {
    Added,
    /// The loader would not use the file, or does not use it as it is.
    Refused(Box<LoadError>),
}

/// Adds `entry` to the trust file at `path`. Nothing changes if that cannot be.
pub(crate) fn add(path: &Path, entry: &Entry) -> Result<Outcome, Failure> {
    let fields = entry.fields()?;
    let place = path.parent().zip(path.file_name().and_then(|name| name.to_str()));
    let (directory, name) = place.ok_or_else(|| Failure::usage(format!("{} is no file name", Text::from(path))))?;
    let held = Held::open(directory)?;
    let added = change(&held, path, name, |text| with(text, entry.kind(), &fields));
    if !matches!(added, Ok(Outcome::Added)) {
        held.undo();
    }
    added
}

fn change(
    held: &Held,
    path: &Path,
    name: &str,
    change: impl FnOnce(&str) -> Result<String, SyntaxError>,
) -> Result<Outcome, Failure> {
    // Before anything is written: who may change the directory could lead it elsewhere.
    let refused = match is_absent(path) {
        true => read_lock(&DynamicPluginLoader::new_trusted(), &held.path).err().filter(is_of_the_way),
        false => TrustFiles::Only(vec![path.to_owned()]).read(path).err(),
    };
    if let Some(error) = refused {
        return Ok(Outcome::Refused(Box::new(error)));
    }
    held.clean();
    let bytes = read(path, MAX_SIZE as u64)?.unwrap_or_else(|| HEADING.into());
    let wrong = |error: &dyn std::fmt::Display| {
        let reason = format!("{} would be wrong in {error}; nothing was changed", Text::from(path));
        Failure::new("E_TRUST_SYNTAX", reason)
    };
    let text = String::from_utf8(bytes).map_err(|error| wrong(&error))?;
    let text = change(&text).map_err(|error| wrong(&error))?;
    TrustFile::parse(text.as_bytes()).map_err(|error| wrong(&error))?;
    held.write(name, text.as_bytes(), 0o644)?;
    Ok(Outcome::Added)
}

/// Whether it is about the directory and those above it, not about a lock file there.
fn is_of_the_way(error: &LoadError) -> bool {
    error.step() < sochdb_plugin_host::Step::Trust
}

/// `text`, which is a trust file, with one entry more.
fn with(text: &str, kind: &str, fields: &[(&'static str, String)]) -> Result<String, SyntaxError> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| SyntaxError {
        line: 1,
        column: 1,
        message: error.message().to_owned(),
    })?;
    let fields = fields.iter().map(|(key, value)| (*key, Value::from(value.as_str())));
    if !document.contains_key(kind) {
        // What stands at the end of the file stays in front of what is added there.
        let end = document.trailing().as_str().unwrap_or_default().to_owned();
        document.set_trailing("");
        let mut table = table(fields, &format!("{end}\n"));
        table.set_position(Some(isize::MAX));
        document.insert(kind, Item::ArrayOfTables([table].into_iter().collect()));
        return Ok(document.to_string());
    }
    match document.get_mut(kind) {
        Some(Item::ArrayOfTables(tables)) => tables.push(table(fields, "\n")),
        // The other way to write the same: directory = [{ path = "..." }].
        Some(Item::Value(Value::Array(tables))) => tables.push(fields.collect::<InlineTable>()),
        // The loader takes nothing else.
        _ => {}
    }
    Ok(document.to_string())
}

fn table(fields: impl Iterator<Item = (&'static str, Value)>, before: &str) -> Table {
    let mut table: Table = fields.map(|(key, value)| (key, Item::Value(value))).collect();
    table.decor_mut().set_prefix(before);
    table
}
