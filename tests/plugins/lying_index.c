// An index that breaks the contract in the way that the first byte of the key names.
#include "sochdb_plugin.h"

static soch_status index_type(void *instance, soch_str *name) {
#ifdef TYPE_NOT_TEXT
    *name = SOCH_STR("\xff\xfe");
#else
    *name = SOCH_STR("liar");
#endif
    return SOCH_OK;
}

static soch_status build(void *instance, const soch_call *call, uint32_t table, uint16_t column,
                         const soch_index_entry *entries, size_t count, soch_error *error) {
    return SOCH_OK;
}

static soch_status change(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    return SOCH_OK;
}

static soch_status lookup(void *instance, soch_bytes key, uint64_t *rows, size_t capacity, size_t *count,
                          soch_error *error) {
    switch (key.ptr[0]) {
    case 'h': *count = (size_t)1 << 60; break;
    case 'g': *count = capacity + 1; break;
    case 'u': *count = 3; break; // Counts three rows and writes none.
    default: *count = 0;
    }
    return SOCH_OK;
}

static soch_status range(void *instance, const soch_call *call, soch_bytes start, soch_bytes end, uint64_t limit,
                         uint64_t *rows, size_t capacity, size_t *count, soch_error *error) {
    for (size_t i = 0; i < capacity; i++) rows[i] = i;
    *count = (size_t)limit + 1;
    return SOCH_OK;
}

static soch_status size_bytes(void *instance, uint64_t *bytes, soch_error *error) {
    return SOCH_NOT_FOUND;
}

static soch_status nearest(void *instance, soch_bytes query, size_t k, uint64_t *rows, float *distances, size_t *count,
                           soch_error *error) {
    for (size_t i = 0; i < k; i++) rows[i] = i, distances[i] = (float)i;
    *count = query.ptr[0] == 'h' ? (size_t)1 << 60 : k + 1;
    return SOCH_OK;
}

#ifndef NO_BATCH
static soch_status nearest_batch(void *instance, const soch_call *call, const soch_bytes *queries, size_t query_count,
                                 size_t k, uint64_t *rows, float *distances, size_t *counts, soch_error *error) {
    for (size_t i = 0; i < query_count; i++) {
        counts[i] = 0;
        switch (queries[i].ptr[0]) {
        case 'k': counts[i] = k + 1; break;
        case 'h': counts[i] = (size_t)1 << 60; break;
        case 'u': counts[i] = k; break; // Counts k rows and writes none.
        case 'm': return SOCH_NOT_FOUND;
        case 'f': counts[i] = k + 1; return soch_fail(error, SOCH_IO, 5, "on purpose");
        }
    }
    return SOCH_OK;
}
#endif

static soch_status search(void *instance, const soch_call *call, const soch_search *search, uint64_t *rows, float *distances,
                          soch_search_result *result, soch_error *error) {
    result->count = search->k;
    switch (search->query.ptr[0]) {
    case 'k': result->count = search->k + 1; break;
    case 'u': break; // Counts k rows and writes none.
    case 'f': return soch_fail(error, SOCH_IO, 5, "on purpose");
    }
    return SOCH_OK;
}

static const soch_index index_table = {
    .size = sizeof(index_table), .index_type = index_type, .build = build, .insert = change, .remove = change,
    .lookup = lookup, .range = range, .size_bytes = size_bytes, .nearest = nearest,
#ifndef NO_BATCH
    .nearest_batch = nearest_batch,
#endif
    .search = search,
};

SOCH_PLUGIN("lying_index", "1.0.0", SOCH_KIND_INDEX, .index = &index_table);
