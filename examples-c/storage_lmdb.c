// A storage on disk over LMDB: a directory with one B+tree, mapped into memory. `storage_lmdb_env.h` says how it is
// configured and what survives which failure.
//
// All tables are in LMDB's main tree, a row's key being the table's number and the key. So a table costs nothing,
// the empty key is allowed, and a read-only transaction is never changed by reading, whichever thread reads.
#define _POSIX_C_SOURCE 200809L
#include "storage_lmdb_env.h"

#include <string.h>

// LMDB's own default, for which it is compiled here: files stay readable by every LMDB.
enum { LMDB_KEY_MOST = 511, TABLE_SIZE = 4, KEY_MOST = LMDB_KEY_MOST - TABLE_SIZE };

typedef struct stored_key {
    uint8_t bytes[LMDB_KEY_MOST];
    MDB_val val;
} stored_key;

typedef struct reader {
    store *owner;
    MDB_txn *txn;
} reader;

typedef struct cursor {
    store *owner;
    MDB_cursor *rows;
    // The next step: MDB_SET_RANGE from `start` at first, MDB_NEXT later.
    MDB_cursor_op step;
    stored_key start;
    // Whether the start is longer than any stored key, so that an equal one is still before it.
    bool after_start, at_end;
    size_t end_len;
    uint8_t end[];
} cursor;

// A key that is longer than any stored one is cut, and so comes before itself.
static MDB_val *store_key(stored_key *made, uint32_t table, soch_bytes key) {
    size_t len = key.len < KEY_MOST ? key.len : KEY_MOST;
    for (int i = 0; i < TABLE_SIZE; i++) made->bytes[i] = (uint8_t)(table >> (24 - 8 * i));
    if (len > 0) memcpy(made->bytes + TABLE_SIZE, key.ptr, len);
    made->val.mv_size = TABLE_SIZE + len;
    made->val.mv_data = made->bytes;
    return &made->val;
}

static soch_status check_key(soch_bytes key, soch_error *error) {
    if (key.len <= KEY_MOST) return SOCH_OK;
    return config_fail(error, SOCH_LIMIT, 0, "a key has %zu bytes: LMDB takes at most %d", key.len, (int)KEY_MOST);
}

static soch_status begin(const store *self, unsigned flags, MDB_txn **txn, soch_error *error) {
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    int code = mdb_txn_begin(self->env, NULL, flags, txn);
    return code == MDB_SUCCESS ? SOCH_OK : report(self, error, code);
}

static soch_status find(const store *self, MDB_txn *txn, uint32_t table, soch_bytes key, soch_bytes *value,
                        soch_error *error) {
    stored_key made;
    MDB_val found;
    if (key.len > KEY_MOST) return SOCH_NOT_FOUND;
    int code = mdb_get(txn, self->tree, store_key(&made, table, key), &found);
    if (code != MDB_SUCCESS) return report(self, error, code);
    value->ptr = found.mv_data;
    value->len = found.mv_size;
    return SOCH_OK;
}

static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    const store *self = instance;
    MDB_txn *txn;
    soch_bytes found;
    soch_status status = begin(self, MDB_RDONLY, &txn, error);
    if (status != SOCH_OK) return status;
    status = find(self, txn, table, key, &found, error);
    if (status == SOCH_OK) status = value->write(value->ctx, found);
    mdb_txn_abort(txn);
    return status;
}

