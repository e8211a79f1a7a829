// The rows of `storage_rocksdb.c`: snapshots, and cursors over them and in transactions, which lend the row where they stand.
#ifndef STORAGE_ROCKSDB_ROWS_H
#define STORAGE_ROCKSDB_ROWS_H

#include "storage_rocksdb_db.h"

typedef struct reader {
    store *owner;
    const rocksdb_snapshot_t *snapshot;
    // With the snapshot.
    rocksdb_readoptions_t *read;
    // The value that is lent.
    rocksdb_pinnableslice_t *lent;
} reader;

typedef struct cursor {
    store *owner;
    // NULL in a table that does not exist.
    rocksdb_iterator_t *rows;
    bool reverse, begun;
    // Whether the row where it stands was not lent yet.
    bool fresh;
    size_t start_len, end_len;
    // Start and end.
    char bounds[];
} cursor;

static inline int compare(const char *left, size_t left_len, const char *right, size_t right_len) {
    int order = memcmp(left, right, left_len < right_len ? left_len : right_len);
    return order != 0 ? order : (left_len > right_len) - (left_len < right_len);
}

static soch_status look_at(store *self, rocksdb_pinnableslice_t *found, char *why, soch_bytes *value, soch_error *error) {
    if (why != NULL) return report(self, error, why);
    if (found == NULL) return SOCH_NOT_FOUND;
    size_t len;
    const char *bytes = rocksdb_pinnableslice_value(found, &len);
    *value = bytes_of(bytes, len);
    return SOCH_OK;
}

static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    store *self = instance;
    soch_bytes bytes;
    char *why = NULL;
    soch_status status = check_usable(self, error);
    rocksdb_column_family_handle_t *rows = status == SOCH_OK ? find_rows(self, table) : NULL;
    if (rows == NULL) return status == SOCH_OK ? SOCH_NOT_FOUND : status;
    rocksdb_pinnableslice_t *found = rocksdb_get_pinned_cf(self->base, self->read, rows, text_of(key), key.len, &why);
    status = look_at(self, found, why, &bytes, error);
    if (status == SOCH_OK) status = value->write(value->ctx, bytes);
    if (found != NULL) rocksdb_pinnableslice_destroy(found);
    return status;
}

#if SOCH_TARGET_MINOR >= 1
// So many keys RocksDB looks up together.
enum { KEYS_AT_ONCE = 128 };

static soch_status multi_get(void *instance, const soch_call *call, uint32_t table, const soch_bytes *keys, size_t count,
                             const soch_value_sink *values, soch_error *error) {
    store *self = instance;
    const char *texts[KEYS_AT_ONCE];
    size_t lengths[KEYS_AT_ONCE];
    rocksdb_pinnableslice_t *found[KEYS_AT_ONCE];
    char *whys[KEYS_AT_ONCE];
    soch_status status = check_usable(self, error);
    rocksdb_column_family_handle_t *rows = status == SOCH_OK ? find_rows(self, table) : NULL;
    for (size_t first = 0; rows != NULL && first < count; first += KEYS_AT_ONCE) {
        const size_t some = count - first < KEYS_AT_ONCE ? count - first : KEYS_AT_ONCE;
        status = soch_go_on(call);
        if (status != SOCH_OK) return status;
        for (size_t i = 0; i < some; i++) {
            texts[i] = text_of(keys[first + i]);
            lengths[i] = keys[first + i].len;
        }
        rocksdb_batched_multi_get_cf(self->base, self->read, rows, some, texts, lengths, found, whys, false);
        for (size_t i = 0; i < some; i++) {
            soch_bytes value;
            if (status == SOCH_OK) {
                status = look_at(self, found[i], whys[i], &value, error);
                if (status == SOCH_OK) status = values->value(values->ctx, first + i, value);
                else if (status == SOCH_NOT_FOUND) status = SOCH_OK;
            } else if (whys[i] != NULL) {
                rocksdb_free(whys[i]);
            }
            if (found[i] != NULL) rocksdb_pinnableslice_destroy(found[i]);
        }
        if (status != SOCH_OK) return status;
    }
    return status;
}
#endif

