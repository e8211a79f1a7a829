//! The layout of the tables as abi_stable describes it, for the host to compare with its own.

use crate::abi::soch_plugin;
use abi_stable::library::AbiHeader;
use abi_stable::type_layout::TypeLayout;
use abi_stable::StableAbi;

/// What a Rust plugin exports as `soch_layout_v1`. The first two fields never change; `root` may only be read if
/// `header` is that of the reader's abi_stable.
#[repr(C)]
pub struct Layout {
    /// `size_of::<Layout>()` of the plugin.
    pub size: usize,
    /// Which abi_stable wrote `root`.
    pub header: AbiHeader,
    /// The layout of [`soch_plugin`] and all that it leads to.
    pub root: &'static TypeLayout,
}

impl Layout {
    /// The layout as this crate was compiled.
    pub const CURRENT: Self =
        Self { size: std::mem::size_of::<Self>(), header: AbiHeader::VALUE, root: <soch_plugin as StableAbi>::LAYOUT };
}

/// Emits `soch_layout_v1`.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_layout {
    () => {
        #[no_mangle]
        pub static soch_layout_v1: $crate::layout::Layout = $crate::layout::Layout::CURRENT;
    };
}
