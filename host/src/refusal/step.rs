//! The steps of a load, in their order, and how each ended.

use crate::base::named::named;
use crate::process_state::change::ProcessChange;
use std::time::Duration;

named! {
    /// A step of a load. Their order is the order in which they run.
    Step
    Gate "gate" "The program or its environment allows native plugins.";
    TrustFiles "trust-files" "The operator's trust files are well-formed, and only trusted users can write them.";
    Path "path" "The path is absolute and has one meaning.";
    Directories "directories" "No directory on the way is a symbolic link or writable by others.";
    AllowList "allow-list" "The operator allows plugins in its directory.";
    File "file" "The file is a regular one that only its trusted owner can write.";
    ExecPolicy "exec-policy" "The file system allows to run it.";
    Seal "seal" "Its bytes are copied into sealed memory that nobody can change.";
    Digest "digest" "The sealed bytes have this SHA-256.";
    Trust "trust" "Its digest is not revoked, and is pinned or signed where the policy demands it.";
    Elf "elf" "It is a well-formed shared library for this machine, without what could surprise the host.";
    Note "note" "Its note speaks this host's ABI and agrees with its entry and what was signed; nothing of it has run.";
    Dependencies "dependencies" "What it needs is in memory, or comes from where the system or the operator has it.";
    Identity "identity" "The dynamic linker will not take it for another library.";
    Probe "probe" "Its constructors returned in a process of their own, without rights.";
    Open "open" "The dynamic linker loads the sealed bytes, all symbols bound.";
    Entry "entry" "The entry in memory is what the note says.";
    Layout "layout" "The tables' types are those of the host, field by field.";
    Version "version" "Host and plugin agree on a minor version, and its tables have the required slots.";
    Create "create" "The plugin makes an instance from the configuration.";
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It found nothing to object to.
    Passed,
    /// It refused the plugin.
    Refused,
    /// It did not run, because an earlier one refused.
    Skipped,
}

/// One line of the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepOutcome {
    /// Which step.
    pub step: Step,
    /// How it ended.
    pub verdict: Verdict,
    /// What it found, in one line that is safe to print.
    pub detail: String,
    /// How long it took; zero if it did not run.
    pub elapsed: Duration,
    /// What the plugin's code changed of the process: at the step `open` its constructors and those of what it needs, at
    /// `create` the making of the instance. Each is a fault of the plugin, whatever the verdict, and put back as far as
    /// [`Restored`](crate::Restored) says.
    pub changes: Vec<ProcessChange>,
}

impl StepOutcome {
    /// A step that did not run; `why` is its detail.
    #[must_use]
    pub fn skipped(step: Step, why: &str) -> Self {
        Self::new(step, Verdict::Skipped, why.to_owned(), Duration::ZERO)
    }

    pub(crate) fn new(step: Step, verdict: Verdict, detail: String, elapsed: Duration) -> Self {
        Self { step, verdict, detail, elapsed, changes: Vec::new() }
    }
}
