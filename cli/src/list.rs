//! `list`: what a plugin directory holds, and what the loader says of it.

use crate::failure::Failure;
use crate::output::{printable, Output, Table};
use crate::store::{loader, read_lock, refuse, unlisted, Place};
use serde_json::{json, Value};
use sochdb_plugin_host::trust::{places, Lock, Locked};
use sochdb_plugin_host::{DynamicPluginLoader, LoadError, Text};
use std::path::{Path, PathBuf};

/// What `list` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    place: Place,
    /// Obey this trust file instead of those of machine and user
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

/// How many digits of a digest a table has.
const DIGITS: usize = 12;

/// Prints the plugins; true if the loader takes each that is listed.
pub(crate) fn run(out: &Output, options: &Options) -> Result<bool, Failure> {
    let directory = options.place.path()?;
    let lock = match read_lock(&DynamicPluginLoader::new_trusted(), &directory) {
        Ok(lock) => lock.unwrap_or_default(),
        Err(LoadError::DirNotFound { .. }) => Lock::default(),
        Err(error) => {
            refuse(out, &directory.join(places::LOCK_FILE), &error, &[]);
            return Ok(false);
        }
    };
    let loader = loader(options.trust.as_deref());
    let judged: Vec<(&Locked, PathBuf, Option<LoadError>)> = lock
        .plugins
        .iter()
        .map(|entry| {
            let path = directory.join(&entry.file);
            let error = loader.verify(&path).err();
            (entry, path, error)
        })
        .collect();
    let others = unlisted(&directory, &lock).unwrap_or_default();
    out.object(&json!({
        "directory": Text::from(&*directory).to_string(),
        "plugins": judged.iter().map(|(entry, path, error)| object(entry, path, error.as_ref())).collect::<Vec<_>>(),
        "not_listed": others.iter().map(|path| Text::from(&**path).to_string()).collect::<Vec<_>>(),
    }));
    if judged.is_empty() && others.is_empty() {
        out.line(format!("{}: no plugin is installed", Text::from(&*directory)));
        out.line("Install one: sochdb-plugin install FILE");
        return Ok(true);
    }
    table(&judged, &others).print(out);
    for (entry, _, error) in &judged {
        let Some(error) = error else { continue };
        out.line(format!(
            "\n{}  {}  {}: {error}",
            out.paint.bold(printable(&entry.name)),
            out.paint.bad("refused"),
            error.code()
        ));
        out.line(format!("remedy   {}", error.remedy()));
    }
    if !others.is_empty() {
        out.line("\nWhat is not listed is not pinned. To pin it: sochdb-plugin install FILE");
    }
    Ok(judged.iter().all(|(.., error)| error.is_none()))
}

fn table(judged: &[(&Locked, PathBuf, Option<LoadError>)], others: &[PathBuf]) -> Table {
    let headings = ["name", "version", "abi", "kinds", "sha256", "publisher", "state", "path"];
    let mut table = Table::new(&headings, &[false; 8]);
    for (entry, path, error) in judged {
        table.row(vec![
            printable(&entry.name),
            printable(&entry.version),
            format!("{}.{}", entry.abi.0, entry.abi.1),
            printable(&entry.kinds.join(",")),
            entry.sha256.to_string()[..DIGITS].to_owned(),
            entry.publisher.as_deref().map_or_else(|| "-".to_owned(), printable),
            error.as_ref().map_or("ok", LoadError::code).to_owned(),
            Text::from(&**path).to_string(),
        ]);
    }
    for path in others {
        let mut cells = vec!["-".to_owned(); 6];
        cells.extend(["not listed".to_owned(), Text::from(&**path).to_string()]);
        table.row(cells);
    }
    table
}

fn object(entry: &Locked, path: &Path, error: Option<&LoadError>) -> Value {
    json!({
        "name": entry.name, "version": entry.version, "abi": format!("{}.{}", entry.abi.0, entry.abi.1),
        "kinds": entry.kinds, "sha256": entry.sha256.to_string(), "publisher": entry.publisher,
        "state": error.map_or("ok", LoadError::code),
        "message": error.map(LoadError::to_string),
        "remedy": error.map(LoadError::remedy),
        "path": Text::from(path).to_string(),
    })
}
