//! The step `trust-files`: what the operator decided, from the trust files.

use crate::base::text::UntrustedText;
use crate::files::backend::FileSystem;
use crate::files::refused::refused;
use crate::loader::permission::runs_elevated;
use crate::loader::trust_source::{homes, Decisions, ReadRules};
use crate::loader::trust_source::{EffectivePolicy, RuleSource, TrustFiles};
use crate::refusal::lack::Lack;
use crate::refusal::load_error::LoadError;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use crate::refusal::words::Words;
use crate::system::{Files, Stamp};
use crate::trust::file::TrustFile;
use crate::trust::policy::Policy;
use crate::trust::rules::{Allowed, Rules};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How the arguments begin that name a trust file.
const NAMED: &str = " --trust ";

impl RuleSource {
    /// The step: reads the files if they changed since they were last read. Where there is none, the program must say
    /// by `policy` what it demands, or the user must have a home that could hold one.
    pub(crate) fn check(
        &self,
        policy: Option<Policy>,
    ) -> Result<(Arc<Decisions>, impl Words<Arc<Decisions>>), Refusal> {
        let words = |detail: Cow<'static, str>| |_: &Arc<Decisions>| detail.into_owned();
        // Not held while files are read or the warning is given, whose receiver may load plugins too.
        let last = self.read.lock().clone();
        if let Some(last) = last.as_ref().filter(|last| self.is_current(last)) {
            self.vet_home(&last.decisions, policy)?;
            return Ok((last.decisions.clone(), words("unchanged since they were read".into())));
        }
        let (read, found) = self.read()?;
        let decisions = read.decisions.clone();
        self.vet_home(&decisions, policy)?;
        let detail = match (&self.files, found.is_empty()) {
            (TrustFiles::Unused, _) => "the program decides, without trust files".into(),
            (_, true) => {
                tracing::warn!(
                    target: "sochdb_plugin::audit",
                    "no trust file exists: every plugin is accepted that only root and this user can change; \
                     `sochdb-plugin trust add` makes one"
                );
                "no trust file exists".into()
            }
            (_, false) => found.join(", ").into(),
        };
        *self.read.lock() = Some(Arc::new(read));
        Ok((decisions, words(detail)))
    }

    /// Refuses where nobody decided anything, and nobody could.
    fn vet_home(&self, decisions: &Decisions, policy: Option<Policy>) -> Result<(), Refusal> {
        let nobody = self.files == TrustFiles::Operator && decisions.rules.is_none() && policy.is_none();
        if nobody {
            one_of(&self.homes)
        } else {
            Ok(())
        }
    }

    /// Whether each file is as it was then. One that did not exist is looked for with the same care as at first.
    fn is_current(&self, last: &ReadRules) -> bool {
        self.paths.iter().zip(&last.stamps).all(|(path, stamp)| match stamp {
            Some(stamp) => Files::is_unchanged_at(path, stamp),
            None => matches!(Files::read_text_at(path), Ok(None)),
        })
    }

    fn read(&self) -> Result<(ReadRules, Vec<String>), Refusal> {
        let (mut files, mut found, mut stamps) = (Vec::new(), Vec::new(), Vec::new());
        for path in &self.paths {
            let read = self.files.read_stamped(path)?;
            stamps.push(read.as_ref().map(|(_, stamp)| stamp.clone()));
            if let Some((file, _)) = read {
                files.push(file);
                found.push(UntrustedText::from(path.as_path()).to_string());
            }
        }
        let rules = (!files.is_empty()).then(|| Rules::new(files));
        let (installed, place) = (self.installed.clone(), self.files.place());
        let decisions = Arc::new(Decisions { rules, place, installed });
        Ok((ReadRules { decisions, stamps }, found))
    }
}

