//! The operator's trust files: whether the loader can use them, and what they hold.

use crate::commands::doctor::report::Report;
use sochdb_plugin_host::trust::{Policy, TrustFile};
use sochdb_plugin_host::{TrustFiles, UntrustedText};

const AREA: &str = "trust files";

/// Looks at those that a loader obeys; `None` if one of them cannot be used.
pub(crate) fn look(report: &mut Report, obeyed: &TrustFiles) -> Option<Vec<TrustFile>> {
    let (mut files, mut usable) = (Vec::new(), true);
    for path in obeyed.paths() {
        let name = UntrustedText::from(path.as_path());
        match obeyed.read(&path) {
            Ok(None) => {
                report.fine(AREA, name, "does not exist");
            }
            Ok(Some(file)) => {
                report.fine(AREA, name, counts(&file));
                files.push(file);
            }
            Err(error) => {
                report.refused(AREA, name, &error, true);
                usable = false;
            }
        }
    }
    if let Some(error) = obeyed.vet_home().err().filter(|_| usable && files.is_empty()) {
        report.refused(AREA, "user", &error, true);
        usable = false;
    } else if usable && files.is_empty() {
        let detail = "none exists: every plugin is accepted that only root and its user can change";
        report.fine(AREA, "policy", detail).remedy("sochdb-plugin trust add directory DIRECTORY --policy pinned");
    }
    if files.iter().flat_map(|file| &file.directories).any(|directory| directory.policy == Policy::Signed)
        && files.iter().all(|file| file.publishers.is_empty())
    {
        let detail = "a directory has the policy signed, but no publisher's signature counts";
        report.attention(AREA, "publishers", detail, "sochdb-plugin trust add publisher NAME KEY");
    }
    usable.then_some(files)
}

fn counts(file: &TrustFile) -> String {
    let held = [
        (file.directories.len(), "directories"),
        (file.publishers.len(), "publishers"),
        (file.pins.len(), "pins"),
        (file.dependencies.len(), "dependencies"),
        (file.revoked.len(), "revoked"),
        (file.revoked_keys.len(), "revoked keys"),
        (file.minimums.len(), "minimum versions"),
    ];
    held.iter().map(|(count, what)| format!("{what}: {count}")).collect::<Vec<_>>().join(", ")
}
