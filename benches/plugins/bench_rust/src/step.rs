//! One `u64` in, one out, through each kind of call.

use crate::Bench;
use core::ffi::c_void;
use sochdb_plugin_sdk::abi::{soch_error, soch_index, soch_status};
use sochdb_plugin_sdk::machinery::barrier::guard;
use sochdb_plugin_sdk::machinery::{instance, shims};
use sochdb_plugin_sdk::Error;
use std::hint::black_box;

/// A call that does so little that its own cost shows.
pub trait Step {
    /// What becomes of `x`.
    fn step(&self, x: u64) -> u64;
}

/// Rotates, and adds its field without carry.
pub struct Mixer {
    field: u64,
}

impl Mixer {
    /// As `step`, of which a compiler knows that it cannot panic. This one can, so its barrier stays in the code.
    pub fn checked_step(&self, x: u64) -> u64 {
        assert!(self.field != 0, "a mixer without a field");
        self.step(x)
    }
}

impl Default for Mixer {
    /// One whose field the compiler does not know.
    fn default() -> Self {
        Self { field: black_box(MIXER.field) }
    }
}

impl Step for Mixer {
    #[inline]
    fn step(&self, x: u64) -> u64 {
        x.rotate_left(5) ^ self.field
    }
}

/// A trait object whose type the caller's compiler does not see.
#[inline(never)]
pub fn boxed() -> Box<dyn Step> {
    Box::new(Mixer::default())
}

/// The table of `sochdb.bench.step/1`: a slot as a vendor writes it, without barrier and status.
#[repr(C)]
pub struct StepTable {
    /// Of this table, in bytes.
    pub size: usize,
    /// The first argument of `step`.
    pub state: *const c_void,
    /// As [`Step::step`].
    pub step: unsafe extern "C" fn(state: *const c_void, x: u64) -> u64,
}

// SAFETY: `state` leads to a constant.
unsafe impl Sync for StepTable {}

/// The table of `sochdb.bench.rust/1`: what only a host of the same compiler can read.
pub struct RustTable {
    /// [`boxed`] of this library.
    pub boxed: fn() -> Box<dyn Step>,
    /// The first argument of `guarded`.
    pub state: &'static Mixer,
    /// A slot with all that a slot of the contract has: place and barrier, status and error.
    pub guarded: Guarded,
    /// An instance for `index`.
    pub instance: fn() -> *mut c_void,
    /// The SDK's own table of an index.
    pub index: &'static soch_index,
}

/// As [`Step::step`], into a place.
pub type Guarded = unsafe extern "C" fn(*const c_void, u64, *mut u64, *mut soch_error) -> soch_status;

static MIXER: Mixer = Mixer { field: 0x9E37_79B9_7F4A_7C15 };

/// See [`StepTable`].
pub static STEP: StepTable =
    StepTable { size: size_of::<StepTable>(), state: (&raw const MIXER).cast(), step: raw_step };

/// See [`RustTable`].
pub static RUST: RustTable = RustTable {
    boxed,
    state: &MIXER,
    guarded,
    instance: || instance::into_raw(Bench::default(), None),
    index: shims::index::<Bench>(),
};

unsafe extern "C" fn raw_step(state: *const c_void, x: u64) -> u64 {
    // SAFETY: the caller passes the `state` of the table.
    unsafe { &*state.cast::<Mixer>() }.step(x)
}

unsafe extern "C" fn guarded(state: *const c_void, x: u64, result: *mut u64, error: *mut soch_error) -> soch_status {
    let call = || {
        // SAFETY: the caller passes the `state` of the table, and NULL or a place for the result.
        let (mixer, result) = unsafe { (&*state.cast::<Mixer>(), result.as_mut()) };
        *result.ok_or_else(|| Error::invalid("no place for the result"))? = mixer.checked_step(x);
        Ok(())
    };
    // SAFETY: the caller passes NULL or a place for the error.
    unsafe { guard(error, call) }
}
