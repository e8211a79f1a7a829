//! Which trust files a loader obeys, and what they said when they were last read.

use crate::loader::permission::runs_elevated;
use crate::system::Stamp;
use crate::trust::places;
use crate::trust::policy::{Demands, Policy};
use crate::trust::rules::Rules;
use parking_lot::Mutex;
use std::path::PathBuf;
use std::sync::Arc;

/// The trust files that a loader obeys. The loader looks at each load whether they changed, and reads them again then:
/// what they say now decides. It finds out once, when it is made, where they are.
///
/// ```
/// use sochdb_plugin_host::{DynamicPluginLoader, TrustFiles};
///
/// let files = TrustFiles::Only(vec!["/etc/mydb/plugins.toml".into()]);
/// assert_eq!(files.paths()[0].to_str(), Some("/etc/mydb/plugins.toml"));
/// let loader = DynamicPluginLoader::new().trust_files(files);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustFiles {
    /// No trust files: the program decides what it loads.
    #[default]
    Unused,
    /// The trust files of the system and of the user ([`trust::places`](crate::trust::places)), where they exist. If none
    /// does, everything is allowed that [`Policy::Development`] accepts, and a `tracing` warning says so once. In a
    /// process with more rights than its user, only the system's counts.
    ///
    /// Where neither exists, nor a home that could hold the user's, nobody decided anything: that is refused, unless the
    /// program says what it demands ([`DynamicPluginLoader::policy`](crate::DynamicPluginLoader::policy)).
    Operator,
    /// The trust files at these paths, which must exist, and no others.
    Only(Vec<PathBuf>),
}

/// The trust files of a loader, and what they said when they were last read. Its clones share that.
#[derive(Clone, Debug)]
pub(crate) struct RuleSource {
    pub(crate) files: TrustFiles,
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) installed: Vec<PathBuf>,
    pub(crate) homes: Vec<PathBuf>,
    pub(crate) read: Arc<Mutex<Option<Arc<ReadRules>>>>,
}

/// The trust files as they were read.
#[derive(Debug)]
pub(crate) struct ReadRules {
    pub(crate) decisions: Arc<Decisions>,
    /// The stamp of each, in the order of the paths; `None`: it did not exist.
    pub(crate) stamps: Vec<Option<Stamp>>,
}

/// The decisions of the trust files on any plugin.
#[derive(Debug)]
pub(crate) struct Decisions {
    pub(crate) rules: Option<Rules>,
    /// The arguments with which `sochdb-plugin trust` changes one of the files, with a space before them.
    pub(crate) place: String,
    /// Directories that `sochdb-plugin install` fills; pinned without being listed.
    pub(crate) installed: Vec<PathBuf>,
}

/// The policy that is in force for the plugins in a directory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EffectivePolicy {
    /// Whether a plugin may lie there.
    pub(crate) allowed: bool,
    /// The strictest policy that applies.
    pub(crate) policy: Policy,
    /// All that the policies demand.
    pub(crate) demands: Demands,
}

impl RuleSource {
    /// The source of these files, not read yet.
    pub(crate) fn new(files: TrustFiles) -> Self {
        let (paths, installed, homes) = (files.paths(), files.plugin_directories(), homes());
        Self { files, paths, installed, homes, read: Arc::default() }
    }
}

impl TrustFiles {
    /// Returns the paths of the files, whether they exist or not, in the order in which they count.
    pub fn paths(&self) -> Vec<PathBuf> {
        match self {
            Self::Unused => Vec::new(),
            Self::Operator => of_operator(places::system_trust_file(), places::user_trust_file),
            Self::Only(paths) => paths.clone(),
        }
    }

    /// Returns the directories that `sochdb-plugin install` fills, as far as plugins in them are allowed without being
    /// listed.
    pub fn plugin_directories(&self) -> Vec<PathBuf> {
        match self {
            Self::Operator => of_operator(places::system_plugin_directory(), places::user_plugin_directory),
            Self::Unused | Self::Only(_) => Vec::new(),
        }
    }
}

/// The homes of a user that count: none in a process with more rights than the user, who set its environment.
pub(crate) fn homes() -> Vec<PathBuf> {
    if runs_elevated() {
        Vec::new()
    } else {
        places::homes()
    }
}

/// The machine's, and the user's unless the process has more rights than the user, who set its environment.
fn of_operator(system: PathBuf, user: impl FnOnce() -> Option<PathBuf>) -> Vec<PathBuf> {
    let user = if runs_elevated() { None } else { user() };
    [Some(system), user].into_iter().flatten().collect()
}
