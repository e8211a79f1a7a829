// A storage in memory: a skip list for each table, so every operation takes O(log n) steps. Whoever reads a snapshot
// keeps no lock between two calls, and no writer waits for it.
#define _POSIX_C_SOURCE 200809L
#include "storage_memory_transaction.h"

// A walk over what a snapshot sees. Rows that it sees stay where they are.
typedef struct cursor {
    const snapshot *of;
    // The next row, and the first one that is no longer wanted.
    const node *row, *stop;
    bool reverse;
} cursor;

static soch_status get(void *instance, uint32_t number, soch_bytes key, const soch_writer *value, soch_error *error) {
    store *self = instance;
    (void)error;
    pthread_rwlock_rdlock(&self->lock);
    soch_status status = write_found(find(find_table(self, number), key, self->writes, NULL), value);
    pthread_rwlock_unlock(&self->lock);
    return status;
}

static soch_status put(void *instance, uint32_t number, soch_bytes key, soch_bytes value, uint64_t txn,
                       soch_error *error) {
    store *self = instance;
    (void)txn;
    pthread_rwlock_wrlock(&self->lock);
    node *row = make_row(make_table(self, number), key, value);
    if (row != NULL) put_in(row);
    pthread_rwlock_unlock(&self->lock);
    return row != NULL ? SOCH_OK : no_memory(error);
}

static soch_status remove_row(void *instance, uint32_t number, soch_bytes key, uint64_t txn, soch_error *error) {
    store *self = instance;
    (void)txn, (void)error;
    pthread_rwlock_wrlock(&self->lock);
    drop(self, number, key);
    pthread_rwlock_unlock(&self->lock);
    return SOCH_OK;
}

static void begin_cursor(const snapshot *of, uint32_t number, const soch_cursor_options *options, cursor *made) {
    store *self = of->owner;
    soch_bytes start = options->start, end = options->end;
    made->of = of;
    made->row = made->stop = NULL;
    made->reverse = (options->flags & SOCH_CURSOR_REVERSE) != 0;
    if (end.len > 0 && compare(start, end) >= 0) return;
    pthread_rwlock_rdlock(&self->lock);
    table *in = find_table(self, number);
    if (in != NULL && made->reverse) {
        made->row = last_seen(in, end.len > 0 ? &end : NULL, of->seen);
        made->stop = last_seen(in, &start, of->seen);
    } else if (in != NULL) {
        made->row = first_seen(seek(in, start, of->seen, NULL), of->seen);
        if (end.len > 0) made->stop = first_seen(seek(in, end, of->seen, NULL), of->seen);
    }
    pthread_rwlock_unlock(&self->lock);
}

static soch_status cursor_next(void *handle, const soch_call *call, soch_row *rows, size_t capacity, size_t *count,
                               soch_error *error) {
    cursor *self = handle;
    (void)call, (void)error;
    pthread_rwlock_rdlock(&self->of->owner->lock);
    for (*count = 0; *count < capacity && self->row != self->stop; ++*count) {
        rows[*count].key = key_of(self->row);
        rows[*count].value = value_of(self->row);
        self->row = self->reverse ? last_seen(self->row->table, &rows[*count].key, self->of->seen)
                                  : first_seen(self->row->next[0], self->of->seen);
    }
    pthread_rwlock_unlock(&self->of->owner->lock);
    return SOCH_OK;
}

static soch_status scan(void *instance, const soch_call *call, uint32_t number, soch_bytes start, soch_bytes end,
                        uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    const soch_cursor_options options = {sizeof options, 0, start, end};
    snapshot now;
    cursor walk;
    begin_snapshot(instance, &now);
    begin_cursor(&now, number, &options, &walk);
    soch_status status = soch_scan_by_cursor(&walk, call, cursor_next, limit, rows, error);
    end_snapshot(&now, call);
    return status;
}

// Memory has no more durable form: there is nothing to wait for.
static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    (void)instance, (void)call, (void)error;
    return SOCH_OK;
}

static soch_status stats(void *instance, soch_storage_stats *stats, soch_error *error) {
    store *self = instance;
    (void)error;
    pthread_rwlock_rdlock(&self->lock);
    stats->bytes_stored = self->bytes;
    stats->key_count = self->count;
    pthread_rwlock_unlock(&self->lock);
    return SOCH_OK;
}

