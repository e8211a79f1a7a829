//! The step `allow-list`: the operator allows plugins in the plugin's directory.

use crate::files::backend::FileSystem;
use crate::loader::trust_source::Decisions;
use crate::loader::trust_source::EffectivePolicy;
use crate::refusal::refusals::Refusal;
use crate::refusal::words::Words;
use crate::system::{Directory, Files};
use std::path::Path;

pub(crate) fn check(
    path: &Path,
    walked: &Directory,
    effective: EffectivePolicy,
    decisions: &Decisions,
) -> Result<((), impl Words<()>), Refusal> {
    if !effective.allowed {
        let directory = Files::path_of(walked).into();
        let copy = decisions.installing(path);
        let copy = copy.map_or_else(String::new, |copy| format!(", or copy the plugin to where plugins are: {copy}"));
        return Err(Refusal::NotAllowed { directory, place: decisions.place(), copy });
    }
    Ok(((), move |_: &()| format!("policy {}", effective.policy)))
}
