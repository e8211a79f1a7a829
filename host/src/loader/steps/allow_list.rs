//! The step `allow-list`: the operator allows plugins in the plugin's directory.

use crate::files::directory_walk::Walked;
use crate::loader::trust_source::Decisions;
use crate::loader::trust_source::Standing;
use crate::refusal::load_error::LoadError;

pub(crate) fn check(walked: &Walked, standing: Standing, decisions: &Decisions) -> Result<((), String), LoadError> {
    if !standing.allowed {
        return Err(LoadError::NotAllowed { directory: walked.path.as_path().into(), place: decisions.place() });
    }
    Ok(((), format!("policy {}", standing.policy)))
}
