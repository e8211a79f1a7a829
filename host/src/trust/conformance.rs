//! Which conformance suite a plugin passed, as its publisher says, and which an operator demands.

use crate::base::kinds::Kinds;
use std::fmt;
use std::str::FromStr;

/// The kinds that have a suite, in the order of their bits.
const KINDS: usize = 4;

/// The versions of the conformance suite by kind, as in `storage/1, index/1`: those that a plugin passed, or those that it
/// must have passed. The default names none.
///
/// ```
/// use sochdb_plugin_host::trust::Conformance;
///
/// let demanded: Conformance = "storage/2, compression/1".parse()?;
/// assert_eq!(demanded.to_string(), "storage/2, compression/1");
/// assert!("storage".parse::<Conformance>().is_err());
/// # Ok::<(), sochdb_plugin_host::trust::ConformanceError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Conformance([u16; KINDS]);

/// The error for a text that names no versions of the conformance suite.
///
/// ```
/// use sochdb_plugin_host::trust::{Conformance, ConformanceError};
///
/// assert_eq!("storage/0".parse::<Conformance>(), Err(ConformanceError));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no kinds with the version of a suite, expected such as storage/1, index/1: of storage, index, observability and compression, each once")]
pub struct ConformanceError;

impl Conformance {
    /// Makes it of the suite of `version` for each of `kinds`.
    #[must_use]
    pub fn of(kinds: Kinds, version: u16) -> Self {
        Self(std::array::from_fn(|kind| if kinds.0 & (1 << kind) == 0 { 0 } else { version }))
    }

    /// Whether it names none.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// The higher version of each kind.
    pub(crate) fn union(self, other: Self) -> Self {
        Self(std::array::from_fn(|kind| self.0[kind].max(other.0[kind])))
    }

    /// The demands on a plugin of these kinds that `claimed` does not meet.
    pub(crate) fn lacking(self, claimed: Self, kinds: Kinds) -> Self {
        let demanded = |kind: usize| kinds.0 & (1 << kind) != 0 && claimed.0[kind] < self.0[kind];
        Self(std::array::from_fn(|kind| if demanded(kind) { self.0[kind] } else { 0 }))
    }

    fn named(self) -> impl Iterator<Item = (&'static str, u16)> {
        let name = |kind: usize| Kinds(1 << kind).names().next();
        (0..KINDS).filter_map(move |kind| Some((name(kind)?, self.0[kind]))).filter(|(_, version)| *version > 0)
    }
}

impl fmt::Display for Conformance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.named().map(|(kind, version)| format!("{kind}/{version}")).collect();
        formatter.pad(&all.join(", "))
    }
}

impl FromStr for Conformance {
    type Err = ConformanceError;

    fn from_str(text: &str) -> Result<Self, ConformanceError> {
        let mut all = Self::default();
        for part in text.split(',') {
            let (kind, version) = part.trim().split_once('/').ok_or(ConformanceError)?;
            let mut kinds = (0..KINDS).filter(|bit| Kinds(1 << bit).names().eq([kind]));
            let place = &mut all.0[kinds.next().ok_or(ConformanceError)?];
            let version = version.parse().ok().filter(|version| *version > 0).ok_or(ConformanceError)?;
            if std::mem::replace(place, version) != 0 {
                return Err(ConformanceError);
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests;
