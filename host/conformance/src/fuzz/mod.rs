//! Random sequences of operations, each of which a model and a plugin do: what the plugin answers is what the model expects.
//!
//! Operations are plain data. A sequence is known by its seed, its length, and what was left out of it or made simpler, so that
//! another process repeats it by a short text ([`case::FuzzCase`]), and a failure can be shrunk and printed as a test.

mod bytes;
pub(crate) mod case;
mod codec;
mod edit;
mod expected;
mod index;
mod operation;
mod printed;
pub(crate) mod run;
pub(crate) mod sequences;
mod shrink;
mod sink;
mod sort;
pub(crate) mod storage;
mod vector_index;
mod word_index;

#[cfg(test)]
mod tests;
