//! Mistakes that show where two threads meet within a few instructions: no delay makes them larger.

use crate::codec::XOR;
use crate::index_ordered::STRIPED;
use crate::index_vectors::IN_CPP;
use crate::sink::JSON;
use crate::storage::{MEMORY, VERSIONS};
use crate::subject::{mistakes, Damage, Mutant};

pub const ROWS: &[Mutant] = &[Mutant {
    name: "snapshots that begin with the lock of readers",
    plugin: MEMORY,
    edits: &[(
        "examples-c/storage_memory_rows.h",
        "static void begin_snapshot(store *self, snapshot *made) {\n    pthread_rwlock_wrlock",
        "static void begin_snapshot(store *self, snapshot *made) {\n    pthread_rwlock_rdlock",
    )],
    damage: Damage::Crash,
    finds: "storage_stepped::snapshots_begin_and_end_between_each_other",
}];

pub const CALLS: &[Mutant] = mistakes![MEMORY, "examples-c/storage_memory.c";
    Crash "a delete with the lock of readers":
        "    (void)txn, (void)error;\n    pthread_rwlock_wrlock" =>
        "    (void)txn, (void)error;\n    pthread_rwlock_rdlock",
        "storage_stepped::writes_stop_between_each_other";
    Crash "a get whose lock ends before the row is read":
        "    soch_status status = write_found(find(find_table(self, number), key, self->writes, NULL), value);\n    pthread_rwlock_unlock(&self->lock);\n    return status;" =>
        "    const node *row = find(find_table(self, number), key, self->writes, NULL);\n    pthread_rwlock_unlock(&self->lock);\n    return write_found(row, value);",
        "storage_stepped::reads_stop_between_writes";
];

pub const COMMITS: &[Mutant] = mistakes![MEMORY, "examples-c/storage_memory_transaction.h";
    Loss "a commit with the lock of readers":
        "    pthread_rwlock_wrlock(&owner->lock);\n    // With the lock" => "    pthread_rwlock_rdlock(&owner->lock);\n    // With the lock",
        "storage_stepped::commits_stop_between_each_other";
];

pub const IN_VERSIONS: &[Mutant] = mistakes![VERSIONS, "examples-c/storage_versions.cpp";
    Crash "rows that are counted without the lock":
        "        const auto locked = shelf_.lock();\n        shelf_.count(stats);" => "        shelf_.count(stats);",
        "storage_stepped::what_tells_of_all_rows_stops_between_writes";
    Crash "snapshots that begin without the lock":
        "        const auto locked = lock();\n        snapshots_.insert(now_);" => "        snapshots_.insert(now_);",
        "storage_stepped::snapshots_begin_and_end_between_each_other";
];

pub const OF_SINKS: &[Mutant] = mistakes![JSON, "examples-c/observability_json.c";
    Wrong "spans whose numbers are counted without the lock":
        "    pthread_mutex_lock(&self->lock);\n    *span = ++self->spans;\n    pthread_mutex_unlock(&self->lock);" =>
        "    *span = ++self->spans;",
        "observability_stepped::spans_that_start_between_each_other_have_numbers_of_their_own";
    Loss "counters of all threads that are put together in one place":
        "    line made;\n    begin(&made, \"counter\");" => "    static line made;\n    begin(&made, \"counter\");",
        "observability_stepped::counters_between_each_other_add_up";
];

pub const OF_CODECS: &[Mutant] = mistakes![XOR, "examples-c/codec_xor.c";
    Wrong "a key that all threads step through":
        "    for (size_t i = 0; i < input.len; i++) room[i] = input.ptr[i] ^ 0x5A;" =>
        "    static volatile uint8_t key;\n    key = 0x5A;\n    for (size_t i = 0; i < input.len; i++, key++) room[i] = input.ptr[i] ^ key;",
        "compression_stepped::calls_between_each_other_keep_their_bytes";
];

pub const OF_SEARCHES: &[Mutant] = mistakes![IN_CPP, "examples-c/index_vectors.cpp";
    Crash "a query that all searches share":
        "        const std::vector<float> query = numbers(search.query());" =>
        "        static std::vector<float> query;\n        query = numbers(search.query());",
        "index_stepped::searches_between_each_other_agree";
];

pub const OF_CHANGES: &[Mutant] = mistakes![STRIPED, "examples-rust/index_striped/src/lib.rs";
    Wrong "a lookup that finds nothing where it would have to wait":
        "        let stripe = Self::look(self.stripe_of(key));" =>
        "        let Ok(stripe) = self.stripe_of(key).try_read() else { return Ok(()) };",
        "index_stepped::what_stays_is_found_within_a_change";
    Loss "a change that takes its stripe away for a moment":
        "        self.change(key).insert(key, row);\n        Ok(())" =>
        "        let mut taken = std::mem::take(&mut *self.change(key));\n        taken.insert(key, row);\n        *self.change(key) = taken;\n        Ok(())",
        "index_stepped::changes_between_each_other_are_all_there";
];
