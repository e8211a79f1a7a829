//! One `u64` in, one out.

use bench_support::frame::{Clock, Frame, Rows};
use crate::libraries::{library, load, private, tables};
use crate::{socket, wasm};
use abi_stable::library::RootModule;
use abi_stable_plugin::{PeerRef, Step_TO};
use libloading::Library;
use stabby_plugin::{Object, StepDyn};

const BASE: &str = "trait object in another library";

/// Adds the calls in process, and those to another process.
pub fn add(frame: &mut Frame) {
    let (_directory, path) = private("bench_rust");
    let plugin = load(&path, false);
    let (rust, raw) = tables(&plugin);

    let mut group = frame.group("call", Clock::Thread);
    let object = (rust.boxed)();
    group.row(BASE, move |x| object.step(x));
    // SAFETY: the table's own state.
    group.row("raw slot, Rust plugin", move |x| unsafe { (raw.step)(raw.state, x) });
    let object = abi_stable_object();
    group.row("abi_stable: `sabi_trait` object", move |x| object.step(x));
    let object = stabby_object();
    group.row("stabby: `dynptr` object", move |x| object.step(x));
    group.row("wasmtime: `TypedFunc::call`", wasm::step());
    drop(group);

    let mut group = frame.group("call of another process", Clock::Wall);
    let object = (rust.boxed)();
    group.row(BASE, move |x| object.step(x));
    group.row("Unix socket, 8 bytes there and back", socket::step());
}

fn abi_stable_object() -> Step_TO<'static, abi_stable::std_types::RBox<()>> {
    let module = PeerRef::load_from_file(&library("abi_stable_plugin"));
    (module.unwrap_or_else(|error| panic!("{error}")).boxed())()
}

fn stabby_object() -> Object {
    // SAFETY: it was built from this source tree.
    let library = unsafe { Library::new(library("stabby_plugin")) }.unwrap_or_else(|error| panic!("{error}"));
    // SAFETY: the function is of this type.
    let boxed = unsafe { library.get::<extern "C" fn() -> Object>("stabby_boxed") };
    let object = boxed.unwrap_or_else(|error| panic!("{error}"))();
    // The object's code is in it.
    std::mem::forget(library);
    object
}
