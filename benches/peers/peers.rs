//! Other ways to call code that came from elsewhere, beside a trait object in another library: what they cost a call, and
//! what they cost a load.
//!
//! `cargo bench --manifest-path benches/peers/Cargo.toml` prints one table, and writes it to
//! `benchmarks.md` and `benchmarks.json` in that target directory. The frame is that of `benches/boundary.rs`.

#[path = "calls.rs"]
mod calls;
#[path = "counters.rs"]
mod counters;
#[path = "../boundary/frame.rs"]
mod frame;
#[path = "libraries.rs"]
mod libraries;
#[path = "loads.rs"]
mod loads;
#[path = "../boundary/report.rs"]
mod report;
#[path = "socket.rs"]
mod socket;
#[path = "wasm.rs"]
mod wasm;

use frame::Frame;
use std::env;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments[..] {
        [flag, what, library] if flag == loads::TRIAL => return loads::trial(what, library.as_ref()),
        [flag] if flag == socket::ANSWER => return socket::answer(),
        _ => {}
    }
    let mut frame = Frame::new("peers");
    calls::add(&mut frame);
    counters::add(&mut frame);
    loads::add(&mut frame);
    frame.finish();
}
