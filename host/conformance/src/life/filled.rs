//! The structs of a caller that a plugin fills: it writes its fields, and neither their size nor what is behind them (rule 7).

use crate::frame::kind::Kind;
use crate::frame::must::{ensure, supported};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::fill;
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::abi::{soch_search_result, SOCH_UNSUPPORTED};
use sochdb_plugin_host::sdk::machinery::search::with_raw_search;
use sochdb_plugin_host::sdk::{Error, Search};
use std::mem::MaybeUninit;

suite!(Lifecycle, "lifecycle": what_it_fills_has_the_size_of_the_caller);

/// A struct that begins with its size, and what is behind it.
#[repr(C)]
struct Room<T> {
    filled: MaybeUninit<T>,
    behind: [u8; 64],
}

/// Lets `call` fill a struct whose first field is its size, where it is supported.
fn keeps<T>(slot: &str, call: impl FnOnce(*mut T) -> Result<(), Error>) -> Result<(), NotPassed> {
    let mut room = Room { filled: MaybeUninit::<T>::zeroed(), behind: [0xA5; 64] };
    let size = room.filled.as_mut_ptr().cast::<usize>();
    // SAFETY: the struct begins with its size, and all of it is 0 before.
    unsafe { size.write(size_of::<T>()) };
    supported(slot, call(size.cast()))?;
    // SAFETY: it is still there, whatever the plugin wrote.
    let left = unsafe { size.read() };
    ensure!(
        left == size_of::<T>(),
        "`{slot}` was lent {} bytes to fill, and has set their size to {left}",
        size_of::<T>()
    );
    ensure!(
        room.behind == [0xA5; 64],
        "`{slot}` was lent {} bytes to fill, and has written behind them",
        size_of::<T>()
    );
    Ok(())
}

/// Calls a slot alone, if it is there.
macro_rules! alone {
    ($handle:expr, $slot:ident, $filled:expr) => {
        $handle.alone(stringify!($slot), |table, instance, error| match table.$slot {
            // SAFETY: the plugin's function on its own instance; the struct that it fills is lent for the call.
            Some(slot) => unsafe { slot(instance, $filled, error) },
            None => SOCH_UNSUPPORTED,
        })
    };
}

fn what_it_fills_has_the_size_of_the_caller(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    if let Ok(storage) = instance.storage() {
        keeps("stats", |stats| alone!(storage, stats, stats))?;
        keeps("describe", |properties| alone!(storage, describe, properties))?;
    }
    if let Ok(sink) = instance.observability() {
        keeps("describe", |properties| alone!(sink, describe, properties))?;
    }
    if let Ok(codec) = instance.compression() {
        keeps("describe", |properties| alone!(codec, describe, properties))?;
    }
    if !subject.has(Kind::Index) {
        return Ok(());
    }
    let keys = Keys::of(subject)?;
    let index = instance.index()?;
    keeps("describe", |properties| alone!(index, describe, properties))?;
    fill(index, keys, 20)?;
    let (mut rows, mut distances) = ([0; 5], [0.0; 5]);
    keeps("search", |result: *mut soch_search_result| {
        with_raw_search(&Search::new(&keys.key(3), 5), |raw| {
            index.alone("search", |table, instance, error| {
                let Some(slot) = table.search else { return SOCH_UNSUPPORTED };
                let (rows, distances) = (rows.as_mut_ptr(), distances.as_mut_ptr());
                // SAFETY: the plugin's function on its own instance, with places for 5 rows; all is lent for the call.
                unsafe { slot(instance, std::ptr::null(), raw, rows, distances, result, error) }
            })
        })
    })
}
