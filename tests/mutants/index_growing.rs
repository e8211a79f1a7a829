//! Mistakes of indexes with many rows, and of such as grow beside other calls.

use crate::index_ordered::STRIPED;
use crate::index_vectors::FLAT;
use crate::subject::{Damage, Mutant, Plugin};

const FILE: &str = "tests/plugins/index_in_a_log.c";
const LOG: Plugin = Plugin::of(FILE);
const FLAT_C: &str = "examples-c/index_flat.c";
const HNSW: Plugin =
    Plugin::of("examples-rust/index_hnsw").with(&["--config", r#"{"dimensions": 16, "metric": "l2"}"#]);
const SORTED: Plugin = Plugin::of("examples-c/index_sorted.c");

/// Lets its changes run beside all other calls: each of them holds the lock.
const DESCRIBED: (&str, &str, &str) = (
    FILE,
    "    properties->element = SOCH_ELEMENT_BYTES;\n",
    "    properties->element = SOCH_ELEMENT_BYTES, properties->flags = SOCH_INDEX_CONCURRENT_CHANGES;\n",
);
const CHANGES: (&str, &str, &str) = (
    FILE,
    "    size_t noted = self->changed.len;\n    int failed = self->is_new ? 0 : note(&self->changed, what, key, row);\n",
    "    pthread_mutex_lock(&self->lock);\n    size_t noted = self->changed.len;\n    \
     int failed = self->is_new ? 0 : note(&self->changed, what, key, row);\n",
);
const CHANGED: (&str, &str, &str) = (
    FILE,
    "    if (failed != 0) self->changed.len = noted;\n",
    "    if (failed != 0) self->changed.len = noted;\n    pthread_mutex_unlock(&self->lock);\n",
);
const LOOKUP: (&str, &str, &str) = (
    FILE,
    "    size_t at = place(self, key, 0), end = at;\n    (void)error;\n    while (is_at(self, end, key)) end++;\n    \
     return listed(self, at, end, rows, capacity, count);",
    "    (void)error;\n    pthread_mutex_lock(&((index *)instance)->lock);\n    size_t at = place(self, key, 0), end = at;\n    \
     while (is_at(self, end, key)) end++;\n    listed(self, at, end, rows, capacity, count);\n    \
     pthread_mutex_unlock(&((index *)instance)->lock);\n    return SOCH_OK;",
);
const RANGE: (&str, &str, &str) = (
    FILE,
    "    size_t from = place(self, start, 0), to = end.len > 0 ? place(self, end, 0) : self->count;\n    \
     (void)call, (void)error;\n    if (to < from) to = from;\n    if (to - from > limit) to = from + (size_t)limit;\n    \
     return listed(self, from, to, rows, capacity, count);",
    "    (void)call, (void)error;\n    pthread_mutex_lock(&((index *)instance)->lock);\n    \
     size_t from = place(self, start, 0), to = end.len > 0 ? place(self, end, 0) : self->count;\n    \
     if (to < from) to = from;\n    if (to - from > limit) to = from + (size_t)limit;\n    \
     listed(self, from, to, rows, capacity, count);\n    \
     pthread_mutex_unlock(&((index *)instance)->lock);\n    return SOCH_OK;",
);
const NOTED: &str = "    if (failed == 0) failed = note_all(&what, &self->entries);\n    uint64_t head[2]";
const SAVE: (&str, &str, &str) = (
    FILE,
    NOTED,
    "    pthread_mutex_lock(&self->lock);\n    if (failed == 0) failed = note_all(&what, &self->entries);\n    \
     pthread_mutex_unlock(&self->lock);\n    uint64_t head[2]",
);

/// The same of an index of vectors.
const FLAT_DESCRIBED: (&str, &str, &str) = (
    FLAT_C,
    "    properties->dimensions = self->dimensions;\n",
    "    properties->dimensions = self->dimensions;\n    properties->flags = SOCH_INDEX_CONCURRENT_CHANGES;\n",
);
const FLAT_LOCK: (&str, &str, &str) = (
    FLAT_C,
    "#include <math.h>\n",
    "#include <math.h>\n#include <pthread.h>\n#include <sched.h>\n\nstatic pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;\n",
);
const FLAT_CALLS: (&str, &str, &str) = (
    FLAT_C,
    "static soch_status create(",
    "static soch_status locked_insert(void *self, soch_bytes key, uint64_t row, soch_error *error) {\n    pthread_mutex_lock(&lock);\n    \
     soch_status status = insert(self, key, row, error);\n    pthread_mutex_unlock(&lock);\n    return status;\n}\n\n\
     static soch_status locked_remove(void *self, soch_bytes key, uint64_t row, soch_error *error) {\n    pthread_mutex_lock(&lock);\n    \
     soch_status status = remove_row(self, key, row, error);\n    pthread_mutex_unlock(&lock);\n    return status;\n}\n\n\
     static soch_status locked_batch(void *self, const soch_call *call, const soch_index_change *changes, size_t count, \
     soch_error *error) {\n    pthread_mutex_lock(&lock);\n    \
     soch_status status = change_batch(self, call, changes, count, error);\n    pthread_mutex_unlock(&lock);\n    return status;\n}\n\n\
     static soch_status locked_search(void *self, const soch_call *call, const soch_search *asked, uint64_t *rows, \
     float *distances, soch_search_result *result, soch_error *error) {\n    pthread_mutex_lock(&lock);\n    \
     soch_status status = search(self, call, asked, rows, distances, result, error);\n    pthread_mutex_unlock(&lock);\n    \
     return status;\n}\n\nstatic soch_status create(",
);
const FLAT_TABLE: (&str, &str, &str) = (
    FLAT_C,
    ".search = search, .change_batch = change_batch,",
    ".insert = locked_insert, .remove = locked_remove, .search = locked_search, .change_batch = locked_batch,",
);
const FLAT_WITHOUT: (&str, &str, &str) = (FLAT_C, " .insert = insert,\n    .remove = remove_row,", "\n   ");

/// All that a mistake in an index of vectors is made beside.
pub const FLAT_LOCKED: Mutant = Mutant {
    name: "a flat index whose changes run beside other calls",
    plugin: FLAT,
    edits: &[FLAT_DESCRIBED, FLAT_LOCK, FLAT_CALLS, FLAT_TABLE, FLAT_WITHOUT],
    damage: Damage::Nuisance,
    finds: "",
};

/// All that a mistake is made beside.
pub const LOCKED: Mutant = Mutant {
    name: "an index in a log whose changes run beside other calls",
    plugin: LOG,
    edits: &[DESCRIBED, CHANGES, CHANGED, LOOKUP, RANGE, SAVE],
    damage: Damage::Nuisance,
    finds: "",
};

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "a search lets go of its lock half way",
        plugin: FLAT,
        edits: &[
            FLAT_DESCRIBED,
            FLAT_LOCK,
            FLAT_CALLS,
            FLAT_TABLE,
            FLAT_WITHOUT,
            (FLAT_C, "malloc((self->count > 0 ? self->count : 1) *", "malloc((self->count + 4096) *"),
            (
                FLAT_C,
                "        if (!soch_search_allows(",
                "        if (i == self->count / 2) {\n            pthread_mutex_unlock(&lock);\n            sched_yield();\n            \
                 pthread_mutex_lock(&lock);\n            if (i >= self->count) break;\n        }\n        \
                 if (!soch_search_allows(",
            ),
        ],
        damage: Damage::Wrong,
        finds: "index_growth::a_search_has_once_what_stays",
    },
    Mutant {
        name: "a lookup without the lock of those who insert",
        plugin: LOG,
        edits: &[DESCRIBED, CHANGES, CHANGED, RANGE, SAVE],
        damage: Damage::Crash,
        finds: "index_growth::what_is_there_is_found_while_more_comes",
    },
    Mutant {
        name: "a range that goes on at the number of an entry",
        plugin: LOG,
        edits: &[
            DESCRIBED,
            CHANGES,
            CHANGED,
            LOOKUP,
            SAVE,
            (
                FILE,
                "    (void)call, (void)error;\n    if (to < from) to = from;\n    if (to - from > limit) to = from + (size_t)limit;\n    \
                 return listed(self, from, to, rows, capacity, count);",
                "    (void)error;\n    *count = 0;\n    for (; to > from && *count < limit; from += 64) {\n        \
                 if (soch_go_on(call) != SOCH_OK) return SOCH_CANCELLED;\n        \
                 pthread_mutex_lock(&((index *)instance)->lock);\n        \
                 for (size_t at = from; at < from + 64 && at < self->count && *count < limit; at++) {\n            \
                 if (end.len > 0 && compare_keys(&self->at[at], end) >= 0) to = 0;\n            \
                 if (to == 0) break;\n            if (*count < capacity) rows[*count] = self->at[at].row;\n            \
                 ++*count;\n        }\n        if (from + 64 >= self->count) to = 0;\n        \
                 pthread_mutex_unlock(&((index *)instance)->lock);\n    }\n    return SOCH_OK;",
            ),
        ],
        damage: Damage::Wrong,
        finds: "index_growth::a_range_has_once_what_stays",
    },
    Mutant {
        name: "a save that lets go of its lock between its parts",
        plugin: LOG,
        edits: &[
            DESCRIBED,
            CHANGES,
            CHANGED,
            LOOKUP,
            RANGE,
            (
                FILE,
                NOTED,
                "    pthread_mutex_lock(&self->lock);\n    for (size_t at = 0; failed == 0 && at < self->entries.count; at++) {\n        \
                 const entry *it = &self->entries.at[at];\n        \
                 failed = note(&what, COMES, (soch_bytes){it->key, it->len}, it->row);\n        \
                 if (at % 256 != 255) continue;\n        pthread_mutex_unlock(&self->lock);\n        \
                 soch_status asked = soch_go_on(call);\n        pthread_mutex_lock(&self->lock);\n        \
                 if (asked != SOCH_OK) failed = ECANCELED;\n    }\n    pthread_mutex_unlock(&self->lock);\n    uint64_t head[2]",
            ),
        ],
        damage: Damage::Loss,
        finds: "index_growth::a_save_has_what_was_there_before",
    },
    Mutant {
        name: "what changes while a flush writes is taken for flushed",
        plugin: LOG,
        edits: &[
            DESCRIBED,
            CHANGES,
            CHANGED,
            LOOKUP,
            RANGE,
            SAVE,
            (
                FILE,
                "    if (failed == 0 && self->is_new) failed = replace(&self->log, &what);\n",
                "    pthread_mutex_unlock(&self->lock);\n    \
                 if (failed == 0 && self->is_new) failed = replace(&self->log, &what);\n",
            ),
            (
                FILE,
                "    if (failed == 0) self->changed.len = 0, self->is_new = 0, self->watermark = watermark;\n",
                "    pthread_mutex_lock(&self->lock);\n    \
                 if (failed == 0) self->changed.len = 0, self->is_new = 0, self->watermark = watermark;\n",
            ),
        ],
        damage: Damage::Loss,
        finds: "index_forgotten::a_change_beside_a_flush_is_in_the_next",
    },
    Mutant {
        name: "what changes while a save writes is taken for saved",
        plugin: LOG,
        edits: &[
            DESCRIBED,
            CHANGES,
            LOOKUP,
            RANGE,
            (FILE, "    int is_new;\n", "    int is_new, is_saved;\n    buffer saved;\n"),
            (
                FILE,
                "    if (failed != 0) self->changed.len = noted;\n",
                "    if (failed != 0) self->changed.len = noted;\n    self->is_saved = 0;\n    \
                 pthread_mutex_unlock(&self->lock);\n",
            ),
            (
                FILE,
                "    self->changed.len = 0, self->is_new = 1;\n",
                "    self->changed.len = 0, self->is_new = 1, self->is_saved = 0;\n",
            ),
            (
                FILE,
                NOTED,
                "    pthread_mutex_lock(&self->lock);\n    if (failed == 0 && !self->is_saved) {\n        \
                 self->saved.len = 0;\n        failed = note_all(&self->saved, &self->entries);\n    }\n    \
                 if (failed == 0) failed = add(&what, self->saved.at, self->saved.len);\n    \
                 pthread_mutex_unlock(&self->lock);\n    uint64_t head[2]",
            ),
            (
                FILE,
                "    if (status == SOCH_OK) status = output->write(output->ctx, (soch_bytes){what.at, what.len});\n",
                "    if (status == SOCH_OK) status = output->write(output->ctx, (soch_bytes){what.at, what.len});\n    \
                 pthread_mutex_lock(&self->lock);\n    if (status == SOCH_OK) self->is_saved = 1;\n    \
                 pthread_mutex_unlock(&self->lock);\n",
            ),
        ],
        damage: Damage::Loss,
        finds: "index_forgotten::a_change_beside_a_save_is_in_the_next",
    },
    Mutant {
        name: "a flush counts with 16 bits",
        plugin: LOG,
        edits: &[(
            FILE,
            "    for (size_t at = 0; at < entries->count && failed == 0; at++) {\n        const entry",
            "    for (size_t at = 0; at < (uint16_t)entries->count && failed == 0; at++) {\n        const entry",
        )],
        damage: Damage::Loss,
        finds: "index_many::what_one_key_or_one_row_has_is_flushed",
    },
    Mutant {
        name: "a save counts with 16 bits",
        plugin: SORTED,
        edits: &[(
            "examples-c/index_sorted_saved.h",
            "status = add_number(&to, self->count);\n    for (size_t i = 0; status == SOCH_OK && i < self->count; i++) {",
            "status = add_number(&to, (uint16_t)self->count);\n    for (size_t i = 0; status == SOCH_OK && i < (uint16_t)self->count; i++) {",
        )],
        damage: Damage::Loss,
        finds: "index_many::what_one_key_or_one_row_has_is_saved",
    },
    Mutant {
        name: "one row of a vector comes into the new graph",
        plugin: HNSW,
        edits: &[(
            "examples-rust/index_hnsw/src/graph.rs",
            "                Some(node) => {\n",
            "                Some(mut node) => {\n                    node.rows.truncate(1);\n",
        )],
        damage: Damage::Loss,
        finds: "index_many::what_is_left_of_many_is_whole",
    },
    Mutant {
        name: "distances from lengths and products",
        plugin: FLAT,
        edits: &[(
            FLAT_C,
            "sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);",
            "sum = (float)((float)sum + (a[i] * a[i] + b[i] * b[i] - 2 * a[i] * b[i]));",
        )],
        damage: Damage::Wrong,
        finds: "index_vectors::an_exact_search_is_exact_far_from_the_origin",
    },
    Mutant {
        name: "searches among many look on where another one is",
        plugin: FLAT,
        edits: &[(
            FLAT_C,
            "    for (size_t i = 0; status == SOCH_OK && i < self->count; i++) {\n        \
             if (i % ASK_EVERY == 0) status = soch_go_on(call);\n        if (!soch",
            "    static size_t shared;\n    size_t own, *at = self->count > 1000 ? &shared : &own;\n    \
             for (*at = 0; status == SOCH_OK && kept < self->count; ++*at) {\n        const size_t i = *at;\n        \
             if (i >= self->count) break;\n        if (i % ASK_EVERY == 0) status = soch_go_on(call);\n        if (!soch",
        )],
        damage: Damage::Wrong,
        finds: "index_crowded::searches_among_many_find_as_much_beside_others",
    },
    Mutant {
        name: "a thread that nobody joins frees what a build replaces",
        plugin: STRIPED,
        edits: &[(
            "examples-rust/index_striped/src/lib.rs",
            "        *self = made;\n",
            "        let old = std::mem::replace(self, made);\n        std::thread::spawn(move || drop(old));\n",
        )],
        damage: Damage::Leak,
        finds: "index_ends::threads_that_put_much_away_end_with_it",
    },
];
