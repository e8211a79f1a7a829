//! The step `allow-list`: the operator allows plugins in the plugin's directory.

use super::walk::Walked;
use super::{LoadError, Standing};

pub(super) fn check(walked: &Walked, standing: Standing) -> Result<((), String), LoadError> {
    if !standing.allowed {
        return Err(LoadError::NotAllowed { directory: walked.path.as_path().into() });
    }
    Ok(((), format!("policy {}", standing.policy)))
}
