//! Written by the root package's build.rs from the documentation in sdk/abi/src: do not edit.

use crate::loader::steps::version::{table, Table};
use crate::loader::steps::version_defaults as default;
use sochdb_plugin_abi::*;

table!(soch_storage,
    required: get, put, remove, scan, flush;
    optional:
        compact = default::storage_compact,
        stats = default::storage_stats,
        describe = default::storage_describe,
        write_batch = default::storage_write_batch,
        list_tables = default::storage_list_tables,
        drop_table = default::storage_drop_table,
        checkpoint = default::storage_checkpoint,
        property = default::storage_property;
    groups:
        [open_table, close_table, table_get, table_put],
        [open_reader, close_reader, reader_get, open_cursor, cursor_next, close_cursor],
        [begin_txn, txn_get, txn_put, txn_remove, txn_scan, commit_txn, abort_txn],
        [cursor_seek],
        [multi_get],
        [txn_set_savepoint, txn_rollback_to_savepoint]);

table!(soch_index,
    required: index_type;
    optional:
        build = default::index_build,
        insert = default::index_insert,
        remove = default::index_remove,
        lookup = default::index_lookup,
        range = default::index_range,
        size_bytes = default::index_size_bytes,
        nearest = default::index_nearest,
        describe = default::index_describe,
        drop_index = default::index_drop_index;
    groups:
        [nearest_batch],
        [search],
        [save, load],
        [flush_index, flushed],
        [change_batch],
        [begin_build, build_add, finish_build, abandon_build]);

table!(soch_observability,
    required: ;
    optional:
        counter_inc = default::observability_counter_inc,
        gauge_set = default::observability_gauge_set,
        histogram_observe = default::observability_histogram_observe,
        span_start = default::observability_span_start,
        span_end = default::observability_span_end,
        span_event = default::observability_span_event,
        log = default::observability_log,
        report_health = default::observability_report_health,
        describe = default::observability_describe,
        attach = default::observability_attach,
        flush = default::observability_flush;
    groups:
        [span_record_start, span_record_event, span_record_end, span_context],
        [log_record]);

table!(soch_compression,
    required: algorithm, compress, decompress;
    optional:
        set_level = default::compression_set_level,
        describe = default::compression_describe,
        bound = default::compression_bound,
        decompressed_size = default::compression_decompressed_size,
        train = default::compression_train;
    groups:
        [compress_with, decompress_with]);
