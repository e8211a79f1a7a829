//! The options of a load.

use crate::loader::lock_files::LockFiles;
use crate::loader::permission::Permission;
use crate::loader::trust_source::RuleSource;
use crate::trust::policy::Policy;
use std::time::Duration;

/// The largest plugin that is loaded unless the embedder says otherwise, in bytes.
const MAX_SIZE: u64 = 64 << 20;
/// How long constructors may take in the probe unless the embedder says otherwise.
const PROBE_LIMIT: Duration = Duration::from_secs(2);
/// How long a load may take in all unless the embedder says otherwise.
const LOAD_LIMIT: Duration = Duration::from_secs(30);

/// How to admit a plugin.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Whether native plugins are allowed.
    pub(crate) permission: Permission,
    /// Where the operator's decisions are read from.
    pub(crate) rules: RuleSource,
    /// The lock files of plugin directories that were read.
    pub(crate) locks: LockFiles,
    /// The policy of the program for every plugin, if it sets one; the directory that a plugin is in can demand more.
    pub(crate) policy: Option<Policy>,
    /// The largest file that is looked at, in bytes.
    pub(crate) max_size: u64,
    /// Whether the kernel is asked if the file may be executed.
    pub(crate) exec_check: bool,
    /// Whether constructors run in the probe first although no policy demands it.
    pub(crate) probing: bool,
    /// How long they may take there.
    pub(crate) probe_limit: Duration,
    /// Whether the program promises that no other thread of its own changes the process while a plugin's code runs.
    pub(crate) restoring: bool,
    /// How long a load may take, up to the dynamic linker.
    pub(crate) load_limit: Duration,
}

impl Options {
    /// The defaults for a loader with this permission and these trust files.
    pub(crate) fn new(permission: Permission, rules: RuleSource) -> Self {
        Self {
            permission,
            rules,
            locks: LockFiles::default(),
            policy: None,
            max_size: MAX_SIZE,
            exec_check: false,
            probing: true,
            probe_limit: PROBE_LIMIT,
            restoring: false,
            load_limit: LOAD_LIMIT,
        }
    }
}
