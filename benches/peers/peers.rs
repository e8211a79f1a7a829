//! Other ways to call code that came from elsewhere, beside a trait object in another library: what they cost a call, and
//! what they cost a load.
//!
//! `cargo bench --manifest-path benches/peers/Cargo.toml` prints one table, and writes it to
//! `benchmarks.md` and `benchmarks.json` in that target directory. The frame is that of `benches/support`.

mod calls;
mod counters;
mod libraries;
mod loads;
mod socket;
mod wasm;

use bench_support::frame::Frame;
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
