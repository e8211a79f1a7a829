//! The Rust SDK for SochDB plugins: traits to implement, and a macro that exports them. A plugin is written once; it
//! loads, or is refused with a reason, in every host of the same ABI major, whatever compiler built either side.
//!
//! 1. Implement the trait of your kind: [`StorageExtension`], [`IndexExtension`], [`ObservabilityExtension`] or
//!    [`CompressionExtension`]; several on one type are fine.
//! 2. Implement [`Plugin`]: how an instance is made from its configuration and its [`Host`].
//! 3. Write [`export_plugin!`] once, in a crate of type `cdylib`.
//!
//! ```
//! use sochdb_plugin_sdk::prelude::*;
//!
//! pub struct Xor;
//!
//! impl Plugin for Xor {
//!     fn create(_: Host) -> Result<Self> {
//!         Ok(Self)
//!     }
//! }
//!
//! impl CompressionExtension for Xor {
//!     fn algorithm(&self) -> &str {
//!         "xor"
//!     }
//!     fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
//!         output.write(&input.iter().map(|byte| byte ^ 0x5A).collect::<Vec<_>>())
//!     }
//!     fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
//!         self.compress_into(input, output)
//!     }
//! }
//!
//! export_plugin!(Xor: compression);
//!
//! // In process, as in a test of the crate:
//! assert_eq!(Xor.decompress(&Xor.compress(b"text")?)?, b"text");
//! # Ok::<(), Error>(())
//! ```
//!
//! # Words
//!
//! A *plugin* is a shared library that exports one type. An *extension* is a value that does the work of a kind, in a
//! plugin or linked into the application, which hands it to the host, as in `Storage::new`. An *instance* is an extension
//! that the host made from a plugin. What is *lent* stays the lender's: copy what you keep.
//!
//! # Methods
//!
//! Each trait has one required method for a task, in the form that copies least, and provides the plain form over
//! it: [`StorageExtension::get_into`] and [`StorageExtension::get`], for instance. What is faster is optional:
//! [`StorageExtension::reader`] lends values and rows, [`StorageExtension::open_table`] finds a table once,
//! [`IndexExtension::search_into`] finds rows among those that the host allows,
//! [`IndexExtension::nearest_batch_into`] takes many queries, [`IndexExtension::begin_build`] builds beside searches, [`IndexExtension::save_into`] writes an index for a later
//! [`IndexExtension::load_from`], [`IndexExtension::flush`] keeps one in files of its own,
//! [`ObservabilityExtension::attach`] reads the host's metrics
//! instead of being told of each change.
//!
//! The host calls methods with `&self` from any thread, several at once. A method with `&mut self` runs alone: the host
//! waits for the other calls on the extension to return.
//!
//! # Panics and `unsafe`
//!
//! A panic does not leave the plugin: the call fails with [`ErrorKind::Panicked`], and the instance takes no more calls
//! and is only dropped. A panic on a thread of the plugin's own, or in `Drop`, fails no call. Each of them is a line of the
//! host's log, of the level [`LogLevel::Error`], with the fields `panic.text`, `panic.place` and `thread`: at once if the
//! host called, and otherwise a fifth of a second later. It counts for the instance that was called; on other threads, for the one
//! that was made last. Of panics that no call tells of, the first 16 of a library have a line each, and after them those
//! whose number is a power of two.
//!
//! No `unsafe` is needed: a file may begin with `#![deny(unsafe_code)]`, but not with `forbid`, which fails with E0453,
//! as [`export_plugin!`] allows what it emits.
//!
//! # Features
//!
//! `layout` (default) exports the layout of all tables for the host to compare; `serde` adds `Host::config`, which reads
//! the configuration into your own type; `backtrace` adds the field `panic.backtrace` to the line of a panic where the
//! environment asks for one (`RUST_BACKTRACE=1`), for 9 KB more in the plugin's file; `quietly` adds the function of that name,
//! for writes that must not end the host by a signal.
//!
//! `log` and `tracing` make a line of the host's log of each event of the crate of that name, also of those in libraries that the
//! plugin uses, from `create` of the first instance on: with level, text, `target` and, of `tracing`, the event's fields; `log-kv` is
//! `log` with a record's key-values as fields. Nothing is to be
//! installed, so a plugin that sets a logger or subscriber of its own does without the feature. What is below the host's least
//! level is dropped before a text is put together, and so are `TRACE` and spans. A line counts for the instance that was
//! called, on other threads for the one that was made last. What a sink logs that is just being given such a line is dropped.
//!
//! ```
//! // In the plugin, with the features `log-kv` and `tracing`:
//! tracing::warn!(target: "rows", left = 3, "the disk is nearly full");
//! log::info!(table = 2; "{} rows written", 7);
//! ```
#![deny(missing_debug_implementations, clippy::must_use_candidate, clippy::return_self_not_must_use)]

