//! Mistakes in how instances live, and in what a function returns.

use crate::subject::{Damage, Mutant, Needs, Plugin};

const ZSTD: Plugin = Plugin::of(ZSTD_C).needs(Needs::Zstd).with(&["--checksum"]);
const MEMORY: Plugin = Plugin::of(MEMORY_C);
const FLAT: Plugin = Plugin::of(FLAT_C).with(&["--config", r#"{"dimensions": 16}"#]);
const JSON: Plugin = Plugin::of(CALLS).with(&["--config", r#"{"path": "{file}"}"#]);
const ZSTD_C: &str = "examples-c/compression_zstd.c";
const SORTED: Plugin = Plugin::of(SORTED_C);
const PROMETHEUS: Plugin =
    Plugin::of("examples-rust/observability_prometheus").with(&["--config", r#"{"listen": "127.0.0.1:{port}"}"#]);
const XOR: Plugin = Plugin::of(XOR_C);
const SORTED_C: &str = "examples-c/index_sorted.c";
const XOR_C: &str = "examples-c/codec_xor.c";
const MEMORY_C: &str = "examples-c/storage_memory.c";
const FLAT_C: &str = "examples-c/index_flat.c";
const CALLS: &str = "examples-c/observability_json.c";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "an instance that is freed later, by a thread that nobody waits for",
        plugin: MEMORY,
        edits: &[
            (MEMORY_C, "#include \"storage_memory_transaction.h\"\n", "#include \"storage_memory_transaction.h\"\n#include <time.h>\n"),
            (MEMORY_C, "static void destroy(void *instance) {\n    end_store(instance);\n    free(instance);\n}", "static void *free_later(void *instance) {\n    struct timespec pause = {0, 300000000};\n    nanosleep(&pause, NULL);\n    end_store(instance);\n    free(instance);\n    return NULL;\n}\n\nstatic void destroy(void *instance) {\n    pthread_t thread;\n    if (pthread_create(&thread, NULL, free_later, instance) == 0) pthread_detach(thread);\n}"),
        ],
        damage: Damage::Crash,
        finds: "lifecycle::no_thread_outlives_its_instance",
    },
    Mutant {
        name: "a budget that is cut to whole mebibytes, and then nothing",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "    store *self = calloc(1, sizeof *self);\n    if (self == NULL) return soch_fail(error, SOCH_LIMIT, 0, \"no memory for a storage\");", "    if (host->memory_budget > 0 && host->memory_budget >> 20 == 0) return soch_fail(error, SOCH_INVALID, 0, \"a cache of no pages\");\n    store *self = calloc(1, sizeof *self);\n    if (self == NULL) return soch_fail(error, SOCH_LIMIT, 0, \"no memory for a storage\");")],
        damage: Damage::Nuisance,
        finds: "lifecycle::a_budget_of_memory_is_enough_or_refused",
    },
    Mutant {
        name: "no directory is an error of the system",
        plugin: SORTED,
        edits: &[(SORTED_C, "    *instance = calloc(1, sizeof(sorted_index));", "    if (host->data_dir.len == 0) return soch_fail(error, SOCH_IO, 2, \"cannot open the directory\");\n    *instance = calloc(1, sizeof(sorted_index));")],
        damage: Damage::Nuisance,
        finds: "lifecycle::without_a_directory_it_works_or_says_so",
    },
    Mutant {
        name: "figures that take their own size with them",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "    stats->bytes_stored = self->bytes;", "    memset(stats, 0, sizeof *stats);\n    stats->bytes_stored = self->bytes;")],
        damage: Damage::Nuisance,
        finds: "lifecycle::what_it_fills_has_the_size_of_the_caller",
    },
    Mutant {
        name: "the last table that was opened is that of any instance",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "    table *made = make_table(self, number);\n    pthread_rwlock_unlock", "    static table *last;\n    if (last == NULL || last->number != number) last = make_table(self, number);\n    table *made = last;\n    pthread_rwlock_unlock")],
        damage: Damage::Crash,
        finds: "lifecycle::instances_agree_with_models_beside_each_other",
    },
    Mutant {
        name: "threads of which nobody says",
        plugin: PROMETHEUS,
        edits: &[("examples-rust/observability_prometheus/src/lib.rs", ".with_network().with_threads()", ".with_network()")],
        damage: Damage::Nuisance,
        finds: "lifecycle::its_threads_are_described",
    },
    Mutant {
        name: "instances that share what they hold",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "    *instance = self;\n    return SOCH_OK;\n}\n\nstatic void destroy(void *instance) {\n    end_store(instance);\n    free(instance);", "    static store *shared;\n    if (shared == NULL) shared = self;\n    *instance = shared;\n    return SOCH_OK;\n}\n\nstatic void destroy(void *instance) {\n    (void)instance;")],
        damage: Damage::Wrong,
        finds: "lifecycle::two_instances_are_independent",
    },
    Mutant {
        name: "indexes that share what they hold",
        plugin: FLAT,
        edits: &[(FLAT_C, "    self->dimensions = (size_t)dimensions;\n    *instance = self;", "    static flat_index *shared;\n    self->dimensions = (size_t)dimensions;\n    if (shared == NULL || shared->dimensions != self->dimensions) shared = self;\n    *instance = shared;"), (FLAT_C, "    flat_index *self = instance;\n    free_entries(self->entries, self->count);\n    free(self);", "    (void)instance;")],
        damage: Damage::Wrong,
        finds: "lifecycle::two_instances_are_independent",
    },
    Mutant {
        name: "a level that all instances share",
        plugin: ZSTD,
        edits: &[(ZSTD_C, "    if (status == SOCH_OK) self->level = level;", "    if (status == SOCH_OK) shared = self->level = level;"), (ZSTD_C, "    soch_status status = compress_frame(taken->compressor, self->level, input, output, error);", "    soch_status status = compress_frame(taken->compressor, shared, input, output, error);"), (ZSTD_C, "static void free_worker(", "static int shared;\nstatic void free_worker(")],
        damage: Damage::Wrong,
        finds: "lifecycle::a_level_is_of_one_instance",
    },
    Mutant {
        name: "at most 64 instances",
        plugin: FLAT,
        edits: &[(FLAT_C, "    self = calloc(1, sizeof *self);\n", "    static int made;\n    if (++made > 64) return soch_fail(error, SOCH_LIMIT, 0, \"no place for an instance\");\n    self = calloc(1, sizeof *self);\n"), (FLAT_C, "    free_entries(self->entries, self->count);\n    free(self);\n}\n\nstatic const", "    free_entries(self->entries, self->count);\n    free(self);\n}\n\nstatic const")],
        damage: Damage::Wrong,
        finds: "lifecycle::many_instances_at_once",
    },
    Mutant {
        name: "instances in a table of sixteen",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "    store *self = calloc(1, sizeof *self);\n    if (self == NULL) return soch_fail", "    static store room[16];\n    static int made;\n    store *self = &room[made++ % 16];\n    if (self == NULL) return soch_fail"), (MEMORY_C, "    end_store(instance);\n    free(instance);", "    (void)instance;")],
        damage: Damage::Crash,
        finds: "lifecycle::many_instances_at_once",
    },
    Mutant {
        name: "a delete of an absent key is NOT_FOUND",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "    drop(self, number, key);\n    pthread_rwlock_unlock(&self->lock);\n    return SOCH_OK;", "    bool found = find(find_table(self, number), key, self->writes, NULL) != NULL;\n    drop(self, number, key);\n    pthread_rwlock_unlock(&self->lock);\n    return found ? SOCH_OK : SOCH_NOT_FOUND;")],
        damage: Damage::Nuisance,
        finds: "storage::delete_removes_and_may_be_repeated",
    },
    Mutant {
        name: "a delete of an absent row of an index is NOT_FOUND",
        plugin: FLAT,
        edits: &[(FLAT_C, "    free(wanted.vector);\n    return SOCH_OK;", "    int was = is_at(self, place, &wanted);\n    free(wanted.vector);\n    return was ? SOCH_OK : SOCH_NOT_FOUND;")],
        damage: Damage::Nuisance,
        finds: "index::insert_and_delete_may_be_repeated",
    },
    Mutant {
        name: "an errno as a status",
        plugin: JSON,
        edits: &[(CALLS, "    return failed == 0 ? SOCH_OK : failed == ENOMEM ? SOCH_LIMIT : SOCH_IO;", "    return failed == 0 ? 100 : failed;")],
        damage: Damage::Nuisance,
        finds: "observability::any_text_is_taken",
    },
    Mutant {
        name: "a sink that finds nothing",
        plugin: JSON,
        edits: &[(CALLS, "static soch_status span_end(void *instance, uint64_t span) {", "static soch_status start_none(void *instance, soch_str name, uint64_t parent, uint64_t *span) {\n    soch_status status = span_start(instance, name, parent, span);\n    return status == SOCH_OK ? SOCH_NOT_FOUND : status;\n}\n\nstatic soch_status span_end(void *instance, uint64_t span) {"), (CALLS, ".span_start = span_start,", ".span_start = start_none,")],
        damage: Damage::Nuisance,
        finds: "observability::spans_nest",
    },
    Mutant {
        name: "a text of an error without an end",
        plugin: ZSTD,
        edits: &[(ZSTD_C, "    return soch_fail(error, SOCH_CORRUPTION, 0, why);", "    memset(error->message, 'x', sizeof error->message);\n    (void)why;\n    return SOCH_CORRUPTION;")],
        damage: Damage::Nuisance,
        finds: "compression::damaged_input_is_an_error",
    },
    Mutant {
        name: "a text of an error that is not UTF-8",
        plugin: ZSTD,
        edits: &[(ZSTD_C, "    return soch_fail(error, SOCH_CORRUPTION, 0, why);", "    (void)why;\n    return soch_fail(error, SOCH_CORRUPTION, 0, \"d\\xe9truit\");")],
        damage: Damage::Nuisance,
        finds: "compression::damaged_input_is_an_error",
    },
    Mutant {
        name: "instances are counted when they come, and not when they go",
        plugin: SORTED,
        edits: &[(SORTED_C, "    (void)host, (void)config;\n", "    static int made;\n    (void)host, (void)config;\n    if (++made > 8) return soch_fail(error, SOCH_LIMIT, 0, \"there are 8 indexes\");\n")],
        damage: Damage::Wrong,
        finds: "lifecycle::instances_come_and_go",
    },
    Mutant {
        name: "a file that is closed before it is synced",
        plugin: JSON,
        edits: &[("examples-c/observability_json_file.h", "    int failed = sync_output(self);\n    if (close(self->file) != 0 && failed == 0) failed = errno;\n", "    int failed = close(self->file) != 0 ? errno : sync_output(self);\n")],
        damage: Damage::Loss,
        finds: "lifecycle::shutdown_twice_is_ok",
    },
    Mutant {
        name: "what shutdown frees is freed again",
        plugin: JSON,
        edits: &[(CALLS, "    return report(self, close_output(&self->output), error);", "    soch_status status = report(self, close_output(&self->output), error);\n    free(self->path);\n    return status;")],
        damage: Damage::Crash,
        finds: "lifecycle::calls_after_shutdown_are_refused",
    },
    Mutant {
        name: "a file that programs of the host have, too",
        plugin: JSON,
        edits: &[("examples-c/observability_json_file.h", "O_CREAT | O_CLOEXEC | O_NONBLOCK", "O_CREAT | O_NONBLOCK")],
        damage: Damage::Nuisance,
        finds: "lifecycle::what_it_opens_is_closed_in_other_programs",
    },
    Mutant {
        name: "a table to which nobody wrote is an error",
        plugin: MEMORY,
        edits: &[(MEMORY_C, "    soch_status status = write_found(find(find_table(self, number), key, self->writes, NULL), value);", "    const table *from = find_table(self, number);\n    soch_status status = from == NULL ? SOCH_INVALID : write_found(find(from, key, self->writes, NULL), value);")],
        damage: Damage::Nuisance,
        finds: "lifecycle::a_clone_keeps_the_instance",
    },
    Mutant {
        name: "the thread that made an index finds it",
        plugin: SORTED,
        edits: &[
            (SORTED_C, "} sorted_index;\n", "} sorted_index;\n\nstatic __thread sorted_index *mine;\n"),
            (SORTED_C, "    *instance = calloc(1, sizeof(sorted_index));\n", "    *instance = mine = calloc(1, sizeof(sorted_index));\n"),
            (SORTED_C, "    *bytes = self->count", "    self = mine;\n    *bytes = self->count"),
        ],
        damage: Damage::Crash,
        finds: "lifecycle::an_instance_lives_on_any_thread",
    },
    Mutant {
        name: "of what a codec has for each thread, only that of the one that ends it is freed",
        plugin: XOR,
        edits: &[
            (XOR_C, "    uint8_t *room;\n", "    uint8_t *room;\n    pthread_key_t key = *(pthread_key_t *)instance;\n    if (pthread_getspecific(key) == NULL) pthread_setspecific(key, malloc(700));\n"),
            (XOR_C, "static soch_status flip(", "#include <pthread.h>\n#include <stdlib.h>\n\nstatic soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {\n    *instance = malloc(sizeof(pthread_key_t));\n    return pthread_key_create(*instance, NULL) == 0 ? SOCH_OK : SOCH_LIMIT;\n}\n\nstatic void destroy(void *instance) {\n    free(pthread_getspecific(*(pthread_key_t *)instance));\n    pthread_key_delete(*(pthread_key_t *)instance);\n    free(instance);\n}\n\nstatic soch_status flip("),
            (XOR_C, ".compression = &codec);", ".compression = &codec, .create = create, .destroy = destroy);"),
        ],
        damage: Damage::Leak,
        finds: "lifecycle::instances_that_worked_leave_nothing",
    },
    Mutant {
        name: "a thread that ends tells it to an instance that is gone",
        plugin: XOR,
        edits: &[
            (XOR_C, "    uint8_t *room;\n", "    uint8_t *room;\n    pthread_setspecific(((counts *)instance)->key, instance);\n"),
            (XOR_C, "static soch_status flip(", "#include <pthread.h>\n#include <stdlib.h>\ntypedef struct {\n    uint64_t *ends;\n    pthread_key_t key;\n    char room[700];\n} counts;\n\nstatic void end_thread(void *at) { ++*((counts *)at)->ends; }\n\nstatic soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {\n    counts *self = calloc(1, sizeof *self);\n    self->ends = calloc(1, sizeof *self->ends);\n    *instance = self;\n    return pthread_key_create(&self->key, end_thread) == 0 ? SOCH_OK : SOCH_LIMIT;\n}\n\nstatic void destroy(void *instance) {\n    counts *self = instance;\n    free(self->ends);\n    self->ends = NULL;\n    free(self);\n}\n\nstatic soch_status flip("),
            (XOR_C, ".compression = &codec);", ".compression = &codec, .create = create, .destroy = destroy);"),
        ],
        damage: Damage::Crash,
        finds: "lifecycle::threads_end_before_and_after_an_instance",
    },
];
