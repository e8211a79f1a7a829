//! Plugins by other compilers, linkers and options, and under checkers.

mod compilers;
mod cpp_builds;
mod marks;
mod musl;
mod rust_codec;
mod sanitizers;
mod size;
mod survival;
mod valgrind;
