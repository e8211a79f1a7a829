//! One `u64` in, one out: each kind of call, beside a trait object of the same compiler in another library.

pub mod events;

use bench_rust::step::{self, Mixer, RustTable, Step, StepTable};
use bench_support::frame::Rows;
use sochdb_plugin_host::sdk::abi::{soch_error, SOCH_OK};
use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::{DynamicPluginLoader, PluginInstance};
use std::ptr::null_mut;
use support::plugins::{in_rust, Private};
use support::root;

/// The row that all others are compared with.
pub const BASE: &str = "trait object in another library";
/// A slot of a C plugin.
pub const RAW_C: &str = "raw slot, C plugin";
/// A slot of a Rust plugin.
pub const RAW_RUST: &str = "raw slot, Rust plugin";
/// A slot with all that a slot of the contract has.
pub const FULL_SAFETY: &str = "slot with full safety: place, panic barrier, status, error";

/// The whole way through the host, a handle of each kind and one that a handle opens. The first one only returns a number.
pub const SAFE_HANDLES: [&str; 5] = [
    "safe handle: `Index::size_bytes`",
    "safe handle: `Compression::bound`",
    "safe handle: `Storage::stats`",
    "safe handle: `Observability::gauge_set`",
    "safe handle: `OwnedCursor::next_batch`, of no rows",
];

/// Loads the plugin of the benchmarks in Rust.
pub fn bench_rust() -> PluginInstance {
    instance(&Private::copy(&in_rust("bench_rust")))
}

/// Loads the one in C.
fn bench_c() -> PluginInstance {
    let mut flags = vec!["-O2", "-fvisibility=hidden"];
    if cfg!(target_arch = "x86_64") {
        // Some systems let a function begin with an instruction that Rust's functions do not have.
        flags.push("-fcf-protection=none");
    }
    instance(&Private::compile_file(&root().join("benches/plugins/bench_c.c"), &flags))
}

fn instance(private: &Private) -> PluginInstance {
    // A probe would find nothing in what was just built from this source tree.
    let library = private.load_by(&DynamicPluginLoader::new_trusted().probing(false));
    library.and_then(|library| library.instance("{}")).unwrap_or_else(|error| panic!("{error}"))
}

/// The table of a plugin, which stays for the rest of the process.
fn table<T>(plugin: &PluginInstance, id: &str) -> &'static T {
    let table = plugin.interface(id).expect("the plugins of the benchmarks have it");
    // SAFETY: under this id they have a table of this type, a constant of a library that is never unloaded.
    unsafe { &*table.cast() }
}

/// Gives each kind of call to `rows`, the base first.
pub fn each(rows: &mut impl Rows) {
    let (in_c, in_rust) = (bench_c(), bench_rust());
    let RustTable { boxed, state, guarded, instance, index } = *table::<RustTable>(&in_rust, "sochdb.bench.rust/1");
    let c: &'static StepTable = table(&in_c, "sochdb.bench.step/1");
    let rust: &'static StepTable = table(&in_rust, "sochdb.bench.step/1");

    let object = boxed();
    rows.row(BASE, move |x| object.step(x));
    let object = step::boxed();
    rows.row("trait object in the same program", move |x| object.step(x));
    let mixer = Mixer::default();
    rows.row("inlined", move |x| mixer.step(x));
    // SAFETY: the table's own state.
    rows.row(RAW_C, move |x| unsafe { (c.step)(c.state, x) });
    // SAFETY: as above.
    rows.row(RAW_RUST, move |x| unsafe { (rust.step)(rust.state, x) });

    let mut error = Box::new(soch_error::empty());
    rows.row(FULL_SAFETY, move |x| {
        let mut result = 0;
        // SAFETY: the table's own state, and places for result and error.
        let status = unsafe { guarded((&raw const *state).cast(), x, &mut result, &mut *error) };
        assert_eq!(status, SOCH_OK);
        result
    });
    let (instance, size_bytes) = (instance(), index.size_bytes.expect("the SDK fills it"));
    rows.row("slot `soch_index.size_bytes` of the SDK", move |x| {
        let mut bytes = 0;
        // SAFETY: an instance of the table's type, and a place for the result; NULL is allowed for the error.
        let status = unsafe { size_bytes(instance, &mut bytes, null_mut()) };
        assert_eq!(status, SOCH_OK);
        x ^ bytes
    });
    let [of_index, of_codec, of_storage, of_sink, of_cursor] = SAFE_HANDLES;
    let index = in_rust.index().expect("it is one");
    rows.row(of_index, move |x| x ^ index.size_bytes().expect("it has a size"));
    let codec = in_rust.compression().expect("it is one");
    rows.row(of_codec, move |x| codec.bound(x as usize % 4096).expect("it has a bound") as u64);
    let storage = in_rust.storage().expect("it is one");
    let reader = storage.reader().expect("it has readers");
    let mut cursor = reader.into_cursor(0, &CursorOptions::range(b"z", b"")).expect("it has cursors");
    rows.row(of_cursor, move |x| x ^ cursor.next_batch().expect("it goes on").len() as u64);
    rows.row(of_storage, move |x| x ^ storage.stats().expect("it has statistics").key_count);
    let sink = in_rust.observability().expect("it is one");
    rows.row(of_sink, move |x| {
        sink.gauge_set("gauge", x as f64, &[]);
        x
    });
}
