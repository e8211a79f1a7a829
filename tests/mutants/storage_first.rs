//! Mistakes that show at the first calls of a storage: its rows, its batches, its handles of tables.

use crate::storage::{LMDB_ON_DISK, MEMORY, VERSIONS};
use crate::subject::{mistakes, Damage, Mutant};

/// In what a storage in memory does with the calls of its slots.
pub const CALLS: &[Mutant] = mistakes![MEMORY, "examples-c/storage_memory.c";
    Loss "a flush that empties what it flushed":
        "    (void)instance, (void)call, (void)error;\n    return SOCH_OK;" =>
        "    const soch_bytes none = {NULL, 0};\n    store *self = instance;\n    (void)call, (void)error;\n    pthread_rwlock_wrlock(&self->lock);\n    drop_range(self, 1, none, none);\n    pthread_rwlock_unlock(&self->lock);\n    return SOCH_OK;",
        "storage::flush_and_compact_keep_everything";
    Loss "a flush that loses a row when its time is over":
        "    (void)instance, (void)call, (void)error;\n    return SOCH_OK;" =>
        "    const soch_bytes none = {NULL, 0};\n    store *self = instance;\n    for (int i = 0; i < 500; i++) {\n        soch_status status = soch_go_on(call);\n        if (status == SOCH_OK) continue;\n        pthread_rwlock_wrlock(&self->lock);\n        drop_range(self, 1, none, none);\n        pthread_rwlock_unlock(&self->lock);\n        return soch_fail(error, status, 0, \"it was stopped\");\n    }\n    return SOCH_OK;",
        "storage::what_runs_out_of_time_changes_nothing_that_is_read";
    Wrong "a limit of values that is not described":
        "    (void)txn;\n    pthread_rwlock_wrlock(&self->lock);" =>
        "    (void)txn;\n    if (value.len > 65536) return soch_fail(error, SOCH_LIMIT, 0, \"the value is too long\");\n    pthread_rwlock_wrlock(&self->lock);",
        "storage::what_it_describes_it_takes";
    Wrong "puts that all make their value in one room":
        "    (void)txn;\n    pthread_rwlock_wrlock(&self->lock);" =>
        "    (void)txn;\n    static uint8_t room[65536];\n    if (value.len > 0 && value.len <= sizeof room) {\n        memcpy(room, value.ptr, value.len);\n        for (volatile int i = 0; i < 50000; i++) {}\n        value.ptr = room;\n    }\n    pthread_rwlock_wrlock(&self->lock);",
        "storage::many_threads_may_write";
    Wrong "puts of handles that all make their value in one room":
        "    (void)txn;\n    pthread_rwlock_wrlock(&in->owner->lock);" =>
        "    (void)txn;\n    static uint8_t room[65536];\n    if (value.len > 0 && value.len <= sizeof room) {\n        memcpy(room, value.ptr, value.len);\n        for (volatile int i = 0; i < 50000; i++) {}\n        value.ptr = room;\n    }\n    pthread_rwlock_wrlock(&in->owner->lock);",
        "storage_table::many_threads_may_use_a_handle";
    Wrong "a batch that goes from its end to its beginning":
        "    for (size_t i = 0; i < count && status == SOCH_OK; i++) {\n        const soch_write *write = &writes[i];" =>
        "    for (size_t i = count; i-- > 0 && status == SOCH_OK;) {\n        const soch_write *write = &writes[i];",
        "storage::a_batch_is_whole_or_unsupported";
    Wrong "a batch that puts its first row before it finds out that it is unsupported":
        "    if (!soch_batch_is_known(writes, count, SOCH_WRITE_EXPECT_ABSENT, options, SOCH_BATCH_DURABLE)) {" =>
        "    if (!soch_batch_is_known(writes, count, SOCH_WRITE_DELETE, options, SOCH_BATCH_DURABLE)) {\n        if (writes[0].op == SOCH_WRITE_PUT) put(instance, writes[0].table, writes[0].key, writes[0].value, 0, error);",
        "storage_batch::what_is_not_there_changes_nothing";
    Wrong "a put of the same length that writes over the old value":
        "    node *row = make_row(make_table(self, number), key, value);\n" =>
        "    const node *old = find(find_table(self, number), key, self->writes, NULL);\n    if (old != NULL && value.len > 0 && old->value_len == value.len) {\n        memcpy((uint8_t *)value_of(old).ptr, value.ptr, value.len);\n        pthread_rwlock_unlock(&self->lock);\n        return SOCH_OK;\n    }\n    node *row = make_row(make_table(self, number), key, value);\n",
        "storage_scan::a_row_that_is_given_stays_whole";
    Crash "a store that takes its sink's answer for an error of its own":
        "    end_snapshot(&now, call);\n    return status;" =>
        "    end_snapshot(&now, call);\n    static bool broken;\n    if (broken) return soch_fail(error, SOCH_IO, 0, \"a scan failed before\");\n    broken = status != SOCH_OK;\n    return status;",
        "storage_scan::a_sink_may_end_the_scan";
    Wrong "a cursor that does not know an end of one byte":
        "if (end.len > 0) made->stop" => "if (end.len > 1) made->stop",
        "storage_reader::a_cursor_keeps_its_bounds_and_its_order";
    Wrong "a scan that does not know a table without rows":
        "    begin_snapshot(instance, &now);\n" =>
        "    if (find_table(instance, number) == NULL) return soch_fail(error, SOCH_NOT_FOUND, 0, \"no such table\");\n    begin_snapshot(instance, &now);\n",
        "storage_scan::an_empty_table_has_no_rows";
    Loss "a table of its own for each handle":
        "    table *made = make_table(self, number);\n" =>
        "    table *made = calloc(1, sizeof *made);\n    if (made != NULL) made->owner = self, made->number = number;\n",
        "storage_table::a_handle_agrees_with_plain_calls";
    Wrong "a table that gets a row when it is opened":
        "    table *made = make_table(self, number);\n" =>
        "    const soch_bytes none = {NULL, 0};\n    table *made = make_table(self, number);\n    node *mark = make_row(made, none, none);\n    if (mark != NULL) put_in(mark);\n",
        "storage_table::a_handle_alone_is_no_row";
    Wrong "a handle that takes a refused value for a read one":
        "    soch_status status = write_found(find(in, key, in->owner->writes, NULL), value);\n" =>
        "    soch_status status = write_found(find(in, key, in->owner->writes, NULL), value);\n    if (status != SOCH_NOT_FOUND) status = SOCH_OK;\n",
        "storage_table::a_value_beyond_the_limit_is_refused";
    Loss "a handle that takes the rows of its table with it":
        "static void close_table(void *handle) {\n    (void)handle;" =>
        "static void close_table(void *handle) {\n    table *in = handle;\n    memset(in->first, 0, sizeof in->first);",
        "storage_table::handles_come_and_go";
    Wrong "a put of a handle that is born before all snapshots":
        "    node *row = make_row(in, key, value);\n    if (row != NULL) put_in(row);\n" =>
        "    node *row = make_row(in, key, value);\n    if (row != NULL) put_in(row), row->birth = 0;\n",
        "storage_table::a_snapshot_does_not_see_later_writes_by_a_handle";
    Wrong "a dropped table that takes its rows away from snapshots":
        "    drop_range(self, number, none, none);\n    bury(self, call);\n" =>
        "    table *in = find_table(self, number);\n    (void)none;\n    if (in != NULL) memset(in->first, 0, sizeof in->first);\n",
        "storage_tables::a_dropped_one_is_seen_by_a_snapshot_from_before";
    Wrong "a dropped table that its handles go on to use":
        "    drop_range(self, number, none, none);\n    bury(self, call);\n" =>
        "    table **at = &self->tables[number % BUCKETS];\n    (void)none;\n    while (*at != NULL && (*at)->number != number) at = &(*at)->next;\n    if (*at != NULL) *at = (*at)->next;\n",
        "storage_tables::a_dropped_one_takes_rows_again";
];

