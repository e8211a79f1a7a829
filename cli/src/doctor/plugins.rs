//! The plugins of a directory: what the loader decides on each.

use super::report::Report;
use crate::plugins::observed;
use sochdb_plugin_host::{DynamicPluginLoader, Step, Text, Verified};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

const AREA: &str = "plugin";

/// Looks at what the lock file lists, in its order, then at other libraries there; gives how many would be loaded.
pub(super) fn look(
    report: &mut Report,
    loader: &DynamicPluginLoader,
    directory: &Path,
    listed: &[String],
    probe: bool,
) -> usize {
    let installed = listed.iter().map(|file| directory.join(file));
    let mut accepted = 0;
    for path in installed.chain(others(report, directory, listed)) {
        let decide = |loader: DynamicPluginLoader| if probe { loader.probe(&path) } else { loader.verify(&path) };
        let (decision, steps) = observed(loader.clone(), decide);
        let name = Text::from(path.as_path());
        match decision {
            Ok(Verified { note, policy, publisher, digest, .. }) => {
                let by = publisher.map_or_else(String::new, |publisher| format!(", signed by {publisher}"));
                // A probe that cannot run is no refusal, unless the policy demands it.
                let probed = steps.iter().find(|outcome| outcome.step == Step::Probe);
                let probed = probed.map_or_else(String::new, |outcome| format!(", probe: {}", outcome.detail));
                let what = format!("{} {}, policy {policy}{by}, SHA-256 {digest}{probed}", note.name, note.version);
                report.fine(AREA, name, what);
                accepted += 1;
            }
            Err(error) => {
                report.refused(AREA, name, &error, true);
            }
        }
    }
    accepted
}

/// The libraries in `directory` that nobody listed.
fn others(report: &mut Report, directory: &Path, listed: &[String]) -> Vec<PathBuf> {
    let entries = match std::fs::read_dir(directory).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
        Ok(entries) => entries,
        Err(error) => {
            report.attention(AREA, Text::from(directory), format!("its files cannot be listed: {error}"));
            return Vec::new();
        }
    };
    let paths = entries.into_iter().map(|entry| entry.path());
    let is_library = |path: &PathBuf| path.extension() == Some(OsStr::new("so"));
    let is_listed = |path: &PathBuf| listed.iter().any(|file| path.file_name() == Some(OsStr::new(file)));
    let mut others: Vec<PathBuf> = paths.filter(|path| is_library(path) && !is_listed(path)).collect();
    others.sort_unstable();
    others
}
