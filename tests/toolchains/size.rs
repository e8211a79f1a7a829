//! What the SDK adds to a plugin's file.

use crate::rust_codec::{alone, release};
use std::fs;
use std::path::Path;
use support::PrivateDir;

const MOST: u64 = 72 << 10;
const STRIPPED: [&str; 1] = ["-Cstrip=symbols"];

fn size(library: &Path) -> u64 {
    fs::metadata(library).expect("the built library").len()
}

#[test]
fn a_rust_plugin_costs_72_kb_more_than_an_empty_library_at_most() {
    let directory = PrivateDir::new("size");
    let plugin = size(&release(&STRIPPED, directory.path()));
    // A crate of the same type with nothing in it: what the standard library costs.
    let empty = size(&alone("empty", "", &STRIPPED, directory.path()));
    let cost = plugin.saturating_sub(empty);
    println!("codec_xor has {plugin} bytes, an empty library {empty}: {cost} more");
    assert!(
        cost <= MOST,
        "codec_xor has {plugin} bytes, an empty library {empty}: {cost} more, and {MOST} are allowed"
    );
    assert!(cost > 0, "an empty library is not smaller than a plugin: something else was measured");
}
