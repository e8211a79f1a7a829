//! Whose trust files a command obeys.

use crate::input::paths::absolute;
use sochdb_plugin_host::TrustFiles;
use std::path::PathBuf;

/// By default those of the operator.
#[derive(clap::Args)]
pub(crate) struct Trusting {
    /// Obey this trust file, and others that are named so, instead of the operator's
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// Obey no trust file, as a host does that decides by itself
    #[arg(long, conflicts_with = "trust")]
    no_trust_files: bool,
}

impl Trusting {
    /// What the loader is told.
    pub(crate) fn files(&self) -> TrustFiles {
        match (self.no_trust_files, self.trust.is_empty()) {
            (true, _) => TrustFiles::Unused,
            (false, true) => TrustFiles::Operator,
            (false, false) => TrustFiles::Only(self.trust.iter().map(|file| absolute(file)).collect()),
        }
    }
}