#if SOCH_TARGET_MINOR >= 1
static soch_status describe(void *instance, soch_storage_properties *properties, soch_error *error) {
    (void)instance, (void)error;
    properties->flags = SOCH_STORAGE_EXACT_COUNT | SOCH_STORAGE_TRANSACTIONS | SOCH_STORAGE_SERIALIZABLE |
                        SOCH_STORAGE_DELETE_RANGE | SOCH_STORAGE_EXPECT;
    return SOCH_OK;
}

// All of one moment, as nothing is written meanwhile.
static soch_status multi_get(void *instance, const soch_call *call, uint32_t number, const soch_bytes *keys, size_t count,
                             const soch_value_sink *values, soch_error *error) {
    store *self = instance;
    soch_status status = SOCH_OK;
    (void)error;
    pthread_rwlock_rdlock(&self->lock);
    table *in = find_table(self, number);
    for (size_t i = 0; i < count && status == SOCH_OK; i++) {
        if (i % ASK_EVERY == 0 && (status = soch_go_on(call)) != SOCH_OK) break;
        const node *row = find(in, keys[i], self->writes, NULL);
        if (row != NULL) status = values->value(values->ctx, i, value_of(row));
    }
    pthread_rwlock_unlock(&self->lock);
    return status;
}

// Whether what a batch expects is so.
static bool is_expected(store *self, const soch_write *write) {
    if (write->op < SOCH_WRITE_EXPECT) return true;
    const node *row = find(find_table(self, write->table), write->key, self->writes, NULL);
    if (write->op == SOCH_WRITE_EXPECT_ABSENT) return row == NULL;
    return row != NULL && compare(value_of(row), write->value) == 0;
}

// Makes every row before it changes the first one: from there on nothing can fail.
static soch_status write_batch(void *instance, const soch_call *call, const soch_write *writes, size_t count,
                               const soch_batch_options *options, soch_error *error) {
    store *self = instance;
    soch_status status = SOCH_OK;
    if (!soch_batch_is_known(writes, count, SOCH_WRITE_EXPECT_ABSENT, options, SOCH_BATCH_DURABLE)) {
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "a batch with this operation or flag");
    }
    node **made = count > 0 ? calloc(count, sizeof *made) : NULL;
    if (made == NULL && count > 0) return no_memory(error);
    pthread_rwlock_wrlock(&self->lock);
    for (size_t i = 0; i < count && status == SOCH_OK; i++) {
        if (i % ASK_EVERY == 0) status = soch_go_on(call);
        if (status != SOCH_OK) break;
        if (!is_expected(self, &writes[i])) status = soch_fail(error, SOCH_CONFLICT, 0, "a row is not as the batch expects it");
        if (writes[i].op != SOCH_WRITE_PUT) continue;
        made[i] = make_row(make_table(self, writes[i].table), writes[i].key, writes[i].value);
        if (made[i] == NULL) status = no_memory(error);
    }
    for (size_t i = 0; i < count && status == SOCH_OK; i++) {
        const soch_write *write = &writes[i];
        if (write->op == SOCH_WRITE_PUT) put_in(made[i]);
        else if (write->op == SOCH_WRITE_DELETE) drop(self, write->table, write->key);
        else if (write->op == SOCH_WRITE_DELETE_RANGE) drop_range(self, write->table, write->key, write->value);
    }
    bury(self, call);
    pthread_rwlock_unlock(&self->lock);
    for (size_t i = 0; i < count && status != SOCH_OK; i++) free(made[i]);
    free(made);
    return status;
}

