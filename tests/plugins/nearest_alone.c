// An index that only knows distances: it compares a query with every row, and has neither `lookup` nor
// `range`. With -DSEARCH it has `search` instead of `nearest`, with -DONLY_BUILT no change and no size, with -DONLY_GROWS no
// `remove`.
#include "sochdb_plugin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIMENSIONS = 16 };

typedef struct {
    uint64_t row;
    float vector[DIMENSIONS];
} entry;

typedef struct {
    entry *entries;
    size_t count, room;
} list;

static soch_status take(soch_bytes key, float *vector, soch_error *error) {
    size_t at;
    if (key.len != DIMENSIONS * sizeof(float)) return soch_fail(error, SOCH_INVALID, 0, "a vector has 16 numbers");
    memcpy(vector, key.ptr, key.len);
    for (at = 0; at < DIMENSIONS; at++) {
        if (!isfinite(vector[at])) return soch_fail(error, SOCH_INVALID, 0, "a number is not finite");
    }
    return SOCH_OK;
}

static size_t find(const list *self, const float *vector, uint64_t row) {
    size_t at;
    for (at = 0; at < self->count; at++) {
        const entry *one = &self->entries[at];
        if (one->row == row && memcmp(one->vector, vector, sizeof one->vector) == 0) break;
    }
    return at;
}

static soch_status insert(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    list *self = instance;
    entry made = {row, {0}};
    soch_status status = take(key, made.vector, error);
    size_t at;
    if (status != SOCH_OK || find(self, made.vector, row) < self->count) return status;
    if (self->count == self->room) {
        size_t room = self->room == 0 ? 16 : 2 * self->room;
        entry *entries = realloc(self->entries, room * sizeof *entries);
        if (entries == NULL) return soch_fail(error, SOCH_LIMIT, 0, "out of memory");
        self->entries = entries, self->room = room;
    }
    // Behind the other vectors of its row.
    for (at = self->count; at > 0 && self->entries[at - 1].row != row;) at--;
    if (at == 0) at = self->count;
    memmove(&self->entries[at + 1], &self->entries[at], (self->count - at) * sizeof made);
    self->entries[at] = made;
    self->count++;
    return SOCH_OK;
}

static soch_status remove_row(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    list *self = instance;
    float vector[DIMENSIONS];
    soch_status status = take(key, vector, error);
    size_t at = status == SOCH_OK ? find(self, vector, row) : self->count;
    if (at < self->count) {
        self->count--;
        memmove(&self->entries[at], &self->entries[at + 1], (self->count - at) * sizeof(entry));
    }
    return status;
}

static soch_status build(void *instance, const soch_call *call, uint32_t table, uint16_t column,
                         const soch_index_entry *entries, size_t count, soch_error *error) {
    list *self = instance, old = *self, fresh = {NULL, 0, 0};
    size_t at;
    for (at = 0; at < count; at++) {
        soch_status status = soch_go_on(call);
        if (status == SOCH_OK) status = insert(&fresh, entries[at].key, entries[at].row, error);
        if (status != SOCH_OK) {
            free(fresh.entries);
            return status;
        }
    }
    *self = fresh;
    free(old.entries);
    return SOCH_OK;
}

static float distance(const float *one, const float *other) {
    double sum = 0;
    size_t at;
    for (at = 0; at < DIMENSIONS; at++) sum += ((double)one[at] - other[at]) * ((double)one[at] - other[at]);
    return (float)sum;
}

// Those that `search` allows, or all.
static soch_status look(const list *self, const soch_call *call, const soch_search *search, soch_bytes query, size_t k, uint64_t *rows,
                        float *distances, size_t *count, soch_error *error) {
    float vector[DIMENSIONS];
    soch_status status = take(query, vector, error);
    size_t at, place;
    *count = 0;
    for (at = 0; status == SOCH_OK && at < self->count && (status = soch_go_on(call)) == SOCH_OK;) {
        uint64_t row = self->entries[at].row;
        float far = distance(vector, self->entries[at].vector);
        // A row comes once, by the nearest of its vectors.
        while (++at < self->count && self->entries[at].row == row) {
            float other = distance(vector, self->entries[at].vector);
            if (other < far) far = other;
        }
        if (search != NULL && !soch_search_allows(search, row)) continue;
        if (search != NULL && (search->flags & SOCH_SEARCH_WITHIN) != 0 && far > search->max_distance) continue;
        for (place = *count; place > 0 && distances[place - 1] > far; place--) {
            if (place < k) rows[place] = rows[place - 1], distances[place] = distances[place - 1];
        }
        if (place < k) rows[place] = row, distances[place] = far;
        if (*count < k) ++*count;
    }
    return status;
}

#ifdef SEARCH
static soch_status search_for(void *instance, const soch_call *call, const soch_search *search, uint64_t *rows, float *distances,
                              soch_search_result *result, soch_error *error) {
    if (!soch_search_is_known(search, SOCH_SEARCH_EXACT | SOCH_SEARCH_WITHIN) || search->parameter_count > 0 ||
        search->element != SOCH_ELEMENT_BYTES) {
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "this search is not known here");
    }
    result->flags = SOCH_SEARCH_IS_EXACT;
    return look(instance, call, search, search->query, search->k, rows, distances, &result->count, error);
}
#define FIND .search = search_for
#else
static soch_status nearest(void *instance, soch_bytes query, size_t k, uint64_t *rows, float *distances, size_t *count,
                           soch_error *error) {
    return look(instance, NULL, NULL, query, k, rows, distances, count, error);
}
#define FIND .nearest = nearest
#endif

static soch_status index_type(void *instance, soch_str *name) {
    *name = SOCH_STR("flat");
    return SOCH_OK;
}

static soch_status size_bytes(void *instance, uint64_t *bytes, soch_error *error) {
    *bytes = sizeof(list) + ((list *)instance)->count * sizeof(entry);
    return SOCH_OK;
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    *instance = calloc(1, sizeof(list));
    return *instance == NULL ? soch_fail(error, SOCH_LIMIT, 0, "out of memory") : SOCH_OK;
}

static void destroy(void *instance) {
    free(((list *)instance)->entries);
    free(instance);
}

#define LEFT_OUT(slot) (0 ? (slot) : NULL)
#if defined(ONLY_BUILT)
#define CHANGE .build = build, .insert = LEFT_OUT(insert), .remove = LEFT_OUT(remove_row), .size_bytes = LEFT_OUT(size_bytes)
#elif defined(ONLY_GROWS)
#define CHANGE .build = LEFT_OUT(build), .insert = insert, .remove = LEFT_OUT(remove_row), .size_bytes = size_bytes
#else
#define CHANGE .build = build, .insert = insert, .remove = remove_row, .size_bytes = size_bytes
#endif

static const soch_index table = {.size = sizeof(table), .index_type = index_type, CHANGE, FIND};

SOCH_PLUGIN("nearest_alone", "1.0.0", SOCH_KIND_INDEX, .index = &table, .create = create, .destroy = destroy);