/// Whether one of the directories exists.
fn one_of(homes: &[PathBuf]) -> Result<(), Refusal> {
    for home in homes {
        match home.metadata() {
            Ok(found) if found.is_dir() => return Ok(()),
            Err(error) if Lack::of(&error).is_some() => {
                return Err(Refusal::failed(Step::TrustFiles, error, |reason| Refusal::TrustHome {
                    why: reason.to_string(),
                }));
            }
            _ => {}
        }
    }
    let names: Vec<String> = homes.iter().map(|home| UntrustedText::from(home.as_path()).to_string()).collect();
    let why = match names.is_empty() {
        true if runs_elevated() => {
            "its environment does not count, because it has more rights than its user".to_owned()
        }
        true => "neither XDG_CONFIG_HOME nor HOME is an absolute path".to_owned(),
        false => format!("XDG_CONFIG_HOME and HOME name no directory that exists, but {}", names.join(" and ")),
    };
    Err(Refusal::TrustHome { why })
}

impl TrustFiles {
    /// Checks that the user has a home, which could hold a trust file. A loader asks where there is no trust file at all.
    ///
    /// # Errors
    /// [`Refusal::TrustHome`] if these are the operator's trust files, and the user has no home.
    pub fn vet_home(&self) -> Result<(), LoadError> {
        match self {
            Self::Operator => Ok(one_of(&homes())?),
            Self::Unused | Self::Only(_) => Ok(()),
        }
    }

    /// The arguments with which `sochdb-plugin trust` changes one of the files, with a space before them.
    fn place(&self) -> String {
        match self {
            Self::Only(paths) => {
                paths.first().map_or_else(String::new, |path| format!("{NAMED}{}", UntrustedText::from(path.as_path())))
            }
            Self::Operator if self.paths().len() < 2 => " --system".to_owned(),
            Self::Operator | Self::Unused => String::new(),
        }
    }

    /// Reads the trust file at `path`, one of [`TrustFiles::paths`], as a loader does: as carefully as a plugin. Returns
    /// `None` if the file does not exist and need not.
    ///
    /// # Errors
    /// [`Refusal::TrustFile`] and [`Refusal::TrustSyntax`], with which the loader would refuse every plugin.
    pub fn read(&self, path: &Path) -> Result<Option<TrustFile>, LoadError> {
        let read = self.read_stamped(path).map_err(|refusal| LoadError::new(refusal, Some(path), None))?;
        Ok(read.map(|(file, _)| file))
    }

    fn read_stamped(&self, path: &Path) -> Result<Option<(TrustFile, Stamp)>, Refusal> {
        let file = || UntrustedText::from(path);
        let read = match Files::read_text_at(path) {
            Ok(None) if matches!(self, Self::Only(_)) => Err(Refusal::FileNotFound { path: path.into() }),
            read => read,
        };
        let read = read.map_err(|error| {
            refused(Step::TrustFiles, path, error, |reason, fix| Refusal::TrustFile { file: file(), reason, fix })
        })?;
        let Some((bytes, stamp)) = read else { return Ok(None) };
        let parsed = TrustFile::parse(&bytes).map_err(|error| Refusal::TrustSyntax { file: file(), error })?;
        Ok(Some((parsed, stamp)))
    }
}

/// The last word of those that name a directory.
fn strictest(allowed: &Allowed) -> Policy {
    allowed.policies.iter().copied().max().unwrap_or_default()
}

impl Decisions {
    /// The arguments with which `sochdb-plugin trust` changes them, with a space before them.
    pub(crate) fn place(&self) -> String {
        self.place.clone()
    }

    /// The command that copies the plugin at `path` to where these decisions take it; none where trust files were named,
    /// which count for no directory that they do not list.
    pub(crate) fn installing(&self, path: &Path) -> Option<String> {
        let is_library = path.extension().is_some_and(|extension| extension == "so");
        let anywhere = !self.place.starts_with(NAMED);
        (is_library && anywhere).then(|| format!("sochdb-plugin install {}{}", UntrustedText::from(path), self.place))
    }

    /// The rules of the trust files; `None` if there are none.
    pub(crate) fn rules(&self) -> Option<&Rules> {
        self.rules.as_ref()
    }

    /// The policy that is in force for a plugin in `directory`, if the loader demands `least` everywhere.
    pub(crate) fn effective(&self, directory: &Path, least: Policy) -> EffectivePolicy {
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
        EffectivePolicy {
            allowed: listed.is_some(),
            policy: policy.max(least),
            demands: demands.union(least.demands()),
        }
    }
}
