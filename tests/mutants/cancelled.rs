//! Calls that take 300 ms whatever is asked: cancelled, they do not end.

use crate::storage::{LMDB, MEMORY};
use crate::subject::{mistakes, Damage, Mutant, Needs, Plugin};

const FLAT: Plugin = Plugin::of("examples-c/index_flat.c").with(&["--config", r#"{"dimensions": 16}"#]);
const SORTED: Plugin = Plugin::of("examples-c/index_sorted.c");
const TEXTS: Plugin = Plugin::of("tests/plugins/texts_in_a_file.c");
const JSON: Plugin = Plugin::of("examples-c/observability_json.c").with(&["--config", r#"{"path": "{file}"}"#]);
const ZSTD: Plugin = Plugin::of("examples-c/compression_zstd.c").needs(Needs::Zstd);

pub const OF_MEMORY: &[Mutant] = mistakes! { MEMORY, "examples-c/storage_memory.c";
    Nuisance "a scan that sleeps":
        "    begin_cursor(&now, number, &options, &walk);\n" =>
        "    extern int usleep(unsigned microseconds); usleep(300000);\n    begin_cursor(&now, number, &options, &walk);\n",
        "storage_cancelled::a_scan_ends";
    Nuisance "a flush that sleeps":
        "    (void)instance, (void)call, (void)error;\n    return SOCH_OK;\n}\n\nstatic soch_status stats" =>
        "    (void)instance, (void)call, (void)error;\n    extern int usleep(unsigned microseconds); usleep(300000);\n    return SOCH_OK;\n}\n\nstatic soch_status stats",
        "storage_cancelled::a_flush_ends";
    Nuisance "a batch that sleeps":
        "    if (!soch_batch_is_known(writes," =>
        "    extern int usleep(unsigned microseconds); usleep(300000);\n    if (!soch_batch_is_known(writes,",
        "storage_cancelled::a_batch_ends";
    Nuisance "a batch that is cancelled when half of it is there":
        "        if (write->op == SOCH_WRITE_PUT) put_in(made[i]);\n" =>
        "        if (i == count / 2) {\n            extern int usleep(unsigned microseconds); usleep(300000);\n            status = soch_go_on(call);\n        }\n        if (write->op == SOCH_WRITE_PUT) put_in(made[i]);\n",
        "storage_cancelled::a_batch_ends";
    Nuisance "a walk that sleeps":
        "    (void)call, (void)error;\n    pthread_rwlock_rdlock(&self->of->owner->lock);\n" =>
        "    (void)call, (void)error;\n    extern int usleep(unsigned microseconds); usleep(300000);\n    pthread_rwlock_rdlock(&self->of->owner->lock);\n",
        "storage_cancelled::a_walk_ends";
    Nuisance "a drop that sleeps":
        "    drop_range(self, number, none, none);\n" =>
        "    extern int usleep(unsigned microseconds); usleep(300000);\n    drop_range(self, number, none, none);\n",
        "storage_cancelled::a_dropped_table_ends";
};

pub const OTHERS: &[Mutant] = &[
    Mutant {
        name: "a compaction that sleeps",
        plugin: MEMORY,
        edits: &[
            (
                "examples-c/storage_memory.c",
                "static soch_status stats(",
                "static soch_status compact(void *instance, const soch_call *call, soch_error *error) {\n    extern int usleep(unsigned microseconds); usleep(300000);\n    return flush(instance, call, error);\n}\n\nstatic soch_status stats(",
            ),
            ("examples-c/storage_memory.c", ".flush = flush,", ".flush = flush, .compact = compact,"),
        ],
        damage: Damage::Nuisance,
        finds: "storage_cancelled::a_compaction_ends",
    },
    Mutant {
        name: "a scan inside that sleeps",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory_transaction.h", "    for (size_t looked = 0; status == SOCH_OK && limit > 0 &&", "    extern int usleep(unsigned microseconds); usleep(300000);\n    for (size_t looked = 0; status == SOCH_OK && limit > 0 &&")],
        damage: Damage::Nuisance,
        finds: "storage_cancelled::a_scan_inside_ends",
    },
    Mutant {
        name: "a commit that sleeps",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory_transaction.h", "    // Only a savepoint keeps rows that are dead.\n", "    extern int usleep(unsigned microseconds); usleep(300000);\n")],
        damage: Damage::Nuisance,
        finds: "storage_cancelled::a_commit_ends",
    },
    Mutant {
        name: "a seek that sleeps",
        plugin: LMDB,
        edits: &[("examples-c/storage_lmdb_rows.h", "    // Backwards, the row of the key itself is the first.\n", "    extern int usleep(unsigned microseconds); usleep(300000);\n")],
        damage: Damage::Nuisance,
        finds: "storage_cancelled::a_seek_ends",
    },
    Mutant {
        name: "a range that sleeps",
        plugin: SORTED,
        edits: &[("examples-c/index_sorted.c", "    (void)call, (void)error;\n    size_t from", "    (void)call, (void)error;\n    extern int usleep(unsigned microseconds); usleep(300000);\n    size_t from")],
        damage: Damage::Nuisance,
        finds: "index_cancelled_calls::a_range_ends",
    },
    Mutant {
        name: "queries that sleep",
        plugin: FLAT,
        edits: &[
            ("examples-c/index_flat.c", "static soch_status create(", "static soch_status nearest_batch(void *instance, const soch_call *call, const soch_bytes *queries, size_t query_count, size_t k,\n                                 uint64_t *rows, float *distances, size_t *counts, soch_error *error) {\n    extern int usleep(unsigned microseconds); usleep(300000);\n    (void)instance, (void)call, (void)queries, (void)k, (void)rows, (void)distances, (void)error;\n    for (size_t i = 0; i < query_count; i++) counts[i] = 0;\n    return SOCH_OK;\n}\n\nstatic soch_status create("),
            ("examples-c/index_flat.c", "    .search = search, .change_batch", "    .search = search, .nearest_batch = nearest_batch, .change_batch"),
        ],
        damage: Damage::Nuisance,
        finds: "index_cancelled_calls::a_batch_of_queries_ends",
    },
    Mutant {
        name: "the begin of a build that sleeps",
        plugin: FLAT,
        edits: &[("examples-c/index_flat.c", "    builder *made = calloc(1, sizeof *made);\n    (void)call,", "    builder *made = calloc(1, sizeof *made);\n    extern int usleep(unsigned microseconds); usleep(300000);\n    (void)call,")],
        damage: Damage::Nuisance,
        finds: "index_cancelled_calls::the_begin_of_a_build_ends",
    },
    Mutant {
        name: "a copy that sleeps",
        plugin: LMDB,
        edits: &[("examples-c/storage_lmdb_operator.h", "    code = copy_to(self, path, file, above);\n", "    extern int usleep(unsigned microseconds); usleep(300000);\n    code = copy_to(self, path, file, above);\n")],
        damage: Damage::Nuisance,
        finds: "storage_cancelled::a_checkpoint_ends",
    },
    Mutant {
        name: "a search that sleeps",
        plugin: FLAT,
        edits: &[("examples-c/index_flat.c", "    if (!soch_search_is_known(search,", "    extern int usleep(unsigned microseconds); usleep(300000);\n    if (!soch_search_is_known(search,")],
        damage: Damage::Nuisance,
        finds: "index_cancelled::a_search_ends",
    },
    Mutant {
        name: "changes that sleep",
        plugin: FLAT,
        edits: &[("examples-c/index_flat.c", "    for (size_t i = 0; i < count; i++) {\n        if (changes[i].op", "    extern int usleep(unsigned microseconds); usleep(300000);\n    for (size_t i = 0; i < count; i++) {\n        if (changes[i].op")],
        damage: Damage::Nuisance,
        finds: "index_cancelled::changes_end",
    },
    Mutant {
        name: "a part of a build that sleeps",
        plugin: FLAT,
        edits: &[("examples-c/index_flat.c", "    for (size_t done = 0; done < count; done++) {\n", "    extern int usleep(unsigned microseconds); usleep(300000);\n    for (size_t done = 0; done < count; done++) {\n")],
        damage: Damage::Nuisance,
        finds: "index_cancelled::a_build_by_parts_ends",
    },
    Mutant {
        name: "the end of a build that sleeps",
        plugin: FLAT,
        edits: &[("examples-c/index_flat.c", "    soch_status status = sort(self->entries,", "    extern int usleep(unsigned microseconds); usleep(300000);\n    soch_status status = sort(self->entries,")],
        damage: Damage::Nuisance,
        finds: "index_cancelled::a_build_that_is_finished_ends",
    },
    Mutant {
        name: "a build that sleeps",
        plugin: FLAT,
        edits: &[("examples-c/index_flat.c", "    builder *made = calloc(1, sizeof *made);\n", "    extern int usleep(unsigned microseconds); usleep(300000);\n    builder *made = calloc(1, sizeof *made);\n")],
        damage: Damage::Nuisance,
        finds: "index_cancelled::a_build_ends",
    },
    Mutant {
        name: "a save that sleeps",
        plugin: SORTED,
        edits: &[("examples-c/index_sorted_saved.h", "    saving to = {output, FIRST_SUM};\n", "    extern int usleep(unsigned microseconds); usleep(300000);\n    saving to = {output, FIRST_SUM};\n")],
        damage: Damage::Nuisance,
        finds: "index_cancelled::a_save_ends",
    },
    Mutant {
        name: "a load that sleeps",
        plugin: SORTED,
        edits: &[("examples-c/index_sorted_saved.h", "    sorted_index *self = instance, made = {NULL, 0, 0, 0};\n", "    extern int usleep(unsigned microseconds); usleep(300000);\n    sorted_index *self = instance, made = {NULL, 0, 0, 0};\n")],
        damage: Damage::Nuisance,
        finds: "index_cancelled::a_load_ends",
    },
    Mutant {
        name: "a flush of an index that sleeps",
        plugin: TEXTS,
        edits: &[("tests/plugins/texts_in_a_file.c", "static soch_status flush_index(void *instance, const soch_call *call, uint64_t watermark, soch_error *error) {\n", "static soch_status flush_index(void *instance, const soch_call *call, uint64_t watermark, soch_error *error) {\n    extern int usleep(unsigned microseconds); usleep(300000);\n")],
        damage: Damage::Nuisance,
        finds: "index_cancelled::a_flush_ends",
    },
    Mutant {
        name: "a drop of an index that sleeps",
        plugin: TEXTS,
        edits: &[("tests/plugins/texts_in_a_file.c", "static soch_status drop_index(void *instance, const soch_call *call, soch_error *error) {\n", "static soch_status drop_index(void *instance, const soch_call *call, soch_error *error) {\n    extern int usleep(unsigned microseconds); usleep(300000);\n")],
        damage: Damage::Nuisance,
        finds: "index_cancelled::a_drop_ends",
    },
    Mutant {
        name: "a flush of a sink that sleeps",
        plugin: JSON,
        edits: &[("examples-c/observability_json.c", "static soch_status flush(void *instance, const soch_call *call, soch_error *error) {\n", "static soch_status flush(void *instance, const soch_call *call, soch_error *error) {\n    extern int usleep(unsigned microseconds); usleep(300000);\n")],
        damage: Damage::Nuisance,
        finds: "observability::a_flush_that_is_cancelled_ends",
    },
    Mutant {
        name: "a training that sleeps",
        plugin: ZSTD,
        edits: &[("examples-c/compression_zstd.c", "    size_t all = 0, end = 0;\n", "    extern int usleep(unsigned microseconds); usleep(300000);\n    size_t all = 0, end = 0;\n")],
        damage: Damage::Nuisance,
        finds: "compression_options::a_training_that_is_cancelled_ends",
    },
];
