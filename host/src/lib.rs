//! Loads SochDB plugins through a trusted loader, and offers what is loaded and what is linked in as one kind of
//! safe handle. A program that does the whole:
//!
//! ```no_run
#![doc = include_str!("../examples/embed.rs")]
//! ```
//!
//! 1. [`DynamicPluginLoader::load`] checks a file step by step and maps exactly the bytes that it checked. It is the
//!    one place where the caller vouches for something: that this native code may run with the rights of the process.
//!    [`DynamicPluginLoader::linked`] takes a plugin that is linked into the program instead.
//! 2. [`PluginLibrary::instance`] makes an instance from a configuration; [`PluginInstance`] gives its kinds.
//! 3. [`Storage`], [`Index`], [`Observability`] and [`Compression`] are called through the traits of
//!    `sochdb_plugin_sdk`; each also takes a value of the application (`Storage::new`). [`Storage::reader`] lends
//!    values and rows of a snapshot; [`Storage::open_table`] finds a table once.
//! 4. [`PluginManager`] keeps them all by name, replaces them while others call, and ends them in reverse order. It keeps the application's metrics too,
//!    each behind a [`Counter`], [`Gauge`] or [`Histogram`] that costs about one atomic addition: sinks read them.
//!
//! Handles are cheap to clone, may go to any thread, and keep alive what they need. After a panic in a plugin, or
//! after its shutdown, each call is an error that says so. A library is never unloaded: what ends is the instance.
//!
//! Every call blocks until the extension has returned. [`blocking`] says which take how long, and shows how async programs make
//! them.
//!
//! What the loader cannot do: native code that was loaded is trusted code. A plugin that crashes, calls `exit` or
//! writes to wrong addresses takes the process with it.
//!
#![doc = include_str!("threats.md")]
#![doc = include_str!("system/steps.md")]
#![deny(missing_debug_implementations, clippy::must_use_candidate, clippy::return_self_not_must_use)]

mod base;
pub mod blocking;
mod elf;
mod files;
mod formats;
mod handles;
mod instance;
mod kernel;
mod loader;
mod manager;
mod metrics;
mod plugin;
mod probe;
mod process_state;
mod refusal;
mod sync;
mod system;
mod tiers;
pub mod trust;

pub use base::digest::{Digest, DigestError};
pub use base::escape::{hex, printable};
pub use base::kinds::Kinds;
pub use base::text::UntrustedText;
pub use elf::format::Format;
pub use elf::notes::Note;
pub use elf::{EntryHead, Facts};
pub use handles::compression::Compression;
pub use handles::index::Index;
pub use handles::index_builder::IndexBuilder;
pub use handles::observability::Observability;
pub use handles::reader_split::{Cursors, Values};
pub use handles::storage::Storage;
pub use handles::storage_cursor::{Cursor, OwnedCursor};
pub use handles::storage_reader::Reader;
pub use handles::storage_table::Table;
pub use handles::storage_transaction::Transaction;
pub use instance::call_options::{CallOptions, CancelToken};
pub use instance::caller::Caller;
pub use instance::host_services::{HostServices, Service, TracingServices};
pub use loader::permission::ALLOW_VARIABLE;
#[cfg(feature = "recorder")]
pub use loader::recorded::{CallRecorder, RecordedCall};
pub use loader::trust_source::TrustFiles;
pub use manager::carry::Replaced;
pub use manager::error::{ManagerError, Unended, Unreplaced};
pub use manager::metric_handles::{Counter, Gauge, Histogram, UpDownCounter};
pub use manager::registration::Registration;
pub use manager::status::{ExtensionOrigin, ExtensionState, ExtensionStatus, Tier};
pub use manager::PluginManager;
pub use metrics::description::{MetricBuckets, MetricDescription};
pub use plugin::directory::{DirectoryError, Listed, OnRefusal};
pub use plugin::instance_options::InstanceOptions;
pub use plugin::linked::LinkedPlugin;
pub use plugin::loader::DynamicPluginLoader;
pub use plugin::platform::Platform;
pub use plugin::verified::Verified;
pub use plugin::version::PluginVersion;
pub use plugin::{PluginInstance, PluginLibrary};
pub use process_state::change::{ProcessChange, ProcessPart, Restored};
pub use process_state::ProcessState;
pub use refusal::elf_error::ElfError;
pub use refusal::lack::Lack;
pub use refusal::load_error::LoadError;
pub use refusal::refusals::Refusal;
pub use refusal::step::{Step, StepOutcome, Verdict};
pub use refusal::table::Reason;
pub use sochdb_plugin_sdk as sdk;
pub use trust::policy::Policy;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
