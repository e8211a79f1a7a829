//! `Debug` of what has nothing to show: whatever holds one can derive it.

macro_rules! opaque {
    ($($type:ident $(<$($life:lifetime),+>)?),+ $(,)?) => {$(
        impl std::fmt::Debug for $type $(<$($life),+>)? {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.debug_struct(stringify!($type)).finish_non_exhaustive()
            }
        }
    )+};
}

pub(crate) use opaque;
