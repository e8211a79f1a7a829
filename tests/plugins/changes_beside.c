// An index whose changes last, and which counts how many calls were in it at once: `size_bytes` says the most. With
// -DCONCURRENT it describes that changes run beside other calls.
#define _POSIX_C_SOURCE 200809L
#include "sochdb_plugin.h"

#include <stdatomic.h>
#include <time.h>

static atomic_int inside, most;

static soch_status last(void) {
    const struct timespec pause = {0, 20000000};
    int now = atomic_fetch_add(&inside, 1) + 1, seen = atomic_load(&most);
    while (seen < now && !atomic_compare_exchange_weak(&most, &seen, now)) continue;
    nanosleep(&pause, NULL);
    atomic_fetch_sub(&inside, 1);
    return SOCH_OK;
}

static soch_status index_type(void *instance, soch_str *name) {
    *name = SOCH_STR("beside");
    return SOCH_OK;
}

static soch_status build(void *instance, const soch_call *call, uint32_t table, uint16_t column,
                         const soch_index_entry *entries, size_t count, soch_error *error) {
    return last();
}

static soch_status change(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    return last();
}

static soch_status lookup(void *instance, soch_bytes key, uint64_t *rows, size_t capacity, size_t *count,
                          soch_error *error) {
    *count = 0;
    return last();
}

static soch_status size_bytes(void *instance, uint64_t *bytes, soch_error *error) {
    *bytes = (uint64_t)atomic_exchange(&most, 0);
    return SOCH_OK;
}

static soch_status describe(void *instance, soch_index_properties *properties, soch_error *error) {
#ifdef CONCURRENT
    properties->flags = SOCH_INDEX_CONCURRENT_CHANGES;
#endif
    return SOCH_OK;
}

static const soch_index beside = {
    .size = sizeof(beside), .index_type = index_type, .build = build, .insert = change, .remove = change,
    .lookup = lookup, .size_bytes = size_bytes, .describe = describe,
};

SOCH_PLUGIN("changes_beside", "1.0.0", SOCH_KIND_INDEX, .index = &beside);
