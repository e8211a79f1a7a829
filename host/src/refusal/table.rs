//! The form of the tables of refusals: one row gives code, cause and remedy.

use crate::refusal::step::Step;

/// A reason to refuse, as a row of [`Refusal::TABLE`](crate::Refusal::TABLE) or
/// [`ElfError::TABLE`](crate::ElfError::TABLE): `{field}` stands for what was found.
///
/// ```
/// use sochdb_plugin_host::{Refusal, Step};
///
/// let reason = Refusal::TABLE.iter().find(|reason| reason.code == "E_DIR_SYMLINK").unwrap();
/// assert_eq!(reason.step, Step::Directories);
/// assert_eq!(reason.cause, "{directory} on the way to the file is a symbolic link");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reason {
    /// The stable code, such as `E_DIR_WRITABLE`.
    pub code: &'static str,
    /// The step that refuses with it.
    pub step: Step,
    /// The cause: what was found.
    pub cause: &'static str,
    /// The remedy: what to do.
    pub remedy: &'static str,
}

/// The step of a row of [`refusals`].
macro_rules! step_of {
    ($step:ident) => {
        $crate::refusal::step::Step::$step
    };
    ($step:ident $at:ident) => {
        *$at
    };
}

/// Makes an error type of rows `Step: Variant { fields } "CODE" "cause" "remedy";`.
///
/// `Step as field: Variant …` is a refusal that several steps have: the row names the first of them, the field the one that
/// refused.
///
/// Each `also Variant(Type)` takes in a type with `code`, `step` and `remedy` of its own, as another table has them.
macro_rules! refusals {
    (
        $(#[$meta:meta])*
        pub enum $name:ident $(also $part:ident($part_type:ty))*;
        $(
            $step:ident $(as $at:ident)?: $variant:ident $({ $($field:ident: $type:ty),+ })? $code:literal
            $cause:literal $remedy:literal;
        )+
    ) => {
        $(#[$meta])*
        #[non_exhaustive]
        #[allow(missing_docs)]
        pub enum $name {
            $( #[doc = $cause] $variant $({ $($field: $type),+ })?, )+
            $( $part($part_type), )*
        }

        impl std::error::Error for $name {}

        $( impl From<$part_type> for $name {
            fn from(part: $part_type) -> Self {
                Self::$part(part)
            }
        } )*

        // The one place where what was found becomes text: whoever chose it, it does not steer who reads it.
        impl std::fmt::Display for $name {
            #[allow(unused_variables)]
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let text = match self {
                    $( Self::$variant $({ $($field),+ })? => format!($cause), )+
                    $( Self::$part(part) => part.to_string(), )*
                };
                formatter.write_str(&$crate::base::escape::printable(&text))
            }
        }

        // `unwrap` and a `main` that returns it print this: what a person needs, not the fields.
        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}: {self}; {}", self.code(), self.remedy())
            }
        }

        impl $name {
            /// The table of the reasons, a row each.
            pub const TABLE: &'static [$crate::refusal::table::Reason] = &[$(
                $crate::refusal::table::Reason {
                    code: $code, step: $crate::refusal::step::Step::$step, cause: $cause, remedy: $remedy,
                },
            )+];

            /// Returns the stable code of this refusal, such as `E_DIR_WRITABLE`.
            pub fn code(&self) -> &'static str {
                match self {
                    $( Self::$variant { .. } => $code, )+
                    $( Self::$part(part) => part.code(), )*
                }
            }

            /// Returns the step that refused.
            pub fn step(&self) -> $crate::refusal::step::Step {
                match self {
                    $( Self::$variant { $( $at, )? .. } => $crate::refusal::table::step_of!($step $( $at )?), )+
                    $( Self::$part(part) => part.step(), )*
                }
            }

            /// Returns the remedy, in one line that is safe to print.
            #[allow(unused_variables)]
            pub fn remedy(&self) -> String {
                let text = match self {
                    $( Self::$variant $({ $($field),+ })? => format!($remedy), )+
                    $( Self::$part(part) => part.remedy(), )*
                };
                $crate::base::escape::printable(&text).into_owned()
            }
        }
    };
}

pub(crate) use {refusals, step_of};