static soch_status write_batch(void *instance, const soch_write *writes, size_t count, uint64_t transaction,
                               soch_error *error) {
    store *self = instance;
    MDB_txn *txn;
    (void)transaction;
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    for (size_t i = 0; i < count; i++) {
        if (writes[i].op > SOCH_WRITE_DELETE) {
            return soch_fail(error, SOCH_UNSUPPORTED, (int32_t)writes[i].op, "a write is neither put nor delete");
        }
        status = writes[i].op == SOCH_WRITE_PUT ? check_key(writes[i].key, error) : SOCH_OK;
        if (status != SOCH_OK) return status;
    }
    // A large batch is written before its end, too.
    quiet signals;
    int code = quiet_begin(&signals);
    if (code != 0) return report(self, error, code);
    status = begin(self, 0, &txn, error);
    if (status != SOCH_OK) {
        quiet_end(&signals, 0);
        return status;
    }
    for (size_t i = 0; i < count && code == MDB_SUCCESS; i++) {
        stored_key made;
        MDB_val *key = store_key(&made, writes[i].table, writes[i].key);
        if (writes[i].op == SOCH_WRITE_PUT) {
            MDB_val value = {writes[i].value.len, (void *)writes[i].value.ptr};
            code = mdb_put(txn, self->tree, key, &value, 0);
        } else if (writes[i].key.len <= KEY_MOST) {
            code = mdb_del(txn, self->tree, key, NULL);
            if (code == MDB_NOTFOUND) code = MDB_SUCCESS;
        }
    }
    if (code == MDB_SUCCESS) {
        code = commit(self, txn);
    } else {
        mdb_txn_abort(txn);
        remember(self, code);
    }
    quiet_end(&signals, code == MDB_SUCCESS ? 0 : SIGXFSZ);
    return code == MDB_SUCCESS ? SOCH_OK : report(self, error, code);
}

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn,
                       soch_error *error) {
    soch_write write = {SOCH_WRITE_PUT, table, key, value};
    return write_batch(instance, &write, 1, txn, error);
}

static soch_status remove_row(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    soch_write write = {SOCH_WRITE_DELETE, table, key, {NULL, 0}};
    return write_batch(instance, &write, 1, txn, error);
}

static soch_status open_cursor(void *from, uint32_t table, soch_bytes start, soch_bytes end, void **opened_cursor,
                               soch_error *error) {
    const reader *self = from;
    soch_status status = check_usable(self->owner, error);
    if (status != SOCH_OK) return status;
    cursor *made = malloc(sizeof *made + end.len);
    if (made == NULL) return report(self->owner, error, ENOMEM);
    int code = mdb_cursor_open(self->txn, self->owner->tree, &made->rows);
    if (code != MDB_SUCCESS) {
        free(made);
        return report(self->owner, error, code);
    }
    made->owner = self->owner;
    made->step = MDB_SET_RANGE;
    store_key(&made->start, table, start);
    made->after_start = start.len > KEY_MOST;
    made->at_end = false;
    made->end_len = end.len;
    if (end.len > 0) memcpy(made->end, end.ptr, end.len);
    *opened_cursor = made;
    return SOCH_OK;
}

static void close_cursor(void *handle) {
    cursor *self = handle;
    mdb_cursor_close(self->rows);
    free(self);
}

static bool is_before_end(const cursor *self, soch_bytes key) {
    if (self->end_len == 0) return true;
    size_t least = key.len < self->end_len ? key.len : self->end_len;
    int order = memcmp(key.ptr, self->end, least);
    return order < 0 || (order == 0 && key.len < self->end_len);
}

// Takes one step. Sets `at_end` instead of `row` if there is no row left.
static int step(cursor *self, soch_row *row) {
    MDB_val key = self->start.val, value;
    int code = mdb_cursor_get(self->rows, &key, &value, self->step);
    if (code == MDB_SUCCESS && self->step == MDB_SET_RANGE && self->after_start && key.mv_size == LMDB_KEY_MOST &&
        memcmp(key.mv_data, self->start.bytes, LMDB_KEY_MOST) == 0) {
        code = mdb_cursor_get(self->rows, &key, &value, MDB_NEXT);
    }
    self->step = MDB_NEXT;
    self->at_end = code == MDB_NOTFOUND;
    if (code != MDB_SUCCESS) return self->at_end ? MDB_SUCCESS : code;
    row->key.ptr = (const uint8_t *)key.mv_data + TABLE_SIZE;
    row->key.len = key.mv_size - TABLE_SIZE;
    row->value.ptr = value.mv_data;
    row->value.len = value.mv_size;
    self->at_end = memcmp(key.mv_data, self->start.bytes, TABLE_SIZE) != 0 || !is_before_end(self, row->key);
    return MDB_SUCCESS;
}

