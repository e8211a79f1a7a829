//! `list`: what a plugin directory holds, and what the loader says of it.

use crate::output::failure::Failure;
use crate::output::table::Table;
use crate::output::Output;
use crate::store::directory::{is_absent, loader, read_lock, refuse, unlisted, DirectoryArg};
use crate::store::staging::BROKEN;
use serde_json::{json, Value};
use sochdb_plugin_host::trust::{places, Lock, Locked};
use sochdb_plugin_host::{printable, DynamicPluginLoader, LoadError, Refusal, Step, UntrustedText};
use std::path::{Path, PathBuf};

/// What `list` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    place: DirectoryArg,
    /// Obey this trust file instead of those of machine and user
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

/// How many digits of a digest a table has.
const DIGITS: usize = 12;

const HEADINGS: [&str; 8] = ["name", "version", "abi", "kinds", "sha256", "publisher", "state", "path"];

/// Prints the plugins; true if the loader takes each that is listed.
pub(crate) fn run(out: &Output, options: &Options) -> Result<bool, Failure> {
    let directory = options.place.path()?;
    // What no trust file allows is listed too.
    let any = DynamicPluginLoader::new_trusted();
    let lock = match read_lock(&any, &directory) {
        Ok(lock) => lock.unwrap_or_default(),
        // Nothing was installed yet, unless somebody says where.
        Err(error) if !options.place.is_named() && matches!(error.refusal(), Refusal::DirNotFound { .. }) => {
            Lock::default()
        }
        Err(error) if error.step() == Step::Trust => return Ok(unreadable(out, &directory, &error)),
        Err(error) => {
            refuse(out, &directory.join(places::LOCK_FILE), &error, &[]);
            return Ok(false);
        }
    };
    let loader = loader(any, options.trust.as_deref());
    let judged: Vec<(&Locked, PathBuf, Option<LoadError>)> = lock
        .plugins
        .iter()
        .map(|entry| {
            let path = directory.join(&entry.file);
            let error = loader.verify(&path).err();
            (entry, path, error)
        })
        .collect();
    let others = if is_absent(&directory) { Vec::new() } else { unlisted(&directory, &lock)? };
    out.object(&json!({
        "directory": UntrustedText::from(&*directory).to_string(),
        "code": null, "step": null, "message": null, "remedy": null,
        "plugins": judged.iter().map(|(entry, path, error)| object(entry, path, error.as_ref())).collect::<Vec<_>>(),
        "not_listed": shown(&others), "lock_unreadable": [],
    }));
    if judged.is_empty() && others.is_empty() {
        out.line(format!("{}: no plugin is installed", UntrustedText::from(&*directory)));
        out.line(format!("Install one: sochdb-plugin install FILE{}", options.place.arguments()));
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
        let place = options.place.arguments();
        out.line(format!("\nWhat is not listed is not pinned. To pin it: sochdb-plugin install FILE{place}"));
        if !is_absent(&directory.join(BROKEN)) {
            out.line(format!("{BROKEN} is a lock file that could not be read; it may have listed them."));
        }
    }
    Ok(judged.iter().all(|(.., error)| error.is_none()))
}

fn table(judged: &[(&Locked, PathBuf, Option<LoadError>)], others: &[PathBuf]) -> Table {
    let mut table = Table::new(&HEADINGS, &[false; 8]);
    for (entry, path, error) in judged {
        table.row(vec![
            entry.name.clone(),
            entry.version.clone(),
            format!("{}.{}", entry.abi.0, entry.abi.1),
            entry.kinds.join(","),
            entry.sha256.to_string()[..DIGITS].to_owned(),
            entry.publisher.clone().unwrap_or_else(|| "-".to_owned()),
            error.as_ref().map_or("ok", LoadError::code).to_owned(),
            UntrustedText::from(&**path).to_string(),
        ]);
    }
    for path in others {
        table.row(file_alone("not listed", path));
    }
    table
}

/// The row of a library of which nothing is known but its path.
fn file_alone(state: &str, path: &Path) -> Vec<String> {
    let mut cells = vec!["-".to_owned(); 6];
    cells.extend([state.to_owned(), UntrustedText::from(path).to_string()]);
    cells
}

/// Says why the lock file of `directory` cannot be used, and which libraries lie there; false, as none can be loaded.
fn unreadable(out: &Output, directory: &Path, error: &LoadError) -> bool {
    // Nobody knows which of them it lists.
    let files = unlisted(directory, &Lock::default()).unwrap_or_default();
    out.object(&json!({
        "directory": UntrustedText::from(directory).to_string(),
        "code": error.code(), "step": error.step().name(), "message": error.to_string(), "remedy": error.remedy(),
        "plugins": [], "not_listed": [], "lock_unreadable": shown(&files),
    }));
    if !files.is_empty() {
        let mut table = Table::new(&HEADINGS, &[false; 8]);
        files.iter().for_each(|path| table.row(file_alone("lock unreadable", path)));
        table.print(out);
        out.line("");
    }
    out.line(format!("{}  {}: {error}", out.paint.bad("refused"), error.code()));
    out.line(format!("remedy   {}", error.remedy()));
    false
}

fn shown(files: &[PathBuf]) -> Vec<String> {
    files.iter().map(|path| UntrustedText::from(&**path).to_string()).collect()
}

fn object(entry: &Locked, path: &Path, error: Option<&LoadError>) -> Value {
    json!({
        "name": entry.name, "version": entry.version, "abi": format!("{}.{}", entry.abi.0, entry.abi.1),
        "kinds": entry.kinds, "sha256": entry.sha256.to_string(), "publisher": entry.publisher,
        "state": error.map_or("ok", LoadError::code),
        "code": error.map(LoadError::code),
        "step": error.map(|error| error.step().name()),
        "message": error.map(LoadError::to_string),
        "remedy": error.map(LoadError::remedy),
        "path": UntrustedText::from(path).to_string(),
    })
}
