//! The operator's trust files: whether the loader can use them, and what they hold.

use super::gate;
use super::report::Report;
use sochdb_plugin_host::trust::{places, Policy, TrustFile};
use sochdb_plugin_host::{DynamicPluginLoader, LoadError, Step, Text, TrustFiles};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const AREA: &str = "trust files";

/// Looks at `named`, or else at the operator's; `None` if one of them cannot be used.
pub(super) fn look(report: &mut Report, named: &[PathBuf]) -> Option<Vec<TrustFile>> {
    let operators = || {
        let user = places::user_trust_file().filter(|_| !gate::elevated());
        [Some(places::system_trust_file()), user].into_iter().flatten().collect()
    };
    let paths: Vec<PathBuf> = if named.is_empty() { operators() } else { named.to_vec() };
    if named.is_empty() && places::user_trust_file().is_none() {
        report.attention(AREA, "user", "neither XDG_CONFIG_HOME nor HOME is an absolute path: the user has none");
    }
    let (mut files, mut usable) = (Vec::new(), true);
    for path in paths {
        let absent = path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound);
        if absent && named.is_empty() {
            report.fine(AREA, Text::from(path.as_path()), "does not exist");
            continue;
        }
        match read(&path) {
            Ok(file) => {
                report.fine(AREA, Text::from(path.as_path()), counts(&file));
                files.push(file);
            }
            Err(Unusable::Refused(error)) => {
                report.refused(AREA, Text::from(path.as_path()), &error, true);
                usable = false;
            }
            Err(Unusable::Changed(why)) => {
                report.problem(AREA, Text::from(path.as_path()), why).remedy("run the command again");
                usable = false;
            }
        }
    }
    if usable && files.is_empty() {
        let detail = "none exists: every plugin is accepted that only root and its user can change";
        report.attention(AREA, "policy", detail).remedy("sochdb-plugin trust add directory DIRECTORY --policy signed");
    }
    if files.iter().flat_map(|file| &file.directories).any(|directory| directory.policy == Policy::Signed)
        && files.iter().all(|file| file.publishers.is_empty())
    {
        let detail = "a directory has the policy signed, but no publisher's signature counts";
        report.attention(AREA, "publishers", detail).remedy("sochdb-plugin trust add publisher NAME KEY");
    }
    usable.then_some(files)
}

enum Unusable {
    Refused(LoadError),
    /// It cannot be read here, where the loader could.
    Changed(String),
}

/// The loader decides whether the file can be used; what it holds is read after that.
fn read(path: &Path) -> Result<TrustFile, Unusable> {
    let loader = DynamicPluginLoader::new_trusted().trust_files(TrustFiles::Only(vec![path.to_owned()]));
    // The step after that of the trust files refuses an empty path.
    match loader.verify(Path::new("")) {
        Err(error) if error.step() == Step::Rules => return Err(Unusable::Refused(error)),
        _ => {}
    }
    let bytes = std::fs::read(path).map_err(|error| Unusable::Changed(error.to_string()))?;
    TrustFile::parse(&bytes).map_err(|error| Unusable::Changed(error.to_string()))
}

fn counts(file: &TrustFile) -> String {
    let held = [
        (file.directories.len(), "directories"),
        (file.publishers.len(), "publishers"),
        (file.pins.len(), "pins"),
        (file.dependencies.len(), "dependencies"),
        (file.revoked.len(), "revoked"),
        (file.minimums.len(), "minimum versions"),
    ];
    held.iter().map(|(count, what)| format!("{what}: {count}")).collect::<Vec<_>>().join(", ")
}
