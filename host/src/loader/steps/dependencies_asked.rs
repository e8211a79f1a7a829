//! For whom the libraries of a plugin are looked for.

use crate::loader::trust_source::{EffectivePolicy, TrustFiles};
use crate::trust::rules::Rules;
use std::path::{Path, PathBuf};

/// For whom the libraries are looked for.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The rules of the trust files.
    pub(crate) rules: Option<&'a Rules>,
    /// Which they are.
    pub(crate) files: &'a TrustFiles,
    /// Where plugins lie that need no directory in a trust file.
    pub(crate) installed: &'a [PathBuf],
    /// The policy that is in force for the plugin.
    pub(crate) effective: EffectivePolicy,
    /// Where the plugin is.
    pub(crate) directory: &'a Path,
}
