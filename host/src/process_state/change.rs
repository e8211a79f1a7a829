//! Changes of the process that a plugin made, and what became of them.

use crate::base::named::named;
use std::fmt;

named! {
    /// A part of the process that is not a plugin's to change.
    ///
    /// ```
    /// use sochdb_plugin_host::ProcessPart;
    ///
    /// assert_eq!(ProcessPart::Umask.name(), "umask");
    /// ```
    ProcessPart
    FloatingPoint "floating-point" "The thread's rounding, flushing of small numbers and trapping (MXCSR and x87 control word, FPCR).";
    SignalMask "signal-mask" "The signals that the thread blocks.";
    SignalStack "signal-stack" "The thread's alternate stack for signal handlers.";
    ThreadLocale "thread-locale" "The locale of the thread (`uselocale`).";
    Scheduling "scheduling" "The thread's niceness, its policy (`sched_setscheduler`), and the processors that it may run on.";
    ThreadAttribute "thread-attribute" "The thread's timer slack, death signal, personality, renounced privileges and filters of system calls (seccomp).";
    SignalHandler "signal-handler" "The handler of a signal.";
    WorkingDirectory "working-directory" "The directory from which relative paths count.";
    Umask "umask" "The permissions that new files do not get.";
    Locale "locale" "The locale of the program (`setlocale`).";
    Environment "environment" "The variables of the environment.";
    ResourceLimit "resource-limit" "The limits that the kernel keeps (`setrlimit`).";
    Descriptor "descriptor" "Standard input, output and error, and how they are read and written.";
    Timer "timer" "The interval timers, which end in signals.";
    Credentials "credentials" "The users, groups and capabilities by which the kernel judges what the process may do.";
    ProcessAttribute "process-attribute" "Whether the process may be dumped and traced, and adopts orphans.";
}

/// The fate of a change.
///
/// ```
/// use sochdb_plugin_host::{ProcessState, Restored};
///
/// let before = ProcessState::now();
/// std::env::set_var("CODEC_LEVEL", "9");
/// assert_eq!(before.changes()[0].restored, Restored::NotTried);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Restored {
    /// The change was put back.
    Yes,
    /// The change stays: another thread of the program may have made it, see
    /// [`DynamicPluginLoader::restoring`](crate::DynamicPluginLoader::restoring).
    NotAttributed,
    /// The change stays: the system does not let it be put back.
    Impossible,
    /// The change stays: it was only looked at.
    NotTried,
}

/// A change of the process that was found after a plugin's code had run. `Display` writes one line that is safe to print.
///
/// ```
/// use sochdb_plugin_host::ProcessState;
///
/// let before = ProcessState::now();
/// std::env::set_var("CODEC_LEVEL", "9");
/// assert_eq!(before.changes()[0].to_string(), "environment CODEC_LEVEL: not set -> set");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProcessChange {
    /// The part that changed.
    pub part: ProcessPart,
    /// The one of several that changed: a signal, a variable, a limit. Empty if there is only one.
    pub item: String,
    /// The state before. The values of variables are not told, as they may be secret.
    pub from: String,
    /// The state after.
    pub to: String,
    /// The fate of the change.
    pub restored: Restored,
}

impl fmt::Display for ProcessChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, item, from, to, restored } = self;
        let space = if item.is_empty() { "" } else { " " };
        let end = match restored {
            Restored::Yes => ", put back",
            Restored::NotAttributed => ", left so, as another thread may have changed it",
            Restored::Impossible => ", and it cannot be put back",
            Restored::NotTried => "",
        };
        write!(formatter, "{part}{space}{item}: {from} -> {to}{end}")
    }
}

/// The one who can have made a change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The calling thread alone.
    ThisThread,
    /// Any thread of the process.
    AnyThread,
    /// The plugin: what it is now leads into a plugin's code.
    PluginInstance,
}

/// The treatment of changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// All are told, and none is put back.
    Look,
    /// Each is put back of which it is known that the plugin made it.
    Attributed,
    /// All are put back.
    All,
}

/// The changes that were found.
pub(crate) struct Changes {
    treatment: Treatment,
    found: Vec<ProcessChange>,
}

impl Changes {
    pub(crate) fn new(treatment: Treatment) -> Self {
        Self { treatment, found: Vec::new() }
    }

    /// Whether anything is put back.
    pub(crate) fn are_undone(&self) -> bool {
        self.treatment != Treatment::Look
    }

    /// Takes a change in. `put_back` undoes it, and says whether that worked.
    pub(crate) fn add(
        &mut self,
        (part, by): (ProcessPart, By),
        item: &str,
        (from, to): (String, String),
        put_back: impl FnOnce() -> bool,
    ) {
        let restored = if self.treatment == Treatment::Look {
            Restored::NotTried
        } else if self.treatment == Treatment::Attributed && by == By::AnyThread {
            Restored::NotAttributed
        } else if put_back() {
            Restored::Yes
        } else {
            Restored::Impossible
        };
        self.found.push(ProcessChange { part, item: item.to_owned(), from, to, restored });
    }

    pub(crate) fn into_found(self) -> Vec<ProcessChange> {
        self.found
    }
}
