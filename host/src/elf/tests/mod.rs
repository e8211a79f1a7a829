//! What the reader says of a file, beside what the dynamic linker makes of it.

mod mapped;
mod mapper;
mod mutants;
mod overlap;
mod random;
mod seeds;
mod silence;
mod structure;
mod system;
