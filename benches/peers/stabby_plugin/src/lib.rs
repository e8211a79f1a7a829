//! `bench_rust::step` by means of stabby: a function that makes a trait object.

use std::hint::black_box;

/// As `bench_rust::step::Step`.
#[stabby::stabby(checked)]
pub trait Step {
    /// What becomes of `x`.
    extern "C" fn step(&self, x: u64) -> u64;
}

/// What [`stabby_boxed`] makes.
pub type Object = stabby::dynptr!(stabby::boxed::Box<dyn Step>);

#[stabby::stabby]
struct Mixer {
    field: u64,
}

impl Step for Mixer {
    extern "C" fn step(&self, x: u64) -> u64 {
        x.rotate_left(5) ^ self.field
    }
}

/// Makes an object.
#[no_mangle]
pub extern "C" fn stabby_boxed() -> Object {
    stabby::boxed::Box::new(Mixer { field: black_box(0x9E37_79B9_7F4A_7C15) }).into()
}
