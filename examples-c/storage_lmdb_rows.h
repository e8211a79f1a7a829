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

// A place between two rows: right before a key, or right after it.
typedef struct place {
    stored_key key;
    bool after;
} place;

typedef struct cursor {
    store *owner;
    MDB_cursor *rows;
    uint32_t table;
    bool reverse, begun, at_end;
    // Where the rows begin, in their order, as the cursor was opened, as it was moved, and which of the two holds.
    place first, sought;
    const place *from;
    // Where they end.
    size_t far_len;
    uint8_t far[];
} cursor;

static MDB_val *store_key(stored_key *made, uint32_t table, soch_bytes key) {
    size_t len = key.len < KEY_MOST ? key.len : KEY_MOST;
    for (int i = 0; i < TABLE_SIZE; i++) made->bytes[i] = (uint8_t)(table >> (24 - 8 * i));
    if (len > 0) memcpy(made->bytes + TABLE_SIZE, key.ptr, len);
    made->val.mv_size = TABLE_SIZE + len;
    made->val.mv_data = made->bytes;
    return &made->val;
}

// A key that is longer than any stored one is after what is left of it.
static void set_place(place *made, uint32_t table, soch_bytes key, bool after) {
    store_key(&made->key, table, key);
    made->after = after || key.len > KEY_MOST;
}

static int compare_bytes(const void *left, size_t left_len, const void *right, size_t right_len) {
    int order = memcmp(left, right, left_len < right_len ? left_len : right_len);
    return order != 0 ? order : (left_len > right_len) - (left_len < right_len);
}

static bool is_before(const place *left, const place *right) {
    int order = compare_bytes(left->key.bytes, left->key.val.mv_size, right->key.bytes, right->key.val.mv_size);
    return order < 0 || (order == 0 && !left->after && right->after);
}

