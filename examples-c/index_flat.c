// The plainest index of vectors: it looks at each one that a search allows, and so misses none.
#include "sort.h"
#include "sochdb_config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Vectors between two questions whether the call is to go on.
#define ASK_EVERY 4096

typedef struct entry {
    uint64_t row;
    const struct flat_index *index;
    float *vector;
} entry;

typedef struct flat_index {
    size_t dimensions, count, capacity;
    // Each pair of vector and row once, by the bytes of the vector, then by row.
    entry *entries;
} flat_index;

// A build by parts: what was added, as it came.
typedef struct builder {
    flat_index *index;
    entry *entries;
    size_t count, capacity;
} builder;

typedef struct neighbor {
    float distance;
    uint64_t row;
} neighbor;

static int compare(const void *left, const void *right) {
    const entry *a = left, *b = right;
    int order = memcmp(a->vector, b->vector, a->index->dimensions * sizeof(float));
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static int by_distance(const void *left, const void *right) {
    const neighbor *a = left, *b = right;
    return (a->distance > b->distance) - (a->distance < b->distance);
}

static int by_row(const void *left, const void *right) {
    const neighbor *a = left, *b = right;
    return a->row != b->row ? (a->row > b->row) - (a->row < b->row) : by_distance(left, right);
}

static soch_status no_memory(soch_error *error) {
    return soch_fail(error, SOCH_LIMIT, 0, "no memory for vectors: give the process more, or index fewer rows");
}

// Copies a key, which may lie at any address, to `vector`.
static soch_status read_vector(const flat_index *self, soch_bytes key, float *vector, soch_error *error) {
    int is_vector = key.len == self->dimensions * sizeof(float);
    if (is_vector) memcpy(vector, key.ptr, key.len);
    for (size_t i = 0; is_vector && i < self->dimensions; i++) is_vector = isfinite(vector[i]) != 0;
    return is_vector ? SOCH_OK
                     : soch_fail(error, SOCH_INVALID, 0, "a vector is as many finite floats as `dimensions` says");
}

// Makes an entry with memory of its own.
static soch_status make(const flat_index *self, soch_bytes key, uint64_t row, entry *made, soch_error *error) {
    soch_status status;
    made->row = row;
    made->index = self;
    made->vector = malloc(self->dimensions * sizeof(float));
    if (made->vector == NULL) return no_memory(error);
    status = read_vector(self, key, made->vector, error);
    if (status != SOCH_OK) free(made->vector);
    return status;
}

static void free_entries(entry *entries, size_t count) {
    for (size_t i = 0; i < count; i++) free(entries[i].vector);
    free(entries);
}

// The place of the first entry that is not before `wanted`.
static size_t seek(const flat_index *self, const entry *wanted) {
    size_t low = 0, high = self->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&self->entries[middle], wanted) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

static int is_at(const flat_index *self, size_t place, const entry *wanted) {
    return place < self->count && compare(&self->entries[place], wanted) == 0;
}

static soch_status index_type(void *instance, soch_str *name) {
    (void)instance;
    *name = SOCH_STR("flat");
    return SOCH_OK;
}

static soch_status describe(void *instance, soch_index_properties *properties, soch_error *error) {
    const flat_index *self = instance;
    (void)error;
    properties->element = SOCH_ELEMENT_F32;
    properties->metric = SOCH_DISTANCE_L2_SQUARED;
    properties->dimensions = self->dimensions;
    return SOCH_OK;
}

static soch_status begin_build(void *instance, const soch_call *call, uint32_t table, uint16_t column, void **handle,
                               soch_error *error) {
    builder *made = calloc(1, sizeof *made);
    (void)call, (void)table, (void)column;
    if (made == NULL) return no_memory(error);
    made->index = instance;
    *handle = made;
    return SOCH_OK;
}

static soch_status build_add(void *handle, const soch_call *call, const soch_index_entry *entries, size_t count,
                             soch_error *error) {
    builder *self = handle;
    if (count > self->capacity - self->count) {
        size_t wanted = count > self->capacity ? self->count + count : self->capacity * 2;
        entry *room = wanted > SIZE_MAX / sizeof *room ? NULL : realloc(self->entries, wanted * sizeof *room);
        if (room == NULL) return no_memory(error);
        self->entries = room;
        self->capacity = wanted;
    }
    for (size_t done = 0; done < count; done++) {
        soch_status status = done % ASK_EVERY == 0 ? soch_go_on(call) : SOCH_OK;
        entry *place = &self->entries[self->count];
        if (status == SOCH_OK) status = make(self->index, entries[done].key, entries[done].row, place, error);
        if (status != SOCH_OK) return status;
        self->count++;
    }
    return SOCH_OK;
}

static void abandon_build(void *handle) {
    builder *self = handle;
    free_entries(self->entries, self->count);
    free(self);
}

// The index is changed last, where nothing can fail any more.
static soch_status finish_build(void *handle, const soch_call *call, soch_error *error) {
    builder *self = handle;
    flat_index *index = self->index;
    soch_status status = sort(self->entries, self->count, sizeof *self->entries, compare, call);
    size_t kept = 0;
    (void)error;
    // Entries that came twice go to the end.
    for (size_t i = 0; status == SOCH_OK && i < self->count; i++) {
        if (i % ASK_EVERY == 0) status = soch_go_on(call);
        if (kept > 0 && compare(&self->entries[kept - 1], &self->entries[i]) == 0) continue;
        if (kept < i) swap((uint8_t *)&self->entries[kept], (uint8_t *)&self->entries[i], sizeof *self->entries);
        kept++;
    }
    if (status == SOCH_OK) {
        const builder old = {index, index->entries, index->count, index->capacity};
        while (self->count > kept) free(self->entries[--self->count].vector);
        index->entries = self->entries;
        index->count = self->count;
        index->capacity = self->capacity;
        *self = old;
    }
    abandon_build(self);
    return status;
}

#if SOCH_TARGET_MINOR < 1
// A later host does this by itself.
static soch_status build(void *instance, const soch_call *call, uint32_t table, uint16_t column,
                         const soch_index_entry *entries, size_t count, soch_error *error) {
    void *all = NULL;
    soch_status status = begin_build(instance, call, table, column, &all, error);
    if (status != SOCH_OK) return status;
    status = build_add(all, call, entries, count, error);
    if (status == SOCH_OK) return finish_build(all, call, error);
    abandon_build(all);
    return status;
}
#endif

static soch_status insert(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    flat_index *self = instance;
    entry made;
    soch_status status = make(self, key, row, &made, error);
    if (status != SOCH_OK) return status;
    size_t place = seek(self, &made);
    if (is_at(self, place, &made)) {
        free(made.vector);
        return SOCH_OK;
    }
    if (self->count == self->capacity) {
        size_t capacity = self->capacity > 0 ? self->capacity * 2 : 16;
        entry *entries = capacity > SIZE_MAX / sizeof(entry) ? NULL : realloc(self->entries, capacity * sizeof(entry));
        if (entries == NULL) {
            free(made.vector);
            return no_memory(error);
        }
        self->entries = entries;
        self->capacity = capacity;
    }
    memmove(self->entries + place + 1, self->entries + place, (self->count - place) * sizeof made);
    self->entries[place] = made;
    self->count++;
    return SOCH_OK;
}

static soch_status remove_row(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    flat_index *self = instance;
    entry wanted;
    soch_status status = make(self, key, row, &wanted, error);
    if (status != SOCH_OK) return status;
    size_t place = seek(self, &wanted);
    if (is_at(self, place, &wanted)) {
        free(self->entries[place].vector);
        self->count--;
        memmove(self->entries + place, self->entries + place + 1, (self->count - place) * sizeof wanted);
    }
    free(wanted.vector);
    return SOCH_OK;
}

#if SOCH_TARGET_MINOR >= 1
// An operation that is not known is found before the first change is made.
static soch_status change_batch(void *instance, const soch_call *call, const soch_index_change *changes, size_t count,
                                soch_error *error) {
    soch_status status = SOCH_OK;
    for (size_t i = 0; i < count; i++) {
        if (changes[i].op != SOCH_INDEX_INSERT && changes[i].op != SOCH_INDEX_REMOVE)
            return soch_fail(error, SOCH_UNSUPPORTED, 0, "an index of vectors adds and removes rows");
    }
    for (size_t i = 0; status == SOCH_OK && i < count; i++) {
        const soch_index_change *change = &changes[i];
        // Each may move all that is behind it.
        status = soch_go_on(call);
        if (status != SOCH_OK) break;
        status = change->op == SOCH_INDEX_INSERT ? insert(instance, change->key, change->row, error)
                                                 : remove_row(instance, change->key, change->row, error);
    }
    return status;
}
#endif

static soch_status size_bytes(void *instance, uint64_t *bytes, soch_error *error) {
    const flat_index *self = instance;
    (void)error;
    *bytes = self->count * (sizeof(entry) + self->dimensions * sizeof(float));
    return SOCH_OK;
}

// The square of the Euclidean distance: the root takes a library, and would not change the order.
static float distance(const flat_index *self, const float *a, const float *b) {
    double sum = 0;
    for (size_t i = 0; i < self->dimensions; i++) sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
    return (float)sum;
}

static soch_status search(void *instance, const soch_call *call, const soch_search *search, uint64_t *rows,
                          float *distances, soch_search_result *result, soch_error *error) {
    const flat_index *self = instance;
    entry query;
    size_t found = 0, kept = 0;
    soch_status status;
    if (!soch_search_is_known(search, SOCH_SEARCH_EXACT | SOCH_SEARCH_WITHIN) || search->parameter_count > 0 ||
        search->element != SOCH_ELEMENT_BYTES)
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "this search asks for more than a flat index knows");
    status = make(self, search->query, 0, &query, error);
    if (status != SOCH_OK) return status;
    neighbor *near = malloc((self->count > 0 ? self->count : 1) * sizeof *near);
    if (near == NULL) status = no_memory(error);
    for (size_t i = 0; status == SOCH_OK && i < self->count; i++) {
        if (i % ASK_EVERY == 0) status = soch_go_on(call);
        if (!soch_search_allows(search, self->entries[i].row)) continue;
        neighbor candidate = {distance(self, query.vector, self->entries[i].vector), self->entries[i].row};
        if ((search->flags & SOCH_SEARCH_WITHIN) == 0 || candidate.distance <= search->max_distance)
            near[found++] = candidate;
    }
    // Each row once, by its nearest vector.
    if (status == SOCH_OK) status = sort(near, found, sizeof *near, by_row, call);
    for (size_t i = 0; status == SOCH_OK && i < found; i++) {
        if (kept == 0 || near[kept - 1].row != near[i].row) near[kept++] = near[i];
    }
    if (status == SOCH_OK) status = sort(near, kept, sizeof *near, by_distance, call);
    for (size_t i = 0; status == SOCH_OK && i < kept && i < search->k; i++) {
        rows[i] = near[i].row;
        distances[i] = near[i].distance;
        result->count++;
    }
    result->flags = SOCH_SEARCH_IS_EXACT;
    free(near);
    free(query.vector);
    return status;
}

