//! Why a command has no result: a stable code for scripts, a sentence and a remedy for people.

use crate::explanations::entries;
use crate::system::backend::System;
use crate::system::Native;
use serde_json::{json, Value};
use sochdb_plugin_host::UntrustedText;
use std::io::{Error, ErrorKind};
use std::path::Path;

/// The code of wrong usage, which alone ends with exit code 2.
const USAGE: &str = "E_USAGE";

/// The reason why a command has no result: a code for scripts, a sentence and a remedy.
///
/// ```
/// use sochdb_plugin_cli::Failure;
///
/// fn port(text: &str) -> Result<u16, Failure> {
///     text.parse().map_err(|error| Failure::usage(format!("{text} is no port: {error}")))
/// }
/// assert!(port("9090").is_ok() && port("http").is_err());
/// ```
#[derive(Debug)]
pub struct Failure {
    pub(crate) code: &'static str,
    pub(crate) reason: String,
    /// What to do, if more can be said than `explain` says of the code.
    remedy: Option<String>,
}

impl Failure {
    /// With a code such as `E_FILE_NOT_REGULAR`.
    pub(crate) fn new(code: &'static str, reason: String) -> Self {
        Self { code, reason, remedy: None }
    }

    /// With this remedy instead of the one that `explain` has for the code.
    pub(crate) fn with_remedy(self, remedy: String) -> Self {
        Self { remedy: Some(remedy), ..self }
    }

    /// Makes the failure of a command with wrong arguments, which ends with exit code 2.
    pub fn usage(reason: impl Into<String>) -> Self {
        Self::new(USAGE, reason.into())
    }

    /// Makes the failure of a command that cannot read a file, with the code that the loader has for it.
    #[must_use]
    pub fn unreadable(file: &Path, error: &Error) -> Self {
        let shown = UntrustedText::from(file);
        let code = match error.kind() {
            ErrorKind::NotFound => "E_FILE_NOT_FOUND",
            ErrorKind::PermissionDenied => "E_FILE_DENIED",
            _ => "E_FILE_IO",
        };
        let failure = Self::new(code, format!("cannot read {shown}: {error}"));
        if code != "E_FILE_DENIED" {
            return failure;
        }
        failure.with_remedy(format!("{}, or run the command as another user", Native::opening(file)))
    }

    /// Makes the failure of a command that cannot write a file.
    pub(crate) fn unwritable(file: &Path, error: &Error) -> Self {
        Self::new("E_WRITE", format!("cannot write {}: {error}", UntrustedText::from(file)))
    }

    /// With the help of this command, given by its words, for wrong arguments of which no more can be said.
    pub(crate) fn of(mut self, command: &str) -> Self {
        if self.code == USAGE {
            let words = if command.is_empty() { String::new() } else { format!("{command} ") };
            self.remedy.get_or_insert_with(|| format!("see `sochdb-plugin {words}--help`"));
        }
        self
    }

    /// The exit code that stands for it.
    pub(crate) fn exit_code(&self) -> u8 {
        if self.code == USAGE {
            2
        } else {
            1
        }
    }

    /// What to do.
    pub(crate) fn remedy(&self) -> String {
        self.remedy.clone().or_else(|| entries::remedy(self.code)).unwrap_or_default()
    }

    /// It as JSON, with the keys of a refusal. No step of the loader refused.
    pub(crate) fn object(&self) -> Value {
        json!({ "code": self.code, "step": null, "message": self.reason, "remedy": self.remedy() })
    }
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self::new("E_FAILED", reason)
    }
}
