//! The step `trust-files`: what the operator decided, from the trust files.

use super::beside::{read_at, reason_and_fix};
use super::trust_files::Decisions;
use super::{LoadError, RuleSource, Standing, Text, TrustFiles};
use crate::trust::{Allowed, Policy, Rules, TrustFile};
use std::path::Path;
use std::sync::Arc;

impl RuleSource {
    /// The step: reads the files if no earlier load of this loader did.
    pub(super) fn check(&self) -> Result<(Arc<Decisions>, String), LoadError> {
        // Not held while files are read or the warning is given, whose receiver may load plugins too.
        let read = self.read.lock().clone();
        if let Some(decisions) = read {
            return Ok((decisions, "as read at this loader's first load".to_owned()));
        }
        let (decisions, found) = self.decisions()?;
        let detail = match (&self.files, found.is_empty()) {
            (TrustFiles::Unused, _) => "the program decides, without trust files".to_owned(),
            (_, true) => {
                tracing::warn!(
                    target: "sochdb_plugin::audit",
                    "no trust file exists: every plugin is accepted that only root and this user can change; \
                     `sochdb-plugin trust add` makes one"
                );
                "no trust file exists".to_owned()
            }
            (_, false) => found.join(", "),
        };
        Ok((self.read.lock().get_or_insert_with(|| Arc::new(decisions)).clone(), detail))
    }

    fn decisions(&self) -> Result<(Decisions, Vec<String>), LoadError> {
        let (mut files, mut found) = (Vec::new(), Vec::new());
        for path in self.files.paths() {
            if let Some(file) = self.files.read(&path)? {
                files.push(file);
                found.push(Text::from(path.as_path()).to_string());
            }
        }
        let rules = (!files.is_empty()).then(|| Rules::new(files));
        Ok((Decisions { rules, installed: self.files.plugin_directories() }, found))
    }
}

impl TrustFiles {
    /// Reads the trust file at `path`, one of [`TrustFiles::paths`], as a loader does: as carefully as a plugin. `None`
    /// if it does not exist and need not.
    ///
    /// # Errors
    /// [`LoadError::TrustFile`] and [`LoadError::TrustSyntax`], with which the loader would refuse every plugin.
    pub fn read(&self, path: &Path) -> Result<Option<TrustFile>, LoadError> {
        let file = || Text::from(path);
        let bytes = match read_at(path) {
            Ok(None) if matches!(self, Self::Only(_)) => Err(LoadError::FileNotFound { path: path.into() }),
            read => read,
        };
        let bytes = bytes.map_err(|error| {
            let (reason, fix) = reason_and_fix(path, &error);
            LoadError::TrustFile { file: file(), reason, fix }
        })?;
        let parse = |bytes: Vec<u8>| TrustFile::parse(&bytes);
        bytes.map(parse).transpose().map_err(|error| LoadError::TrustSyntax { file: file(), error })
    }
}

/// The last word of those that name a directory.
fn strictest(allowed: &Allowed) -> Policy {
    allowed.policies.iter().copied().max().unwrap_or_default()
}

impl Decisions {
    /// What the trust files say; `None` if there are none.
    pub(super) fn rules(&self) -> Option<&Rules> {
        self.rules.as_ref()
    }

    /// What is demanded of a plugin in `directory`, if the loader demands `least` everywhere.
    pub(super) fn standing(&self, directory: &Path, least: Policy) -> Standing {
        let of = |policy: Policy| (policy, policy.demands());
        let listed = match &self.rules {
            None => Some(of(Policy::Development)),
            Some(rules) => {
                rules.policy_for(directory).map(|allowed| (strictest(&allowed), allowed.demands)).or_else(|| {
                    let installed = self.installed.iter().any(|place| directory.starts_with(place));
                    installed.then(|| of(Policy::Pinned))
                })
            }
        };
        let (policy, demands) = listed.unwrap_or(of(least));
        Standing { allowed: listed.is_some(), policy: policy.max(least), demands: demands.union(least.demands()) }
    }
}
