//! The plugins of `examples-c` and `examples-rust`, and the demonstration, doing what they are for.

mod conformance;
mod crashes;
mod demo;
mod durability;
mod failing_disk;
mod minors;
mod prometheus;
mod saved;
mod twins;
