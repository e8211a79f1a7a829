//! The steps of a load, in their order, and how each ended.

use crate::base::named::named;
use crate::process_state::change::ProcessChange;
use std::path::PathBuf;
use std::time::Duration;

named! {
    /// A step of a load. The order of the values is the order in which the steps run.
    ///
    /// ```
    /// use sochdb_plugin_host::Step;
    ///
    /// assert!(Step::Digest < Step::Trust);
    /// assert_eq!(Step::TrustFiles.to_string(), "trust-files");
    /// ```
    Step
    Gate "gate" "The program or its environment allows native plugins.";
    TrustFiles "trust-files" "The operator's trust files are well-formed, and only trusted users can write them.";
    Path "path" "The path is absolute and has one meaning.";
    Directories "directories" "No directory on the way is a symbolic link or writable by others.";
    AllowList "allow-list" "The operator allows plugins in the file's directory.";
    File "file" "The file is a regular one that only its trusted owner can write.";
    ExecPolicy "exec-policy" "The file system allows to run the file.";
    Seal "seal" "The file's bytes are copied into sealed memory that nobody can change.";
    Digest "digest" "The sealed bytes have this SHA-256.";
    Trust "trust" "The digest is not revoked, and is pinned or signed where the policy demands it.";
    Elf "elf" "The file is a well-formed shared library for this machine, without what could surprise the host.";
    Note "note" "The note speaks this host's ABI and agrees with the entry and what was signed; nothing of the plugin has run.";
    Dependencies "dependencies" "The libraries that the plugin needs are in memory, or come from where the system or the operator has them.";
    Identity "identity" "The dynamic linker will not take the plugin for another library.";
    Probe "probe" "The constructors returned in a process of their own, without rights.";
    Open "open" "The dynamic linker loads the sealed bytes, all symbols bound.";
    Entry "entry" "The entry in memory is what the note says.";
    Layout "layout" "The tables' types are those of the host, field by field.";
    Version "version" "Host and plugin agree on a minor version, and the plugin's tables have the required slots.";
    Create "create" "The plugin makes an instance from the configuration.";
}

/// The verdict of a step: how it ended.
///
/// ```
/// use sochdb_plugin_host::{DynamicPluginLoader, Step, Verdict};
///
/// let loader = DynamicPluginLoader::new_trusted().observer(|outcome| match outcome.step {
///     Step::Gate | Step::TrustFiles => assert_eq!(outcome.verdict, Verdict::Passed),
///     Step::Path => assert_eq!(outcome.verdict, Verdict::Refused),
///     _ => assert_eq!(outcome.verdict, Verdict::Skipped),
/// });
/// assert!(loader.verify("codec_xor.so").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The step found nothing to object to.
    Passed,
    /// The step refused the plugin.
    Refused,
    /// The step did not run, because an earlier one refused.
    Skipped,
}

/// The outcome of one step of a load, for the function that [`DynamicPluginLoader::observer`] takes.
///
/// ```
/// use sochdb_plugin_host::{DynamicPluginLoader, StepOutcome};
///
/// let print = |outcome: StepOutcome| println!("{:12} {:?} {}", outcome.step, outcome.verdict, outcome.detail);
/// let loader = DynamicPluginLoader::new_trusted().observer(print);
/// assert!(loader.verify("/nowhere/codec_xor.so").is_err());
/// ```
///
/// [`DynamicPluginLoader::observer`]: crate::DynamicPluginLoader::observer
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepOutcome {
    /// The path of the plugin's file, as the load was given it; None if the plugin is linked in.
    pub path: Option<PathBuf>,
    /// The step.
    pub step: Step,
    /// The verdict: how it ended.
    pub verdict: Verdict,
    /// The finding of the step, in one line that is safe to print.
    pub detail: String,
    /// The time that it took; zero if it did not run.
    pub elapsed: Duration,
    /// The changes that the plugin's code made of the process: at the step `open` its constructors and those of the
    /// libraries that it needs, at `create` the making of the instance. Each is a fault of the plugin, whatever the
    /// verdict, and put back as far as [`Restored`](crate::Restored) says.
    pub changes: Vec<ProcessChange>,
}

impl StepOutcome {
    /// Makes the outcome of a step that did not run, of no load; `why` is its detail.
    #[must_use]
    pub fn skipped(step: Step, why: &str) -> Self {
        Self::new(step, Verdict::Skipped, why.to_owned(), Duration::ZERO)
    }

    pub(crate) fn new(step: Step, verdict: Verdict, detail: String, elapsed: Duration) -> Self {
        Self { path: None, step, verdict, detail, elapsed, changes: Vec::new() }
    }
}