static soch_status check_key(soch_bytes key, soch_error *error) {
    if (key.len <= KEY_MOST) return SOCH_OK;
    return failf(error, SOCH_LIMIT, 0, "a key has %zu bytes: LMDB takes at most %d", key.len, (int)KEY_MOST);
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

static uint32_t table_of(const MDB_val *stored) {
    const uint8_t *bytes = stored->mv_data;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static soch_status check_expected(const store *self, MDB_txn *txn, const soch_write *write, soch_error *error) {
    soch_bytes found = {NULL, 0};
    soch_status status = find(self, txn, write->table, write->key, &found, error);
    if (status != SOCH_OK && status != SOCH_NOT_FOUND) return status;
    bool is_there = status == SOCH_OK && found.len == write->value.len &&
                    (found.len == 0 || memcmp(found.ptr, write->value.ptr, found.len) == 0);
    if (write->op == SOCH_WRITE_EXPECT ? is_there : status == SOCH_NOT_FOUND) return SOCH_OK;
    return soch_fail(error, SOCH_CONFLICT, 0, "a row is not as the batch expects it");
}

// Deletes a range of rows, one after the other. `ended` is what the caller's limits say.
static int delete_rows(const store *self, MDB_txn *txn, const soch_call *call, const soch_write *range, soch_status *ended) {
    soch_bytes end = range->value;
    MDB_cursor *rows;
    MDB_val key, value;
    place start;
    int code = mdb_cursor_open(txn, self->tree, &rows);
    if (code != MDB_SUCCESS) return code;
    set_place(&start, range->table, range->key, false);
    key = start.key.val;
    code = mdb_cursor_get(rows, &key, &value, MDB_SET_RANGE);
    // A start that is longer than any key is behind the row of what is left of it.
    if (code == MDB_SUCCESS && start.after && compare_bytes(key.mv_data, key.mv_size, start.key.bytes, start.key.val.mv_size) == 0) {
        code = mdb_cursor_get(rows, &key, &value, MDB_NEXT);
    }
    for (size_t i = 0; code == MDB_SUCCESS && table_of(&key) == range->table && *ended == SOCH_OK; i++) {
        const uint8_t *bytes = (const uint8_t *)key.mv_data + TABLE_SIZE;
        if (end.len > 0 && compare_bytes(bytes, key.mv_size - TABLE_SIZE, end.ptr, end.len) >= 0) break;
        if (i % 1024 == 0) *ended = soch_go_on(call);
        code = mdb_cursor_del(rows, 0);
        // A deletion leaves the cursor at the row behind it.
        if (code == MDB_SUCCESS) code = mdb_cursor_get(rows, &key, &value, MDB_GET_CURRENT);
        if (code == EINVAL) code = MDB_NOTFOUND;
    }
    mdb_cursor_close(rows);
    return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
}

static soch_status open_cursor(void *from, uint32_t table, const soch_cursor_options *options, void **opened_cursor,
                               soch_error *error) {
    const reader *self = from;
    soch_status status = check_usable(self->owner, error);
    if (status != SOCH_OK) return status;
    if ((options->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~SOCH_CURSOR_REVERSE) != 0) {
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "a cursor with this flag");
    }
    bool reverse = (options->flags & SOCH_CURSOR_REVERSE) != 0;
    soch_bytes near = reverse ? options->end : options->start, far = reverse ? options->start : options->end;
    cursor *made = malloc(sizeof *made + far.len);
    if (made == NULL) return report(self->owner, error, ENOMEM);
    int code = mdb_cursor_open(self->txn, self->owner->tree, &made->rows);
    if (code != MDB_SUCCESS) {
        free(made);
        return report(self->owner, error, code);
    }
    made->owner = self->owner;
    made->table = table;
    made->reverse = reverse;
    made->begun = made->at_end = false;
    // The end of a table is behind the greatest key that it can have.
    bool from_end = reverse && near.len == 0;
    uint8_t greatest[KEY_MOST];
    memset(greatest, 0xFF, sizeof greatest);
    if (from_end) near.ptr = greatest, near.len = sizeof greatest;
    set_place(&made->first, table, near, from_end);
    made->from = &made->first;
    made->far_len = far.len;
    if (far.len > 0) memcpy(made->far, far.ptr, far.len);
    *opened_cursor = made;
    return SOCH_OK;
}

static void close_cursor(void *handle) {
    cursor *self = handle;
    mdb_cursor_close(self->rows);
    free(self);
}

// Whether a stored key is in the cursor's table and on this side of where it ends.
static bool is_inside(const cursor *self, const MDB_val *stored) {
    const uint8_t *key = (const uint8_t *)stored->mv_data + TABLE_SIZE;
    if (memcmp(stored->mv_data, self->first.key.bytes, TABLE_SIZE) != 0) return false;
    if (self->far_len == 0) return true;
    int order = compare_bytes(key, stored->mv_size - TABLE_SIZE, self->far, self->far_len);
    return self->reverse ? order >= 0 : order < 0;
}

static int first_step(cursor *self, MDB_val *key, MDB_val *value) {
    const MDB_val *from = &self->from->key.val;
    *key = *from;
    int code = mdb_cursor_get(self->rows, key, value, MDB_SET_RANGE);
    // Whether there is a row of the key itself, right before the place.
    bool before = code == MDB_SUCCESS && self->from->after &&
                  compare_bytes(key->mv_data, key->mv_size, from->mv_data, from->mv_size) == 0;
    if (!self->reverse) return before ? mdb_cursor_get(self->rows, key, value, MDB_NEXT) : code;
    if (code == MDB_NOTFOUND) return mdb_cursor_get(self->rows, key, value, MDB_LAST);
    return code == MDB_SUCCESS && !before ? mdb_cursor_get(self->rows, key, value, MDB_PREV) : code;
}

// Takes one step. Sets `at_end` instead of `row` if there is no row left.
static int step(cursor *self, soch_row *row) {
    MDB_val key, value;
    int code = self->begun ? mdb_cursor_get(self->rows, &key, &value, self->reverse ? MDB_PREV : MDB_NEXT)
                           : first_step(self, &key, &value);
    self->begun = true;
    self->at_end = code == MDB_NOTFOUND || (code == MDB_SUCCESS && !is_inside(self, &key));
    if (code != MDB_SUCCESS || self->at_end) return self->at_end ? MDB_SUCCESS : code;
    row->key.ptr = (const uint8_t *)key.mv_data + TABLE_SIZE;
    row->key.len = key.mv_size - TABLE_SIZE;
    row->value.ptr = value.mv_data;
    row->value.len = value.mv_size;
    return MDB_SUCCESS;
}

static soch_status cursor_next(void *handle, const soch_call *call, soch_row *rows, size_t capacity, size_t *count,
                               soch_error *error) {
    cursor *self = handle;
    (void)call;
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

static inline soch_status cursor_seek(void *handle, const soch_call *call, soch_bytes key, soch_error *error) {
    cursor *self = handle;
    (void)call;
    soch_status status = check_usable(self->owner, error);
    if (status != SOCH_OK) return status;
    // Backwards, the row of the key itself is the first.
    set_place(&self->sought, self->table, key, self->reverse);
    bool outside = self->reverse ? is_before(&self->first, &self->sought) : is_before(&self->sought, &self->first);
    self->from = outside ? &self->first : &self->sought;
    self->begun = self->at_end = false;
    return SOCH_OK;
}

// Gives `rows` the rows that `snapshot` has.
static soch_status scan_rows(const reader *snapshot, const soch_call *call, uint32_t table, soch_bytes start,
                             soch_bytes end, uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    const soch_cursor_options options = {sizeof options, 0, start, end};
    void *found = NULL;
    soch_status status = open_cursor((void *)snapshot, table, &options, &found, error);
    if (status != SOCH_OK) return status;
    status = soch_scan_by_cursor(found, call, cursor_next, limit, rows, error);
    close_cursor(found);
    return status;
}

#endif
