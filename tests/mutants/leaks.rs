//! Mistakes that leave something behind.

use crate::storage::{LMDB, VERSIONS};
use crate::subject::{Damage, Mutant, Needs, Plugin};

const XOR: Plugin = Plugin::of(XOR_C);
const ZSTD: Plugin = Plugin::of(ZSTD_C).needs(Needs::Zstd).with(&["--checksum"]);
const MEMORY: Plugin = Plugin::of(MEMORY_C);
const FLAT: Plugin = Plugin::of(FLAT_C).with(&["--config", r#"{"dimensions": 16}"#]);
const JSON: Plugin = Plugin::of(CALLS).with(&["--config", r#"{"path": "{file}"}"#]);
const SORTED: Plugin = Plugin::of(SORTED_C);
const XOR_C: &str = "examples-c/codec_xor.c";
const ZSTD_C: &str = "examples-c/compression_zstd.c";
const MEMORY_C: &str = "examples-c/storage_memory.c";
const TRANSACTION: &str = "examples-c/storage_memory_transaction.h";
const FLAT_C: &str = "examples-c/index_flat.c";
const SORTED_C: &str = "examples-c/index_sorted.c";
const SAVED: &str = "examples-c/index_sorted_saved.h";
const CALLS: &str = "examples-c/observability_json.c";
const FILE: &str = "examples-c/observability_json_file.h";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "an abort that keeps its savepoints",
        plugin: MEMORY,
        edits: &[(
            TRANSACTION,
            "    while (self->last != NULL) end_savepoint(self);\n    end_snapshot(",
            "    end_snapshot(",
        )],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "a copy that fails leaves its directory",
        plugin: LMDB,
        edits: &[("examples-c/storage_lmdb_operator.h", "        unlink(file);\n        rmdir(directory);", "        unlink(file);")],
        damage: Damage::Leak,
        finds: "storage_checkpoint::one_without_room_leaves_nothing",
    },
    Mutant {
        name: "a row that goes beside a snapshot leaves its key",
        plugin: VERSIONS,
        edits: &[(
            "examples-c/storage_versions.cpp",
            "        for (const auto &where : old_) forget(where);\n",
            "        for (const auto &where : old_) {\n            auto &rows = tables_[where.first];\n            const auto row = rows.find(where.second);\n            if (row != rows.end()) row->second.erase(row->second.begin(), row->second.end() - 1);\n        }\n",
        )],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "a damaged input leaks where there is a dictionary",
        plugin: ZSTD,
        edits: &[(
            ZSTD_C,
            "    ZSTD_DCtx_reset(taken->decompressor, ZSTD_reset_session_and_parameters);\n    give_back(self, taken);",
            "    ZSTD_DCtx_reset(taken->decompressor, ZSTD_reset_session_and_parameters);\n    if (status == SOCH_OK) give_back(self, taken);",
        )],
        damage: Damage::Leak,
        finds: "leaks::stopped_calls_of_a_codec_leave_nothing",
    },
    Mutant {
        name: "a begin that is busy leaks",
        plugin: LMDB,
        edits: &[("examples-c/storage_lmdb_transaction.h", "        free(made);\n        return soch_fail(error, SOCH_BUSY", "        return soch_fail(error, SOCH_BUSY")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "an instance that finds its directory in use leaves a descriptor",
        plugin: LMDB,
        edits: &[("examples-c/storage_lmdb_env.h", "    if (self->directory >= 0) close(self->directory);\n    if (failed == EWOULDBLOCK)", "    if (failed == EWOULDBLOCK)")],
        damage: Damage::Leak,
        finds: "lifecycle::a_directory_in_use_leaves_nothing",
    },
    Mutant {
        name: "a get that leaks",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "    store *self = instance;\n    (void)error;\n    pthread_rwlock_rdlock(&self->lock);\n    soch_status status = write_found(find(find_table(self, number), key, self->writes, NULL), value);", "    store *self = instance;\n    (void)error;\n    void *volatile kept = malloc(24);\n    (void)kept;\n    pthread_rwlock_rdlock(&self->lock);\n    soch_status status = write_found(find(find_table(self, number), key, self->writes, NULL), value);")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "a reader that is not freed",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "    end_snapshot(handle, NULL);\n    free(handle);", "    end_snapshot(handle, NULL);")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "a cursor that is not freed",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "static void close_cursor(void *handle) {\n    free(handle);", "static void close_cursor(void *handle) {\n    (void)handle;")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "an aborted transaction that is not freed",
        plugin: MEMORY,
        edits: &[(TRANSACTION, "    end_store(&self->own);\n    free(self);\n}\n\n// The row that is seen", "    end_store(&self->own);\n}\n\n// The row that is seen")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "an aborted transaction that keeps its rows",
        plugin: MEMORY,
        edits: &[(TRANSACTION, "    end_snapshot(&self->before, NULL);\n    end_store(&self->own);\n    free(self);\n}\n\n// The row that is seen", "    end_snapshot(&self->before, NULL);\n    free(self);\n}\n\n// The row that is seen")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "a batch that fails keeps its rows",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "    for (size_t i = 0; i < count && status != SOCH_OK; i++) free(made[i]);\n", "")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "a batch that keeps its list",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "    free(made);\n    return status;", "    return status;")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "a file that is opened by each reader",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "static soch_status open_reader(void *instance, void **handle, soch_error *error) {\n", "#include <fcntl.h>\nstatic soch_status open_reader(void *instance, void **handle, soch_error *error) {\n    (void)!open(\"/dev/null\", O_RDONLY | O_CLOEXEC);\n")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "a mapping that is made by each stats",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "static soch_status stats(void *instance, soch_storage_stats *stats, soch_error *error) {\n", "#include <sys/mman.h>\nstatic int at;\nstatic soch_status stats(void *instance, soch_storage_stats *stats, soch_error *error) {\n    mmap(NULL, 4096, ++at % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | 0x20, -1, 0);\n")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "a thread that is left by each transaction",
        plugin: MEMORY,
        edits: &[(TRANSACTION, "    // The heights of its rows", "    pthread_t thread;\n    pthread_create(&thread, NULL, wait_for_ever, NULL);\n    // The heights of its rows"), (TRANSACTION, "static soch_status begin_txn(", "#include <unistd.h>\nstatic void *wait_for_ever(void *at) { for (;;) pause(); return at; }\nstatic soch_status begin_txn(")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "a search that leaks its query",
        plugin: FLAT,
        edits: &[(FLAT_C, "    free(near);\n    free(query.vector);", "    free(near);")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_an_index_leave_nothing",
    },
    Mutant {
        name: "a refused key that leaks",
        plugin: FLAT,
        edits: &[(FLAT_C, "    if (status != SOCH_OK) free(made->vector);\n", "")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_an_index_leave_nothing",
    },
    Mutant {
        name: "an abandoned build that keeps its entries",
        plugin: FLAT,
        edits: &[(FLAT_C, "    builder *self = handle;\n    free_entries(self->entries, self->count);\n    free(self);", "    builder *self = handle;\n    free(self);")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_an_index_leave_nothing",
    },
    Mutant {
        name: "a codec that makes a context for each call",
        plugin: ZSTD,
        edits: &[(ZSTD_C, "    done->next = self->idle;\n    self->idle = done;", "    (void)done;")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_codec_leave_nothing",
    },
    Mutant {
        name: "damaged input that leaks",
        plugin: ZSTD,
        edits: &[(ZSTD_C, "    if (ZSTD_isError(result)) return report(error, result, SOCH_CORRUPTION);\n    return output->commit(output->ctx, result);", "    if (ZSTD_isError(result)) {\n        void *volatile kept = malloc(64);\n        (void)kept;\n        return report(error, result, SOCH_CORRUPTION);\n    }\n    return output->commit(output->ctx, result);")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_codec_leave_nothing",
    },
    Mutant {
        name: "a span that leaks its name",
        plugin: JSON,
        edits: &[(CALLS, "    sink *self = instance;\n    pthread_mutex_lock(&self->lock);\n    *span = ++self->spans;", "    sink *self = instance;\n    (void)!strndup(name.ptr ? name.ptr : \"\", name.len);\n    pthread_mutex_lock(&self->lock);\n    *span = ++self->spans;")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_sink_leave_nothing",
    },
    Mutant {
        name: "a log line that leaks",
        plugin: JSON,
        edits: &[(CALLS, r#"    begin(&made, "log");"#, "    void *volatile kept = malloc(100);\n    (void)kept;\n    begin(&made, \"log\");")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_sink_leave_nothing",
    },
    Mutant {
        name: "a configuration that is refused leaks",
        plugin: JSON,
        edits: &[(CALLS, "static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {\n", "static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {\n    void *volatile early = malloc(1000);\n"), (CALLS, "    *instance = self;\n    return SOCH_OK;", "    free(early);\n    *instance = self;\n    return SOCH_OK;")],
        damage: Damage::Leak,
        finds: "lifecycle::refused_configurations_leave_nothing",
    },
    Mutant {
        name: "a configuration that is refused leaves a file open",
        plugin: JSON,
        edits: &[(CALLS, "    if (status != SOCH_OK) return status;\n    sink *self", "    if (status != SOCH_OK) {\n        (void)!open(\"/dev/null\", O_RDONLY);\n        return status;\n    }\n    sink *self")],
        damage: Damage::Leak,
        finds: "lifecycle::refused_configurations_leave_nothing",
    },
    Mutant {
        name: "an instance that does not close its file",
        plugin: JSON,
        edits: &[(FILE, "    if (close(self->file) != 0 && failed == 0) failed = errno;\n", "")],
        damage: Damage::Leak,
        finds: "lifecycle::instances_leave_nothing_open",
    },
    Mutant {
        name: "an instance that leaves a thread",
        plugin: XOR,
        edits: &[(XOR_C, r#"SOCH_PLUGIN("codec_xor""#, "#include <pthread.h>\n#include <unistd.h>\nstatic void *wait_for_ever(void *at) { for (;;) pause(); return at; }\nstatic soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {\n    static int kept;\n    pthread_t thread;\n    (void)host, (void)config, (void)error;\n    *instance = &kept;\n    return pthread_create(&thread, NULL, wait_for_ever, NULL) == 0 ? SOCH_OK : SOCH_LIMIT;\n}\nSOCH_PLUGIN(\"codec_xor\""), (XOR_C, ".compression = &codec);", ".compression = &codec, .create = create);")],
        damage: Damage::Leak,
        finds: "lifecycle::instances_leave_nothing_open",
    },
    Mutant {
        name: "an instance that leaks",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "    end_store(instance);\n    free(instance);", "    end_store(instance);")],
        damage: Damage::Leak,
        finds: "lifecycle::instances_leave_nothing",
    },
    Mutant {
        name: "a commit in conflict keeps its transaction",
        plugin: MEMORY,
        edits: &[(TRANSACTION, "    abort_txn(self);\n    return status;", "    if (status == SOCH_OK) abort_txn(self);\n    return status;")],
        damage: Damage::Leak,
        finds: "lifecycle::instances_that_worked_leave_nothing",
    },
    Mutant {
        name: "a load that is stopped keeps what it read",
        plugin: SORTED,
        edits: &[(SAVED, "    if (status != SOCH_OK) {\n        clear(&made);\n        return status;\n    }", "    if (status != SOCH_OK) return status;")],
        damage: Damage::Leak,
        finds: "lifecycle::instances_that_worked_leave_nothing",
    },
    Mutant {
        name: "a row that is removed keeps its key",
        plugin: SORTED,
        edits: &[(SORTED_C, "    free(self->entries[place].key);\n    self->count--;", "    self->count--;")],
        damage: Damage::Leak,
        finds: "lifecycle::instances_that_worked_leave_nothing",
    },
    Mutant {
        name: "a get whose writer refuses leaks",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory.c", "    pthread_rwlock_rdlock(&self->lock);\n    soch_status status = write_found(find(find_table(self, number), key, self->writes, NULL), value);", "    pthread_rwlock_rdlock(&self->lock);\n    soch_status status = write_found(find(find_table(self, number), key, self->writes, NULL), value);\n    if (status != SOCH_OK && status != SOCH_NOT_FOUND) (void)strdup(\"the row did not fit\");")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "versions that a snapshot saw are never freed",
        plugin: VERSIONS,
        edits: &[("examples-c/storage_versions.cpp", "        for (const auto &where : old_) forget(where);\n", "")],
        damage: Damage::Leak,
        finds: "leaks::calls_of_a_storage_leave_nothing",
    },
    Mutant {
        name: "a build keeps the keys of entries that come twice",
        plugin: SORTED,
        edits: &[(SORTED_C, "            free(made.entries[i].key);\n            continue;", "            continue;")],
        damage: Damage::Leak,
        finds: "lifecycle::instances_that_worked_leave_nothing",
    },
    Mutant {
        name: "of the contexts that calls had beside each other one goes",
        plugin: ZSTD,
        edits: &[(ZSTD_C, "        next = idle->next;\n        free_worker(idle);", "        next = NULL;\n        free_worker(idle);")],
        damage: Damage::Leak,
        finds: "lifecycle::instances_that_worked_leave_nothing",
    },
];
