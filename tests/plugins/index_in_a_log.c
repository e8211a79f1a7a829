// An index in a log: all entries in memory, sorted, and what each flush made durable in a record with its watermark. After a
// build, or a load, the next flush writes the log anew. Keys have an order; -DVECTORS: they are 8 floats, which have distances.
#include "log.h"
#include "sort.h"

#include <math.h>
#include <pthread.h>

typedef struct {
    uint64_t row;
    uint32_t len;
    uint8_t *key;
} entry;

typedef struct {
    entry *at;
    size_t count;
} list;

typedef struct {
    pthread_mutex_t lock;
    record_log log;
    list entries;
    // What changed since the last flush, as its record will have it; or all did.
    buffer changed;
    int is_new;
    uint64_t watermark;
} index;

enum { COMES = 1, GOES = 2, DIMENSIONS = 8 };

static int is_key(soch_bytes key) {
#ifdef VECTORS
    float numbers[DIMENSIONS];
    if (key.len != sizeof numbers) return 0;
    memcpy(numbers, key.ptr, sizeof numbers);
    for (int i = 0; i < DIMENSIONS; i++) {
        if (!isfinite(numbers[i])) return 0;
    }
    return 1;
#else
    return key.len < UINT32_MAX;
#endif
}

static int compare_keys(const entry *it, soch_bytes key) {
    size_t least = it->len < key.len ? it->len : key.len;
    int order = least > 0 ? memcmp(it->key, key.ptr, least) : 0;
    return order != 0 ? order : (it->len > key.len) - (it->len < key.len);
}

static int compare(const void *one, const void *other) {
    const entry *a = one, *b = other;
    int order = compare_keys(a, (soch_bytes){b->key, b->len});
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

// The first entry that does not come before this key and row.
static size_t place(const list *self, soch_bytes key, uint64_t row) {
    entry wanted = {row, (uint32_t)key.len, (uint8_t *)key.ptr};
    size_t from = 0, to = self->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (compare(&self->at[middle], &wanted) < 0) from = middle + 1;
        else to = middle;
    }
    return from;
}

static int is_at(const list *self, size_t at, soch_bytes key) {
    return at < self->count && compare_keys(&self->at[at], key) == 0;
}

static void clear(list *self) {
    while (self->count > 0) free(self->at[--self->count].key);
    free(self->at);
    *self = (list){0};
}

static int push(list *self, size_t at, soch_bytes key, uint64_t row) {
    entry made = {row, (uint32_t)key.len, malloc(key.len + 1)};
    entry *grown = realloc(self->at, (self->count + 1) * sizeof *grown);
    if (grown != NULL) self->at = grown;
    if (grown == NULL || made.key == NULL) {
        free(made.key);
        return ENOMEM;
    }
    if (key.len > 0) memcpy(made.key, key.ptr, key.len);
    memmove(&self->at[at + 1], &self->at[at], (self->count++ - at) * sizeof made);
    self->at[at] = made;
    return 0;
}

static int change(list *self, int what, soch_bytes key, uint64_t row) {
    size_t at = place(self, key, row);
    int there = is_at(self, at, key) && self->at[at].row == row;
    if (what == COMES) return there ? 0 : push(self, at, key, row);
    if (!there) return 0;
    free(self->at[at].key);
    memmove(&self->at[at], &self->at[at + 1], (--self->count - at) * sizeof *self->at);
    return 0;
}

// A change as a record has it: what, the row, the length of the key, the key.
static int note(buffer *to, int what, soch_bytes key, uint64_t row) {
    uint8_t op = (uint8_t)what;
    uint32_t len = (uint32_t)key.len;
    int failed = add(to, &op, 1);
    if (failed == 0) failed = add(to, &row, 8);
    if (failed == 0) failed = add(to, &len, 4);
    return failed == 0 ? add(to, key.ptr, key.len) : failed;
}

static int note_all(buffer *to, const list *entries) {
    int failed = 0;
    for (size_t at = 0; at < entries->count && failed == 0; at++) {
        const entry *it = &entries->at[at];
        failed = note(to, COMES, (soch_bytes){it->key, it->len}, it->row);
    }
    return failed;
}

// Makes the changes of a record, which begins with its watermark.
static int apply(list *entries, uint64_t *watermark, const uint8_t *at, size_t len) {
    const uint8_t *end = at + len;
    int failed = len < 8 ? EBADMSG : 0;
    if (failed == 0) memcpy(watermark, at, 8);
    for (at += 8; failed == 0 && at < end;) {
        uint64_t row;
        uint32_t key_len;
        memcpy(&row, at + 1, 8), memcpy(&key_len, at + 9, 4);
        failed = change(entries, *at, (soch_bytes){at + 13, key_len}, row);
        at += 13 + key_len;
    }
    return failed;
}