/// In its rows.
pub const ROWS: &[Mutant] = mistakes![MEMORY, "examples-c/storage_memory_rows.h";
    Wrong "a put that leaves the old row where it is": "    if (old != NULL) end_row(self, old, &at);\n" => "    (void)old;\n",
        "storage::put_replaces_the_value";
    Wrong "tables that are told apart by one byte of their numbers":
        "found->number != number" => "found->number % 256 != number % 256", "storage::tables_are_separate";
    Wrong "a value that its writer refused and that is read all the same":
        "    return row != NULL ? value->write(value->ctx, value_of(row)) : SOCH_NOT_FOUND;" =>
        "    if (row != NULL) value->write(value->ctx, value_of(row));\n    return row != NULL ? SOCH_OK : SOCH_NOT_FOUND;",
        "storage::a_value_beyond_the_limit_is_refused";
    Wrong "a key that is taken for each one that begins with it":
        "    return order != 0 ? order : (left.len > right.len) - (left.len < right.len);" => "    return order;",
        "storage::it_agrees_with_a_model";
    Wrong "a range that ends after a thousand rows":
        "    for (node *row = in != NULL ? seek(in, start, now, NULL) : NULL; row != NULL; row = row->next[0]) {" =>
        "    int left = 1000;\n    for (node *row = in != NULL ? seek(in, start, now, NULL) : NULL; row != NULL && left-- > 0; row = row->next[0]) {",
        "storage_batch::a_large_range_goes_whole";
];

