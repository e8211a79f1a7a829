//! One part of the process, at one moment.

use crate::process_state::change::Changes;

pub(crate) trait Part: Sized {
    /// The part as it is now.
    fn now() -> Self;

    /// Tells how `now` differs from it, and how to undo that.
    fn compare(&self, now: &Self, changes: &mut Changes);
}

/// The state before and after, where both are known and they differ.
pub(crate) fn changed<T: PartialEq>(before: Option<T>, after: Option<T>) -> Option<(T, T)> {
    before.zip(after).filter(|(before, after)| before != after)
}

/// All parts of the process that its system shows.
pub(crate) trait Whole: Part {
    /// Whether no other thread could change anything at that moment; false if nobody can tell.
    fn is_alone(&self) -> bool;
}

/// Declares `Parts`, each of which is compared with its own, in this order.
macro_rules! parts {
    ($($field:ident: $type:ty,)+) => {
        pub(crate) struct Parts { $( $field: $type, )+ }

        impl $crate::process_state::part::Part for Parts {
            fn now() -> Self {
                Self { $( $field: $crate::process_state::part::Part::now(), )+ }
            }

            fn compare(&self, now: &Self, changes: &mut $crate::process_state::change::Changes) {
                $( self.$field.compare(&now.$field, changes); )+
            }
        }
    };
}

pub(crate) use parts;
