//! Mistakes in storages.

use crate::subject::{Damage, Mutant, Needs, Plugin};

pub const MEMORY: Plugin = Plugin::of("examples-c/storage_memory.c");
pub const MEMORY_IN_RUST: Plugin = Plugin::of("examples-rust/storage_memory");
pub const VERSIONS: Plugin = Plugin::of("examples-c/storage_versions.cpp");
pub const LMDB: Plugin = Plugin::of("examples-c/storage_lmdb.c")
    .needs(Needs::Lmdb)
    .with(&["--config", r#"{"path": "{dir}/data", "sync": "flush"}"#]);
/// In the host's directory, and each write waits for the disk: the way in which it is durable.
pub const LMDB_ON_DISK: Plugin = Plugin::of("examples-c/storage_lmdb.c").needs(Needs::Lmdb);

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "bytes of a range stay counted",
        plugin: MEMORY,
        edits: &[(
            "examples-c/storage_memory.c",
            "SOCH_WRITE_DELETE_RANGE) drop_range(self, write->table, write->key, write->value);",
            "SOCH_WRITE_DELETE_RANGE) {\n            uint64_t bytes = self->bytes;\n            drop_range(self, write->table, write->key, write->value);\n            self->bytes = bytes;\n        }",
        )],
        damage: Damage::Wrong,
        finds: "storage_counts::rows_that_are_written_again_are_no_more_bytes",
    },
    Mutant {
        name: "bytes that only grow",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory_rows.h", "    self->bytes -= row->key_len + row->value_len;\n    self->count--;", "    self->count--;")],
        damage: Damage::Wrong,
        finds: "storage_counts::rows_that_are_written_again_are_no_more_bytes",
    },
    Mutant {
        name: "keys order as signed bytes",
        plugin: MEMORY,
        edits: &[(
            "examples-c/storage_memory_rows.h",
            "int order = least > 0 ? memcmp(left.ptr, right.ptr, least) : 0;",
            "int order = 0;\n    for (size_t at = 0; at < least && !order; at++) order = (signed char)left.ptr[at] - (signed char)right.ptr[at];",
        )],
        damage: Damage::Wrong,
        finds: "storage_scan::keys_order_as_unsigned_bytes",
    },
    Mutant {
        name: "a count of rows that misses new ones",
        plugin: MEMORY_IN_RUST,
        edits: &[("examples-rust/storage_memory/src/lib.rs", "self.stats.key_count += 1;", "")],
        damage: Damage::Wrong,
        finds: "storage::stats_are_plausible",
    },
    Mutant {
        name: "a table whose neighbour has rows is not listed",
        plugin: LMDB,
        edits: &[("examples-c/storage_lmdb_tables.h", "store_key(&next, table + 1, first)", "store_key(&next, table + 2, first)")],
        damage: Damage::Wrong,
        finds: "storage_tables::those_with_rows_are_listed",
    },
    Mutant {
        name: "what a compaction would rewrite is counted below nothing",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory.c", "    stats->key_count = self->count;", "    stats->key_count = self->count;\n    stats->pending_compaction_bytes = self->bytes - 1000;")],
        damage: Damage::Wrong,
        finds: "storage_counts::what_a_compaction_would_rewrite_is_never_less_than_nothing",
    },
];