mod attribute;
mod batch;
mod call;
mod compression;
mod compression_options;
mod cursor;
mod cursor_options;
mod error;
mod extension;
mod host;
mod ids;
mod index;
mod index_builder;
mod index_change;
mod labels;
mod linked;
mod log_record;
#[doc(hidden)]
pub mod machinery;
mod metrics;
mod neighbor_lists;
mod neighbors;
mod observability;
mod opaque;
mod properties;
#[cfg(feature = "quietly")]
mod quietly;
mod reader;
mod row_filter;
mod row_sink;
mod saved;
mod search;
mod span;
mod storage;
mod table;
mod trace_context;
mod transaction;
mod value;
mod value_sink;
mod vec_writer;
mod writer;

pub use attribute::{AttributeValue, Attributes};
pub use batch::{BatchOptions, Write};
pub use call::Call;
pub use compression::CompressionExtension;
pub use compression_options::CompressionOptions;
pub use cursor::{RowBatch, StorageCursor};
pub use cursor_options::{prefix_end, CursorOptions, IterCursor};
pub use error::{Error, ErrorKind, Result, ResultExt};
pub use extension::{AsAny, Extension, ExtensionCapability, ExtensionInfo, Plugin};
pub use host::{Host, LogLevel};
pub use ids::{ColumnId, RowId, TableId, TransactionId};
pub use index::IndexExtension;
pub use index_builder::IndexBuilder;
pub use index_change::IndexChange;
pub use labels::Labels;
pub use linked::LinkedEntry;
pub use log_record::LogRecord;
pub use metrics::{ExponentialBuckets, ExponentialHistogram, Metric, MetricValue, Metrics};
pub use neighbor_lists::NeighborLists;
pub use neighbors::{Neighbors, RowIds};
pub use observability::{HealthInfo, NullObservability, ObservabilityExtension};
pub use properties::compression::CompressionProperties;
pub use properties::index::{DistanceMetric, IndexProperties, KeyElement};
pub use properties::instance::InstanceProperties;
pub use properties::observability::ObservabilityProperties;
pub use properties::storage::StorageProperties;
#[cfg(feature = "quietly")]
pub use quietly::quietly;
pub use reader::StorageReader;
pub use row_filter::RowFilter;
pub use row_sink::RowSink;
pub use saved::{Saved, Saving};
pub use search::{Exactness, Found, Search};
pub use sochdb_plugin_abi as abi;
/// One bucket of [`MetricValue::Histogram`].
///
/// ```
/// use sochdb_plugin_sdk::Bucket;
///
/// let buckets = [Bucket { upper: 0.1, count: 7 }, Bucket { upper: f64::INFINITY, count: 2 }];
/// assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<u64>(), 9);
/// ```
#[doc(inline)]
pub use sochdb_plugin_abi::soch_bucket as Bucket;
pub use span::{SpanEnd, SpanEvent, SpanKind, SpanLink, SpanParent, SpanStart, SpanStatus};
pub use storage::{StorageExtension, StorageStats};
pub use table::StorageTable;
pub use trace_context::TraceContext;
pub use transaction::{StorageTransaction, TransactionOptions};
pub use value::Value;
pub use value_sink::ValueSink;
pub use vec_writer::VecWriter;
pub use writer::Writer;

/// Without the feature `layout` there is none to export.
#[cfg(not(feature = "layout"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __export_layout {
    ([$($when:tt)*] $entry:expr; $($kind:ident),+) => {
        $entry
    };
}

/// The names that a plugin's file usually needs.
pub mod prelude {
    pub use crate::{
        export_plugin, BatchOptions, Call, ColumnId, CompressionExtension, CursorOptions, Error, ErrorKind, Exactness,
        HealthInfo, Host, IndexBuilder, IndexChange, IndexExtension, Labels, LogLevel, NeighborLists, Neighbors,
        ObservabilityExtension, Plugin, Result, ResultExt, RowBatch, RowFilter, RowId, RowIds, RowSink, Search,
        StorageCursor, StorageExtension, StorageReader, StorageStats, StorageTable, StorageTransaction, TableId,
        TransactionId, TransactionOptions, Value, ValueSink, Write, Writer,
    };
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
