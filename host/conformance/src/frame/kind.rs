//! The kinds of plugins that tests are for.

use sochdb_plugin_host::sdk::{abi, ExtensionCapability};

macro_rules! kinds {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        /// The kind of plugins that a test is for.
        ///
        /// ```
        /// use sochdb_plugin_conformance::{tests, Kind};
        ///
        /// assert_eq!(Kind::Lifecycle.bit(), None);
        /// assert!(tests().iter().any(|test| test.kind == Kind::Storage));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            /// Every plugin.
            Lifecycle,
            $(#[doc = concat!("Every plugin that is ", $what, ".")] $handle,)+
        }

        impl Kind {
            /// Returns the bit of this kind in `soch_note.kinds`; None for [`Kind::Lifecycle`].
            #[must_use]
            pub fn bit(self) -> Option<u32> {
                match self {
                    Self::Lifecycle => None,
                    $(Self::$handle => Some(abi::$bit),)+
                }
            }

            pub(crate) fn capability(self) -> Option<ExtensionCapability> {
                match self {
                    Self::Lifecycle => None,
                    $(Self::$handle => Some(ExtensionCapability::$handle),)+
                }
            }
        }
    };
}

abi::for_each_kind!(kinds);
