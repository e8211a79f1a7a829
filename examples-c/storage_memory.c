// A storage in memory: one skip list over table and key, so every operation takes O(log n) steps.
#define _POSIX_C_SOURCE 200809L
#include "sochdb_plugin.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

enum { LEVELS = 24 };

// A row. Its key and then its value follow the links.
typedef struct node {
    size_t key_len, value_len;
    uint32_t table;
    int height;
    struct node *next[];
} node;

typedef struct store {
    pthread_rwlock_t lock;
    node *first[LEVELS];
    uint64_t random, bytes, count;
} store;

// The links that lead past a place in the list, one a level.
typedef struct place {
    node **links[LEVELS];
} place;

static const uint8_t *key_of(const node *row) {
    return (const uint8_t *)(row->next + row->height);
}

static soch_bytes value_of(const node *row) {
    soch_bytes value = {key_of(row) + row->key_len, row->value_len};
    return value;
}

static int compare_keys(soch_bytes left, soch_bytes right) {
    size_t least = left.len < right.len ? left.len : right.len;
    int order = least > 0 ? memcmp(left.ptr, right.ptr, least) : 0;
    return order != 0 ? order : (left.len > right.len) - (left.len < right.len);
}

static int compare(const node *row, uint32_t table, soch_bytes key) {
    if (row->table != table) return row->table < table ? -1 : 1;
    soch_bytes own = {key_of(row), row->key_len};
    return compare_keys(own, key);
}

// Finds the first row that is not before `key`, and the links to change to put one there.
static node *seek(store *self, uint32_t table, soch_bytes key, place *found) {
    node **links = self->first;
    for (int level = LEVELS - 1; level >= 0; level--) {
        while (links[level] != NULL && compare(links[level], table, key) < 0) links = links[level]->next;
        if (found != NULL) found->links[level] = &links[level];
    }
    return links[0];
}

static node *find(store *self, uint32_t table, soch_bytes key, place *found) {
    node *row = seek(self, table, key, found);
    return row != NULL && compare(row, table, key) == 0 ? row : NULL;
}

// A quarter of the rows of one level is on the next one.
static int random_height(store *self) {
    self->random ^= self->random << 13;
    self->random ^= self->random >> 7;
    self->random ^= self->random << 17;
    int height = 1;
    for (uint64_t bits = self->random; height < LEVELS && (bits & 3) == 0; bits >>= 2) height++;
    return height;
}

static node *make(int height, uint32_t table, soch_bytes key, soch_bytes value) {
    node *row = malloc(sizeof(node) + (size_t)height * sizeof(node *) + key.len + value.len);
    if (row == NULL) return NULL;
    row->key_len = key.len;
    row->value_len = value.len;
    row->table = table;
    row->height = height;
    uint8_t *bytes = (uint8_t *)(row->next + height);
    if (key.len > 0) memcpy(bytes, key.ptr, key.len);
    if (value.len > 0) memcpy(bytes + key.len, value.ptr, value.len);
    return row;
}

static void take_out(store *self, node *row, const place *at) {
    for (int level = 0; level < row->height; level++) *at->links[level] = row->next[level];
    self->bytes -= row->key_len + row->value_len;
    self->count--;
    free(row);
}

// Puts `row` in place of the row with its key, if there is one. Cannot fail.
static void put_in(store *self, node *row) {
    soch_bytes key = {key_of(row), row->key_len};
    place at;
    node *old = find(self, row->table, key, &at);
    if (old != NULL) take_out(self, old, &at);
    for (int level = 0; level < row->height; level++) {
        row->next[level] = *at.links[level];
        *at.links[level] = row;
    }
    self->bytes += row->key_len + row->value_len;
    self->count++;
}

static void drop(store *self, uint32_t table, soch_bytes key) {
    place at;
    node *row = find(self, table, key, &at);
    if (row != NULL) take_out(self, row, &at);
}

static soch_status no_memory(soch_error *error) {
    return soch_fail(error, SOCH_LIMIT, 0, "no memory for the row: give the process more, or remove rows");
}

static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    store *self = instance;
    (void)error;
    pthread_rwlock_rdlock(&self->lock);
    const node *row = find(self, table, key, NULL);
    soch_status status = SOCH_NOT_FOUND;
    if (row != NULL) status = value->write(value->ctx, value_of(row));
    pthread_rwlock_unlock(&self->lock);
    return status;
}

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn,
                       soch_error *error) {
    store *self = instance;
    (void)txn;
    pthread_rwlock_wrlock(&self->lock);
    node *row = make(random_height(self), table, key, value);
    if (row != NULL) put_in(self, row);
    pthread_rwlock_unlock(&self->lock);
    return row != NULL ? SOCH_OK : no_memory(error);
}

