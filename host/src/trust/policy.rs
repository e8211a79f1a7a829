//! The policies of plugin directories.

use crate::trust::conformance::Conformance;
use std::fmt;
use std::str::FromStr;

/// A policy: a word for what an operator demands of the plugins of a directory.
///
/// ```
/// use sochdb_plugin_host::Policy;
///
/// assert_eq!("pinned".parse(), Ok(Policy::Pinned));
/// assert!(Policy::Strict.demands().root_owned);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Policy {
    /// No demand beyond what is always checked.
    Development,
    /// The digest is pinned. The policy of a directory for which the trust file names none.
    #[default]
    Pinned,
    /// A publisher signed the manifest.
    Signed,
    /// The digest is pinned or a publisher signed the manifest; root owns the file and the way to it; what the kernel
    /// can do to guard a load is not optional.
    Strict,
}

impl Policy {
    /// All policies, in their order.
    pub const ALL: [Self; 4] = [Self::Development, Self::Pinned, Self::Signed, Self::Strict];

    /// Returns the word that stands for the policy in a trust file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Pinned => "pinned",
            Self::Signed => "signed",
            Self::Strict => "strict",
        }
    }

    /// Returns the demands of the policy.
    #[must_use]
    pub fn demands(self) -> Demands {
        let nothing = Demands::default();
        match self {
            Self::Development => nothing,
            Self::Pinned => Demands { pin: true, ..nothing },
            Self::Signed => Demands { signature: true, ..nothing },
            Self::Strict => {
                Demands { pin_or_signature: true, root_owned: true, probe: true, landlock: true, ..nothing }
            }
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// The error for a word that is no policy.
///
/// ```
/// use sochdb_plugin_host::trust::{Policy, PolicyError};
///
/// assert_eq!("lax".parse::<Policy>(), Err(PolicyError));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no policy has this name, expected one of development, pinned, signed, strict")]
pub struct PolicyError;

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(name: &str) -> Result<Self, PolicyError> {
        Self::ALL.into_iter().find(|policy| policy.name() == name).ok_or(PolicyError)
    }
}

/// The demands that must be met before a plugin is loaded. The default has none.
///
/// ```
/// use sochdb_plugin_host::trust::{Demands, Policy};
///
/// let both = Policy::Pinned.demands().union(Policy::Signed.demands());
/// assert!(both.pin && both.signature && !both.probe);
/// assert_eq!(Demands::default(), Policy::Development.demands());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Demands {
    /// The digest is pinned.
    pub pin: bool,
    /// A publisher signed the manifest.
    pub signature: bool,
    /// The digest is pinned, or a publisher signed the manifest.
    pub pin_or_signature: bool,
    /// Root owns the file and each directory on the way to it.
    pub root_owned: bool,
    /// The constructors ran in the probe first.
    pub probe: bool,
    /// The probe was confined by Landlock and seccomp.
    pub landlock: bool,
    /// The versions of the conformance suite that a plugin of such a kind passed, by the word of a publisher.
    pub conformance: Conformance,
}

impl Demands {
    /// Joins the demands of both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            pin: self.pin | other.pin,
            signature: self.signature | other.signature,
            pin_or_signature: self.pin_or_signature | other.pin_or_signature,
            root_owned: self.root_owned | other.root_owned,
            probe: self.probe | other.probe,
            landlock: self.landlock | other.landlock,
            conformance: self.conformance.union(other.conformance),
        }
    }
}
