//! What several test programs and benchmarks of the repository need.

pub mod alone;
pub mod command;
pub mod conforms;
pub mod elf;
pub mod errors;
pub mod filled;
pub mod foreign;
pub mod fuse;
pub mod home;
pub mod named;
pub mod no_rows;
pub mod operator;
// The host has it, as its package is tested without this repository.
#[path = "../../../host/src/loader/tests/patch.rs"]
pub mod patch;
mod place;
pub mod plugins;
mod private;
mod run;
pub mod sandbox;
pub mod sink;
pub mod slots;
pub mod tcc;
pub mod terminal;
mod tools;

pub use place::{profile_directory, root, target_directory, target_tmp};
pub use private::{private, private_in, PrivateDir};
pub use run::{run, succeed, Finished, MINUTE};
pub use tools::{cargo, compiler, find, skipped, tool};