#if SOCH_TARGET_MINOR < 1
// Of a host for which a search has no more than this.
static soch_status nearest(void *instance, soch_bytes query, size_t k, uint64_t *rows, float *distances, size_t *count,
                           soch_error *error) {
    const soch_search all = {.size = sizeof all, .query = query, .k = k};
    soch_search_result result = {.size = sizeof result};
    soch_status status = search(instance, NULL, &all, rows, distances, &result, error);
    *count = result.count;
    return status;
}
#endif

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    static const char *const known[] = {"dimensions", NULL};
    uint64_t dimensions = 0;
    flat_index *self;
    soch_status status = soch_config_only(config, "", known, error);
    (void)host;
    if (status == SOCH_OK) status = soch_config_need(config, "dimensions", "give the numbers of a vector", error);
    if (status == SOCH_OK) status = soch_config_unsigned(config, "dimensions", 1, UINT16_MAX, &dimensions, error);
    if (status != SOCH_OK) return status;
    self = calloc(1, sizeof *self);
    if (self == NULL) return no_memory(error);
    self->dimensions = (size_t)dimensions;
    *instance = self;
    return SOCH_OK;
}

static void destroy(void *instance) {
    flat_index *self = instance;
    free_entries(self->entries, self->count);
    free(self);
}

static const soch_index flat = {
    .size = sizeof(flat), .index_type = index_type, .describe = describe, .insert = insert,
    .remove = remove_row, .size_bytes = size_bytes,
#if SOCH_TARGET_MINOR >= 1
    .search = search, .change_batch = change_batch, .begin_build = begin_build, .build_add = build_add,
    .finish_build = finish_build, .abandon_build = abandon_build,
#else
    .build = build, .nearest = nearest,
#endif
};

SOCH_PLUGIN("index_flat", "1.0.0", SOCH_KIND_INDEX, .index = &flat, .create = create, .destroy = destroy,
            .description = "Finds the nearest vectors by looking at each one that a search allows.");