// A cursor over the rows of `iterator`, which it takes.
static soch_status make_cursor(store *owner, rocksdb_iterator_t *iterator, const soch_cursor_options *options,
                               cursor **opened, soch_error *error) {
    soch_bytes start = options->start, end = options->end;
    cursor *made = malloc(sizeof *made + start.len + end.len);
    if (made == NULL) {
        if (iterator != NULL) rocksdb_iter_destroy(iterator);
        return soch_fail(error, SOCH_LIMIT, 0, "no memory for a cursor");
    }
    made->owner = owner;
    made->rows = iterator;
    made->reverse = (options->flags & SOCH_CURSOR_REVERSE) != 0;
    made->begun = made->fresh = false;
    made->start_len = start.len;
    made->end_len = end.len;
    if (start.len > 0) memcpy(made->bounds, start.ptr, start.len);
    if (end.len > 0) memcpy(made->bounds + start.len, end.ptr, end.len);
    *opened = made;
    return SOCH_OK;
}

static void close_cursor(void *handle) {
    cursor *self = handle;
    if (self->rows != NULL) rocksdb_iter_destroy(self->rows);
    free(self);
}

static inline bool is_before_end(const cursor *self, const char *key, size_t len) {
    return self->end_len == 0 || compare(key, len, self->bounds + self->start_len, self->end_len) < 0;
}

static inline bool is_from_start(const cursor *self, const char *key, size_t len) {
    return compare(key, len, self->bounds, self->start_len) >= 0;
}

// Goes to the first row before the end, from which the way is backwards.
static void go_to_end(cursor *self) {
    if (self->end_len == 0) {
        rocksdb_iter_seek_to_last(self->rows);
        return;
    }
    rocksdb_iter_seek_for_prev(self->rows, self->bounds + self->start_len, self->end_len);
    size_t len;
    const char *key = rocksdb_iter_valid(self->rows) ? rocksdb_iter_key(self->rows, &len) : NULL;
    if (key != NULL && !is_before_end(self, key, len)) rocksdb_iter_prev(self->rows);
}

// Lends the row where it stands, which RocksDB keeps until the next step: one a call. RocksDB's C functions ask nobody
// while they pass over removed rows, so neither does this.
static soch_status cursor_next(void *handle, const soch_call *call, soch_row *rows, size_t capacity, size_t *count,
                               soch_error *error) {
    cursor *self = handle;
    char *why = NULL;
    (void)call;
    *count = 0;
    soch_status status = check_usable(self->owner, error);
    if (status != SOCH_OK || self->rows == NULL || capacity == 0) return status;
    if (!self->begun) {
        if (self->reverse) go_to_end(self);
        else rocksdb_iter_seek(self->rows, self->bounds, self->start_len);
    } else if (!self->fresh && rocksdb_iter_valid(self->rows)) {
        if (self->reverse) rocksdb_iter_prev(self->rows);
        else rocksdb_iter_next(self->rows);
    }
    self->begun = true;
    self->fresh = false;
    if (!rocksdb_iter_valid(self->rows)) {
        rocksdb_iter_get_error(self->rows, &why);
        return why != NULL ? report(self->owner, error, why) : SOCH_OK;
    }
    size_t key_len, value_len;
    const char *key = rocksdb_iter_key(self->rows, &key_len);
    if (self->reverse ? !is_from_start(self, key, key_len) : !is_before_end(self, key, key_len)) return SOCH_OK;
    const char *value = rocksdb_iter_value(self->rows, &value_len);
    rows->key = bytes_of(key, key_len);
    rows->value = bytes_of(value, value_len);
    *count = 1;
    return SOCH_OK;
}

