//! Rows in memory and on disk: what SochDB has, a trait object that returns vectors, beside each way through the boundary.
//!
//! As `boundary`, to which it would belong, if a program could link two crates that are plugins.

mod disk;
mod gets;
mod puts;
mod scans;

use bench_support::frame::Frame;

fn main() {
    let mut frame = Frame::new("storage");
    gets::add(&mut frame);
    puts::add(&mut frame);
    scans::add(&mut frame);
    disk::add(&mut frame);
    frame.finish();
}
