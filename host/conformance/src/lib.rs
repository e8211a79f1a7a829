//! The contract of SochDB plugins as tests: what every plugin of a kind must do, in whatever language it is written, and
//! wherever it is linked.
//!
//! Each [`Test`] gets a [`Subject`], makes instances of its own from it, and reports the first sentence of the contract
//! that does not hold. Here a crash ends the run; `sochdb-plugin check` runs each test in a child process, so that a
//! crash or a hang is a result.
//!
//! ```
//! use sochdb_plugin_conformance::{tests_for, Kind, Subject};
//! use sochdb_plugin_host::Compression;
//! # use sochdb_plugin_host::sdk::{export_plugin, prelude::*};
//! # struct Xor;
//! # impl Plugin for Xor {
//! #     fn create(_: Host) -> Result<Self> { Ok(Self) }
//! # }
//! # impl CompressionExtension for Xor {
//! #     fn algorithm(&self) -> &str { "xor" }
//! #     fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
//! #         output.write(&input.iter().map(|byte| byte ^ 0x5A).collect::<Vec<_>>())
//! #     }
//! #     fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
//! #         self.compress_into(input, output)
//! #     }
//! # }
//! # export_plugin!(Xor: compression);
//!
//! let subject = Subject::linked(|_config| Ok(Compression::new(Xor)?.into()), "{}")?;
//! for test in tests_for(&subject).filter(|test| test.kind == Kind::Compression) {
//!     if let Some(why) = test.failure(&subject) {
//!         return Err(format!("{}: {why}", test.name).into());
//!     }
//! }
//! # Ok::<(), String>(())
//! ```
//!
//! The README shows the same with a library that is loaded.
#![deny(missing_debug_implementations, clippy::must_use_candidate, clippy::return_self_not_must_use)]

mod all;
mod children;
mod codec;
mod crash;
mod frame;
mod fuzz;
#[cfg(feature = "harness")]
mod harness;
mod history;
mod index;
mod inputs;
mod life;
mod sink;
mod storage;
mod system;

pub use children::serve;
pub use frame::instance::Handles;
pub use frame::kind::Kind;
pub use frame::measured::Measured;
pub use frame::not_passed::NotPassed;
pub use frame::outputs::Filled;
pub use frame::phase::Phase;
pub use frame::statuses::refused_status;
pub use frame::stepped::{call_begins, call_ended};
pub use frame::subject::Subject;
pub use frame::test::{Level, Test};
pub use fuzz::case::FuzzCase;
#[cfg(feature = "harness")]
pub use harness::run_as_tests;

pub use all::{tests, tests_for};

/// The version of what the suite demands of each kind: one more where plugins that passed may not pass any more. A trust
/// file can demand it, as in `conformance = "storage/1"`.
pub const SUITE_VERSION: u16 = 1;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