static soch_status cursor_next(void *handle, soch_row *rows, size_t capacity, size_t *count, soch_error *error) {
    cursor *self = handle;
    *count = 0;
    soch_status status = check_usable(self->owner, error);
    if (status != SOCH_OK) return status;
    while (*count < capacity && !self->at_end) {
        int code = step(self, &rows[*count]);
        if (code != MDB_SUCCESS) return report(self->owner, error, code);
        if (!self->at_end) ++*count;
    }
    return SOCH_OK;
}

#if SOCH_TARGET_MINOR >= 1
static soch_status open_reader(void *instance, void **handle, soch_error *error) {
    store *self = instance;
    reader *made = malloc(sizeof *made);
    if (made == NULL) return report(self, error, ENOMEM);
    made->owner = self;
    soch_status status = begin(self, MDB_RDONLY, &made->txn, error);
    if (status == SOCH_OK) *handle = made;
    else free(made);
    return status;
}

static void close_reader(void *handle) {
    reader *self = handle;
    mdb_txn_abort(self->txn);
    free(self);
}

static soch_status reader_get(void *handle, uint32_t table, soch_bytes key, soch_bytes *value, soch_error *error) {
    const reader *self = handle;
    soch_status status = check_usable(self->owner, error);
    if (status != SOCH_OK) return status;
    return find(self->owner, self->txn, table, key, value, error);
}
#endif

static soch_status scan(void *instance, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                        uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    reader snapshot = {instance, NULL};
    (void)call;
    void *found = NULL;
    soch_status status = begin(instance, MDB_RDONLY, &snapshot.txn, error);
    if (status != SOCH_OK) return status;
    status = open_cursor(&snapshot, table, start, end, &found, error);
    if (status == SOCH_OK) {
        status = soch_scan_by_cursor(found, cursor_next, limit, rows, error);
        close_cursor(found);
    }
    mdb_txn_abort(snapshot.txn);
    return status;
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    store *self = instance;
    (void)call;
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    int code = sync_to_disk(self);
    return code == MDB_SUCCESS ? SOCH_OK : report(self, error, code);
}

// LMDB uses free pages again by itself.
static soch_status compact(void *instance, const soch_call *call, soch_error *error) {
    (void)call;
    return check_usable(instance, error);
}

static soch_status stats(void *instance, soch_storage_stats *stats, soch_error *error) {
    const store *self = instance;
    MDB_stat stat;
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    int code = mdb_env_stat(self->env, &stat);
    if (code != MDB_SUCCESS) return report(self, error, code);
    uint64_t pages = (uint64_t)stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
    stats->bytes_stored = stat.ms_psize * pages;
    stats->key_count = stat.ms_entries;
    return SOCH_OK;
}

static soch_status describe(void *instance, soch_storage_properties *properties, soch_error *error) {
    (void)instance, (void)error;
    properties->flags = SOCH_STORAGE_DURABLE | SOCH_STORAGE_EXACT_COUNT;
    properties->max_key = KEY_MOST;
    return SOCH_OK;
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    store *self = NULL;
    (void)host;
    soch_status status = open_store(config, &self, error);
    if (status == SOCH_OK) *instance = self;
    return status;
}

static soch_status shut_down(void *instance, soch_error *error) {
    soch_status status = flush(instance, NULL, error);
    close_store(instance);
    return status;
}

static void destroy(void *instance) {
    close_store(instance);
    free_store(instance);
}

static const soch_storage storage = {
    .size = sizeof(storage), .get = get, .put = put, .remove = remove_row, .scan = scan, .flush = flush,
    .compact = compact, .stats = stats, .describe = describe,
#if SOCH_TARGET_MINOR >= 1
    .write_batch = write_batch, .open_reader = open_reader, .close_reader = close_reader, .reader_get = reader_get,
    .open_cursor = open_cursor, .cursor_next = cursor_next, .close_cursor = close_cursor,
#endif
};

SOCH_PLUGIN("storage_lmdb", "1.0.0", SOCH_KIND_STORAGE, .storage = &storage, .create = create, .shutdown = shut_down,
            .destroy = destroy, .description = "Keeps rows on disk with LMDB.");