// A table stays where it is as long as the store, so its handle is the table itself.
static soch_status open_table(void *instance, uint32_t number, void **handle, soch_error *error) {
    store *self = instance;
    pthread_rwlock_wrlock(&self->lock);
    table *made = make_table(self, number);
    pthread_rwlock_unlock(&self->lock);
    if (made == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory for a table");
    *handle = made;
    return SOCH_OK;
}

static void close_table(void *handle) {
    (void)handle;
}

static soch_status table_get(void *handle, soch_bytes key, const soch_writer *value, soch_error *error) {
    table *in = handle;
    (void)error;
    pthread_rwlock_rdlock(&in->owner->lock);
    soch_status status = write_found(find(in, key, in->owner->writes, NULL), value);
    pthread_rwlock_unlock(&in->owner->lock);
    return status;
}

static soch_status table_put(void *handle, soch_bytes key, soch_bytes value, uint64_t txn, soch_error *error) {
    table *in = handle;
    (void)txn;
    pthread_rwlock_wrlock(&in->owner->lock);
    node *row = make_row(in, key, value);
    if (row != NULL) put_in(row);
    pthread_rwlock_unlock(&in->owner->lock);
    return row != NULL ? SOCH_OK : no_memory(error);
}

static int by_number(const void *left, const void *right) {
    uint32_t one = *(const uint32_t *)left, other = *(const uint32_t *)right;
    return (one > other) - (one < other);
}

static soch_status list_tables(void *instance, uint32_t *tables, size_t capacity, size_t *count, soch_error *error) {
    store *self = instance;
    (void)error;
    *count = 0;
    pthread_rwlock_rdlock(&self->lock);
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        for (const table *in = self->tables[bucket]; in != NULL; in = in->next) {
            if (first_seen(in->first[0], self->writes) == NULL) continue;
            if (*count < capacity) tables[*count] = in->number;
            ++*count;
        }
    }
    pthread_rwlock_unlock(&self->lock);
    if (*count <= capacity) qsort(tables, *count, sizeof *tables, by_number);
    return SOCH_OK;
}

static soch_status drop_table(void *instance, const soch_call *call, uint32_t number, soch_error *error) {
    const soch_bytes none = {NULL, 0};
    store *self = instance;
    soch_status status = soch_go_on(call);
    (void)error;
    if (status != SOCH_OK) return status;
    pthread_rwlock_wrlock(&self->lock);
    drop_range(self, number, none, none);
    bury(self, call);
    pthread_rwlock_unlock(&self->lock);
    return SOCH_OK;
}

static soch_status open_reader(void *instance, void **handle, soch_error *error) {
    snapshot *made = malloc(sizeof *made);
    if (made == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory for a snapshot");
    begin_snapshot(instance, made);
    *handle = made;
    return SOCH_OK;
}

static void close_reader(void *handle) {
    end_snapshot(handle, NULL);
    free(handle);
}

static soch_status reader_get(void *handle, uint32_t number, soch_bytes key, soch_bytes *value, soch_error *error) {
    const node *row = find_in(handle, number, key);
    (void)error;
    if (row == NULL) return SOCH_NOT_FOUND;
    *value = value_of(row);
    return SOCH_OK;
}

static soch_status open_cursor(void *handle, uint32_t number, const soch_cursor_options *options, void **opened,
                               soch_error *error) {
    if ((options->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~SOCH_CURSOR_REVERSE) != 0) {
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "a cursor with this flag");
    }
    cursor *made = malloc(sizeof *made);
    if (made == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory for a cursor");
    begin_cursor(handle, number, options, made);
    *opened = made;
    return SOCH_OK;
}

static void close_cursor(void *handle) {
    free(handle);
}
#endif

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    (void)host, (void)config;
    store *self = calloc(1, sizeof *self);
    if (self == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory for a storage");
    soch_status status = begin_store(self, error);
    if (status != SOCH_OK) {
        free(self);
        return status;
    }
    *instance = self;
    return SOCH_OK;
}

static void destroy(void *instance) {
    end_store(instance);
    free(instance);
}

static const soch_storage storage = {
    .size = sizeof(storage), .get = get, .put = put, .remove = remove_row, .scan = scan, .flush = flush, .stats = stats,
#if SOCH_TARGET_MINOR >= 1
    .describe = describe, .write_batch = write_batch, .open_table = open_table, .close_table = close_table, .table_get = table_get,
    .table_put = table_put, .open_reader = open_reader, .close_reader = close_reader, .reader_get = reader_get,
    .open_cursor = open_cursor, .cursor_next = cursor_next, .close_cursor = close_cursor, .list_tables = list_tables,
    .drop_table = drop_table, .begin_txn = begin_txn, .txn_get = txn_get, .txn_put = txn_put, .txn_remove = txn_remove,
    .txn_scan = txn_scan, .commit_txn = commit_txn, .abort_txn = abort_txn, .multi_get = multi_get,
    .txn_set_savepoint = txn_set_savepoint, .txn_rollback_to_savepoint = txn_rollback_to_savepoint,
#endif
};

SOCH_PLUGIN("storage_memory", "1.0.0", SOCH_KIND_STORAGE, .storage = &storage, .create = create, .destroy = destroy,
            .description = "Keeps ordered rows in memory.");
