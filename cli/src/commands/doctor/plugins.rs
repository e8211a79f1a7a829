//! The plugins of a directory: what the loader decides on each.

use crate::commands::doctor::report::Report;
use crate::loading::observed::observed;
use crate::store::directory::unlisted;
use sochdb_plugin_host::trust::Lock;
use sochdb_plugin_host::{DynamicPluginLoader, Step, UntrustedText, Verified};
use std::path::Path;

const AREA: &str = "plugin";

/// Looks at what the lock file lists, in its order, then at other libraries there; gives how many would be loaded.
pub(crate) fn look(
    report: &mut Report,
    loader: &DynamicPluginLoader,
    directory: &Path,
    lock: &Lock,
    probe: bool,
) -> usize {
    let installed = lock.plugins.iter().map(|plugin| directory.join(&plugin.file));
    let others = unlisted(directory, lock).unwrap_or_else(|error| {
        let detail = format!("its files cannot be listed: {}", error.reason);
        report.attention(AREA, UntrustedText::from(directory), detail, error.remedy());
        Vec::new()
    });
    let mut accepted = 0;
    for path in installed.chain(others) {
        let decide = |loader: DynamicPluginLoader| if probe { loader.probe(&path) } else { loader.verify(&path) };
        let (decision, steps) = observed(loader.clone(), decide);
        let name = UntrustedText::from(path.as_path());
        match decision {
            Ok(Verified { note, policy, publisher, digest, .. }) => {
                let by = publisher.map_or_else(String::new, |publisher| format!(", signed by {publisher}"));
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
