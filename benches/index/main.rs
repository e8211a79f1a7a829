//! A sorted index in this program beside the same one in a plugin.
//!
//! As `boundary`, to which it would belong, if a program could link two crates that are plugins.

mod sorted;

use bench_support::frame::Frame;

fn main() {
    let mut frame = Frame::new("index");
    sorted::add(&mut frame);
    frame.finish();
}