static soch_status remove_row(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    store *self = instance;
    (void)txn, (void)error;
    pthread_rwlock_wrlock(&self->lock);
    drop(self, table, key);
    pthread_rwlock_unlock(&self->lock);
    return SOCH_OK;
}

static soch_status scan(void *instance, uint32_t table, soch_bytes start, soch_bytes end, uint64_t limit,
                        const soch_row_sink *rows, soch_error *error) {
    store *self = instance;
    (void)error;
    soch_status status = SOCH_OK;
    pthread_rwlock_rdlock(&self->lock);
    const node *row = seek(self, table, start, NULL);
    for (; row != NULL && row->table == table && limit > 0 && status == SOCH_OK; row = row->next[0], limit--) {
        soch_bytes key = {key_of(row), row->key_len};
        if (end.len > 0 && compare_keys(key, end) >= 0) break;
        status = rows->row(rows->ctx, key, value_of(row));
    }
    pthread_rwlock_unlock(&self->lock);
    return status;
}

// Memory has no more durable form: there is nothing to wait for.
static soch_status flush(void *instance, soch_error *error) {
    (void)instance, (void)error;
    return SOCH_OK;
}

static soch_status stats(void *instance, soch_storage_stats *stats, soch_error *error) {
    store *self = instance;
    (void)error;
    memset(stats, 0, sizeof *stats);
    pthread_rwlock_rdlock(&self->lock);
    stats->bytes_stored = self->bytes;
    stats->key_count = self->count;
    pthread_rwlock_unlock(&self->lock);
    return SOCH_OK;
}

#if SOCH_TARGET_MINOR >= 1
// Makes every row before it changes the first one: from there on nothing can fail.
static soch_status write_batch(void *instance, const soch_write *writes, size_t count, uint64_t txn,
                               soch_error *error) {
    store *self = instance;
    (void)txn;
    for (size_t i = 0; i < count; i++) {
        if (writes[i].op == SOCH_WRITE_PUT || writes[i].op == SOCH_WRITE_DELETE) continue;
        return soch_fail(error, SOCH_INVALID, (int32_t)writes[i].op, "a write is neither put nor delete");
    }
    node **made = count > 0 ? calloc(count, sizeof *made) : NULL;
    bool complete = made != NULL || count == 0;
    pthread_rwlock_wrlock(&self->lock);
    for (size_t i = 0; i < count && complete; i++) {
        if (writes[i].op != SOCH_WRITE_PUT) continue;
        made[i] = make(random_height(self), writes[i].table, writes[i].key, writes[i].value);
        complete = made[i] != NULL;
    }
    for (size_t i = 0; i < count && complete; i++) {
        if (made[i] != NULL) put_in(self, made[i]);
        else drop(self, writes[i].table, writes[i].key);
    }
    pthread_rwlock_unlock(&self->lock);
    for (size_t i = 0; i < count && !complete && made != NULL; i++) free(made[i]);
    free(made);
    return complete ? SOCH_OK : no_memory(error);
}
#endif

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    (void)host, (void)config;
    store *self = calloc(1, sizeof *self);
    if (self == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory for a storage");
    int failed = pthread_rwlock_init(&self->lock, NULL);
    if (failed != 0) {
        free(self);
        return soch_fail(error, SOCH_LIMIT, failed, "the system has no lock left");
    }
    self->random = 0x9E3779B97F4A7C15u;
    *instance = self;
    return SOCH_OK;
}

static void destroy(void *instance) {
    store *self = instance;
    for (node *row = self->first[0], *next; row != NULL; row = next) {
        next = row->next[0];
        free(row);
    }
    pthread_rwlock_destroy(&self->lock);
    free(self);
}

static const soch_storage storage = {
    .size = sizeof(storage), .get = get, .put = put, .remove = remove_row, .scan = scan, .flush = flush, .stats = stats,
#if SOCH_TARGET_MINOR >= 1
    .write_batch = write_batch,
#endif
};

SOCH_PLUGIN("storage_memory", "1.0.0", SOCH_KIND_STORAGE, .storage = &storage, .create = create, .destroy = destroy,
            .description = "Keeps ordered rows in memory.");
