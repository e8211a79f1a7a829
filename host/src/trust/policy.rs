//! How much is demanded of the plugins of a directory.

use std::fmt;
use std::str::FromStr;

/// What an operator demands of the plugins of a directory, as one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Policy {
    /// Nothing beyond what is always checked.
    Development,
    /// The digest is pinned. What a directory of a trust file has that names no policy.
    #[default]
    Pinned,
    /// A publisher signed the manifest.
    Signed,
    /// The digest is pinned or a publisher signed the manifest; root owns the file and the way to it; what the kernel
    /// can do to guard a load is not optional.
    Strict,
}

impl Policy {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Development, Self::Pinned, Self::Signed, Self::Strict];

    /// The word in a trust file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Pinned => "pinned",
            Self::Signed => "signed",
            Self::Strict => "strict",
        }
    }

    /// What it demands.
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

/// A word that is no policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no policy has this name, expected one of development, pinned, signed, strict")]
pub struct PolicyError;

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(name: &str) -> Result<Self, PolicyError> {
        Self::ALL.into_iter().find(|policy| policy.name() == name).ok_or(PolicyError)
    }
}

/// What must be so before a plugin is loaded. The default demands nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Demands {
    /// The digest is pinned.
    pub pin: bool,
    /// A publisher signed the manifest.
    pub signature: bool,
    /// One of the two.
    pub pin_or_signature: bool,
    /// Root owns the file and each directory on the way to it.
    pub root_owned: bool,
    /// A process of its own loaded the plugin first.
    pub probe: bool,
    /// That process was confined by Landlock.
    pub landlock: bool,
}

impl Demands {
    /// What one of the two demands.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            pin: self.pin | other.pin,
            signature: self.signature | other.signature,
            pin_or_signature: self.pin_or_signature | other.pin_or_signature,
            root_owned: self.root_owned | other.root_owned,
            probe: self.probe | other.probe,
            landlock: self.landlock | other.landlock,
        }
    }
}
