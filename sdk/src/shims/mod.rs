//! The table of a type for each kind: functions that pass what crosses to the traits, each behind the panic barrier.

mod compression;
mod index;
mod observability;
mod storage;

use crate::abi::*;
use crate::*;
use std::marker::PhantomData;

struct Of<P>(PhantomData<P>);

macro_rules! table {
    ($kind:ident, $bound:ident, $table:ident, $constant:ident) => {
        impl<P: $bound> Of<P> {
            const $constant: $table = self::$kind::table::<P>();
        }
        /// The table of `P`.
        pub const fn $kind<P: $bound>() -> &'static $table {
            &Of::<P>::$constant
        }
    };
}

table!(storage, StorageExtension, soch_storage, STORAGE);
table!(index, IndexExtension, soch_index, INDEX);
table!(observability, ObservabilityExtension, soch_observability, OBSERVABILITY);
table!(compression, CompressionExtension, soch_compression, COMPRESSION);
