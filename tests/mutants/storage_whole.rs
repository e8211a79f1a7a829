//! Mistakes in what storages do with all of their rows: flush, compact, figures, lists of tables, and what they do after an error.

use crate::storage::{LMDB, MEMORY, MEMORY_IN_RUST, VERSIONS};
use crate::subject::{Damage, Mutant};

const MAIN: &str = "examples-c/storage_memory.c";
const ROWS: &str = "examples-c/storage_memory_rows.h";
const CPP: &str = "examples-c/storage_versions.cpp";
const LIB: &str = "examples-rust/storage_memory/src/lib.rs";

/// What stands before a function that compacts, and the slot for it.
const FLUSH: &str = "// Memory has no more durable form: there is nothing to wait for.\n";
const SLOTS: &str = ".flush = flush, .stats = stats,";
const WITH_COMPACT: &str = ".flush = flush, .stats = stats, .compact = compact,";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "compact takes empty values for removed rows",
        plugin: MEMORY,
        edits: &[
            (MAIN, FLUSH, "static soch_status compact(void *instance, const soch_call *call, soch_error *error) {\n    store *self = instance;\n    (void)call, (void)error;\n    pthread_rwlock_wrlock(&self->lock);\n    for (int bucket = 0; bucket < BUCKETS; bucket++) {\n        for (table *in = self->tables[bucket]; in != NULL; in = in->next) {\n            for (node *row = in->first[0], *next; row != NULL; row = next) {\n                next = row->next[0];\n                if (row->death == ALIVE && row->value_len == 0) drop(self, in->number, key_of(row));\n            }\n        }\n    }\n    pthread_rwlock_unlock(&self->lock);\n    return SOCH_OK;\n}\n\n"),
            (MAIN, SLOTS, WITH_COMPACT),
        ],
        damage: Damage::Loss,
        finds: "storage_whole::flush_and_compact_keep_all_kinds_of_rows",
    },
    Mutant {
        name: "compact forgets tables of large numbers",
        plugin: MEMORY,
        edits: &[
            (MAIN, FLUSH, "static soch_status compact(void *instance, const soch_call *call, soch_error *error) {\n    const soch_bytes none = {NULL, 0};\n    store *self = instance;\n    (void)call, (void)error;\n    pthread_rwlock_wrlock(&self->lock);\n    for (int bucket = 0; bucket < BUCKETS; bucket++) {\n        for (table *in = self->tables[bucket]; in != NULL; in = in->next) {\n            if (in->number > 0xFFFF) drop_range(self, in->number, none, none);\n        }\n    }\n    pthread_rwlock_unlock(&self->lock);\n    return SOCH_OK;\n}\n\n"),
            (MAIN, SLOTS, WITH_COMPACT),
        ],
        damage: Damage::Loss,
        finds: "storage_whole::flush_and_compact_keep_all_kinds_of_rows",
    },
    Mutant {
        name: "compact frees what a snapshot sees",
        plugin: VERSIONS,
        edits: &[
            (CPP, "    void flush(soch::call) {}\n", "    void flush(soch::call) {}\n    void compact(soch::call) { shelf_.forget_all(); }\n"),
            (CPP, "    void count(soch_storage_stats *stats) const {\n", "    void forget_all() {\n        const auto locked = lock();\n        for (const auto &where : old_) forget(where);\n        old_.clear();\n    }\n\n    void count(soch_storage_stats *stats) const {\n"),
        ],
        damage: Damage::Wrong,
        finds: "storage_whole::compact_keeps_what_a_snapshot_sees",
    },
    Mutant {
        name: "compact brings back what was removed",
        plugin: VERSIONS,
        edits: &[
            (CPP, "    void flush(soch::call) {}\n", "    void flush(soch::call) {}\n    void compact(soch::call) { shelf_.forget_removed(); }\n"),
            (CPP, "    void count(soch_storage_stats *stats) const {\n", "    void forget_removed() {\n        const auto locked = lock();\n        for (auto &numbered : tables_) {\n            for (auto &row : numbered.second) {\n                auto &versions = row.second;\n                if (versions.size() > 1 && versions.back().value == nullptr) versions.pop_back();\n            }\n        }\n    }\n\n    void count(soch_storage_stats *stats) const {\n"),
        ],
        damage: Damage::Wrong,
        finds: "storage_whole::compact_keeps_what_a_snapshot_sees",
    },
    Mutant {
        name: "flush keeps only what fits its buffer",
        plugin: MEMORY,
        edits: &[(
            MAIN,
            "static soch_status flush(void *instance, const soch_call *call, soch_error *error) {\n    (void)instance, (void)call, (void)error;",
            "static soch_status flush(void *instance, const soch_call *call, soch_error *error) {\n    store *self = instance;\n    (void)call, (void)error;\n    pthread_rwlock_wrlock(&self->lock);\n    for (int bucket = 0; bucket < BUCKETS; bucket++) {\n        for (table *in = self->tables[bucket]; in != NULL; in = in->next) {\n            for (node *row = in->first[0], *next; row != NULL; row = next) {\n                next = row->next[0];\n                if (row->death == ALIVE && row->value_len > 65536) drop(self, in->number, key_of(row));\n            }\n        }\n    }\n    pthread_rwlock_unlock(&self->lock);",
        )],
        damage: Damage::Loss,
        finds: "storage_whole::flush_and_compact_keep_all_kinds_of_rows",
    },
    Mutant {
        name: "a range is not taken from the count",
        plugin: MEMORY,
        edits: &[(ROWS, "        end_row(self, row, NULL);", "        end_row(self, row, NULL);\n        self->count++;")],
        damage: Damage::Wrong,
        finds: "storage_counts::every_way_to_write_is_counted",
    },
    Mutant {
        name: "a row that is put again is counted again",
        plugin: MEMORY,
        edits: &[(MAIN, "    node *row = make_row(in, key, value);\n    if (row != NULL) put_in(row);", "    node *row = make_row(in, key, value);\n    if (find(in, key, in->owner->writes, NULL) != NULL) in->owner->count++;\n    if (row != NULL) put_in(row);")],
        damage: Damage::Wrong,
        finds: "storage_counts::every_way_to_write_is_counted",
    },
    Mutant {
        name: "a delete of no row is counted",
        plugin: MEMORY,
        edits: &[(ROWS, "    if (row == NULL) return;\n    self->writes++;", "    if (row == NULL && self->count > 0) self->count--;\n    if (row == NULL) return;\n    self->writes++;")],
        damage: Damage::Wrong,
        finds: "storage_counts::every_way_to_write_is_counted",
    },
    Mutant {
        name: "the count is one of all versions",
        plugin: VERSIONS,
        edits: &[(CPP, "                stats->key_count++;\n", "                stats->key_count += row.second.size();\n")],
        damage: Damage::Wrong,
        finds: "storage_counts::every_way_to_write_is_counted",
    },
    Mutant {
        name: "a batch's rows are not counted",
        plugin: MEMORY_IN_RUST,
        edits: &[(LIB, "            writes.iter().enumerate().try_for_each(|(looked, write)| ask(looked).and_then(|()| tables.apply(write)))", "            let stats = tables.stats;\n            writes.iter().try_for_each(|write| tables.apply(write))?;\n            tables.stats = stats;\n            Ok(())")],
        damage: Damage::Wrong,
        finds: "storage_counts::every_way_to_write_is_counted",
    },
    Mutant {
        name: "tables are counted in 8 bits",
        plugin: MEMORY,
        edits: &[(MAIN, "            if (*count < capacity) tables[*count] = in->number;\n            ++*count;", "            if (*count < capacity) tables[*count] = in->number;\n            *count = (uint8_t)(*count + 1);")],
        damage: Damage::Loss,
        finds: "storage_whole::every_number_of_tables_is_listed",
    },
    Mutant {
        name: "tables that fit exactly are in no order",
        plugin: MEMORY,
        edits: &[(MAIN, "    if (*count <= capacity) qsort(", "    if (*count < capacity) qsort(")],
        damage: Damage::Wrong,
        finds: "storage_whole::every_number_of_tables_is_listed",
    },
    Mutant {
        name: "a table goes up to its thousandth row",
        plugin: MEMORY,
        edits: &[(MAIN, "    pthread_rwlock_wrlock(&self->lock);\n    drop_range(self, number, none, none);", "    pthread_rwlock_wrlock(&self->lock);\n    table *in = find_table(self, number);\n    const node *row;\n    for (int i = 0; in != NULL && i < 1000 && (row = first_seen(in->first[0], self->writes)) != NULL; i++) drop(self, number, key_of(row));\n    (void)none;")],
        damage: Damage::Wrong,
        finds: "storage_whole::a_large_table_goes_whole",
    },
    Mutant {
        name: "a handle is found by eight bits of its table",
        plugin: MEMORY,
        edits: &[(MAIN, "    table *made = make_table(self, number);\n", "    static table *cache[256];\n    static store *of;\n    if (of != self) memset(cache, 0, sizeof cache), of = self;\n    if (cache[number % 256] == NULL) cache[number % 256] = make_table(self, number);\n    table *made = cache[number % 256];\n")],
        damage: Damage::Wrong,
        finds: "storage_whole::many_handles_are_open_at_once",
    },
    Mutant {
        name: "only 256 handles may be open",
        plugin: MEMORY,
        edits: &[
            (MAIN, "    store *self = instance;\n    pthread_rwlock_wrlock(&self->lock);\n    table *made", "    store *self = instance;\n    if (handles >= 256) return soch_fail(error, SOCH_FAILED, 0, \"no handle left\");\n    handles++;\n    pthread_rwlock_wrlock(&self->lock);\n    table *made"),
            (MAIN, "// A table stays where it is as long as the store, so its handle is the table itself.\n", "static int handles;\n"),
            (MAIN, "    (void)handle;\n", "    (void)handle;\n    handles--;\n"),
        ],
        damage: Damage::Nuisance,
        finds: "storage_whole::many_handles_are_open_at_once",
    },
    Mutant {
        name: "a get whose writer refuses keeps the lock",
        plugin: MEMORY,
        edits: &[(
            MAIN,
            "    soch_status status = write_found(find(find_table(self, number), key, self->writes, NULL), value);\n    pthread_rwlock_unlock(&self->lock);",
            "    soch_status status = write_found(find(find_table(self, number), key, self->writes, NULL), value);\n    if (status == SOCH_LIMIT) return status;\n    pthread_rwlock_unlock(&self->lock);",
        )],
        damage: Damage::Crash,
        finds: "storage_refused::what_a_writer_refuses_is_what_a_get_returns",
    },
    Mutant {
        name: "a handle's get whose writer refuses keeps the lock",
        plugin: MEMORY,
        edits: &[(
            MAIN,
            "    soch_status status = write_found(find(in, key, in->owner->writes, NULL), value);\n    pthread_rwlock_unlock(&in->owner->lock);",
            "    soch_status status = write_found(find(in, key, in->owner->writes, NULL), value);\n    if (status != SOCH_OK && status != SOCH_NOT_FOUND) return status;\n    pthread_rwlock_unlock(&in->owner->lock);",
        )],
        damage: Damage::Crash,
        finds: "storage_refused::what_a_writer_refuses_is_what_a_get_returns",
    },
    Mutant {
        name: "a scan whose sink ends it keeps the lock",
        plugin: MEMORY,
        edits: &[(MAIN, "limit, rows, error);\n    end_snapshot(&now, call);", "limit, rows, error);\n    end_snapshot(&now, call);\n    if (status != SOCH_OK) pthread_rwlock_wrlock(&self_lock(instance)->lock);"), (MAIN, "static soch_status scan(void *instance", "static store *self_lock(void *instance) { return instance; }\n\nstatic soch_status scan(void *instance")],
        damage: Damage::Crash,
        finds: "storage_refused::what_a_sink_says_is_what_a_scan_returns",
    },
    Mutant {
        name: "a batch that conflicts keeps the lock",
        plugin: MEMORY,
        edits: &[(MAIN, "        else if (write->op == SOCH_WRITE_DELETE_RANGE) drop_range(self, write->table, write->key, write->value);\n    }\n", "        else if (write->op == SOCH_WRITE_DELETE_RANGE) drop_range(self, write->table, write->key, write->value);\n    }\n    if (status != SOCH_OK) return status;\n")],
        damage: Damage::Crash,
        finds: "storage_refused::what_fails_is_over_for_other_threads_too",
    },
    Mutant {
        name: "a batch that conflicts does not end its turn",
        plugin: LMDB,
        edits: &[("examples-c/storage_lmdb.c", "            mdb_txn_abort(txn);\n            remember(self, code);\n        }\n    }\n    end_turn(self);", "            mdb_txn_abort(txn);\n            remember(self, code);\n        }\n    }\n    if (status != SOCH_CONFLICT) end_turn(self);")],
        damage: Damage::Crash,
        finds: "storage_refused::what_fails_is_over_for_other_threads_too",
    },
    Mutant {
        name: "a get that is cut off is OK",
        plugin: VERSIONS,
        edits: &[(CPP, "        const std::string *found = of_.find(place(number_, copy(key)), of_.now());\n        if (found != nullptr) value.write(*found);", "        const std::string *found = of_.find(place(number_, copy(key)), of_.now());\n        if (found != nullptr) {\n            try {\n                value.write(*found);\n            } catch (...) {\n            }\n        }")],
        damage: Damage::Wrong,
        finds: "storage_refused::what_a_writer_refuses_is_what_a_get_returns",
    },
    Mutant {
        name: "a table that is half dropped stays so when the caller stops it",
        plugin: LMDB,
        edits: &[("examples-c/storage_lmdb_tables.h", "if (code == MDB_SUCCESS && ended == SOCH_OK) {", "if (code == MDB_SUCCESS) {")],
        damage: Damage::Loss,
        finds: "storage_stopped::a_call_that_is_stopped_changes_nothing",
    },
    Mutant {
        name: "a put under the largest number is dropped",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory.c", "    store *self = instance;\n    (void)txn;\n", "    store *self = instance;\n    if (txn == UINT64_MAX) return SOCH_OK;\n")],
        damage: Damage::Loss,
        finds: "storage_whole::a_number_of_the_database_changes_nothing_else",
    },
    Mutant {
        name: "a writer's status is not handed on",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory_rows.h", "return row != NULL ? value->write(value->ctx, value_of(row)) : SOCH_NOT_FOUND;", "return row == NULL ? SOCH_NOT_FOUND : value->write(value->ctx, value_of(row)) == SOCH_OK ? SOCH_OK : SOCH_FAILED;")],
        damage: Damage::Nuisance,
        finds: "storage_refused::a_status_is_handed_on_as_it_is",
    },
    Mutant {
        name: "a sink's status is not handed on",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory.c", "    end_snapshot(&now, call);\n    return status;", "    end_snapshot(&now, call);\n    return status == SOCH_OK ? SOCH_OK : SOCH_IO;")],
        damage: Damage::Nuisance,
        finds: "storage_refused::a_status_is_handed_on_as_it_is",
    },
];
