//! The step `allow-list`: the operator allows plugins in the plugin's directory.

use super::trust_files::Decisions;
use super::walk::Walked;
use super::{LoadError, Standing};

pub(super) fn check(walked: &Walked, standing: Standing, decisions: &Decisions) -> Result<((), String), LoadError> {
    if !standing.allowed {
        return Err(LoadError::NotAllowed { directory: walked.path.as_path().into(), place: decisions.place() });
    }
    Ok(((), format!("policy {}", standing.policy)))
}
