//! `bench_rust::step` by means of abi_stable: a root module that makes a trait object.
#![allow(non_local_definitions)] // What `sabi_trait` makes has them.

use abi_stable::library::RootModule;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::RBox;
use abi_stable::{export_root_module, package_version_strings, prefix_type::PrefixTypeTrait, sabi_trait, StableAbi};
use std::hint::black_box;

/// As `bench_rust::step::Step`.
#[sabi_trait]
pub trait Step {
    /// What becomes of `x`.
    #[sabi(last_prefix_field)]
    fn step(&self, x: u64) -> u64;
}

/// The root module.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PeerRef)))]
pub struct Peer {
    /// Makes an object.
    #[sabi(last_prefix_field)]
    pub boxed: extern "C" fn() -> Step_TO<'static, RBox<()>>,
}

impl RootModule for PeerRef {
    abi_stable::declare_root_module_statics! { PeerRef }
    const BASE_NAME: &'static str = "abi_stable_plugin";
    const NAME: &'static str = "abi_stable_plugin";
    const VERSION_STRINGS: VersionStrings = package_version_strings!();
}

struct Mixer(u64);

impl Step for Mixer {
    fn step(&self, x: u64) -> u64 {
        x.rotate_left(5) ^ self.0
    }
}

extern "C" fn boxed() -> Step_TO<'static, RBox<()>> {
    Step_TO::from_value(Mixer(black_box(0x9E37_79B9_7F4A_7C15)), abi_stable::sabi_trait::TD_Opaque)
}

#[export_root_module]
fn root() -> PeerRef {
    Peer { boxed }.leak_into_prefix()
}