/// In versions of rows.
pub const IN_VERSIONS: &[Mutant] = mistakes![VERSIONS, "examples-c/storage_versions.cpp";
    Wrong "a commit that does not ask who removed its rows":
        "row->second.back().at > at;" => "row->second.back().at > at && row->second.back().value != nullptr;",
        "storage_batch::a_range_is_in_the_way_of_a_transaction";
];

/// In two places at once.
pub const TOGETHER: &[Mutant] = &[
    Mutant {
    name: "a value of a snapshot that the next cursor overwrites",
    plugin: MEMORY,
    edits: &[
        (
            "examples-c/storage_memory.c",
            "static soch_status get(void *instance",
            "static uint8_t room[4096];\n\nstatic soch_status get(void *instance",
        ),
        (
            "examples-c/storage_memory.c",
            "    *value = value_of(row);\n    return SOCH_OK;",
            "    *value = value_of(row);\n    if (row->value_len > sizeof room) return SOCH_OK;\n    memcpy(room, value->ptr, value->len);\n    value->ptr = room;\n    return SOCH_OK;",
        ),
        (
            "examples-c/storage_memory.c",
            "        rows[*count].value = value_of(self->row);\n",
            "        rows[*count].value = value_of(self->row);\n        if (self->row->value_len <= sizeof room) memcpy(room, rows[*count].value.ptr, self->row->value_len);\n",
        ),
    ],
    damage: Damage::Wrong,
    finds: "storage_cursor::a_value_stays_lent_beside_cursors",
},
];

/// In what a later instance finds.
pub const REOPENED: &[Mutant] = mistakes![LMDB_ON_DISK, "examples-c/storage_lmdb.c";
    Nuisance "a flush of nothing new that is an error":
        "    int code = sync_to_disk(self);\n    return code == MDB_SUCCESS ? SOCH_OK : report(self, error, code);\n}\n\n// LMDB uses" =>
        "    static size_t last;\n    MDB_envinfo info;\n    mdb_env_info(self->env, &info);\n    if (info.me_last_txnid == last) return soch_fail(error, SOCH_INVALID, 0, \"there is nothing to flush\");\n    last = info.me_last_txnid;\n    int code = sync_to_disk(self);\n    return code == MDB_SUCCESS ? SOCH_OK : report(self, error, code);\n}\n\n// LMDB uses",
        "storage_reopen::a_flush_of_any_moment_counts";
    Loss "a batch that has room for 999 rows":
        "        if (write->op < SOCH_WRITE_DELETE_RANGE) *code" =>
        "        if (i >= 999) break;\n        if (write->op < SOCH_WRITE_DELETE_RANGE) *code",
        "storage_reopen::many_rows_are_there_again";
    Wrong "a range to the end of its table stays":
        "else if (write->op == SOCH_WRITE_DELETE_RANGE) *code = delete_rows" =>
        "else if (write->op == SOCH_WRITE_DELETE_RANGE && write->value.len > 0) *code = delete_rows",
        "storage_reopen::ranges_that_were_deleted_stay_so";
    Loss "a batch that has room for 65 535 rows":
        "        if (write->op < SOCH_WRITE_DELETE_RANGE) *code" =>
        "        if (i >= 65535) break;\n        if (write->op < SOCH_WRITE_DELETE_RANGE) *code",
        "storage_reopen::a_batch_of_more_than_sixteen_bits_is_there_again";
];

pub const CUT: &[Mutant] = mistakes![LMDB_ON_DISK, "examples-c/storage_lmdb_rows.h";
    Loss "values whose length is kept in 16 bits":
        "MDB_val value = {write->value.len, (void *)write->value.ptr};" =>
        "MDB_val value = {(uint16_t)write->value.len, (void *)write->value.ptr};",
        "storage_reopen::large_and_odd_rows_are_there_again";
];

pub const SHARED: &[Mutant] = mistakes![LMDB_ON_DISK, "examples-c/storage_lmdb_env.h";
    Wrong "a second instance that is the first one":
        "    if (self == NULL) return soch_fail(error, SOCH_LIMIT, 0, \"no memory for a storage\");\n    self->directory = -1;" =>
        "    static store *first;\n    if (self == NULL) return soch_fail(error, SOCH_LIMIT, 0, \"no memory for a storage\");\n    if (first != NULL) {\n        *opened = first;\n        free(self);\n        return SOCH_OK;\n    }\n    first = self;\n    self->directory = -1;",
        "storage_reopen::other_directories_stay_as_they_are";
];

pub const COPIED: &[Mutant] = mistakes![LMDB_ON_DISK, "examples-c/storage_lmdb_operator.h";
    Loss "a copy that is the same file by another name":
        "    int code = mdb_env_copy2(self->env, directory, MDB_CP_COMPACT);" =>
        "    int code = linkat(self->directory, \"data.mdb\", AT_FDCWD, file, 0) == 0 ? MDB_SUCCESS : errno;",
        "storage_checkpoint::one_is_apart_from_what_it_is_of";
];
