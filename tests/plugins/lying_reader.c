// A storage whose snapshots are copies. It keeps the contract, but for the promise of a reader that a macro names.
#include "sochdb_plugin.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct row {
    uint32_t table;
    uint8_t *bytes;
    size_t key_len, value_len;
} row;

// In the order of table and key.
typedef struct rows {
    row *at;
    size_t count;
} rows;

typedef struct store {
    pthread_mutex_t lock;
    rows now;
    // What was lent last.
    uint8_t *lent;
    size_t lent_len;
} store;

typedef struct reader {
    store *owner;
    rows seen;
    soch_row *kept;
    uint8_t *lent;
    size_t lent_len;
} reader;

typedef struct cursor {
    reader *of;
    size_t next, stop, kept;
    soch_row *array;
} cursor;

static soch_bytes key_of(const row *at) {
    return (soch_bytes){at->bytes, at->key_len};
}

static soch_bytes value_of(const row *at) {
    return (soch_bytes){at->bytes + at->key_len, at->value_len};
}

static int compare(const row *at, uint32_t table, soch_bytes key) {
    if (at->table != table) return at->table < table ? -1 : 1;
    size_t least = at->key_len < key.len ? at->key_len : key.len;
    int order = least > 0 ? memcmp(at->bytes, key.ptr, least) : 0;
    return order != 0 ? order : (at->key_len > key.len) - (at->key_len < key.len);
}

