//! Write a SochDB extension once; it loads, or is refused with a reason, in every host of the same ABI major,
//! whatever compiler built either side.
//!
//! 1. Implement the trait of your kind: [`StorageExtension`], [`IndexExtension`], [`ObservabilityExtension`] or
//!    [`CompressionExtension`]; several on one type are fine.
//! 2. Implement [`Plugin`]: how an instance is made from its configuration and its [`Host`].
//! 3. Say [`export_plugin!`] once, in a crate of type `cdylib`.
//!
//! Each trait has one required method for a task, in the form that copies least, and provides the plain form over
//! it: [`StorageExtension::get_into`] and [`StorageExtension::get`], for instance. The same type also works in
//! process: hand it to the host's `PluginManager` (without the macro, it says its own [`Extension::info`]).
//! What is faster is optional: [`StorageExtension::reader`] lends values and rows, [`StorageExtension::open_table`] finds
//! a table once, [`IndexExtension::nearest_batch_into`] takes many queries, [`ObservabilityExtension::attach`] reads
//! the host's metrics instead of being told of each change.
//!
//! No `unsafe` is needed: a file may begin with `#![deny(unsafe_code)]` (not `forbid`, which does not let
//! [`export_plugin!`] allow what it emits: E0453). A panic does not leave the plugin; its
//! instance is poisoned and only dropped. Features: `layout` (default) exports the layout of all tables for the
//! host to compare; `serde` reads the configuration into your own type.
#![deny(missing_debug_implementations, clippy::must_use_candidate, clippy::return_self_not_must_use)]

mod compression;
mod error;
mod extension;
mod host;
mod ids;
mod index;
mod labels;
#[doc(hidden)]
pub mod machinery;
mod metrics;
mod neighbor_lists;
mod neighbors;
mod observability;
mod opaque;
mod reader;
mod row_sink;
mod storage;
mod table;
mod vec_writer;
mod writer;

pub use compression::CompressionExtension;
pub use error::{Error, ErrorKind, Result, ResultExt};
pub use extension::{AsAny, Extension, ExtensionCapability, ExtensionInfo, Plugin};
pub use host::{Host, LogLevel};
pub use ids::{ColumnId, RowId, TableId, TransactionId};
pub use index::IndexExtension;
pub use labels::Labels;
pub use metrics::{Metric, MetricValue, Metrics};
pub use neighbor_lists::NeighborLists;
pub use neighbors::{Neighbors, RowIds};
pub use observability::{HealthInfo, NullObservability, ObservabilityExtension};
pub use reader::{RowBatch, StorageCursor, StorageReader};
pub use row_sink::RowSink;
pub use sochdb_plugin_abi as abi;
pub use sochdb_plugin_abi::soch_bucket as Bucket;
pub use storage::{StorageExtension, StorageStats, Write};
pub use table::StorageTable;
pub use vec_writer::VecWriter;
pub use writer::Writer;

/// Without the feature `layout` there is none to export.
#[cfg(not(feature = "layout"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_layout {
    ($($kind:ident),+) => {};
}

/// All that a plugin's file usually needs.
pub mod prelude {
    pub use crate::{
        export_plugin, ColumnId, CompressionExtension, Error, ErrorKind, HealthInfo, Host, IndexExtension, Labels,
        LogLevel, NeighborLists, Neighbors, ObservabilityExtension, Plugin, Result, ResultExt, RowBatch, RowId, RowIds,
        RowSink, StorageCursor, StorageExtension, StorageReader, StorageStats, StorageTable, TableId, TransactionId,
        Write, Writer,
    };
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