#if SOCH_TARGET_MINOR >= 1
static soch_status cursor_seek(void *handle, const soch_call *call, soch_bytes key, soch_error *error) {
    cursor *self = handle;
    (void)call;
    const char *to = text_of(key);
    soch_status status = check_usable(self->owner, error);
    if (status != SOCH_OK || self->rows == NULL) return status;
    if (!self->reverse && is_from_start(self, to, key.len)) rocksdb_iter_seek(self->rows, to, key.len);
    else if (!self->reverse) rocksdb_iter_seek(self->rows, self->bounds, self->start_len);
    else if (is_before_end(self, to, key.len)) rocksdb_iter_seek_for_prev(self->rows, to, key.len);
    else go_to_end(self);
    self->begun = self->fresh = true;
    return SOCH_OK;
}
#endif

// Gives `sink` the rows of `iterator`, which it takes; NULL has none.
static soch_status scan_rows(store *self, const soch_call *call, rocksdb_iterator_t *iterator, soch_bytes start,
                             soch_bytes end, uint64_t limit, const soch_row_sink *sink, soch_error *error) {
    const soch_cursor_options options = {sizeof options, 0, start, end};
    cursor *walk = NULL;
    soch_status status = make_cursor(self, iterator, &options, &walk, error);
    if (status != SOCH_OK) return status;
    status = soch_scan_by_cursor(walk, call, cursor_next, limit, sink, error);
    close_cursor(walk);
    return status;
}

// An iterator sees what was there when it was made.
static soch_status scan(void *instance, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                        uint64_t limit, const soch_row_sink *sink, soch_error *error) {
    store *self = instance;
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    rocksdb_column_family_handle_t *rows = find_rows(self, table);
    rocksdb_iterator_t *iterator = rows != NULL ? rocksdb_create_iterator_cf(self->base, self->read, rows) : NULL;
    return scan_rows(self, call, iterator, start, end, limit, sink, error);
}

#if SOCH_TARGET_MINOR >= 1
static soch_status open_reader(void *instance, void **handle, soch_error *error) {
    store *self = instance;
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    reader *made = calloc(1, sizeof *made);
    if (made == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory for a snapshot");
    made->owner = self;
    made->snapshot = rocksdb_create_snapshot(self->base);
    made->read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_snapshot(made->read, made->snapshot);
    *handle = made;
    return SOCH_OK;
}

static void end_loan(reader *self) {
    if (self->lent != NULL) rocksdb_pinnableslice_destroy(self->lent);
    self->lent = NULL;
}

static void close_reader(void *handle) {
    reader *self = handle;
    end_loan(self);
    rocksdb_readoptions_destroy(self->read);
    rocksdb_release_snapshot(self->owner->base, self->snapshot);
    free(self);
}

static soch_status reader_get(void *handle, uint32_t table, soch_bytes key, soch_bytes *value, soch_error *error) {
    reader *self = handle;
    char *why = NULL;
    end_loan(self);
    soch_status status = check_usable(self->owner, error);
    rocksdb_column_family_handle_t *rows = status == SOCH_OK ? find_rows(self->owner, table) : NULL;
    if (rows == NULL) return status == SOCH_OK ? SOCH_NOT_FOUND : status;
    self->lent = rocksdb_get_pinned_cf(self->owner->base, self->read, rows, text_of(key), key.len, &why);
    return look_at(self->owner, self->lent, why, value, error);
}

static soch_status open_cursor(void *from, uint32_t table, const soch_cursor_options *options, void **opened,
                               soch_error *error) {
    const reader *self = from;
    cursor *made = NULL;
    soch_status status = check_usable(self->owner, error);
    if (status != SOCH_OK) return status;
    if ((options->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~SOCH_CURSOR_REVERSE) != 0) {
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "a cursor with this flag");
    }
    rocksdb_column_family_handle_t *rows = find_rows(self->owner, table);
    rocksdb_iterator_t *iterator = rows != NULL ? rocksdb_create_iterator_cf(self->owner->base, self->read, rows) : NULL;
    status = make_cursor(self->owner, iterator, options, &made, error);
    if (status == SOCH_OK) *opened = made;
    return status;
}
#endif

#endif
