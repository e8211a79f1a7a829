// The rows of `storage_lmdb.c`: how a key is stored, found, written, and walked over, in any of LMDB's transactions.
#ifndef STORAGE_LMDB_ROWS_H
#define STORAGE_LMDB_ROWS_H

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

static soch_status begin_lmdb(const store *self, unsigned flags, MDB_txn **txn, soch_error *error) {
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

// Puts or deletes one row. LMDB writes to the file before the end of a large transaction, too: `quiet` is around it.
static int write_row(const store *self, MDB_txn *txn, const soch_write *write) {
    stored_key made;
    MDB_val *key = store_key(&made, write->table, write->key);
    if (write->op == SOCH_WRITE_PUT) {
        MDB_val value = {write->value.len, (void *)write->value.ptr};
        return mdb_put(txn, self->tree, key, &value, 0);
    }
    int code = write->key.len <= KEY_MOST ? mdb_del(txn, self->tree, key, NULL) : MDB_NOTFOUND;
    return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
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

// Gives `rows` the rows that `snapshot` has.
static soch_status scan_rows(const reader *snapshot, uint32_t table, soch_bytes start, soch_bytes end, uint64_t limit,
                             const soch_row_sink *rows, soch_error *error) {
    void *found = NULL;
    soch_status status = open_cursor((void *)snapshot, table, start, end, &found, error);
    if (status != SOCH_OK) return status;
    status = soch_scan_by_cursor(found, cursor_next, limit, rows, error);
    close_cursor(found);
    return status;
}

#endif
