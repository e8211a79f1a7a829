//! How a probe ended.

use crate::probe::sandbox::Sandbox;
use crate::refusal::lack::Lack;
use std::path::Path;
use std::time::Duration;

/// The report of a probe that came to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) sandbox: Sandbox,
    /// If the libraries and the plugin were loaded; else what `dlopen` or `dlsym` says, made safe to print.
    pub(crate) loaded: Result<(), String>,
}

/// Why a probe did not come to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ProbeError {
    /// A signal ended the probe.
    Crashed { signal: i32 },
    /// The probe took longer than this.
    Timeout { limit: Duration },
    /// The probe exited. The code is unknown if somebody else in the process waited for it.
    Exited { code: Option<i32> },
    /// The probe cannot run.
    Unavailable { why: String },
    /// The probe cannot run, as this ran short; the number of the system's error.
    Short { lack: Lack, errno: i32 },
}

/// A library to load before the plugin.
pub(crate) enum NeededLibrary<'a, Sealed> {
    /// One of the system, by its absolute path, or by a name that is searched for as any program does.
    File(&'a Path),
    /// One in sealed memory.
    Sealed(&'a Sealed),
}
