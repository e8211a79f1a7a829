//! Mistakes in storages that show when threads use them at the same time. Some take a moment longer than they would, so that
//! they show on a loaded machine too.

use crate::storage::{MEMORY, MEMORY_IN_RUST, VERSIONS};
use crate::subject::{Damage, Mutant};

const MAIN: &str = "examples-c/storage_memory.c";
const ROWS: &str = "examples-c/storage_memory_rows.h";
const CPP: &str = "examples-c/storage_versions.cpp";
const LIB: &str = "examples-rust/storage_memory/src/lib.rs";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "put holds the lock of readers",
        plugin: MEMORY,
        edits: &[(
            MAIN,
            "    (void)txn;\n    pthread_rwlock_wrlock(&self->lock);",
            "    (void)txn;\n    pthread_rwlock_rdlock(&self->lock);",
        ),
            (ROWS, "    if (old != NULL) end_row(self, old, &at);\n", "    if (old != NULL) end_row(self, old, &at);\n    for (volatile int i = 0; i < 5000; i++) {}\n"),
        ],
        damage: Damage::Crash,
        finds: "storage_threads::rows_of_one_table_are_whole_for_longer",
    },
    Mutant {
        name: "put finds its table without the lock",
        plugin: MEMORY,
        edits: &[
            (MAIN, "static soch_status get(void *instance, uint32_t number", "#include <sched.h>\nstatic soch_status get(void *instance, uint32_t number"),
            (
                MAIN,
                "    pthread_rwlock_wrlock(&self->lock);\n    node *row = make_row(make_table(self, number), key, value);",
                "    table *in = make_table(self, number);\n    pthread_rwlock_wrlock(&self->lock);\n    node *row = make_row(in, key, value);",
            ),
            (
                ROWS,
                "    made->next = self->tables[number % BUCKETS];\n    self->tables[number % BUCKETS] = made;",
                "    made->next = self->tables[number % BUCKETS];\n    for (volatile int i = 0; i < 400000; i++) {}\n    self->tables[number % BUCKETS] = made;",
            ),
        ],
        damage: Damage::Loss,
        finds: "storage_threads::a_table_that_many_begin_is_one",
    },
    Mutant {
        name: "a handle of a new table is made with the lock of readers",
        plugin: MEMORY,
        edits: &[
            (MAIN, "    pthread_rwlock_wrlock(&self->lock);\n    table *made = make_table(self, number);", "    pthread_rwlock_rdlock(&self->lock);\n    table *made = make_table(self, number);"),
            (
                ROWS,
                "    made->next = self->tables[number % BUCKETS];\n    self->tables[number % BUCKETS] = made;",
                "    made->next = self->tables[number % BUCKETS];\n    for (volatile int i = 0; i < 400000; i++) {}\n    self->tables[number % BUCKETS] = made;",
            ),
        ],
        damage: Damage::Loss,
        finds: "storage_threads::a_table_that_many_begin_is_one",
    },
    Mutant {
        name: "get gives a value after its lock",
        plugin: MEMORY,
        edits: &[(
            MAIN,
            "    soch_status status = write_found(find(find_table(self, number), key, self->writes, NULL), value);\n    pthread_rwlock_unlock(&self->lock);\n    return status;",
            "    const node *row = find(find_table(self, number), key, self->writes, NULL);\n    pthread_rwlock_unlock(&self->lock);\n    return write_found(row, value);",
        )],
        damage: Damage::Crash,
        finds: "storage_threads::one_row_is_never_torn_for_longer",
    },
    Mutant {
        name: "a handle's get gives a value after its lock",
        plugin: MEMORY,
        edits: &[(
            MAIN,
            "    soch_status status = write_found(find(in, key, in->owner->writes, NULL), value);\n    pthread_rwlock_unlock(&in->owner->lock);\n    return status;",
            "    const node *row = find(in, key, in->owner->writes, NULL);\n    pthread_rwlock_unlock(&in->owner->lock);\n    return write_found(row, value);",
        )],
        damage: Damage::Crash,
        finds: "storage_threads::one_row_is_never_torn_for_longer",
    },
    Mutant {
        name: "values go through one buffer of the process",
        plugin: MEMORY,
        edits: &[(
            ROWS,
            "    return row != NULL ? value->write(value->ctx, value_of(row)) : SOCH_NOT_FOUND;",
            "    static uint8_t buffer[1 << 16];\n    if (row == NULL) return SOCH_NOT_FOUND;\n    soch_bytes bytes = value_of(row);\n    if (bytes.len > 0 && bytes.len < sizeof buffer) memcpy(buffer, bytes.ptr, bytes.len), bytes.ptr = buffer;\n    return value->write(value->ctx, bytes);",
        )],
        damage: Damage::Wrong,
        finds: "storage_threads::one_row_is_never_torn_for_longer",
    },
    Mutant {
        name: "remove looks before it locks",
        plugin: MEMORY,
        edits: &[(
            MAIN,
            "    (void)txn, (void)error;\n    pthread_rwlock_wrlock(&self->lock);\n    drop(self, number, key);",
            "    (void)txn, (void)error;\n    place at;\n    pthread_rwlock_rdlock(&self->lock);\n    node *row = find(find_table(self, number), key, self->writes, &at);\n    pthread_rwlock_unlock(&self->lock);\n    pthread_rwlock_wrlock(&self->lock);\n    if (row != NULL) end_row(self, row, &at);",
        )],
        damage: Damage::Crash,
        finds: "storage_threads::what_comes_and_goes_is_counted_for_longer",
    },
    Mutant {
        name: "a count of rows outside of the lock",
        plugin: MEMORY,
        edits: &[(
            MAIN,
            "    (void)txn;\n    pthread_rwlock_wrlock(&self->lock);",
            "    (void)txn;\n    uint64_t before = self->count;\n    pthread_rwlock_wrlock(&self->lock);\n    if (find(find_table(self, number), key, self->writes, NULL) == NULL) self->count = before;",
        )],
        damage: Damage::Wrong,
        finds: "storage_threads::what_comes_and_goes_is_counted_for_longer",
    },
    Mutant {
        name: "a get reads and another thread writes",
        plugin: VERSIONS,
        edits: &[(
            CPP,
            "    bool get(soch::bytes key, soch::writer value) {\n        const auto locked = of_.lock();\n        const std::string *found = of_.find(",
            "    bool get(soch::bytes key, soch::writer value) {\n        const std::string *found = of_.find(",
        )],
        damage: Damage::Crash,
        finds: "storage_threads::one_row_is_never_torn_for_longer",
    },
    Mutant {
        name: "a put is a read and a write",
        plugin: MEMORY_IN_RUST,
        edits: &[(
            LIB,
            "        let mut tables = self.write();\n        let place = tables.place(table);\n        tables.put(place, key, value);\n        Ok(())\n    }\n\n    fn delete",
            "        let mut tables = self.read().clone();\n        let place = tables.place(table);\n        tables.put(place, key, value);\n        *self.write() = tables;\n        Ok(())\n    }\n\n    fn delete",
        )],
        damage: Damage::Loss,
        finds: "storage_threads::rows_of_one_table_are_whole_for_longer",
    },
    Mutant {
        name: "a handle's table is looked for in a clone",
        plugin: MEMORY_IN_RUST,
        edits: &[(
            LIB,
            "        self.storage.write().put(self.place, key, value);\n        Ok(())",
            "        let mut tables = self.storage.read().clone();\n        tables.put(self.place, key, value);\n        *self.storage.write() = tables;\n        Ok(())",
        )],
        damage: Damage::Loss,
        finds: "storage_threads::rows_of_one_table_are_whole_for_longer",
    },
];