static soch_status changes(index *self, int what, soch_bytes key, uint64_t row, soch_error *error) {
    if (!is_key(key)) return soch_fail(error, SOCH_INVALID, 0, "it takes no such key");
    size_t noted = self->changed.len;
    int failed = self->is_new ? 0 : note(&self->changed, what, key, row);
    if (failed == 0) failed = change(&self->entries, what, key, row);
    if (failed != 0) self->changed.len = noted;
    return failed == 0 ? SOCH_OK : fail(error, failed);
}

static soch_status insert(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    return changes(instance, COMES, key, row, error);
}

static soch_status remove_row(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    return changes(instance, GOES, key, row, error);
}

static void take(index *self, list *made) {
    clear(&self->entries);
    self->entries = *made;
    self->changed.len = 0, self->is_new = 1;
}

static soch_status build(void *instance, const soch_call *call, uint32_t table, uint16_t column,
                         const soch_index_entry *entries, size_t count, soch_error *error) {
    list made = {0};
    size_t kept = 0;
    soch_status status = SOCH_OK;
    (void)table, (void)column;
    for (size_t i = 0; status == SOCH_OK && i < count; i++) {
        status = soch_go_on(call);
        if (status == SOCH_OK && !is_key(entries[i].key)) status = SOCH_INVALID;
        if (status == SOCH_OK && push(&made, made.count, entries[i].key, entries[i].row) != 0) status = SOCH_LIMIT;
    }
    if (status == SOCH_OK) status = sort(made.at, made.count, sizeof *made.at, compare, call);
    if (status != SOCH_OK) {
        clear(&made);
        return soch_fail(error, status, 0, "the build did not come to its end");
    }
    for (size_t i = 0; i < made.count; i++) {
        if (kept > 0 && compare(&made.at[kept - 1], &made.at[i]) == 0) free(made.at[i].key);
        else made.at[kept++] = made.at[i];
    }
    made.count = kept;
    take(instance, &made);
    return SOCH_OK;
}

static soch_status flush_index(void *instance, const soch_call *call, uint64_t watermark, soch_error *error) {
    index *self = instance;
    soch_status status = soch_go_on(call);
    if (status != SOCH_OK) return status;
    pthread_mutex_lock(&self->lock);
    buffer what = {0};
    int failed = self->log.broken;
    if (failed == 0) failed = add(&what, &watermark, sizeof watermark);
    if (failed == 0 && self->is_new) failed = note_all(&what, &self->entries);
    if (failed == 0 && !self->is_new) failed = add(&what, self->changed.at, self->changed.len);
    if (failed == 0 && self->is_new) failed = replace(&self->log, &what);
    else if (failed == 0) {
        failed = append(&self->log, &what);
        if (failed == 0) failed = flush_file(&self->log);
    }
    if (failed == 0) self->changed.len = 0, self->is_new = 0, self->watermark = watermark;
    free(what.at);
    pthread_mutex_unlock(&self->lock);
    return failed == 0 ? SOCH_OK : fail(error, failed);
}

static soch_status flushed(void *instance, uint64_t *watermark, soch_error *error) {
    index *self = instance;
    (void)error;
    pthread_mutex_lock(&self->lock);
    *watermark = self->watermark;
    pthread_mutex_unlock(&self->lock);
    return SOCH_OK;
}

// What is saved is a record, behind its length and its checksum.
static soch_status save(void *instance, const soch_call *call, uint64_t watermark, const soch_writer *output,
                        soch_error *error) {
    index *self = instance;
    buffer what = {0};
    int failed = add(&what, &watermark, sizeof watermark);
    if (failed == 0) failed = note_all(&what, &self->entries);
    uint64_t head[2] = {what.len, failed == 0 ? checksum(what.at, what.len) : 0};
    soch_status status = failed == 0 ? soch_go_on(call) : fail(error, failed);
    if (status == SOCH_OK) status = output->write(output->ctx, (soch_bytes){(uint8_t *)head, sizeof head});
    if (status == SOCH_OK) status = output->write(output->ctx, (soch_bytes){what.at, what.len});
    free(what.at);
    return status;
}

static soch_status load(void *instance, const soch_call *call, soch_bytes saved, uint64_t *watermark,
                        soch_error *error) {
    uint64_t head[2];
    list made = {0};
    soch_status status = soch_go_on(call);
    if (status != SOCH_OK) return status;
    if (saved.len > sizeof head) memcpy(head, saved.ptr, sizeof head);
    if (saved.len <= sizeof head || head[0] != saved.len - sizeof head ||
        checksum(saved.ptr + sizeof head, head[0]) != head[1]) {
        return soch_fail(error, SOCH_CORRUPTION, 0, "it is not what was saved");
    }
    int failed = apply(&made, watermark, saved.ptr + sizeof head, head[0]);
    if (failed == 0) take(instance, &made);
    else clear(&made);
    return failed == 0 ? SOCH_OK : fail(error, failed);
}

