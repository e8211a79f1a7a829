//! The plugin directories: the system's, the user's, those of the trust files, and those that were named.

use crate::commands::doctor::plugins;
use crate::commands::doctor::report::Report;
use crate::store::directory::read_lock;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::trust::{Lock, TrustFile};
use sochdb_plugin_host::{DynamicPluginLoader, TrustFiles, UntrustedText};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub(crate) const AREA: &str = "directory";

/// Who says that plugins are there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// The place that `install` makes at its first plugin.
    Default,
    TrustFile,
    Argument,
}

/// Looks at each and at what is in it; gives how many plugins would be loaded.
pub(crate) fn look(
    report: &mut Report,
    loader: &DynamicPluginLoader,
    trust: &[TrustFile],
    asked: &[PathBuf],
    probe: bool,
) -> usize {
    let own = TrustFiles::Operator.plugin_directories().into_iter();
    let trusted = trust.iter().flat_map(|file| &file.directories).map(|directory| directory.path.clone());
    let all = asked.iter().cloned().map(|path| (path, By::Argument));
    let all = all.chain(trusted.map(|path| (path, By::TrustFile))).chain(own.map(|path| (path, By::Default)));
    let mut seen: Vec<PathBuf> = Vec::new();
    let mut accepted = 0;
    for (path, by) in all {
        if !seen.contains(&path) {
            accepted += one(report, loader, &path, by, probe);
            seen.push(path);
        }
    }
    accepted
}

fn one(report: &mut Report, loader: &DynamicPluginLoader, path: &Path, by: By, probe: bool) -> usize {
    let name = UntrustedText::from(path);
    let state = match path.symlink_metadata() {
        Ok(metadata) => Native::described(&metadata),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let make = Native::making(&name.to_string());
            match by {
                By::Default => report.fine(AREA, &name, "does not exist: nothing is installed there"),
                By::TrustFile => report.attention(AREA, &name, "a trust file names it, and it does not exist", make),
                By::Argument => report.problem(AREA, &name, "does not exist").remedy(make),
            };
            return 0;
        }
        Err(error) => format!("cannot be looked at: {error}"),
    };
    let listed = match read_lock(loader, path) {
        Ok(Some(lock)) => {
            report.fine(AREA, &name, format!("{state}; its lock file lists plugins: {}", lock.plugins.len()));
            lock
        }
        Ok(None) => {
            report.fine(AREA, &name, format!("{state}; no lock file, so a host loads plugins by their path only"));
            Lock::default()
        }
        Err(error) => {
            report.refused(AREA, format!("{name} ({state})"), &error, true);
            return 0;
        }
    };
    plugins::look(report, loader, path, &listed, probe)
}
