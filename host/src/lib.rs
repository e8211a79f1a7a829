//! Loads SochDB plugins through a trusted loader, and offers what is loaded and what is linked in as one kind of
//! safe handle.
//!
//! 1. [`DynamicPluginLoader::load`] checks a file step by step and maps exactly the bytes that it checked. It is the
//!    one place where the caller vouches for something: that this native code may run with the rights of the process.
//! 2. [`PluginLibrary::instance`] makes an instance from a configuration; [`Plugin`] gives its kinds.
//! 3. [`Storage`], [`Index`], [`Observability`] and [`Compression`] are called through the traits of
//!    `sochdb_plugin_sdk`; each also takes an extension that is linked in (`Storage::new`). [`Storage::reader`] lends
//!    values and rows of a snapshot; [`Storage::open_table`] finds a table once.
//! 4. [`PluginManager`] keeps them all by name, and ends them in reverse order. It keeps the application's metrics too,
//!    each behind a [`Counter`], [`Gauge`] or [`Histogram`] that costs about one atomic addition: sinks read them.
//!
//! Handles are cheap to clone, may go to any thread, and keep alive what they need. After a panic in a plugin, or
//! after its shutdown, each call is an error that says so. A library is never unloaded: what ends is the instance.
//!
//! What the loader cannot do: native code that was loaded is trusted code. A plugin that crashes, calls `exit` or
//! writes to wrong addresses takes the process with it.
//!
#![doc = include_str!("threats.md")]

mod barrier;
mod call_limits;
mod compression;
mod directory;
mod dynamic;
mod elf;
mod ending;
mod entry;
mod failure;
mod fan_out;
mod feeding;
mod gate;
mod handle;
mod in_process;
mod index;
mod instance;
mod layout;
mod lent;
mod library;
mod linker;
mod loader;
mod manager;
mod metrics;
mod names;
mod needed;
mod observability;
mod output;
mod plugin;
mod printable;
mod probe;
mod process_state;
mod published;
mod reader;
mod rehearsal;
mod services;
mod shard;
mod sinks;
mod slab;
mod spans;
mod storage;
mod table;
mod tables;
pub mod trust;

pub use compression::Compression;
pub use directory::{DirectoryError, Listed, OnRefusal};
pub use dynamic::{DynamicPluginLoader, Verified};
pub use elf::{ElfError, EntryHead, Facts, Note};
pub use index::Index;
pub use loader::{
    Digest, DigestError, Lack, LoadError, Reason, Step, StepOutcome, Text, TrustFiles, Verdict, ALLOW_VARIABLE,
};
pub use manager::{ManagerError, PluginManager, Unended};
pub use metrics::{Counter, Gauge, Histogram};
pub use observability::Observability;
pub use plugin::{Plugin, PluginLibrary};
pub use printable::{hex, printable};
pub use process_state::{ProcessChange, ProcessPart, ProcessState, Restored};
pub use reader::{Cursor, Reader};
pub use services::{HostServices, Service, TracingServices};
pub use sochdb_plugin_sdk as sdk;
pub use storage::Storage;
pub use table::Table;
pub use trust::Policy;
