//! From a file, or from bytes, to the first thing that can be called. Each load is the first of a new process: what was
//! loaded once is not loaded again.

use bench_support::frame::{Clock, Frame};
use crate::libraries::{library, load, private};
use crate::wasm;
use abi_stable::library::RootModule;
use abi_stable_plugin::PeerRef;
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};
use std::env;
use std::hint::black_box;
use std::mem::forget;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The argument that makes this program a trial: one load, whose nanoseconds it prints.
pub const TRIAL: &str = "--one-load";

const DLOPEN: &str = "plain dlopen of the Rust plugin";
const PROBED: &str = "our loader, an instance made";
const UNPROBED: &str = "our loader without the probe";
const ABI_STABLE: &str = "abi_stable: root module";
const WASMTIME: &str = "wasmtime: compile and instantiate";

/// Adds the loads.
pub fn add(frame: &mut Frame) {
    let (directory, plugin) = private("bench_rust");
    let peer = library("abi_stable_plugin");
    let mut group = frame.group("load", Clock::Wall);
    for what in [DLOPEN, UNPROBED, PROBED, ABI_STABLE, WASMTIME] {
        let library = if what == ABI_STABLE { peer.clone() } else { plugin.clone() };
        group.timed(what, move |loads| (0..loads).map(|_| start(what, &library)).sum());
    }
    drop(group);
    drop(directory);
}

fn start(what: &str, library: &Path) -> Duration {
    let mut command = Command::new(env::current_exe().expect("this program's own path"));
    let output = command.args([TRIAL, what]).arg(library).output().expect("it starts");
    let text = String::from_utf8_lossy(&output.stdout);
    let nanoseconds = text.trim().parse();
    let error = |_| panic!("{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    Duration::from_nanos(nanoseconds.unwrap_or_else(error))
}

/// One load. What it gives stays until the process ends.
pub fn trial(what: &str, library: &Path) {
    let binary = wasm::binary();
    let start = Clock::Wall.now();
    match what {
        // SAFETY: it was built from this source tree.
        DLOPEN => forget(unsafe { Library::open(Some(library), RTLD_NOW | RTLD_LOCAL) }.expect("a library")),
        UNPROBED => forget(black_box(load(library, false))),
        PROBED => forget(black_box(load(library, true))),
        ABI_STABLE => _ = black_box(PeerRef::load_from_file(library).expect("its library").boxed()),
        _ => forget(black_box(wasm::load(&binary))),
    }
    println!("{}", (Clock::Wall.now() - start).as_nanos());
}
