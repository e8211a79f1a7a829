//! Mistakes in storages: what is read, seen, counted and kept apart.

use crate::storage::{LMDB, MEMORY, VERSIONS};
use crate::subject::{Damage, Mutant};

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "a get inside that has a status of its own in place of its writer's",
        plugin: MEMORY,
        edits: &[(
            "examples-c/storage_memory_transaction.h",
            "    return write_found(txn_find(txn, number, key), value);",
            "    soch_status status = write_found(txn_find(txn, number, key), value);\n    return status > SOCH_NOT_FOUND ? SOCH_FAILED : status;",
        )],
        damage: Damage::Nuisance,
        finds: "storage_refused::handles_hand_a_status_on_as_it_is",
    },
    Mutant {
        name: "a scan includes its end",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"        if (end.len > 0) made->stop = first_seen(seek(in, end, of->seen, NULL), of->seen);",
r#"        if (end.len > 0) {
            made->stop = first_seen(seek(in, end, of->seen, NULL), of->seen);
            if (made->stop != NULL && compare(key_of(made->stop), end) == 0) made->stop = first_seen(made->stop->next[0], of->seen);
        }"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_scan::start_is_included_and_end_is_not",
    },
    Mutant {
        name: "a scan leaves out its start",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"        made->row = first_seen(seek(in, start, of->seen, NULL), of->seen);",
r#"        made->row = first_seen(seek(in, start, of->seen, NULL), of->seen);
        if (made->row != NULL && start.len > 0 && compare(key_of(made->row), start) == 0) made->row = first_seen(made->row->next[0], of->seen);"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_scan::start_is_included_and_end_is_not",
    },
    Mutant {
        name: "a limit of 0 is no limit",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"soch_scan_by_cursor(&walk, call, cursor_next, limit, rows, error);",
"soch_scan_by_cursor(&walk, call, cursor_next, limit == 0 ? UINT64_MAX : limit, rows, error);"),
        ],
        damage: Damage::Nuisance,
        finds: "storage_scan::limits_are_kept",
    },
    Mutant {
        name: "a scan gives one row more than its limit",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"soch_scan_by_cursor(&walk, call, cursor_next, limit, rows, error);",
"soch_scan_by_cursor(&walk, call, cursor_next, limit + (limit > 0 && limit < 1000), rows, error);"),
        ],
        damage: Damage::Nuisance,
        finds: "storage_scan::limits_are_kept",
    },
    Mutant {
        name: "a cursor backwards begins at its end",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"        made->row = last_seen(in, end.len > 0 ? &end : NULL, of->seen);",
r#"        made->row = last_seen(in, end.len > 0 ? &end : NULL, of->seen);
        if (end.len > 0 && find(in, end, of->seen, NULL) != NULL) made->row = find(in, end, of->seen, NULL);"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_cursor::every_small_range_agrees_with_a_model",
    },
    Mutant {
        name: "a cursor backwards leaves out its start",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"        made->stop = last_seen(in, &start, of->seen);",
"        made->stop = find(in, start, of->seen, NULL) != NULL ? find(in, start, of->seen, NULL) : last_seen(in, &start, of->seen);"),
        ],
        damage: Damage::Wrong,
        finds: "storage_cursor::every_small_range_agrees_with_a_model",
    },
    Mutant {
        name: "a cursor walks on into the next table",
        plugin: LMDB,
        edits: &[
            ("examples-c/storage_lmdb_rows.h",
"    if (memcmp(stored->mv_data, self->first.key.bytes, TABLE_SIZE) != 0) return false;",
"    if (memcmp(stored->mv_data, self->first.key.bytes, TABLE_SIZE - 1) != 0) return false;"),
        ],
        damage: Damage::Wrong,
        finds: "storage_cursor::every_small_range_agrees_with_a_model",
    },
    Mutant {
        name: "a seek may leave the range of its cursor",
        plugin: LMDB,
        edits: &[
            ("examples-c/storage_lmdb_rows.h",
"    self->from = outside ? &self->first : &self->sought;",
"    self->from = &self->sought;"),
        ],
        damage: Damage::Wrong,
        finds: "storage_cursor::one_that_is_moved_goes_on_where_it_should",
    },
    Mutant {
        name: "a seek backwards leaves out the key itself",
        plugin: LMDB,
        edits: &[
            ("examples-c/storage_lmdb_rows.h",
"    set_place(&self->sought, self->table, key, self->reverse);",
"    set_place(&self->sought, self->table, key, false);"),
        ],
        damage: Damage::Wrong,
        finds: "storage_cursor::one_that_is_moved_goes_on_where_it_should",
    },
    Mutant {
        name: "a cursor goes on after its end",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"    for (*count = 0; *count < capacity && self->row != self->stop; ++*count) {",
r#"    if (self->row == NULL && self->stop == NULL && !self->reverse) self->row = first_seen(find_table(self->of->owner, 1) ? find_table(self->of->owner, 1)->first[0] : NULL, self->of->seen);
    for (*count = 0; *count < capacity && self->row != self->stop; ++*count) {"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_cursor::every_small_range_agrees_with_a_model",
    },
    Mutant {
        name: "a snapshot sees the write after it",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
r#"    made->seen = self->writes;
    made->newer"#,
r#"    made->seen = self->writes + 1;
    made->newer"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_reader::a_snapshot_sees_what_was_and_nothing_later",
    },
    Mutant {
        name: "a snapshot misses the write before it",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
r#"    made->seen = self->writes;
    made->newer"#,
r#"    made->seen = self->writes > 0 ? self->writes - 1 : 0;
    made->newer"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_reader::a_snapshot_sees_what_was_and_nothing_later",
    },
    Mutant {
        name: "reader_get reads what is there now",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
r#"    const node *row = find(find_table(self->owner, number), key, self->seen, NULL);
    pthread_rwlock_unlock(&self->owner->lock);"#,
r#"    const node *row = find(find_table(self->owner, number), key, self->owner->writes, NULL);
    pthread_rwlock_unlock(&self->owner->lock);"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_reader::a_snapshot_sees_what_was_and_nothing_later",
    },
    Mutant {
        name: "a snapshot sees rows that were deleted before it",
        plugin: VERSIONS,
        edits: &[
            ("examples-c/storage_versions.cpp",
"        return row == rows.end() ? nullptr : seen(row->second, at);",
r#"        if (row == rows.end()) return nullptr;
        const std::string *value = seen(row->second, at);
        return value != nullptr || row->second.size() < 2 ? value : seen(row->second, point{row->second[row->second.size() - 2].at, at.time});"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_reader::snapshots_agree_with_models",
    },
    Mutant {
        name: "a commit does not look for others",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_transaction.h",
r#"owner->writes == self->before.seen
"#,
r#"owner->writes >= self->before.seen
"#),
        ],
        damage: Damage::Loss,
        finds: "storage_transaction::no_update_of_many_threads_is_lost",
    },
    Mutant {
        name: "txn_get misses what was removed inside",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_transaction.h",
"    return own->removes ? NULL : own;",
"    return own->removes ? find_in(&self->before, number, key) : own;"),
        ],
        damage: Damage::Wrong,
        finds: "storage_transaction::only_a_transaction_sees_its_writes_before_its_commit",
    },
    Mutant {
        name: "txn_scan misses what was put inside",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_transaction.h",
"        if (row->removes) continue;",
"        if (row->removes || (order > 0 && row->value_len == 1)) continue;"),
        ],
        damage: Damage::Wrong,
        finds: "storage_transaction::only_a_transaction_sees_its_writes_before_its_commit",
    },
    Mutant {
        name: "a commit forgets what was removed",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_transaction.h",
r#"                    drop(to, in->number, key_of(row));
                    free(row);"#,
"                    free(row);"),
        ],
        damage: Damage::Loss,
        finds: "storage_transaction::reads_inside_agree_with_a_model",
    },
    Mutant {
        name: "a commit of two tables writes one",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_transaction.h",
r#"                    row->table = find_table(to, in->number);
                    put_in(row);"#,
r#"                    row->table = find_table(to, in->number);
                    if (in->number != 2) put_in(row);
                    else free(row);"#),
        ],
        damage: Damage::Loss,
        finds: "storage_transaction::all_tables_change_at_one_moment",
    },
    Mutant {
        name: "a transaction writes through",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_transaction.h",
"static soch_status txn_put(void *txn, uint32_t number, soch_bytes key, soch_bytes value, soch_error *error) {",
r#"static soch_status txn_put(void *txn, uint32_t number, soch_bytes key, soch_bytes value, soch_error *error) {
    transaction *through = txn;
    pthread_rwlock_wrlock(&through->before.owner->lock);
    put_in(make_row(make_table(through->before.owner, number), key, value));
    pthread_rwlock_unlock(&through->before.owner->lock);"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_transaction::only_a_transaction_sees_its_writes_before_its_commit",
    },
    Mutant {
        name: "deleted rows are counted",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
r#"    self->bytes -= row->key_len + row->value_len;
    self->count--;"#,
"    self->bytes -= row->key_len + row->value_len;"),
        ],
        damage: Damage::Wrong,
        finds: "storage::stats_are_plausible",
    },
    Mutant {
        name: "get of an absent key is FAILED",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
r#": SOCH_NOT_FOUND;
}"#,
r#": SOCH_FAILED;
}"#),
        ],
        damage: Damage::Wrong,
        finds: "storage::a_missing_key_is_not_found",
    },
    Mutant {
        name: "get of an absent key is empty",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
"    return row != NULL ? value->write(value->ctx, value_of(row)) : SOCH_NOT_FOUND;",
"    return row != NULL ? value->write(value->ctx, value_of(row)) : SOCH_OK;"),
        ],
        damage: Damage::Wrong,
        finds: "storage::a_missing_key_is_not_found",
    },
    Mutant {
        name: "an empty value is no row",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
"    return row != NULL ? value->write(value->ctx, value_of(row)) : SOCH_NOT_FOUND;",
"    return row != NULL && row->value_len > 0 ? value->write(value->ctx, value_of(row)) : SOCH_NOT_FOUND;"),
        ],
        damage: Damage::Wrong,
        finds: "storage::an_empty_value_is_a_value",
    },
    Mutant {
        name: "tables are listed as they come",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"    if (*count <= capacity) qsort(tables, *count, sizeof *tables, by_number);",
""),
        ],
        damage: Damage::Wrong,
        finds: "storage_tables::those_with_rows_are_listed",
    },
    Mutant {
        name: "an empty table is listed",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"            if (first_seen(in->first[0], self->writes) == NULL) continue;",
""),
        ],
        damage: Damage::Nuisance,
        finds: "storage_tables::those_with_rows_are_listed",
    },
    Mutant {
        name: "a dropped table keeps its last row",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"    drop_range(self, number, none, none);",
r#"    const uint8_t high[] = {0x50};
    const soch_bytes last = {high, 1};
    drop_range(self, number, none, last);"#),
        ],
        damage: Damage::Wrong,
        finds: "storage_tables::a_dropped_one_is_empty_at_once_and_no_other",
    },
    Mutant {
        name: "a range is deleted with its end",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory_rows.h",
"        if (end.len > 0 && compare(key_of(row), end) >= 0) return;",
"        if (end.len > 0 && compare(key_of(row), end) > 0) return;"),
        ],
        damage: Damage::Loss,
        finds: "storage_batch::a_range_goes_and_nothing_else",
    },
    Mutant {
        name: "an expectation looks at the length alone",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
"    return row != NULL && compare(value_of(row), write->value) == 0;",
"    return row != NULL && row->value_len == write->value.len;"),
        ],
        damage: Damage::Wrong,
        finds: "storage_batch::what_is_not_as_expected_changes_nothing",
    },
    Mutant {
        name: "two instances share their rows",
        plugin: MEMORY,
        edits: &[
            ("examples-c/storage_memory.c",
r#"    *instance = self;
    return SOCH_OK;"#,
r#"    static store *shared;
    if (shared == NULL) shared = self;
    *instance = shared;
    return SOCH_OK;"#),
            ("examples-c/storage_memory.c",
r#"    end_store(instance);
    free(instance);"#,
"    (void)instance;"),
        ],
        damage: Damage::Wrong,
        finds: "lifecycle::two_instances_are_independent",
    },
];
