//! Written by build.rs from the documentation in sdk/abi/src: do not edit.

use Rule::{Group, Optional, Required};

/// What the host does about a slot that is NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It refuses the table.
    Required,
    /// It fills in its default.
    Optional,
    /// It uses no slot of the group of this name.
    Group(&'static str),
}

/// The kind of the table, the slot's name, the minor version that it came with, and its rule.
pub type Slot = (&'static str, &'static str, u16, Rule);

/// Every slot of every kind, in the order of the tables.
pub const SLOTS: &[Slot] = &[
    ("storage", "get", 0, Required),
    ("storage", "put", 0, Required),
    ("storage", "remove", 0, Required),
    ("storage", "scan", 0, Required),
    ("storage", "flush", 0, Required),
    ("storage", "compact", 0, Optional),
    ("storage", "stats", 0, Optional),
    ("storage", "describe", 0, Optional),
    ("storage", "write_batch", 1, Optional),
    ("storage", "open_table", 1, Group("table")),
    ("storage", "close_table", 1, Group("table")),
    ("storage", "table_get", 1, Group("table")),
    ("storage", "table_put", 1, Group("table")),
    ("storage", "open_reader", 1, Group("reader")),
    ("storage", "close_reader", 1, Group("reader")),
    ("storage", "reader_get", 1, Group("reader")),
    ("storage", "open_cursor", 1, Group("reader")),
    ("storage", "cursor_next", 1, Group("reader")),
    ("storage", "close_cursor", 1, Group("reader")),
    ("storage", "begin_txn", 1, Group("transaction")),
    ("storage", "txn_get", 1, Group("transaction")),
    ("storage", "txn_put", 1, Group("transaction")),
    ("storage", "txn_remove", 1, Group("transaction")),
    ("storage", "txn_scan", 1, Group("transaction")),
    ("storage", "commit_txn", 1, Group("transaction")),
    ("storage", "abort_txn", 1, Group("transaction")),
    ("storage", "cursor_seek", 1, Group("seek")),
    ("storage", "list_tables", 1, Optional),
    ("storage", "drop_table", 1, Optional),
    ("storage", "checkpoint", 1, Optional),
    ("storage", "property", 1, Optional),
    ("index", "index_type", 0, Required),
    ("index", "build", 0, Required),
    ("index", "insert", 0, Required),
    ("index", "remove", 0, Required),
    ("index", "lookup", 0, Optional),
    ("index", "range", 0, Optional),
    ("index", "size_bytes", 0, Required),
    ("index", "nearest", 0, Optional),
    ("index", "describe", 0, Optional),
    ("index", "nearest_batch", 1, Group("nearest_batch")),
    ("index", "search", 1, Group("search")),
    ("index", "save", 1, Group("persist")),
    ("index", "load", 1, Group("persist")),
    ("observability", "counter_inc", 0, Optional),
    ("observability", "gauge_set", 0, Optional),
    ("observability", "histogram_observe", 0, Optional),
    ("observability", "span_start", 0, Optional),
    ("observability", "span_end", 0, Optional),
    ("observability", "span_event", 0, Optional),
    ("observability", "log", 0, Optional),
    ("observability", "report_health", 0, Optional),
    ("observability", "describe", 0, Optional),
    ("observability", "attach", 1, Optional),
    ("observability", "span_record_start", 1, Group("span_record")),
    ("observability", "span_record_event", 1, Group("span_record")),
    ("observability", "span_record_end", 1, Group("span_record")),
    ("observability", "span_context", 1, Group("span_record")),
    ("observability", "log_record", 1, Group("log_record")),
    ("observability", "flush", 1, Optional),
    ("compression", "algorithm", 0, Required),
    ("compression", "compress", 0, Required),
    ("compression", "decompress", 0, Required),
    ("compression", "set_level", 0, Optional),
    ("compression", "describe", 0, Optional),
    ("compression", "bound", 1, Optional),
    ("compression", "decompressed_size", 1, Optional),
    ("compression", "compress_with", 1, Group("options")),
    ("compression", "decompress_with", 1, Group("options")),
    ("compression", "train", 1, Optional),
];
