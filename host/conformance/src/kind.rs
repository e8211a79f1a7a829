//! Which plugins a test is for.

use sochdb_plugin_host::sdk::{abi, ExtensionCapability};

macro_rules! kinds {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        /// Which plugins a test is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            /// Every plugin.
            Lifecycle,
            $(#[doc = concat!("One that is ", $what, ".")] $handle,)+
        }

        impl Kind {
            /// The bit of `soch_note.kinds`; None for what is asked of every plugin.
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
