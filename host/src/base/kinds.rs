//! Kinds of tables, by name.

use sochdb_plugin_abi::*;
use std::fmt;

macro_rules! names {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        const NAMES: &[(u32, &str, &str)] = &[
            $(($bit, stringify!($kind), stringify!($bit)),)+
            (SOCH_KIND_CUSTOM, "custom", "SOCH_KIND_CUSTOM"),
        ];

        impl Kinds {
            /// The kinds that this host knows.
            pub(crate) const KNOWN: Self = Self($($bit |)+ SOCH_KIND_CUSTOM);
        }
    };
}

for_each_kind!(names);

/// The kinds of a plugin's tables, as bits of `SOCH_KIND_*`. `Display` writes their names, `none` if there is none, and
/// the number of bits that have no name.
///
/// ```
/// use sochdb_plugin_host::{sdk::abi, Kinds};
///
/// let kinds = Kinds(abi::SOCH_KIND_STORAGE | abi::SOCH_KIND_CUSTOM);
/// assert_eq!(kinds.to_string(), "storage, custom");
/// assert!(kinds.names().eq(["storage", "custom"]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(pub u32);

impl Kinds {
    /// Returns the names of the kinds that have one, such as `storage`.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.named().map(|(_, name, _)| *name)
    }

    fn named(self) -> impl Iterator<Item = &'static (u32, &'static str, &'static str)> {
        NAMES.iter().filter(move |(bit, ..)| self.0 & bit != 0)
    }

    /// The kinds among them that this host knows.
    pub(crate) fn known(self) -> Self {
        Self(self.0 & Self::KNOWN.0)
    }

    /// The bits that have no name here.
    pub(crate) fn unknown(self) -> u32 {
        self.0 & !Self::KNOWN.0
    }

    /// The kinds as the author of a plugin in C writes them: `SOCH_KIND_STORAGE | SOCH_KIND_CUSTOM`.
    pub(crate) fn in_c(self) -> String {
        self.named().map(|(_, _, constant)| *constant).collect::<Vec<_>>().join(" | ")
    }
}

impl fmt::Display for Kinds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut comma = "";
        for name in self.names() {
            write!(formatter, "{comma}{name}")?;
            comma = ", ";
        }
        match self.unknown() {
            0 if self.0 == 0 => formatter.write_str("none"),
            0 => Ok(()),
            bits => write!(formatter, "{comma}{bits:#x}"),
        }
    }
}
