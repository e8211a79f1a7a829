//! What a second thread costs the safe handle.

use bench_calls::bench_rust;
use bench_support::frame::{Clock, Frame, Rows};
use sochdb_plugin_host::sdk::IndexExtension;

/// Adds one thread, and two.
pub fn add(frame: &mut Frame) {
    let index = bench_rust().index().expect("it is one");
    let call = || {
        let index = index.clone();
        move |x| x ^ index.size_bytes().expect("it has a size")
    };
    let mut group = frame.group("safe handle, a call on each thread", Clock::Thread);
    group.row("one thread", call());
    group.on_two_threads("two threads", call);
}
