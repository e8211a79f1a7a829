//! A sorted index in this program beside the same one in a plugin.
//!
//! As `boundary`, to which it would belong, if a program could link two crates that are plugins.

#[path = "boundary/frame.rs"]
mod frame;
#[path = "../tests/support/plugins.rs"]
mod plugins;
#[path = "boundary/report.rs"]
mod report;
#[path = "index/sorted.rs"]
mod sorted;
#[path = "../tests/support/mod.rs"]
mod support;

use frame::Frame;

fn main() {
    let mut frame = Frame::new("index");
    sorted::add(&mut frame);
    frame.finish();
}