static soch_status drop_index(void *instance, const soch_call *call, soch_error *error) {
    index *self = instance;
    (void)call;
    return unlink(self->log.path) == 0 ? SOCH_OK : fail(error, errno);
}

static soch_status listed(const list *self, size_t at, size_t end, uint64_t *rows, size_t capacity, size_t *count) {
    *count = end - at;
    for (size_t i = 0; i < capacity && at + i < end; i++) rows[i] = self->at[at + i].row;
    return SOCH_OK;
}

static soch_status lookup(void *instance, soch_bytes key, uint64_t *rows, size_t capacity, size_t *count,
                          soch_error *error) {
    const list *self = &((index *)instance)->entries;
    size_t at = place(self, key, 0), end = at;
    (void)error;
    while (is_at(self, end, key)) end++;
    return listed(self, at, end, rows, capacity, count);
}

#ifdef VECTORS
static float distance(const entry *it, soch_bytes query) {
    float a[DIMENSIONS], b[DIMENSIONS], sum = 0;
    memcpy(a, it->key, sizeof a), memcpy(b, query.ptr, sizeof b);
    for (int i = 0; i < DIMENSIONS; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

static soch_status nearest(void *instance, soch_bytes query, size_t k, uint64_t *rows, float *distances, size_t *count,
                           soch_error *error) {
    const list *self = &((index *)instance)->entries;
    *count = 0;
    if (!is_key(query)) return soch_fail(error, SOCH_INVALID, 0, "it takes no such key");
    for (size_t i = 0; i < self->count && k > 0; i++) {
        float far = distance(&self->at[i], query);
        uint64_t row = self->at[i].row;
        size_t to = 0;
        while (to < *count && rows[to] != row) to++;
        if (to < *count && distances[to] <= far) continue;
        if (to == *count && *count < k) ++*count;
        else if (to == *count && distances[--to] <= far) continue;
        for (; to > 0 && distances[to - 1] > far; to--) rows[to] = rows[to - 1], distances[to] = distances[to - 1];
        rows[to] = row, distances[to] = far;
    }
    return SOCH_OK;
}
#else
static soch_status range(void *instance, const soch_call *call, soch_bytes start, soch_bytes end, uint64_t limit,
                         uint64_t *rows, size_t capacity, size_t *count, soch_error *error) {
    const list *self = &((index *)instance)->entries;
    size_t from = place(self, start, 0), to = end.len > 0 ? place(self, end, 0) : self->count;
    (void)call, (void)error;
    if (to < from) to = from;
    if (to - from > limit) to = from + (size_t)limit;
    return listed(self, from, to, rows, capacity, count);
}
#endif

static soch_status describe(void *instance, soch_index_properties *properties, soch_error *error) {
    (void)instance, (void)error;
#ifdef VECTORS
    properties->element = SOCH_ELEMENT_F32, properties->metric = SOCH_DISTANCE_L2_SQUARED;
    properties->dimensions = DIMENSIONS;
#else
    properties->element = SOCH_ELEMENT_BYTES;
#endif
    return SOCH_OK;
}

static soch_status index_type(void *instance, soch_str *name) {
    (void)instance;
    *name = SOCH_STR("log");
    return SOCH_OK;
}

static soch_status size_bytes(void *instance, uint64_t *bytes, soch_error *error) {
    const index *self = instance;
    (void)error;
    *bytes = sizeof *self + self->log.end + self->changed.len;
    for (size_t i = 0; i < self->entries.count; i++) *bytes += sizeof(entry) + self->entries.at[i].len;
    return SOCH_OK;
}

static void destroy(void *instance) {
    index *self = instance;
    close_log(&self->log);
    clear(&self->entries);
    free(self->changed.at);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    index *self = calloc(1, sizeof *self);
    uint8_t *what;
    size_t len = 0;
    (void)config;
    if (self == NULL) return fail(error, ENOMEM);
    pthread_mutex_init(&self->lock, NULL);
    int failed = open_log(&self->log, soch_data_dir(host), "entries");
    while (failed == 0 && (failed = read_record(&self->log, &what, &len)) == 0 && what != NULL) {
        failed = apply(&self->entries, &self->watermark, what, len);
        free(what);
    }
    if (failed == 0) failed = end_log(&self->log);
    if (failed == 0) {
        *instance = self;
        return SOCH_OK;
    }
    destroy(self);
    return fail(error, failed);
}

static const soch_index table = {
    .size = sizeof(soch_index), .index_type = index_type, .build = build, .insert = insert, .remove = remove_row,
    .lookup = lookup, .size_bytes = size_bytes, .describe = describe, .save = save, .load = load,
    .flush_index = flush_index, .flushed = flushed, .drop_index = drop_index,
#ifdef VECTORS
    .nearest = nearest,
#else
    .range = range,
#endif
};

SOCH_PLUGIN("index_in_a_log", "1.0.0", SOCH_KIND_INDEX, .index = &table, .create = create, .destroy = destroy);
