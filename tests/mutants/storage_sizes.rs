//! Mistakes in storages at the borders of sizes, and when an instance comes again.

use crate::storage::{LMDB, LMDB_ON_DISK, MEMORY, MEMORY_IN_RUST};
use crate::subject::{Damage, Mutant};

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "a value over 64 KiB loses its last byte",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
"    row->value_len = value.len;",
"    row->value_len = value.len - (value.len > 65536);"),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::values_of_every_size_come_back_by_every_way",
    },
    Mutant {
        name: "a length in 16 bits",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
"    row->value_len = value.len;",
"    row->value_len = (unsigned short)value.len == 0 ? value.len : (unsigned short)value.len;"),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::values_of_every_size_come_back_by_every_way",
    },
    Mutant {
        name: "a value over 1 MiB is dropped as OK",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
r#"    if (row != NULL) put_in(row);
    pthread_rwlock_unlock(&self->lock);"#,
r#"    if (row != NULL && value.len <= 1048575) put_in(row);
    else if (row != NULL) free(row);
    pthread_rwlock_unlock(&self->lock);"#),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::long_values_come_back_by_every_way",
    },
    Mutant {
        name: "a table's put cuts values at 4 KiB",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"    node *row = make_row(in, key, value);",
r#"    if (value.len > 4096) value.len = 4096;
    node *row = make_row(in, key, value);"#),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::values_of_every_size_come_back_by_every_way",
    },
    Mutant {
        name: "a transaction's put cuts values at 64 bytes",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_transaction.h",
"    return txn_write(txn, number, key, value, false, error);",
r#"    if (value.len > 64) value.len = 64;
    return txn_write(txn, number, key, value, false, error);"#),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::values_of_every_size_come_back_by_every_way",
    },
    Mutant {
        name: "a batch's value ends at a zero byte",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"        made[i] = make_row(make_table(self, writes[i].table), writes[i].key, writes[i].value);",
r#"        soch_bytes cut = writes[i].value;
        cut.len = cut.len > 0 ? strnlen((const char *)cut.ptr, cut.len) : 0;
        made[i] = make_row(make_table(self, writes[i].table), writes[i].key, cut);"#),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::values_of_every_size_come_back_by_every_way",
    },
    Mutant {
        name: "reader_get lends a byte too few of long values",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
r#"    *value = value_of(row);
    return SOCH_OK;"#,
r#"    *value = value_of(row);
    value->len -= value->len > 1024;
    return SOCH_OK;"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_sizes::values_of_every_size_come_back_by_every_way",
    },
    Mutant {
        name: "a smaller value keeps the end of a larger one",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
"    node *old = find(row->table, key_of(row), row->birth, &at);",
r#"    node *old = find(row->table, key_of(row), row->birth, &at);
    if (old != NULL && old->value_len > 60000 && row->value_len > 0 && row->value_len < 60000) {
        size_t len = row->value_len;
        (void)len;
        memcpy((uint8_t *)value_of(row).ptr, value_of(old).ptr, 1);
    }"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_sizes::a_value_that_shrinks_and_grows_has_nothing_of_the_one_before",
    },
    Mutant {
        name: "a key is cut at 255 bytes",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
"static node *make_row(table *in, soch_bytes key, soch_bytes value) {",
r#"static node *make_row(table *in, soch_bytes key, soch_bytes value) {
    if (key.len > 255) key.len = 255;"#),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::keys_of_every_length_are_each_a_key",
    },
    Mutant {
        name: "keys compare up to 64 bytes",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
r#"    size_t least = left.len < right.len ? left.len : right.len;
    int order"#,
r#"    size_t least = left.len < right.len ? left.len : right.len;
    if (least > 64) least = 64;
    int order"#),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::keys_of_every_length_are_each_a_key",
    },
    Mutant {
        name: "keys compare as text",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
"least > 0 ? memcmp(left.ptr, right.ptr, least) : 0;",
"least > 0 ? strncmp((const char *)left.ptr, (const char *)right.ptr, least) : 0;"),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::keys_of_any_bytes_are_kept",
    },
    Mutant {
        name: "a delete of a long key does nothing",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
r#"    drop(self, number, key);
    pthread_rwlock_unlock(&self->lock);
    return SOCH_OK;"#,
r#"    if (key.len < 400) drop(self, number, key);
    pthread_rwlock_unlock(&self->lock);
    return SOCH_OK;"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_sizes::keys_of_every_length_are_each_a_key",
    },
    Mutant {
        name: "a cursor loses a row at the end of each full batch",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
r#"    pthread_rwlock_unlock(&self->of->owner->lock);
    return SOCH_OK;"#,
r#"    if (*count == capacity && capacity > 1 && self->row != self->stop && !self->reverse) {
        self->row = first_seen(self->row->next[0], self->of->seen);
    }
    pthread_rwlock_unlock(&self->of->owner->lock);
    return SOCH_OK;"#),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::many_rows_are_all_there",
    },
    Mutant {
        name: "a scan ends after 1000 rows",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"    soch_status status = soch_scan_by_cursor(&walk, call, cursor_next, limit, rows, error);",
"    soch_status status = soch_scan_by_cursor(&walk, call, cursor_next, limit < 1000 ? limit : 1000, rows, error);"),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::many_rows_are_all_there",
    },
    Mutant {
        name: "a scan counts its limit in 16 bits",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"    soch_status status = soch_scan_by_cursor(&walk, call, cursor_next, limit, rows, error);",
"    soch_status status = soch_scan_by_cursor(&walk, call, cursor_next, limit < 65536 ? limit : 65535, rows, error);"),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::more_rows_than_sixteen_bits_count",
    },
    Mutant {
        name: "tables share rows in 16 bits of their numbers",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
r#"    table *found = self->tables[number % BUCKETS];
    while (found != NULL && found->number != number) found = found->next;"#,
r#"    table *found = self->tables[number % BUCKETS];
    while (found != NULL && (found->number & 0xFFFF) != (number & 0xFFFF)) found = found->next;"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_sizes::many_tables_are_apart",
    },
    Mutant {
        name: "a batch is cut at 1000 writes",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"    node **made = count > 0 ?",
r#"    if (count > 1000) count = 1000;
    node **made = count > 0 ?"#),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::a_batch_of_every_size_is_whole",
    },
    Mutant {
        name: "a batch is cut at 64 writes",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"    node **made = count > 0 ?",
r#"    if (count > 64) count = 64;
    node **made = count > 0 ?"#),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::a_batch_of_every_size_is_whole",
    },
    Mutant {
        name: "a batch counts its writes in 16 bits",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"    node **made = count > 0 ?",
r#"    if (count > 65536) count = (unsigned short)count;
    node **made = count > 0 ?"#),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::batches_of_more_writes_than_sixteen_bits_count",
    },
    Mutant {
        name: "a batch writes what comes before the write that fails",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
r#"    for (size_t i = 0; i < count && status == SOCH_OK; i++) {
        const soch_write *write = &writes[i];"#,
r#"    size_t good = 0;
    while (status != SOCH_OK && good < count && is_expected(self, &writes[good])) good++;
    for (size_t i = 0; i < good && i < 32; i++) {
        if (writes[i].op == SOCH_WRITE_DELETE) drop(self, writes[i].table, writes[i].key);
    }
    for (size_t i = 0; i < count && status == SOCH_OK; i++) {
        const soch_write *write = &writes[i];"#),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::what_fails_anywhere_in_a_batch_changes_nothing",
    },
    Mutant {
        name: "values are cut at a page",
        plugin: LMDB,
        edits: &[
            ("examples-c/storage_lmdb_rows.h",
"        MDB_val value = {write->value.len, (void *)write->value.ptr};",
"        MDB_val value = {write->value.len < 65536 ? write->value.len : 65536, (void *)write->value.ptr};"),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::values_of_every_size_come_back_by_every_way",
    },
    Mutant {
        name: "a stored key leaves out what is over 128 bytes",
        plugin: LMDB,
        edits: &[
            ("examples-c/storage_lmdb_rows.h",
"    size_t len = key.len < KEY_MOST ? key.len : KEY_MOST;",
"    size_t len = key.len < 128 ? key.len : 128;"),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::keys_of_every_length_are_each_a_key",
    },
    Mutant {
        name: "a table's number has 24 bits",
        plugin: LMDB,
        edits: &[
            ("examples-c/storage_lmdb_rows.h",
"made->bytes[i] = (uint8_t)(table >> (24 - 8 * i));",
"made->bytes[i] = i == 0 ? 0 : (uint8_t)(table >> (24 - 8 * i));"),
        ],
        damage: Damage::Wrong,
        finds: "storage_sizes::many_tables_are_apart",
    },
    Mutant {
        name: "the Rust storage cuts values at 64 KiB",
        plugin: MEMORY_IN_RUST,
        edits: &[
            ("examples-rust/storage_memory/src/lib.rs",
"        match self.trees[place].insert(key, value) {",
"        match self.trees[place].insert(key, &value[..value.len().min(65_536)]) {"),
        ],
        damage: Damage::Loss,
        finds: "storage_sizes::values_of_every_size_come_back_by_every_way",
    },
    Mutant {
        name: "each open begins with an empty database",
        plugin: LMDB_ON_DISK,
        edits: &[
            ("examples-c/storage_lmdb_env.h",
"    code = mdb_env_create(&self->env);",
r#"    unlinkat(self->directory, "data.mdb", 0);
    unlinkat(self->directory, "lock.mdb", 0);
    code = mdb_env_create(&self->env);"#),
        ],
        damage: Damage::Loss,
        finds: "storage_reopen::what_was_flushed_is_there_again",
    },
    Mutant {
        name: "deletes are done in memory only",
        plugin: LMDB_ON_DISK,
        edits: &[
            ("examples-c/storage_lmdb.c",
r#"    soch_write write = {SOCH_WRITE_DELETE, table, key, {NULL, 0}, 0};
    return write_one(instance, &write, txn, error);"#,
r#"    soch_write write = {SOCH_WRITE_PUT, table, key, {NULL, 0}, 0};
    return write_one(instance, &write, txn, error);"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_reopen::a_later_round_changes_what_an_earlier_one_left",
    },
    Mutant {
        name: "the newest rows are kept in memory until the next one",
        plugin: LMDB_ON_DISK,
        edits: &[
            ("examples-c/storage_lmdb.c",
r#"    soch_write write = {SOCH_WRITE_PUT, table, key, value, 0};
    return write_one(instance, &write, txn, error);"#,
r#"    soch_write write = {SOCH_WRITE_PUT, table, key, value, 0};
    if (table == 256 && value.len == 2) return SOCH_OK;
    return write_one(instance, &write, txn, error);"#),
        ],
        damage: Damage::Loss,
        finds: "storage_reopen::what_was_flushed_is_there_again",
    },
    Mutant {
        name: "every other directory is the first one",
        plugin: LMDB,
        edits: &[
            ("examples-c/storage_lmdb_env.h",
"    soch_status status = configure(self, host, config, path, sizeof path, &flags, error);",
r#"    static char first[PATH_MAX];
    soch_status status = configure(self, host, config, path, sizeof path, &flags, error);
    if (first[0] == 0) memcpy(first, path, sizeof path);
    else if (self->map_size == ((uint64_t)1 << 30)) memcpy(path, first, sizeof path);"#),
        ],
        damage: Damage::Wrong,
        finds: "lifecycle::two_instances_are_independent",
    },
    Mutant {
        name: "an aborted transaction is committed",
        plugin: LMDB_ON_DISK,
        edits: &[
            ("examples-c/storage_lmdb_transaction.h",
r#"static void abort_txn(void *txn) {
    transaction *self = txn;
    mdb_txn_abort(self->outermost);"#,
r#"static void abort_txn(void *txn) {
    transaction *self = txn;
    mdb_txn_commit(self->outermost);"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_reopen::batches_and_transactions_are_there_again",
    },
    Mutant {
        name: "a dropped table comes back with the next instance",
        plugin: LMDB_ON_DISK,
        edits: &[
            ("examples-c/storage_lmdb_tables.h",
r#"        code = delete_rows(self, txn, call, &all, &ended);
        if (code == MDB_SUCCESS && ended == SOCH_OK) {
            code = commit(self, txn);"#,
r#"        code = delete_rows(self, txn, call, &all, &ended);
        if (code == MDB_SUCCESS && ended == SOCH_OK && table != 2) {
            code = commit(self, txn);"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_reopen::what_was_dropped_and_compacted_stays_so",
    },
];
