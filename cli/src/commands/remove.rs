//! `remove`: takes a plugin out of a plugin directory.

use crate::input::missing::no_directory;
use crate::output::failure::Failure;
use crate::output::Output;
use crate::store::blank::{blank, is_full};
use crate::store::directory::{is_absent, read_lock, refuse, unlisted, DirectoryArg};
use crate::store::locked_dir::{unchangeable, LockedDir};
use crate::store::staging::{companions, sweep};
use serde_json::json;
use sochdb_plugin_host::trust::{places, Lock, Locked};
use sochdb_plugin_host::{printable, DynamicPluginLoader, UntrustedText};
use std::path::Path;

/// What `remove` takes.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The plugin's name or the name of its file, as `list` prints them
    name: String,
    #[command(flatten)]
    place: DirectoryArg,
}

/// Removes the plugin; true if it is gone then.
pub(crate) fn run(out: &Output, options: &Options) -> Result<bool, Failure> {
    let directory = options.place.path()?;
    if is_absent(&directory) {
        if options.place.is_named() {
            return Err(no_directory(&directory));
        }
        return Err(unknown(&directory, &Lock::default(), &options.name));
    }
    let held = LockedDir::open(&directory)?;
    // What no trust file allows can still be removed.
    let mut lock = match read_lock(&DynamicPluginLoader::new_trusted(), &directory) {
        Ok(lock) => lock.unwrap_or_default(),
        Err(error) => {
            refuse(out, &directory.join(places::LOCK_FILE), &error, &[]);
            return Ok(false);
        }
    };
    held.clean();
    let is_it = |plugin: &Locked| plugin.name == options.name || plugin.file == options.name;
    let Some(at) = lock.plugins.iter().position(is_it) else {
        return Err(unknown(&directory, &lock, &options.name));
    };
    let entry = lock.plugins.remove(at);
    // In this order: no moment leaves a file that loads, all can be done again, and the lock file is written where the
    // plugin was, if the disk is full.
    held.delete(&entry.file)?;
    companions(&entry.file).iter().try_for_each(|name| held.delete(name))?;
    sweep(&held, &lock);
    match held.try_write(places::LOCK_FILE, lock.to_text().as_bytes(), 0o644) {
        Err(error) if is_full(&error) => blank(&held, &entry, &lock, &error)?,
        written => written.map_err(|error| unchangeable(&held.path.join(places::LOCK_FILE), &error))?,
    }
    let path = UntrustedText::from(&*directory.join(&entry.file)).to_string();
    out.object(&json!({
        "outcome": "removed", "path": path, "name": entry.name, "version": entry.version,
        "sha256": entry.sha256.to_string(),
    }));
    out.line(format!(
        "{} {}: {}",
        out.paint.bold(printable(&entry.name)),
        printable(&entry.version),
        out.paint.good("removed")
    ));
    out.line(format!("  {}  {path}", out.paint.dim("file")));
    Ok(true)
}

fn unknown(directory: &Path, lock: &Lock, name: &str) -> Failure {
    let installed: Vec<&str> = lock.plugins.iter().map(|plugin| &*plugin.name).collect();
    let mut installed = if installed.is_empty() { "nothing".to_owned() } else { installed.join(", ") };
    let others = unlisted(directory, lock).unwrap_or_default();
    let others: Vec<String> =
        others.iter().filter_map(|path| Some(UntrustedText::from(path.file_name()?).to_string())).collect();
    if !others.is_empty() {
        installed.push_str(&format!("; there without being installed: {}", others.join(", ")));
    }
    let (directory, name) = (UntrustedText::from(directory), UntrustedText::from(name.as_bytes()));
    let reason = format!("{name} is not installed in {directory}; installed: {installed}");
    Failure::new("E_NOT_INSTALLED", reason)
}
