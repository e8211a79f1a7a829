//! Rows in memory and on disk: what SochDB has, a trait object that returns vectors, beside each way through the boundary.
//!
//! As `boundary`, to which it would belong, if a program could link two crates that are plugins.

#[path = "storage/disk.rs"]
mod disk;
#[path = "boundary/frame.rs"]
mod frame;
#[path = "storage/gets.rs"]
mod gets;
#[path = "../tests/support/plugins.rs"]
mod plugins;
#[path = "storage/puts.rs"]
mod puts;
#[path = "boundary/report.rs"]
mod report;
#[path = "boundary/scan_ways.rs"]
mod scan_ways;
#[path = "storage/scans.rs"]
mod scans;
#[path = "../tests/support/mod.rs"]
mod support;

use frame::Frame;

fn main() {
    let mut frame = Frame::new("storage");
    gets::add(&mut frame);
    puts::add(&mut frame);
    scans::add(&mut frame);
    disk::add(&mut frame);
    frame.finish();
}
