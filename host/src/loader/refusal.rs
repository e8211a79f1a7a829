//! The form of the tables of refusals: one row gives code, cause and remedy.

use super::Step;

/// One row of a table, as documentation shows it: `{field}` stands for what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The stable code, such as `E_DIR_WRITABLE`.
    pub code: &'static str,
    /// The step that refuses with it.
    pub step: Step,
    /// What was found.
    pub cause: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// Makes an error type of rows `Step: Variant { fields } "CODE" "cause" "remedy";`.
///
/// Each `also Variant(Type)` takes in a type with `code`, `step` and `remedy` of its own, as another table has them.
macro_rules! refusals {
    (
        $(#[$meta:meta])*
        pub enum $name:ident $(also $part:ident($part_type:ty))*;
        $(
            $step:ident: $variant:ident $({ $($field:ident: $type:ty),+ })? $code:literal
            $cause:literal $remedy:literal;
        )+
    ) => {
        $(#[$meta])*
        #[derive(thiserror::Error)]
        #[non_exhaustive]
        #[allow(missing_docs)]
        pub enum $name {
            $( #[doc = $cause] #[error($cause)] $variant $({ $($field: $type),+ })?, )+
            $( #[error(transparent)] $part(#[from] $part_type), )*
        }

        // `unwrap` and a `main` that returns it print this: what a person needs, not the fields.
        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}: {self}; {}", self.code(), self.remedy())
            }
        }

        impl $name {
            /// Every row.
            pub const TABLE: &'static [$crate::loader::Reason] = &[$(
                $crate::loader::Reason {
                    code: $code, step: $crate::loader::Step::$step, cause: $cause, remedy: $remedy,
                },
            )+];

            /// The stable code of this refusal, such as `E_DIR_WRITABLE`.
            pub fn code(&self) -> &'static str {
                match self {
                    $( Self::$variant { .. } => $code, )+
                    $( Self::$part(part) => part.code(), )*
                }
            }

            /// The step that refused.
            pub fn step(&self) -> $crate::loader::Step {
                match self {
                    $( Self::$variant { .. } => $crate::loader::Step::$step, )+
                    $( Self::$part(part) => part.step(), )*
                }
            }

            /// What to do about it.
            #[allow(unused_variables)]
            pub fn remedy(&self) -> String {
                match self {
                    $( Self::$variant $({ $($field),+ })? => format!($remedy), )+
                    $( Self::$part(part) => part.remedy(), )*
                }
            }
        }
    };
}

pub(crate) use refusals;
