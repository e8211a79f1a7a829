//! The layout of the tables as abi_stable describes it, for the host to compare with its own.

use crate::opaque::opaque;
use abi_stable::library::AbiHeader;
use abi_stable::type_layout::TypeLayout;
use abi_stable::StableAbi;
use sochdb_plugin_abi::*;

opaque!(Layout);

macro_rules! layout {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        /// The layout that a Rust plugin exports as `soch_layout_v1`. The first two fields never change; the others may only be
        /// read if `header` is that of the reader's abi_stable.
        #[repr(C)]
        pub struct Layout {
            /// `size_of::<Layout>()` of the plugin.
            pub size: usize,
            /// Which abi_stable wrote the rest.
            pub header: AbiHeader,
            /// The layout of [`soch_plugin`] and all that it leads to, but for the tables.
            pub root: &'static TypeLayout,
            $(
                #[doc = concat!("That of [`", stringify!($table), "`], if the plugin has the table.")]
                pub $kind: Option<&'static TypeLayout>,
            )+
        }

        impl Layout {
            /// The layout of an entry without tables.
            pub const ENTRY: Self = Self {
                size: std::mem::size_of::<Self>(),
                header: AbiHeader::VALUE,
                root: <soch_plugin as StableAbi>::LAYOUT,
                $($kind: None,)+
            };

            /// The layout of all, as this crate was compiled.
            pub const CURRENT: Self = Self { $($kind: Some(<$table as StableAbi>::LAYOUT),)+ ..Self::ENTRY };
        }
    };
}

for_each_kind!(layout);

/// Emits `soch_layout_v1` of a plugin of these kinds, and adds it to the [`LinkedEntry`](crate::LinkedEntry). Each table that it
/// does not have saves about 6 KB.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_layout {
    ([$($when:tt)*] $entry:expr; $($kind:ident),+) => {{
        #[cfg_attr(all($($when)*), no_mangle)]
        pub static soch_layout_v1: $crate::machinery::layout::Layout =
            $crate::machinery::layout::Layout { $($kind: $crate::machinery::layout::Layout::CURRENT.$kind,)+ ..$crate::machinery::layout::Layout::ENTRY };
        $entry.with_layout(&soch_layout_v1 as *const $crate::machinery::layout::Layout as *const u8)
    }};
}
