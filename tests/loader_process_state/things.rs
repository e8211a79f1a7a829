//! What tests/plugins/changes_process.c can change, and what becomes of it.

use crate::child::Mode;
use rustix::process::geteuid;
use rustix::thread::{capabilities, CapabilitySet};
use sochdb_plugin_host::{ProcessPart, Restored};
use support::skipped;

/// What becomes of a change in a load or in the making of an instance.
pub enum Fate {
    /// It is put back.
    Always,
    /// It is put back if nobody else can have made it.
    Attributed,
    /// It cannot be put back; who made it is known.
    Never,
    /// As before, but another thread may have made it.
    NeverNorAttributed,
    /// Only root can put it back.
    ByRoot,
}

/// One of them.
pub struct Thing {
    /// As the plugin takes it.
    pub name: &'static str,
    /// What it is a part of.
    pub part: ProcessPart,
    item: &'static str,
    fate: Fate,
}

const fn thing(name: &'static str, part: ProcessPart, item: &'static str, fate: Fate) -> Thing {
    Thing { name, part, item, fate }
}

/// All of them.
pub const THINGS: &[Thing] = &[
    thing("small-numbers", ProcessPart::FloatingPoint, "", Fate::Always),
    thing("rounding", ProcessPart::FloatingPoint, "", Fate::Always),
    thing("trapping", ProcessPart::FloatingPoint, "", Fate::Always),
    thing("mask", ProcessPart::SignalMask, "", Fate::Always),
    thing("stack", ProcessPart::SignalStack, "", Fate::Always),
    thing("thread-locale", ProcessPart::ThreadLocale, "", Fate::Always),
    thing("processors", ProcessPart::Scheduling, "processors", Fate::Always),
    thing("policy", ProcessPart::Scheduling, "policy", Fate::Always),
    thing("nice", ProcessPart::Scheduling, "niceness", Fate::ByRoot),
    thing("slack", ProcessPart::ThreadAttribute, "timer slack", Fate::Always),
    thing("death", ProcessPart::ThreadAttribute, "signal at the parent's death", Fate::Always),
    thing("personality", ProcessPart::ThreadAttribute, "personality", Fate::Always),
    thing("privileges", ProcessPart::ThreadAttribute, "no new privileges", Fate::Never),
    thing("handler", ProcessPart::SignalHandler, "SIGTERM", Fate::Always),
    thing("ignored", ProcessPart::SignalHandler, "SIGUSR1", Fate::Attributed),
    thing("directory", ProcessPart::WorkingDirectory, "", Fate::Attributed),
    thing("umask", ProcessPart::Umask, "", Fate::Attributed),
    thing("locale", ProcessPart::Locale, "LC_NUMERIC", Fate::Attributed),
    thing("variable", ProcessPart::Environment, "TZ", Fate::Attributed),
    thing("new-variable", ProcessPart::Environment, "SOCH_TEST_NEW", Fate::Attributed),
    thing("no-variable", ProcessPart::Environment, "SOCH_TEST_GONE", Fate::Attributed),
    thing("limit", ProcessPart::ResourceLimit, "RLIMIT_NOFILE", Fate::Attributed),
    thing("flags", ProcessPart::Descriptor, "stdin", Fate::Attributed),
    thing("closed", ProcessPart::Descriptor, "stdin", Fate::NeverNorAttributed),
    thing("timer", ProcessPart::Timer, "ITIMER_REAL", Fate::Attributed),
    thing("user", ProcessPart::Credentials, "users", Fate::Attributed),
    thing("group", ProcessPart::Credentials, "groups", Fate::Attributed),
    thing("groups", ProcessPart::Credentials, "further groups", Fate::Attributed),
    thing("capability", ProcessPart::Credentials, "capabilities", Fate::Always),
    thing("filter", ProcessPart::ThreadAttribute, "seccomp filters", Fate::Never),
    thing("dumpable", ProcessPart::ProcessAttribute, "dumpable", Fate::Attributed),
    thing("subreaper", ProcessPart::ProcessAttribute, "child subreaper", Fate::Attributed),
];

impl Thing {
    /// Whether it can be changed here; if not, `test` says why it skips it.
    pub fn can_be_changed(&self, test: &str) -> bool {
        let wanted = match self.name {
            "processors" if std::thread::available_parallelism().is_ok_and(|count| count.get() > 1) => return true,
            "processors" => return self.is_skipped(test, "there is one processor"),
            "user" => CapabilitySet::SETUID,
            "group" | "groups" => CapabilitySet::SETGID,
            "capability" => CapabilitySet::NET_RAW,
            "filter" => CapabilitySet::SYS_ADMIN,
            _ => return true,
        };
        let has = capabilities(None).expect("the kernel tells them").effective.contains(wanted);
        has || self.is_skipped(test, &format!("it wants the capability {wanted:?}, which root has"))
    }

    fn is_skipped(&self, test: &str, why: &str) -> bool {
        skipped(&format!("{test}, {}", self.name), why);
        false
    }

    /// Whether each thread has its own.
    pub fn is_of_thread(&self) -> bool {
        use ProcessPart::{FloatingPoint, Scheduling, SignalMask, SignalStack, ThreadAttribute, ThreadLocale};
        let of_thread = [FloatingPoint, SignalMask, SignalStack, ThreadLocale, Scheduling, ThreadAttribute];
        of_thread.contains(&self.part) || self.name == "capability"
    }

    /// The part and the item.
    pub fn what(&self) -> String {
        format!("{}|{}", self.part, self.item)
    }

    /// What the host says of it.
    pub fn told(&self, mode: Mode) -> String {
        format!("{}|{:?}", self.what(), self.restored(mode))
    }

    /// What is otherwise afterwards.
    pub fn left(&self, mode: Mode) -> Option<String> {
        (self.restored(mode) != Restored::Yes).then(|| self.what())
    }

    fn restored(&self, mode: Mode) -> Restored {
        match self.fate {
            Fate::Always => Restored::Yes,
            Fate::ByRoot if geteuid().is_root() => Restored::Yes,
            Fate::Never | Fate::ByRoot => Restored::Impossible,
            Fate::Attributed | Fate::NeverNorAttributed if mode == Mode::Threads => Restored::NotAttributed,
            Fate::Attributed => Restored::Yes,
            Fate::NeverNorAttributed => Restored::Impossible,
        }
    }
}