static size_t place(const rows *in, uint32_t table, soch_bytes key) {
    size_t low = 0;
    for (size_t high = in->count; low < high;) {
        size_t middle = (low + high) / 2;
        if (compare(&in->at[middle], table, key) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

static const row *find(const rows *in, uint32_t table, soch_bytes key) {
    size_t at = place(in, table, key);
    return at < in->count && compare(&in->at[at], table, key) == 0 ? &in->at[at] : NULL;
}

static void drop(rows *in, uint32_t table, soch_bytes key) {
    row *old = (row *)find(in, table, key);
    if (old == NULL) return;
    free(old->bytes);
    memmove(old, old + 1, (size_t)(in->at + --in->count - old) * sizeof *old);
}

static void add(rows *in, uint32_t table, soch_bytes key, soch_bytes value) {
    drop(in, table, key);
    size_t at = place(in, table, key);
    in->at = realloc(in->at, (in->count + 1) * sizeof *in->at);
    memmove(in->at + at + 1, in->at + at, (in->count++ - at) * sizeof *in->at);
    row *made = &in->at[at];
    *made = (row){table, malloc(key.len + value.len + 1), key.len, value.len};
    if (key.len > 0) memcpy(made->bytes, key.ptr, key.len);
    if (value.len > 0) memcpy(made->bytes + key.len, value.ptr, value.len);
}

static void clear(rows *in) {
    for (size_t i = 0; i < in->count; i++) free(in->at[i].bytes);
    free(in->at);
}

static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    store *self = instance;
    pthread_mutex_lock(&self->lock);
    const row *found = find(&self->now, table, key);
    soch_status status = found != NULL ? value->write(value->ctx, value_of(found)) : SOCH_NOT_FOUND;
    pthread_mutex_unlock(&self->lock);
    return status;
}

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn,
                       soch_error *error) {
    store *self = instance;
    pthread_mutex_lock(&self->lock);
    add(&self->now, table, key, value);
#ifdef FREES_VALUE
    // As if the memory were given back, and somebody else had it now.
    if (self->lent != NULL) memset(self->lent, 0xDD, self->lent_len);
#endif
    pthread_mutex_unlock(&self->lock);
    return SOCH_OK;
}

static soch_status remove_row(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    store *self = instance;
    pthread_mutex_lock(&self->lock);
    drop(&self->now, table, key);
    pthread_mutex_unlock(&self->lock);
    return SOCH_OK;
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    return SOCH_OK;
}

static soch_status open_reader(void *instance, void **handle, soch_error *error) {
    store *self = instance;
    reader *made = calloc(1, sizeof *made);
    made->owner = self;
    pthread_mutex_lock(&self->lock);
    for (size_t i = 0; i < self->now.count; i++) {
        const row *at = &self->now.at[i];
        add(&made->seen, at->table, key_of(at), value_of(at));
    }
    pthread_mutex_unlock(&self->lock);
    *handle = made;
    return SOCH_OK;
}

static void close_reader(void *handle) {
    reader *self = handle;
    pthread_mutex_lock(&self->owner->lock);
    self->owner->lent = NULL;
    pthread_mutex_unlock(&self->owner->lock);
    clear(&self->seen);
    free(self);
}

static soch_status reader_get(void *handle, uint32_t table, soch_bytes key, soch_bytes *value, soch_error *error) {
    reader *self = handle;
#ifdef FREES_ROWS
    if (self->lent != NULL) memset(self->lent, 0xDD, self->lent_len);
#endif
#ifdef WRITES_KEPT_ARRAY
    if (self->kept != NULL) self->kept[0].key = key;
#endif
    const row *found = find(&self->seen, table, key);
    if (found == NULL) return SOCH_NOT_FOUND;
    *value = value_of(found);
#ifdef NULL_VALUE
    *value = (soch_bytes){NULL, 5};
#endif
    pthread_mutex_lock(&self->owner->lock);
    self->owner->lent = found->bytes + found->key_len;
    self->owner->lent_len = found->value_len;
    pthread_mutex_unlock(&self->owner->lock);
    return SOCH_OK;
}

static soch_status open_cursor(void *handle, uint32_t table, const soch_cursor_options *options, void **opened,
                               soch_error *error) {
    soch_bytes start = options->start, end = options->end;
    if ((options->flags & SOCH_CURSOR_REVERSE) != 0) return SOCH_UNSUPPORTED;
    reader *of = handle;
    cursor *made = calloc(1, sizeof *made);
    made->of = of;
    made->next = place(&of->seen, table, start);
    made->stop = place(&of->seen, table, end);
    if (end.len == 0) {
        for (made->stop = made->next; made->stop < of->seen.count && of->seen.at[made->stop].table == table;) made->stop++;
    }
    *opened = made;
    return SOCH_OK;
}

static soch_status cursor_next(void *handle, const soch_call *call, soch_row *out, size_t capacity, size_t *count,
                               soch_error *error) {
    cursor *self = handle;
    const rows *seen = &self->of->seen;
#ifdef READS_KEPT_ARRAY
    // Goes on after the row that it lent last, and looks for that where it put it.
    if (self->kept > 0) {
        soch_bytes last = self->array[self->kept - 1].key;
        self->next = place(seen, 1, last);
        if (find(seen, 1, last) != NULL) self->next++;
    }
#endif
#ifdef COUNTS_MORE
    *count = capacity + 1;
    return SOCH_OK;
#endif
    size_t most = capacity;
#ifdef WRITES_PAST
    most++;
#endif
    for (*count = 0; *count < most && self->next < self->stop; self->next++) {
        out[*count].key = key_of(&seen->at[self->next]);
        out[*count].value = value_of(&seen->at[self->next]);
#ifdef NULL_ROW
        out[*count].key.ptr = NULL;
#endif
        ++*count;
    }
    if (*count > 0) {
        self->of->lent = (uint8_t *)out[0].key.ptr;
        self->of->lent_len = out[0].key.len;
    }
    if (*count > capacity) *count = capacity, self->next--;
    self->array = self->of->kept = out;
    self->kept = *count;
    return SOCH_OK;
}

static void close_cursor(void *handle) {
    cursor *self = handle;
    self->of->kept = NULL;
    self->of->lent = NULL;
    free(self);
}

static soch_status scan(void *instance, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                        uint64_t limit, const soch_row_sink *sink, soch_error *error) {
    return SOCH_UNSUPPORTED;
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    store *self = calloc(1, sizeof *self);
    pthread_mutex_init(&self->lock, NULL);
    *instance = self;
    return SOCH_OK;
}

static void destroy(void *instance) {
    store *self = instance;
    clear(&self->now);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static const soch_storage storage = {
    .size = sizeof(storage), .get = get, .put = put, .remove = remove_row, .scan = scan, .flush = flush,
    .open_reader = open_reader, .close_reader = close_reader, .reader_get = reader_get, .open_cursor = open_cursor,
    .cursor_next = cursor_next, .close_cursor = close_cursor};

SOCH_PLUGIN("lying_reader", "1.0.0", SOCH_KIND_STORAGE, .create = create, .destroy = destroy, .storage = &storage);
