//! The step `gate`: whether native plugins are allowed at all.

use crate::base::text::UntrustedText;
use crate::kernel::backend::Kernel;
use crate::kernel::Own;
use crate::refusal::refusals::Refusal;
use crate::refusal::words::Words;
use crate::sync::call_gate::live::is_child;
use std::ffi::OsStr;

/// The environment variable that allows native plugins, see [`DynamicPluginLoader::new`](crate::DynamicPluginLoader::new).
pub const ALLOW_VARIABLE: &str = "SOCHDB_ALLOW_NATIVE_PLUGINS";

/// The most characters of the variable's value that a refusal shows.
const MOST_SHOWN: usize = 32;

/// The one who allowed native plugins, or the reason why they are not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Permission {
    /// The program itself.
    Program,
    /// Whoever started the process, through [`ALLOW_VARIABLE`].
    Environment,
    /// Nobody.
    Nobody,
    /// Nobody: [`ALLOW_VARIABLE`] has this value, which does not say so. At most its first 32 characters.
    Unclear(UntrustedText),
    /// Nobody that counts: the process has more rights than the user who set its environment.
    Elevated,
}

impl Permission {
    /// Reads [`ALLOW_VARIABLE`]: `1`, `true`, `yes` or `on`, in any case, with white space around it or not.
    pub fn from_environment() -> Self {
        std::env::var_os(ALLOW_VARIABLE).map_or(Self::Nobody, |value| Self::of_value(&value))
    }

    fn of_value(value: &OsStr) -> Self {
        match says_yes(value) {
            true if runs_elevated() => Self::Elevated,
            true => Self::Environment,
            false if value.is_empty() => Self::Nobody,
            false => Self::Unclear(beginning(value)),
        }
    }

    /// Whether native plugins are allowed.
    pub fn is_trusted(&self) -> bool {
        matches!(self, Self::Program | Self::Environment)
    }

    /// The step, with the words for who allowed it. Makes no system call.
    pub(crate) fn check(&self) -> Result<((), impl Words<()>), Refusal> {
        if is_child() {
            return Err(Refusal::Forked);
        }
        let refuse = |why| Err(Refusal::NotTrusted { why });
        let allowed_by = |who: &'static str| Ok(((), move |_: &()| format!("allowed by {who}")));
        match self {
            Self::Program => allowed_by("the program"),
            Self::Environment => allowed_by(ALLOW_VARIABLE),
            Self::Nobody => refuse("nobody allowed them".to_owned()),
            Self::Unclear(value) => refuse(format!("{ALLOW_VARIABLE} is `{value}`, which is none of 1, true, yes, on")),
            Self::Elevated => {
                refuse("the environment does not count, because the process has more rights than its user".to_owned())
            }
        }
    }
}

fn says_yes(value: &OsStr) -> bool {
    let value = value.as_encoded_bytes().trim_ascii();
    [&b"1"[..], b"true", b"yes", b"on"].iter().any(|yes| value.eq_ignore_ascii_case(yes))
}

fn beginning(value: &OsStr) -> UntrustedText {
    let bytes = value.as_encoded_bytes();
    let end = match std::str::from_utf8(bytes) {
        Ok(text) => text.char_indices().nth(MOST_SHOWN).map_or(bytes.len(), |(end, _)| end),
        Err(_) => bytes.len().min(MOST_SHOWN),
    };
    UntrustedText::from(&bytes[..end])
}

pub(crate) fn runs_elevated() -> bool {
    Own::runs_elevated()
}

#[cfg(test)]
mod tests;
