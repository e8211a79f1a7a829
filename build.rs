//! Generates the C header, and compiles the C plugins next to it.

#[path = "include/header.rs"]
mod header;

fn main() {
    header::generate();
}
