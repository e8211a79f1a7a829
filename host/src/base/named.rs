//! Enums whose values have a stable name and a description, each in one row.

/// An enum of such values, with what prints and lists them.
macro_rules! named {
    (
        $(#[$about:meta])*
        $enum:ident
        $($value:ident $name:literal $description:literal;)+
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $enum {
            $( #[doc = $description] $value, )+
        }

        impl $enum {
            /// All values, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// Returns the stable name, as commands and JSON print it.
            pub fn name(self) -> &'static str {
                match self { $( Self::$value => $name, )+ }
            }

            /// Returns the description, one sentence.
            pub fn description(self) -> &'static str {
                match self { $( Self::$value => $description, )+ }
            }
        }

        impl std::fmt::Display for $enum {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.name())
            }
        }
    };
}

pub(crate) use named;
