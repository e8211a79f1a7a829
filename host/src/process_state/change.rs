//! What a plugin changed of the process, and what became of it.

use crate::base::named::named;
use std::fmt;

named! {
    /// A part of the process that is not a plugin's to change.
    ProcessPart
    FloatingPoint "floating-point" "The thread's rounding, flushing of small numbers and trapping (MXCSR and x87 control word, FPCR).";
    SignalMask "signal-mask" "The signals that the thread blocks.";
    SignalStack "signal-stack" "The thread's alternate stack for signal handlers.";
    ThreadLocale "thread-locale" "The locale of the thread (`uselocale`).";
    Scheduling "scheduling" "The thread's niceness and the processors that it may run on.";
    ThreadAttribute "thread-attribute" "The thread's timer slack, death signal, personality and renounced privileges.";
    SignalHandler "signal-handler" "What a signal does.";
    WorkingDirectory "working-directory" "The directory from which relative paths count.";
    Umask "umask" "The permissions that new files do not get.";
    Locale "locale" "The locale of the program (`setlocale`).";
    Environment "environment" "The variables of the environment.";
    ResourceLimit "resource-limit" "The limits that the kernel keeps (`setrlimit`).";
    Descriptor "descriptor" "Standard input, output and error, and how they are read and written.";
    Timer "timer" "The interval timers, which end in signals.";
    ProcessAttribute "process-attribute" "Whether the process may be dumped and traced, and adopts orphans.";
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Restored {
    /// It was put back.
    Yes,
    /// It stays: another thread of the program may have made it, see
    /// [`DynamicPluginLoader::restoring`](crate::DynamicPluginLoader::restoring).
    NotAttributed,
    /// It stays: the system does not let it be put back.
    Impossible,
    /// It stays: it was only looked at.
    NotTried,
}

/// Something of the process that was not as before after a plugin's code had run. `Display` is one line that is safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProcessChange {
    /// What changed.
    pub part: ProcessPart,
    /// Which of several: a signal, a variable, a limit. Empty if there is only one.
    pub item: String,
    /// As it was. The values of variables are not told.
    pub from: String,
    /// As it became.
    pub to: String,
    /// What became of it.
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

/// Who can have made a change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The calling thread alone.
    ThisThread,
    /// Any thread of the process.
    AnyThread,
    /// The plugin: what it is now leads into a plugin's code.
    PluginInstance,
}

/// What to do about changes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Treatment {
    /// They are told.
    Look,
    /// Those are put back of which it is known that the plugin made them.
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
