//! The step `allow-list`: the operator allows plugins in the plugin's directory.

use super::trust_files::Decisions;
use super::walk::Walked;
use super::{LoadError, Standing};
use std::path::Path;

pub(super) fn check(
    path: &Path,
    walked: &Walked,
    standing: Standing,
    decisions: &Decisions,
) -> Result<((), String), LoadError> {
    if !standing.allowed {
        let directory = walked.path.as_path().into();
        let copy = decisions.installing(path);
        let copy = copy.map_or_else(String::new, |copy| format!(", or copy the plugin to where plugins are: {copy}"));
        return Err(LoadError::NotAllowed { directory, place: decisions.place(), copy });
    }
    Ok(((), format!("policy {}", standing.policy)))
}
