//! Generates the C header, and compiles the C plugins next to it.

#[path = "include/header.rs"]
mod header;

#[path = "examples-c/compile.rs"]
mod plugins;

fn main() {
    header::generate();
    plugins::compile();
}
