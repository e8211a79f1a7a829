//! Step 1: whether native plugins are allowed at all.

use super::LoadError;
use std::ffi::OsStr;

/// The environment variable that allows native plugins.
pub const ALLOW_VARIABLE: &str = "SOCHDB_ALLOW_NATIVE_PLUGINS";

/// Who allowed native plugins, or why they are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The program itself.
    Program,
    /// Whoever started the process, through [`ALLOW_VARIABLE`].
    Environment,
    /// Nobody.
    Nobody,
    /// Nobody that counts: the process has more rights than the user who set its environment.
    Elevated,
}

impl Trust {
    /// Reads [`ALLOW_VARIABLE`]: `1`, `true`, `yes` or `on`, in any case, with white space around it or not.
    pub fn from_environment() -> Self {
        let allowed = std::env::var_os(ALLOW_VARIABLE).is_some_and(|value| says_yes(&value));
        match allowed {
            true if runs_elevated() => Self::Elevated,
            true => Self::Environment,
            false => Self::Nobody,
        }
    }

    /// Whether native plugins are allowed.
    pub fn is_trusted(self) -> bool {
        matches!(self, Self::Program | Self::Environment)
    }

    /// The step's line: who allowed it. Makes no system call.
    pub(super) fn check(self) -> Result<((), String), LoadError> {
        match self {
            Self::Program => Ok(((), "allowed by the program".to_owned())),
            Self::Environment => Ok(((), format!("allowed by {ALLOW_VARIABLE}"))),
            Self::Nobody => Err(LoadError::NotTrusted { why: "nobody allowed them" }),
            Self::Elevated => Err(LoadError::NotTrusted {
                why: "the environment does not count, because the process has more rights than its user",
            }),
        }
    }
}

fn says_yes(value: &OsStr) -> bool {
    let value = value.as_encoded_bytes().trim_ascii();
    [&b"1"[..], b"true", b"yes", b"on"].iter().any(|yes| value.eq_ignore_ascii_case(yes))
}

#[cfg(target_os = "linux")]
fn runs_elevated() -> bool {
    // SAFETY: getauxval reads a number that the kernel gave the process, and has no precondition.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

#[cfg(not(target_os = "linux"))]
fn runs_elevated() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_opens_it() {
        for yes in ["1", "true", "YES", " on\n", "True"] {
            assert!(says_yes(OsStr::new(yes)), "{yes:?}");
        }
        for no in ["", "0", "false", "no", "off", "2", "11", "y", "true!", "1 1"] {
            assert!(!says_yes(OsStr::new(no)), "{no:?}");
        }
    }

    #[test]
    fn a_refusal_names_all_three_ways_out() {
        for trust in [Trust::Nobody, Trust::Elevated] {
            let error = trust.check().expect_err("it is not trusted");
            for text in [error.to_string(), error.remedy()] {
                for way in [ALLOW_VARIABLE, "DynamicPluginLoader::new_trusted()", "WASM sandbox"] {
                    assert!(text.contains(way), "{way} is not in: {text}");
                }
            }
        }
    }
}
